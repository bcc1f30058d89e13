import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { artifactsRoot, repoRoot } from '../../scripts/host/paths';
import { Modal } from './modal';
import { QuickInput } from './quickInput';
import { TreeView } from './treeView';
import { waitUntil } from './waiting';

/** One window of the workbench. Every method waits for what it needs and throws after the time-out. */
export class WorkbenchWindow {
  readonly quickInput: QuickInput;
  readonly modal: Modal;

  constructor(readonly page: Page) {
    this.quickInput = new QuickInput(page);
    this.modal = new Modal(page);
  }

  /** Loads the workbench and waits until its status bar is there. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.ready();
  }

  /** Reloads the window, as *Developer: Reload Window* does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  private async ready(): Promise<void> {
    await this.page.locator('.part.statusbar').waitFor({ timeout: 60_000 });
  }

  /** Shows the Reconsent container of the activity bar and returns its tree of that name. */
  async openReconsent(view = 'Consents'): Promise<TreeView> {
    const tab = this.page.locator('.part.activitybar').getByRole('tab', { name: /^Reconsent/ });
    await tab.waitFor({ timeout: 60_000 });
    // A click on the container that shows hides it, and after a reload the workbench shows it again in its own time.
    await waitUntil('the Reconsent container to show', async () => {
      if ((await tab.getAttribute('aria-selected')) === 'true') return true;
      await tab.click();
      const selected = tab.and(this.page.locator('[aria-selected=true]'));
      await selected.waitFor({ timeout: 2_000 }).catch(() => undefined);
      return undefined;
    });
    return this.tree(view);
  }

  /** The tree of a view that is shown, by the name in its title. */
  tree(view: string): TreeView {
    return new TreeView(this.page, view);
  }

  /** Runs a command by its title in the palette, for instance `Reconsent: Reset Consent…`. */
  async runCommand(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('F1');
      try {
        await this.quickInput.type(`>${title}`, 5_000);
        await this.quickInput.choose(title, 5_000);
        return;
      } catch (thrown) {
        // An editor that opens late takes the focus, and the palette goes with it: then it is opened again.
        if (attempt === 6) throw thrown;
        if (await this.quickInput.isShowing()) await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The titles that the palette offers for a text. */
  async offeredCommands(text: string): Promise<string[]> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('F1');
      try {
        await this.quickInput.type(`>${text}`, 5_000);
        break;
      } catch (thrown) {
        // As when a command is run: what opens or closes late takes the focus.
        if (attempt === 4) throw thrown;
      }
    }
    await this.page.locator('.quick-input-list [role=option]').first().waitFor();
    const titles = await this.quickInput.options();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** A button of a view's welcome content, or any other button by its exact name. */
  button(name: string): Locator {
    return this.page.locator('.part').getByRole('button', { name, exact: true });
  }

  /** A status-bar item of the extension, by the id it was created with. */
  statusItem(id: string): Locator {
    return this.page.locator(`.part.statusbar [id$=".${id}"]`);
  }

  /** The texts of the notifications that are showing, newest first. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  /** Waits for a notification that contains the text and returns it whole. */
  async notification(text: string | RegExp): Promise<Locator> {
    const found = this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
    await found.waitFor();
    return found;
  }

  /** Presses a button of a notification. */
  async pressInNotification(text: string | RegExp, button: string): Promise<void> {
    await (await this.notification(text)).getByRole('button', { name: button, exact: true }).click();
  }

  /** Closes all notifications. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  }

  /** Waits for a condition of your own. */
  waitUntil<T>(what: string, condition: () => Promise<T | undefined | false>, limitMs?: number): Promise<T> {
    return waitUntil(what, condition, limitMs);
  }

  /** Makes the side bar that wide, in CSS pixels, so that rows show their descriptions in full. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('The side bar is not showing');
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Takes the pointer off everything, so that a picture shows no hover. */
  async parkPointer(): Promise<void> {
    const size = this.page.viewportSize();
    const [x, y] = [(size?.width ?? 1280) - 2, Math.round((size?.height ?? 800) / 2)];
    // A hover that was about to appear does so after the pointer has left, and goes only when it moves again.
    await this.waitUntil('the hover to go', async () => {
      await this.page.mouse.move(x, y);
      await this.page.mouse.move(x, y + 4);
      return !(await this.page.locator('.monaco-hover:visible').first().isVisible());
    });
  }

  /**
   * Keeps a picture of the window as `.artifacts/ui/<name>.png`.
   *
   * @returns its path relative to the repository
   */
  async screenshot(name: string): Promise<string> {
    const folder = join(artifactsRoot, 'ui');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    return relative(repoRoot, path).replaceAll('\\', '/');
  }
}
