import type { Locator } from 'playwright-core';

/** The text of one element, on one line, without space around it. */
export async function textOf(element: Locator, limit?: { readonly timeout: number }): Promise<string> {
  return ((await element.textContent(limit)) ?? '').trim();
}

/** The text as it is laid out, with its line breaks; empty when the element is not there. */
export async function linesOf(element: Locator): Promise<string> {
  return (await element.allInnerTexts()).join('\n').trim();
}
