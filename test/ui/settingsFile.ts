import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from './driver';
import type { WorkbenchWindow } from './window';

const stepMs = 10_000;

/** The user's settings.json, read from the disk and edited as a person does: in the editor. */
export class SettingsFile {
  readonly #path: string;
  readonly #window: WorkbenchWindow;

  constructor({ server, window }: Workbench) {
    this.#path = join(server.dataFolder, 'user', 'User', 'settings.json');
    this.#window = window;
  }

  read(): string {
    return readFileSync(this.#path, 'utf8');
  }

  /** Replaces one piece of text, which has to be there, and saves. */
  async replace(old: string, text: string): Promise<void> {
    await this.#edit((before) => {
      if (!before.includes(old)) throw new Error(`The settings do not contain ${old}:\n${before}`);
      return before.replace(old, () => text);
    });
  }

  /** Adds a setting to a file without comments, and saves. */
  async set(key: string, value: unknown): Promise<void> {
    await this.#edit((before) => JSON.stringify({ ...JSON.parse(before), [key]: value }, null, 2));
  }

  /** The workbench may take the focus from the editor at any moment: then the whole edit is made again. */
  async #edit(change: (before: string) => string): Promise<void> {
    const text = change(this.read());
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#write(text);
      } catch (thrown) {
        if (attempt === 4) throw thrown;
        // Half an edit, or one that cannot be saved over a newer file, would be in the way.
        await this.#window.runCommand('File: Revert File');
      }
    }
  }

  async #write(text: string): Promise<void> {
    const { page } = this.#window;
    await this.#window.runCommand('Preferences: Open User Settings (JSON)');
    const editor = page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
    await editor.locator('.view-lines').click({ timeout: stepMs });
    await page.locator('.editor-instance .monaco-editor.focused').waitFor({ timeout: stepMs });
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+V');
    await this.#window.waitUntil('the editor to hold the new settings', () => this.#holds(text), stepMs);
    await page.keyboard.press('ControlOrMeta+S');
    await this.#window.waitUntil('the settings to be saved', async () => this.read() === text, stepMs);
  }

  /** The editor renders only the lines that can be seen; the clipboard takes them all. */
  async #holds(text: string): Promise<boolean> {
    const { page } = this.#window;
    await page.evaluate("navigator.clipboard.writeText('')");
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+C');
    return (await page.evaluate('navigator.clipboard.readText()')) === text;
  }
}
