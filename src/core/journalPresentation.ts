/** Journal entry → what a row, its tooltip or a screen reader says. Pure. */
import { plainText } from './foreignText';
import { localTime } from './localTime';
import type { OutcomeKind } from './outcome';
import { outcomeWord, reasonParagraph, type Translate } from './outcomeText';
import type { JournalEntry } from './ports';
import type { IconPresentation, PresentationContext } from './presentation';

/** How an operation stands: its outcome; still under way in some window; or open, and put aside by the user. */
export type EntryState = OutcomeKind | 'running' | 'dismissed';

/** `open` are the ids of those that no living window is working on and whose result is not known. */
export function entryState(entry: JournalEntry, open: ReadonlySet<string>): EntryState {
  const { outcome } = entry;
  if (outcome && outcome.kind !== 'unknown') return outcome.kind;
  if (entry.dismissed) return 'dismissed';
  return outcome || open.has(entry.operationId) ? 'unknown' : 'running';
}

export function entryStateWord(state: EntryState, translate: Translate): string {
  switch (state) {
    case 'running':
      return translate('under way', {});
    case 'dismissed':
      return translate('outcome unknown, dismissed', {});
    default:
      return outcomeWord(state, translate);
  }
}

const icons: Readonly<Record<EntryState, IconPresentation>> = {
  verified: { id: 'pass', color: 'charts.green' },
  accepted: { id: 'check' },
  'already-reset': { id: 'circle-large-outline' },
  'not-reset': { id: 'warning', color: 'list.warningForeground' },
  refused: { id: 'error', color: 'list.errorForeground' },
  'not-sent': { id: 'circle-slash' },
  unknown: { id: 'question', color: 'list.warningForeground' },
  unsupported: { id: 'warning', color: 'list.warningForeground' },
  cancelled: { id: 'circle-slash' },
  running: { id: 'loading~spin' },
  dismissed: { id: 'question' },
};

export interface EntryPresentation {
  readonly label: string;
  readonly description: string;
  readonly icon: IconPresentation;
  /** Paragraphs of plain text. */
  readonly tooltip: readonly string[];
  /** Flags for `when` clauses, each between semicolons. */
  readonly contextValue: string;
  readonly ariaLabel: string;
}

export function presentEntry(
  entry: JournalEntry,
  state: EntryState,
  context: Omit<PresentationContext, 'flagsOf'>,
): EntryPresentation {
  const { now, texts, translate } = context;
  const identity = plainText(entry.identityLabel, 120);
  const project = plainText(entry.projectLabel, 120);
  const outcome = entryStateWord(state, translate);
  const time = localTime(entry.openedAt, now);
  const tooltip = [translate('{identity} in {project}', { identity, project }), `${outcome} · ${time}`];
  if (entry.outcome) tooltip.push(reasonParagraph(entry.outcome.reason, texts, translate));
  return {
    label: identity,
    // What says most stands where a narrow side bar cuts it off last.
    description: `${outcome} · ${time} · ${project}`,
    icon: icons[state],
    tooltip,
    contextValue: state === 'unknown' ? ';journalEntry;settleable;' : ';journalEntry;',
    ariaLabel: translate('{identity}, {outcome}, {time}, project {project}', { identity, outcome, time, project }),
  };
}
