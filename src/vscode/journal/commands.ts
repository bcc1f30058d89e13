/** Commands of the journal. Rows are trusted for their operation ids only. */
import * as vscode from 'vscode';
import type { FoundEntry } from '../../core/journalFilter';
import { type Target, targetAddress } from '../../core/model';
import type { JournalEntry } from '../../core/ports';
import { commandIds } from '../commandIds';
import { dismissOutcome, verifyOutcome } from '../commands/outcomes';
import { pageScheme } from './pages';
import type { JournalPorts } from './ports';

type JournalCommandId =
  | typeof commandIds.showJournal
  | typeof commandIds.filterJournal
  | typeof commandIds.clearJournalFilter
  | typeof commandIds.exportJournal
  | typeof commandIds.openJournalEntry
  | typeof commandIds.showOlderJournal
  | typeof commandIds.verifyJournalEntry
  | typeof commandIds.dismissJournalEntry
  | typeof commandIds.copyOperationId;

type Run = (argument: unknown) => Promise<void> | void;

export function journalCommands(ports: JournalPorts): Readonly<Record<JournalCommandId, Run>> {
  const { journalView } = ports;
  const { journal } = ports.stores;
  const onEntry =
    (act: (operationId: string) => Promise<void>): Run =>
    async (argument) => {
      const operationId = operationIdOf(argument);
      if (operationId !== undefined) await act(operationId);
    };
  return {
    [commandIds.showJournal]: async () => vscode.commands.executeCommand('reconsent.journal.focus'),
    [commandIds.filterJournal]: async () => {
      await vscode.commands.executeCommand('reconsent.journal.focus');
      await (await load()).filterJournal(ports);
    },
    [commandIds.clearJournalFilter]: () => journalView.setFilter(),
    [commandIds.exportJournal]: async () => (await load()).exportJournal(ports),
    [commandIds.openJournalEntry]: onEntry(async (id) =>
      (await load()).openEntry(id, pageScheme, { ...ports, journal }),
    ),
    [commandIds.showOlderJournal]: () => journalView.showOlder(),
    [commandIds.verifyJournalEntry]: onEntry(async (id) => {
      const found = await find(id, ports);
      const target = targetOf(found, ports);
      if (target) await verifyOutcome(target, ports, id);
      else await ports.prompts.warn(whyNotVerified(found));
      journalView.refresh();
    }),
    [commandIds.dismissJournalEntry]: onEntry(async (id) => {
      const target = targetOf(await find(id, ports), ports);
      if (target) await dismissOutcome(target, ports, id);
      else await journal.dismiss(id);
      journalView.refresh();
    }),
    [commandIds.copyOperationId]: onEntry(async (id) => vscode.env.clipboard.writeText(id)),
  };
}

async function find(operationId: string, { stores }: JournalPorts): Promise<FoundEntry> {
  return (await load()).findEntry(stores.journal, operationId);
}

/** What the entry was about, if it is configured as it was: the same service at the same address. */
function targetOf(found: FoundEntry, { projects }: JournalPorts): Target | undefined {
  if (found.kind !== 'found') return undefined;
  const target = projects.targets.get(found.entry.address.target);
  return target && isAbout(target, found.entry) ? target : undefined;
}

function whyNotVerified(found: FoundEntry): string {
  switch (found.kind) {
    case 'found':
      return vscode.l10n.t(
        'The identity of this reset is no longer configured as it was then, so nothing can be read. Nothing was sent. Put its project back as the entry says, or dismiss the outcome.',
      );
    case 'none':
      return vscode.l10n.t('The journal of this computer no longer has this reset. Nothing was sent.');
    case 'unreadable':
      return vscode.l10n.t(
        'The journal cannot be read ({0}), so it is not known what this reset was about. Nothing was sent. Make its folder readable and try again.',
        found.code,
      );
  }
}

function isAbout(target: Target, { address }: JournalEntry): boolean {
  const { provider, origin } = targetAddress(target);
  return provider === address.provider && origin === address.origin;
}

function operationIdOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('operationId' in argument)) return undefined;
  return typeof argument.operationId === 'string' && argument.operationId !== '' ? argument.operationId : undefined;
}

async function load() {
  return (await import('./journalActions')).journalActions;
}
