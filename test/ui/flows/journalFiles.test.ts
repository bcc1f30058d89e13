import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { companionFolder } from '../../../scripts/host/companion';
import { repoRoot } from '../../../scripts/host/paths';
import { type Target, targetAddress } from '../../../src/core/model';
import type { NewJournalEntry } from '../../../src/core/ports';
import { formatEvent } from '../../../src/storage/journalEvents';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import type { TreeView } from '../treeView';

const erin = 'erin.test@example.com';
const march = Date.UTC(2024, 2, 1, 12);
const minute = 60_000;

/** An entry about an identity of a project that nobody has any more. */
function entryOf(operationId: string, openedAt: number, identity = operationId): NewJournalEntry {
  const project = {
    id: 'gone',
    label: 'Shop (gone)',
    provider: 'googleDataPortability',
    endpoint: 'https://a.example',
  };
  const target = { project, identity: { id: identity, label: identity } };
  return {
    operationId,
    address: targetAddress(target as unknown as Target),
    projectLabel: project.label,
    identityLabel: identity,
    confirmedBy: 'modal',
    confirmedAt: openedAt,
    credentialStoredAt: openedAt,
    hints: {},
    openedAt,
  };
}

/** More than the view shows at first, and one that a window left open which has ended since. */
function writeJournal(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const old = Array.from({ length: 60 }, (_, at) => {
    const operationId = `old-${String(at).padStart(2, '0')}`;
    const entry = entryOf(operationId, march + at * minute);
    const outcome = {
      kind: 'verified',
      reason: { code: 'verified', params: {}, actions: [] },
      at: entry.openedAt,
    } as const;
    return formatEvent({ type: 'snapshot', operationId, entry, outcome });
  });
  writeFileSync(join(folder, 'archive-2024-03.jsonl'), `${old.join('\n')}\n`);
  const ended = { windowId: 'ended', pid: 2 ** 22 + 1, seenAt: march };
  const left = [
    formatEvent({ type: 'window', owner: ended }),
    formatEvent({ type: 'sending', entry: entryOf('left', march + 90 * minute, erin) }),
  ];
  writeFileSync(join(folder, 'window-ended.jsonl'), `${left.join('\n')}\n`);
}

describe('a journal of many entries in a real workbench', () => {
  let dataFolder: string;
  let folder: string;
  let workbench: Workbench;
  let journal: TreeView;

  before(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'reconsent-journal-'));
    folder = join(dataFolder, 'user', 'User', 'globalStorage', 'reconsent.reconsent', 'journal');
    writeJournal(folder);
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot, companionFolder],
      ownSandbox: true,
      dataFolder,
      size: { width: 1200, height: 760 },
      settings: { 'window.commandCenter': false },
    });
    await workbench.window.openReconsent();
    journal = workbench.window.tree('Journal');
    await workbench.window.widenSideBar(480);
    await workbench.window.runCommand('Reconsent: Show Journal');
  });

  after(async () => {
    await workbench?.close();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });

  const unknown = ({ description }: { readonly description: string }): boolean =>
    description.startsWith('outcome unknown ');

  it('says why one cannot be verified whose project is gone', () =>
    withEvidence(workbench, 'journal-gone', async () => {
      const { window } = workbench;
      await journal.waitForRow(erin, unknown, 60_000);
      await journal.menuAction(erin, 'Verify This Reset');
      const told = await window.notification('The identity of this reset is no longer configured as it was then');
      assert.match(await told.innerText(), /Nothing was sent\. Put its project back as the entry says, or dismiss/);
      await window.parkPointer();
      await window.screenshot('journal-gone');
      await window.clearNotifications();
      await journal.waitForRow(erin, unknown);
    }));

  it('dismisses it from its row', () =>
    withEvidence(workbench, 'journal-dismiss', async () => {
      const { window } = workbench;
      await journal.menuAction(erin, 'Dismiss This Outcome');
      await journal.waitForRow(erin, ({ description }) => description.startsWith('outcome unknown, dismissed · '));
      assert.deepEqual(await journal.menuItems(erin), ['Show Details', 'Copy Operation Id']);
      await window.parkPointer();
      await window.screenshot('journal-dismissed');
    }));

  it('shows older ones when asked, with the keyboard', () =>
    withEvidence(workbench, 'journal-older', async () => {
      const { window } = workbench;
      const { page } = window;
      await window.runCommand('Reconsent: Show Journal');
      await window.waitUntil('the end of the list', async () => {
        await page.keyboard.press('End');
        return (await journal.rows()).at(-1)?.label === 'Show Older…';
      });
      assert.ok(!(await journal.rows()).some(({ label }) => label === 'old-00'));
      await window.screenshot('journal-older');
      await page.keyboard.press('Enter');
      await window.waitUntil('the oldest entry', async () => {
        await page.keyboard.press('End');
        return (await journal.rows()).at(-1)?.label === 'old-00';
      });
    }));

  it('exports all of them as JSON Lines', () =>
    withEvidence(workbench, 'journal-json', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      const path = join(workbench.folder, 'journal.jsonl');
      await window.runCommand('Reconsent: Export Journal…');
      await quickInput.shown('Export the journal, 61 operations');
      await quickInput.choose('JSON Lines');
      await window.waitUntil('the save dialog', async () => (await quickInput.read()).value.endsWith('.jsonl'));
      await quickInput.type(path);
      await quickInput.accept();
      await window.page.getByText('61 operations exported').waitFor();
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      const rows = lines.map((line) => JSON.parse(line) as { readonly identity: string; readonly state: string });
      assert.equal(rows.length, 61);
      assert.deepEqual([rows[0]?.identity, rows[0]?.state], [erin, 'dismissed']);
      assert.deepEqual([rows.at(-1)?.identity, rows.at(-1)?.state], ['old-00', 'verified']);
    }));

  /** Closed and opened, the view reads anew. */
  async function reopen(): Promise<void> {
    const header = workbench.window.page.locator('.pane-header').filter({ hasText: 'Journal' });
    for (const expanded of ['false', 'true']) {
      await header.click();
      await header.and(workbench.window.page.locator(`[aria-expanded=${expanded}]`)).waitFor();
    }
  }

  it('says that some of it cannot be read, and that nothing was changed', () =>
    withEvidence(workbench, 'journal-some', async () => {
      const { window } = workbench;
      mkdirSync(join(folder, 'window-broken.jsonl'));
      await reopen();
      await window.page
        .getByText('Some of the journal cannot be read (EISDIR), so resets may be missing here.')
        .waitFor();
      assert.ok((await journal.rows()).length > 0, 'what can be read is shown');
      await window.parkPointer();
      await window.screenshot('journal-some');
      rmdirSync(join(folder, 'window-broken.jsonl'));
    }));

  it('does not say that nothing is recorded when none of it can be read', () =>
    withEvidence(workbench, 'journal-none', async () => {
      const { window } = workbench;
      const message = window.page.getByText('The journal cannot be read (ENOTDIR), so resets may have been recorded');
      renameSync(folder, `${folder}-away`);
      writeFileSync(folder, 'in its place');
      try {
        await reopen();
        await message.waitFor();
        assert.equal(await window.page.getByText('No reset has been recorded').isVisible(), false);
        await window.parkPointer();
        await window.screenshot('journal-none');
      } finally {
        unlinkSync(folder);
        renameSync(`${folder}-away`, folder);
      }
      await reopen();
      await window.waitUntil('the entries again', async () => (await journal.rows()).length > 0);
      await message.waitFor({ state: 'hidden' });
    }));
});
