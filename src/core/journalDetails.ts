/** Journal entry → the page with all its facts. Pure. */
import { plainText } from './foreignText';
import { type EntryState, entryStateWord } from './journalPresentation';
import { localTime } from './localTime';
import { type ReasonTexts, reasonSentences, type Translate } from './outcomeText';
import type { JournalEntry } from './ports';

export interface DetailContext {
  readonly texts: ReasonTexts;
  readonly translate: Translate;
  /** What the provider is called; its id where it is not known any more. */
  readonly service: string;
  /** What the way that was taken is called. */
  readonly way: string | undefined;
}

/** Lines of plain text: a title, what happened, then the facts in two columns. */
export function entryPage(entry: JournalEntry, state: EntryState, context: DetailContext): string {
  const { translate } = context;
  const title = translate('Reset of {identity} in {project}', {
    identity: plainText(entry.identityLabel, 120),
    project: plainText(entry.projectLabel, 120),
  });
  const paragraphs = [title, ...explanation(entry, state, context)];
  return `${paragraphs.join('\n\n')}\n\n${columns(facts(entry, state, context)).join('\n')}\n`;
}

function explanation(entry: JournalEntry, state: EntryState, { texts, translate }: DetailContext): readonly string[] {
  if (!entry.outcome) {
    if (state === 'running') return [translate('A window is working on it.', {})];
    const end = translate(
      'No window noted how it ended. The request may have been carried out; it is not sent again.',
      {},
    );
    return state === 'dismissed' ? [end] : [end, translate('Verify reads whether the consent is gone.', {})];
  }
  const { happened, notHappened, remedy } = reasonSentences(entry.outcome.reason, texts, translate);
  // Who has dismissed it is done with it: advice to verify or dismiss would be late.
  return [happened, notHappened, state === 'dismissed' ? undefined : remedy].filter(
    (sentence) => sentence !== undefined,
  );
}

type Fact = readonly [name: string, value: string];

function facts(entry: JournalEntry, state: EntryState, context: DetailContext): readonly Fact[] {
  const { translate } = context;
  const { outcome, sentAt } = entry;
  const all: (Fact | undefined)[] = [
    [translate('Outcome', {}), entryStateWord(state, translate)],
    [translate('Identity', {}), plainText(entry.identityLabel)],
    [translate('Project', {}), plainText(entry.projectLabel)],
    [translate('Key', {}), plainText(entry.address.target)],
    [translate('Service', {}), plainText(context.service)],
    [translate('Address', {}), plainText(entry.address.origin)],
    context.way === undefined ? undefined : [translate('Way', {}), plainText(context.way)],
    entry.requestedBy === undefined ? undefined : [translate('Requested by', {}), plainText(entry.requestedBy)],
    [translate('Confirmed by', {}), confirmedBy(entry, translate)],
    [translate('Confirmed', {}), localTime(entry.confirmedAt)],
    [translate('Recorded', {}), translate('{time}, before anything was sent', { time: localTime(entry.openedAt) })],
    [translate('Request left', {}), sentAt === undefined ? translate('not recorded', {}) : localTime(sentAt)],
    [translate('Closed', {}), outcome ? localTime(outcome.at) : translate('not yet', {})],
    [translate('Sign-in of', {}), localTime(entry.credentialStoredAt)],
    outcome ? [translate('Reason', {}), plainText(outcome.reason.code)] : undefined,
    [translate('Operation id', {}), plainText(entry.operationId)],
  ];
  return all.filter((fact) => fact !== undefined);
}

function confirmedBy({ confirmedBy }: JournalEntry, translate: Translate): string {
  switch (confirmedBy) {
    case 'modal':
      return translate('a person, in the question before it', {});
    case 'task-allowance':
      return translate('an allowance for tasks', {});
  }
}

function columns(rows: readonly Fact[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
