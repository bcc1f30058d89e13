/** Commands of the journal. Rows are trusted for their operation ids only. */
import * as vscode from 'vscode';
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
      const target = await targetOf(id, ports);
      if (target) await verifyOutcome(target, ports, id);
      else {
        await ports.prompts.warn(
          vscode.l10n.t(
            'The identity of this reset is no longer configured as it was then, so nothing can be read. Nothing was sent. Put its project back as the entry says, or dismiss the outcome.',
          ),
        );
      }
      journalView.refresh();
    }),
    [commandIds.dismissJournalEntry]: onEntry(async (id) => {
      const target = await targetOf(id, ports);
      if (target) await dismissOutcome(target, ports, id);
      else await journal.dismiss(id);
      journalView.refresh();
    }),
    [commandIds.copyOperationId]: onEntry(async (id) => vscode.env.clipboard.writeText(id)),
  };
}

/** What the entry was about, if it is configured as it was: the same service at the same address. */
async function targetOf(operationId: string, { projects, stores }: JournalPorts): Promise<Target | undefined> {
  const found = await (await load()).findEntry(stores.journal, operationId);
  const target = found && projects.targets.get(found.entry.address.target);
  return target && isAbout(target, found.entry) ? target : undefined;
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
