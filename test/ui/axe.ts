import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Without the rule that a name holds what is shown: VS Code renders a label and its description as one word, which no name
 * holds.
 */
const options = {
  elementRef: true,
  resultTypes: ['violations'],
  rules: { 'label-content-name-mismatch': { enabled: false } },
};

/** What axe-core has to say against a piece of the page. */
export interface Violation {
  /** The rule, and the role or tag of the element that breaks it: `aria-required-children on tree`. */
  readonly kind: string;
  readonly html: string;
}

/** Judges all that the selector finds, which has to be there. Manual checks ("incomplete") are not counted. */
export async function violations(page: Page, selector: string): Promise<readonly Violation[]> {
  await page.locator(selector).first().waitFor({ state: 'attached' });
  // Evaluated, as the workbench's content security policy lets no script be added to the page.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(source);
  return page.evaluate<readonly Violation[]>(`(async () => {
    const { violations } = await axe.run(${JSON.stringify(selector)}, ${JSON.stringify(options)});
    return violations.flatMap(({ id, nodes }) => nodes.map(({ element, html }) => {
      const what = element.getAttribute('role') ?? element.tagName.toLowerCase();
      return { kind: id + ' on ' + what, html: html.slice(0, 300) };
    }));
  })()`);
}
