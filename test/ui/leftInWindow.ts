/** What a window of a real workbench shows, holds and has said, for the search of fault 12. */
import type { Page } from 'playwright-core';
import type { LeakSearch } from '../faults/secrets/leakSearch';

/**
 * Where the workbench keeps what extensions store with `context.secrets`: one entry of the browser's local storage, which it
 * encrypts. It is searched like everything else.
 */
export const secretStorage = 'window: localStorage secrets.provider';

export class LeftInWindow {
  readonly #said: string[] = [];

  constructor(
    private readonly page: Page,
    private readonly search: LeakSearch,
  ) {
    page.on('console', (message) => void this.#said.push(message.text()));
    page.on('pageerror', (error) => void this.#said.push(error.stack ?? error.message));
  }

  /** What is shown comes and goes, so it has to be looked at while it is there. */
  async look(): Promise<void> {
    const { search, page } = this;
    search.look('window: console', ...this.#said.splice(0));
    for (const frame of page.frames()) {
      const { roots, values } = await frame.evaluate<Shown>(shown);
      const [whole = '', ...shadows] = roots;
      search.look('window: document', whole);
      search.look('window: shadow roots', ...shadows);
      search.look('window: fields', ...values);
    }
    for (const [name, value] of await page.evaluate<[string, string][]>(stored))
      search.look(`window: ${name}`, name, value);
    for (const [name, rows] of await page.evaluate<[string, string][]>(databases))
      search.look(`window: database ${name}`, name, rows);
    search.look('window: cookies', JSON.stringify(await page.context().cookies()));
    search.look('window: address and title', page.url(), await page.title());
    search.look('window: clipboard', await page.evaluate<string>(clipboard));
  }
}

interface Shown {
  readonly roots: readonly string[];
  readonly values: readonly string[];
}

/** The document and every shadow root in it, with all attributes; and what stands in fields, which the document does not say. */
const shown = `(() => {
  const roots = [document.documentElement.outerHTML];
  const values = [];
  const go = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (typeof element.value === 'string') values.push(element.value);
      if (!element.shadowRoot) continue;
      roots.push(element.shadowRoot.innerHTML);
      go(element.shadowRoot);
    }
  };
  go(document);
  return { roots, values };
})()`;

const stored = `['localStorage', 'sessionStorage'].flatMap((name) =>
  Object.entries(window[name]).map(([key, value]) => [name + ' ' + key, String(value)]))`;

const clipboard = `navigator.clipboard.readText().catch(() => '')`;

/** Every row of every store; bytes as text. */
const databases = `(async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const text = (key, value) => ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value;
  const stores = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName, 'readonly').objectStore(storeName);
      const [keys, rows] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
      stores.push([name + ' ' + storeName, JSON.stringify([keys, rows], text)]);
    }
    database.close();
  }
  return stores;
})()`;
