/** Which entries of the journal are shown or exported. Pure. */
import { plainText } from './foreignText';
import { type EntryState, entryState, entryStateWord } from './journalPresentation';
import type { TargetKey } from './model';
import { type ReasonTexts, reasonParagraph, type Translate } from './outcomeText';
import type { Journal, JournalEntry } from './ports';

/** All that is given has to fit. Entries are told apart by keys: the labels of a project or identity may have changed. */
export interface JournalFilter {
  /** As in {@link projectOf}. */
  readonly project?: string;
  readonly identity?: TargetKey;
  readonly outcome?: EntryState;
  /** Found in a label, origin, id, outcome or explanation, in letters of any case. */
  readonly text?: string;
}

export interface FilterTexts {
  readonly texts: ReasonTexts;
  readonly translate: Translate;
}

/** The project's part of a {@link TargetKey}. */
export function projectOf({ address }: JournalEntry): string {
  return address.target.slice(0, address.target.indexOf('/') + 1);
}

export function isFiltering(filter: JournalFilter): boolean {
  return Object.keys(filter).length > 0;
}

export function matchesFilter(
  entry: JournalEntry,
  state: EntryState,
  filter: JournalFilter,
  { texts, translate }: FilterTexts,
): boolean {
  if (filter.project !== undefined && projectOf(entry) !== filter.project) return false;
  if (filter.identity !== undefined && entry.address.target !== filter.identity) return false;
  if (filter.outcome !== undefined && state !== filter.outcome) return false;
  if (filter.text === undefined) return true;
  const why = entry.outcome ? reasonParagraph(entry.outcome.reason, texts, translate) : '';
  const { provider, origin } = entry.address;
  const { identityLabel, projectLabel, operationId } = entry;
  const outcome = entryStateWord(state, translate);
  const searched = [identityLabel, projectLabel, provider, origin, operationId, outcome, why].join('\n');
  return searched.toLowerCase().includes(filter.text.toLowerCase());
}

export interface StatedEntry {
  readonly entry: JournalEntry;
  readonly state: EntryState;
}

export interface Found {
  readonly entries: readonly StatedEntry[];
  /** There may be older ones. */
  readonly more: boolean;
  /** As in {@link JournalReading}: what is missing here may still be recorded. */
  readonly unreadable?: string;
}

export type FoundEntry =
  | ({ readonly kind: 'found' } & StatedEntry)
  | { readonly kind: 'none' }
  /** The entry may be in what cannot be read. */
  | { readonly kind: 'unreadable'; readonly code: string };

/** What one call reads at most for the first matches; further ones are found when the user asks for older entries. */
const readAtMost = 20_000;

type Source = Pick<Journal, 'read' | 'unfinished'>;

/**
 * The newest matches, newest first: at least `wanted`, if there are as many among those read. The journal is read from its
 * end, and no further than needed.
 */
export async function findEntries(
  journal: Source,
  filter: JournalFilter,
  wanted: number,
  context: FilterTexts,
): Promise<Found> {
  const fits = ({ entry, state }: StatedEntry): boolean => matchesFilter(entry, state, filter, context);
  return search(journal, wanted, Math.max(readAtMost, wanted), fits);
}

/** The entry of that id, however old. */
export async function findEntry(journal: Source, operationId: string): Promise<FoundEntry> {
  const isIt = ({ entry }: StatedEntry): boolean => entry.operationId === operationId;
  const { entries, unreadable } = await search(journal, 1, Number.POSITIVE_INFINITY, isIt);
  const [found] = entries;
  if (found) return { kind: 'found', ...found };
  return unreadable === undefined ? { kind: 'none' } : { kind: 'unreadable', code: unreadable };
}

async function search(
  journal: Source,
  wanted: number,
  atMost: number,
  fits: (one: StatedEntry) => boolean,
): Promise<Found> {
  // Asked first: what begins in between is then taken for running, and not for left open.
  const open = new Set((await journal.unfinished()).map(({ operationId }) => operationId));
  for (let limit = Math.max(wanted, 50) + 1; ; limit *= 4) {
    const { entries, unreadable } = await journal.read(limit);
    const found = entries.map((entry) => ({ entry, state: entryState(entry, open) })).filter(fits);
    const all = entries.length < limit;
    if (all || found.length > wanted || limit >= atMost) {
      return {
        entries: found.slice(0, wanted),
        more: !all || found.length > wanted,
        ...(unreadable !== undefined && { unreadable }),
      };
    }
  }
}

/** What the filter says, for the line beside the view's title. `names` are those of the chosen project and identity. */
export function filterWords({ outcome, text }: JournalFilter, names: readonly string[], translate: Translate): string {
  const parts = names.map((name) => plainText(name, 60));
  if (outcome !== undefined) parts.push(entryStateWord(outcome, translate));
  if (text !== undefined) parts.push(`"${plainText(text, 40)}"`);
  return parts.join(' · ');
}
