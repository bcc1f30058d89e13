/** What a person does on the consent page, done with fetch: read the form, tick, press a button. */
import assert from 'node:assert/strict';

export interface PageForm {
  readonly method: string;
  readonly action: URL;
  /** Every named input, in document order. */
  readonly inputs: readonly FormInput[];
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

interface FormInput {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly checked: boolean;
}

export interface Choices {
  readonly access?: 'once' | '30-days' | '180-days';
  /** Values of `scope` to untick. */
  readonly untick?: readonly string[];
  readonly decision?: 'continue' | 'cancel';
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function attributes(tag: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of tag.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
    found[name] = value.replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? '');
  }
  return found;
}

export function readForm(page: string, address: string | URL): PageForm {
  const tag = /<form\b([^>]*)>/.exec(page)?.[1];
  assert(tag !== undefined, `no form in:\n${page}`);
  const form = attributes(tag);
  const inputs = [...page.matchAll(/<input\b([^>]*)>/g)].map(([, text = '']) => {
    const { type = 'text', name = '', value = '', ...rest } = attributes(text);
    return { type, name, value, checked: 'checked' in rest };
  });
  const buttons = [...page.matchAll(/<button\b([^>]*)>/g)].map(([, text = '']) => {
    const { name = '', value = '' } = attributes(text);
    return { name, value };
  });
  return { method: form['method'] ?? 'get', action: new URL(form['action'] ?? '', address), inputs, buttons };
}

/** Opens the page, answers it, and returns the address that the browser is sent back to. */
export async function consent(address: string | URL, choices: Choices = {}): Promise<URL> {
  const response = await submitConsent(address, choices);
  assert.equal(response.status, 302, await response.clone().text());
  return new URL(response.headers.get('location') ?? '');
}

export async function submitConsent(address: string | URL, choices: Choices = {}): Promise<Response> {
  const opened = await fetch(address, { redirect: 'manual' });
  const page = await opened.text();
  assert.equal(opened.status, 200, page);
  const form = readForm(page, address);
  const body = new URLSearchParams();
  for (const { type, name, value, checked } of form.inputs) {
    const chosen =
      type === 'radio'
        ? value === (choices.access ?? 'once')
        : type === 'hidden' || (checked && !choices.untick?.includes(value));
    if (chosen) body.append(name, value);
  }
  const decision = choices.decision ?? 'continue';
  assert(form.buttons.some((button) => button.name === 'decision' && button.value === decision));
  body.append('decision', decision);
  return fetch(form.action, { method: form.method, body, redirect: 'manual' });
}
