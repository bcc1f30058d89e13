import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { textOf } from './text';
import { waitUntil } from './waiting';

/** The quick pick or input box at the top of a window; there is at most one. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly field: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
    this.field = this.widget.locator('.quick-input-box input');
  }

  /** Waits until it shows, with that title where one is given. */
  async shown(title?: string | RegExp): Promise<void> {
    await this.field.waitFor();
    if (title !== undefined) await this.widget.locator('.quick-input-title').filter({ hasText: title }).waitFor();
  }

  /** The title, and the message below the field: the prompt or what is wrong with the input. */
  async read(): Promise<{ readonly title: string; readonly message: string; readonly value: string }> {
    await this.field.waitFor();
    return {
      title: await this.title(),
      message: (await this.widget.locator('.quick-input-message').textContent()) ?? '',
      value: await this.field.inputValue(),
    };
  }

  /** Replaces what is in the field. */
  async type(text: string, withinMs = 30_000): Promise<void> {
    await this.field.waitFor({ timeout: withinMs });
    await this.field.fill(text, { timeout: withinMs });
  }

  /** Confirms with Enter. */
  async accept(): Promise<void> {
    await this.field.press('Enter');
  }

  /** Types into the input box, confirms, and waits until it has gone or has made room for the next step. */
  async enter(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /** Chooses a folder in the file dialog, which fills the field with a path of its own after it has opened. */
  async enterFolder(path: string): Promise<void> {
    await waitUntil('the path of the file dialog', async () => (await this.field.inputValue()) !== '');
    await waitUntil('the folder to be taken', async () => {
      if ((await this.field.inputValue()) !== path) await this.type(path);
      // The list below follows what is typed; only then the dialog knows the folder.
      const { message, value } = await this.read();
      return value === path && !/does not exist/.test(message);
    });
    await this.accept();
  }

  /** Leaves with Escape. */
  async dismiss(): Promise<void> {
    await this.field.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Whether what is typed is hidden. */
  async hidesInput(): Promise<boolean> {
    await this.field.waitFor();
    return (await this.field.getAttribute('type')) === 'password';
  }

  /** The labels of the choices that are rendered. */
  async options(): Promise<string[]> {
    const options = this.widget.locator('.quick-input-list [role=option]');
    const labels: string[] = [];
    for (const option of await options.all()) labels.push(await labelOf(option));
    return labels;
  }

  /** The label of the choice that Enter takes. */
  async active(): Promise<string> {
    return labelOf(this.widget.locator('.quick-input-list .monaco-list-row.focused'));
  }

  /**
   * Chooses the entry with that exact label, and waits until its list has gone or made room for the next step: what is typed
   * before would go into this one. A list that is filled anew just then loses the click: then it is clicked again.
   */
  async choose(label: string, withinMs = 30_000): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const option = await this.option(label, withinMs);
      const title = await this.title();
      await option.click({ timeout: withinMs });
      if (await this.hasLeft(option, title)) return;
    }
  }

  private async hasLeft(option: Locator, title: string): Promise<boolean> {
    const deadline = performance.now() + 3_000;
    while (performance.now() < deadline) {
      if (!(await option.isVisible()) || (await this.title()) !== title) return true;
      await delay(50);
    }
    return false;
  }

  private async title(): Promise<string> {
    return (await this.widget.locator('.quick-input-title').textContent()) ?? '';
  }

  async isShowing(): Promise<boolean> {
    return this.widget.isVisible();
  }

  /** Sets or clears the check box of the entry with that exact label, in a list of several choices. */
  async check(label: string, checked = true): Promise<void> {
    const row = await this.option(label);
    if ((await row.getAttribute('aria-checked')) !== String(checked)) await row.click();
  }

  /** Presses a button of the title bar, for instance `Back`. */
  async pressButton(name: string): Promise<void> {
    // Its name may end with its keyboard shortcut.
    const named = new RegExp(`^${escapeText(name)}( \\(|$)`);
    await this.widget.locator('.quick-input-titlebar').getByRole('button', { name: named }).click();
  }

  private async option(label: string, withinMs = 30_000): Promise<Locator> {
    // Not by role: in a list of several choices the rows are check boxes.
    const rows = this.widget.locator('.quick-input-list .monaco-list-row');
    const exact = rows.filter({
      has: this.page
        .locator('.quick-input-list-label .label-name, .quick-input-list-rows > div:first-child .label-name')
        .filter({ hasText: new RegExp(`^\\s*${escapeText(label)}\\s*$`) }),
    });
    await exact.first().waitFor({ timeout: withinMs });
    return exact.first();
  }
}

function labelOf(option: Locator): Promise<string> {
  return textOf(option.locator('.label-name').first());
}

function escapeText(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
