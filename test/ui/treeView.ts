import type { Locator, Page } from 'playwright-core';
import { linesOf, textOf } from './text';
import { waitUntil } from './waiting';

/** A row of a tree as it is shown. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  /** 1 for the outermost rows. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
}

/** A tree view of the side bar. */
export class TreeView {
  private readonly tree: Locator;
  private readonly menu: Locator;

  constructor(
    private readonly page: Page,
    private readonly name: string,
  ) {
    this.tree = page.getByRole('tree', { name, exact: true });
    // The menu bar has `menuitem`s, too.
    this.menu = page.locator('.monaco-menu').getByRole('menuitem');
  }

  /** The rows that are rendered now, from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    const rows: TreeRow[] = [];
    for (const row of await this.tree.getByRole('treeitem').all()) {
      const read = await readRow(row);
      if (read) rows.push(read);
    }
    return rows;
  }

  /** Waits for the row of that label that meets the condition. */
  waitForRow(label: string, condition: (row: TreeRow) => boolean = () => true, limitMs?: number): Promise<TreeRow> {
    return waitUntil(
      `a row "${label}" as expected in ${this.name}`,
      async () => (await this.rows()).find((row) => row.label === label && condition(row)),
      limitMs,
    );
  }

  /** The row of that exact label. */
  row(label: string): Locator {
    const name = this.page.locator('.label-name').getByText(label, { exact: true });
    return this.tree.getByRole('treeitem').filter({ has: name }).first();
  }

  async select(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** Opens a row that is closed. */
  async expand(label: string): Promise<void> {
    const row = this.row(label);
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
    await this.waitForRow(label, ({ expanded }) => expanded === true);
  }

  /** The names of the actions that a row shows while the pointer is over it. */
  async inlineActions(label: string): Promise<string[]> {
    const row = this.row(label);
    await row.hover();
    const names: string[] = [];
    for (const action of await row.locator('.actions .action-label').all()) {
      names.push((await action.getAttribute('aria-label')) ?? '');
    }
    return names;
  }

  /** Clicks an action that the row shows while the pointer is over it. */
  async inlineAction(label: string, action: string): Promise<void> {
    const row = this.row(label);
    const button = row.locator('.actions').getByRole('button', { name: action, exact: true });
    for (let attempt = 1; ; attempt++) {
      await row.hover();
      try {
        await button.click({ timeout: 3_000 });
        return;
      } catch (thrown) {
        // Rows that came meanwhile have moved it away from the pointer.
        if (attempt === 8) throw thrown;
      }
    }
  }

  /** Opens the context menu of a row and reads its entries. */
  async menuItems(label: string): Promise<string[]> {
    await this.openMenu(label);
    const names: string[] = [];
    for (const item of await this.menu.all()) {
      const name = await item.locator('.action-label').first().getAttribute('aria-label');
      if (name) names.push(name);
    }
    await this.page.keyboard.press('Escape');
    await this.menu.first().waitFor({ state: 'hidden' });
    return names;
  }

  /** Chooses an entry of the context menu of a row. */
  async menuAction(label: string, item: string): Promise<void> {
    await this.openMenu(label);
    await this.menu.filter({ has: this.page.getByLabel(item, { exact: true }) }).hover();
    // A menu ignores clicks for a moment after it opened, in case the button that opened it is still being released.
    await this.page.keyboard.press('Enter');
  }

  private async openMenu(label: string): Promise<void> {
    await this.row(label).click({ button: 'right' });
    await this.menu.first().waitFor();
  }

  /** The tooltip of a row: waits for the hover to appear and reads it. */
  async tooltip(label: string): Promise<string> {
    await this.row(label).locator('.label-name').hover();
    const hover = this.page.locator('.monaco-hover:visible, .workbench-hover:visible').first();
    await hover.waitFor();
    return linesOf(hover);
  }
}

/** Undefined when the row went away while it was read. */
async function readRow(row: Locator): Promise<TreeRow | undefined> {
  const limit = { timeout: 500 };
  try {
    const expanded = await row.getAttribute('aria-expanded', limit);
    const description = row.locator('.label-description');
    return {
      label: await textOf(row.locator('.label-name'), limit),
      description: (await description.count()) > 0 ? await textOf(description, limit) : '',
      ariaLabel: (await row.getAttribute('aria-label', limit)) ?? '',
      level: Number(await row.getAttribute('aria-level', limit)),
      expanded: expanded === null ? undefined : expanded === 'true',
    };
  } catch {
    return undefined;
  }
}
