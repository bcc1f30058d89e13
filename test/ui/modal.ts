import type { Locator, Page } from 'playwright-core';
import { linesOf, textOf } from './text';

/** The modal dialog of a window. Notifications are `dialog`s to assistive technology, too; these are the real ones. */
export class Modal {
  private readonly box: Locator;

  constructor(private readonly page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  /** Waits for the dialog and reads it. */
  async read(): Promise<{ readonly message: string; readonly detail: string; readonly buttons: readonly string[] }> {
    await this.box.waitFor();
    const detail = this.box.locator('.dialog-message-detail');
    return {
      message: await textOf(this.box.locator('.dialog-message-text')),
      detail: await linesOf(detail),
      buttons: await this.box.locator('.dialog-buttons').getByRole('button').allInnerTexts(),
    };
  }

  /** Presses the button of that exact name and waits until the dialog is gone or has made room for the next. */
  async press(button: string): Promise<void> {
    const message = await textOf(this.box.locator('.dialog-message-text'));
    await this.box.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    await this.box.filter({ hasText: message }).waitFor({ state: 'hidden' });
  }

  /** Presses a button after which the same dialog shows again, with that text in it. */
  async pressAndRead(button: string, text: RegExp): Promise<void> {
    await this.box.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    await this.box.filter({ hasText: text }).waitFor();
  }

  /** Closes the dialog with Escape. */
  async dismiss(): Promise<void> {
    await this.box.waitFor();
    await this.page.keyboard.press('Escape');
    await this.box.waitFor({ state: 'hidden' });
  }

  /** Whether a dialog is showing at this moment. */
  isShowing(): Promise<boolean> {
    return this.box.isVisible();
  }
}
