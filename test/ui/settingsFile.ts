import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from './driver';
import type { WorkbenchWindow } from './window';

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
    const before = this.read();
    if (!before.includes(old)) throw new Error(`The settings do not contain ${old}:\n${before}`);
    await this.#write(before.replace(old, () => text));
  }

  /** Adds a setting to a file without comments, and saves. */
  async set(key: string, value: unknown): Promise<void> {
    await this.#write(JSON.stringify({ ...JSON.parse(this.read()), [key]: value }, null, 2));
  }

  async #write(text: string): Promise<void> {
    const { page } = this.#window;
    await this.#window.runCommand('Preferences: Open User Settings (JSON)');
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+V');
    await this.#window.waitUntil('the settings to be saved', async () => {
      await page.keyboard.press('ControlOrMeta+S');
      return this.read() === text;
    });
  }
}
