/** What is asked before a bulk, and what is said after it. Pure. */
import type { BulkItem, BulkProgress, BulkResult } from './bulkPreview';
import { plainText } from './foreignText';
import { localTime } from './localTime';
import { type Project, type Reason, type Target, type TargetKey, targetKey } from './model';
import { isGone, type OutcomeKind } from './outcome';
import { outcomeWord, reasonSentences } from './outcomeText';
import type { PresentationContext } from './presentation';
import { grantedNames } from './provider';

type Context = PresentationContext;

/** Up to so many stand in the question itself; more are read in a list before. */
export const namedAtMost = 8;

export interface BulkRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** Identities whose earlier reset has an outcome that is not known. */
export type EarlierUnknown = ReadonlySet<TargetKey>;

/** One line of the list: who, what is granted, and what would be lost. */
export function presentBulkItem(item: BulkItem, earlierUnknown: EarlierUnknown, context: Context): BulkRow {
  const { translate } = context;
  const granted = grantedNames(item.preview.grant).map((name) => plainText(name, 80));
  const more = granted.length > 3 ? ` ${translate('and {count} more', { count: String(granted.length - 3) })}` : '';
  return {
    label: nameOf(item.target),
    description: `${granted.slice(0, 3).join(', ')}${more}`,
    detail: remarksOf(item, earlierUnknown, context).join(' '),
  };
}

export function presentLeftOut({ target, outcome }: BulkResult, { translate, texts }: Context): BulkRow {
  return {
    label: nameOf(target),
    description: outcomeWord(outcome.kind, translate),
    detail: reasonSentences(outcome.reason, texts, translate).happened,
  };
}

export interface BulkQuestion {
  readonly message: string;
  readonly detail: string;
  readonly verb: string;
}

/** The one question. It names all of few; of many, that were read in a list, it counts. */
export function presentBulkQuestion(
  items: readonly BulkItem[],
  leftOut: readonly BulkResult[],
  earlierUnknown: EarlierUnknown,
  context: Context,
): BulkQuestion {
  const { translate } = context;
  const losing = items.filter(({ preview }) => preview.losses.length > 0);
  const count = String(items.length);
  const warning =
    losing.length > 0
      ? `${translate('With {count} of them something is lost, or may be: see below.', { count: String(losing.length) })} `
      : '';
  const question =
    items.length === 1 ? translate('Reset 1 consent?', {}) : translate('Reset {count} consents?', { count });
  const sections = [
    projectLines(items, context).join('\n'),
    listLines(items, earlierUnknown, context).join('\n'),
    effectLines(items, context).join('\n'),
    leftOutLines(leftOut, context).join('\n'),
    translate('This cannot be undone: only new consents give access again.', {}),
  ];
  return {
    message: `${warning}${question}`,
    detail: sections.filter((section) => section !== '').join('\n\n'),
    verb: items.length === 1 ? translate('Reset 1 Consent', {}) : translate('Reset {count} Consents', { count }),
  };
}

function projectLines(items: readonly BulkItem[], { translate }: Context): readonly string[] {
  const projects = new Map<string, { readonly project: Project; readonly sentTo: string; count: number }>();
  for (const { target, way } of items) {
    const { project } = target;
    const sentTo = way.sentTo?.(project) ?? project.endpoint;
    const known = projects.get(project.id) ?? { project, sentTo, count: 0 };
    projects.set(project.id, { ...known, count: known.count + 1 });
  }
  return [...projects.values()].map(({ project, sentTo, count }) =>
    translate('{project}: {count}, sent to {origin}', {
      project: plainText(project.label, 80),
      count: String(count),
      origin: sentTo,
    }),
  );
}

/** All of few; of many the first names, and those that would lose something, as far as there is room. */
function listLines(items: readonly BulkItem[], earlierUnknown: EarlierUnknown, context: Context): readonly string[] {
  const { translate } = context;
  const line = (item: BulkItem, remarks = remarksOf): string =>
    [`• ${nameOf(item.target)}`, ...remarks(item, earlierUnknown, context)].join('  ');
  if (items.length <= namedAtMost) return items.map((item) => line(item));
  const andMore = (count: number): string => translate('and {count} more', { count: String(count) });
  const marked = items.filter((item) => remarksOf(item, earlierUnknown, context).length > 0);
  const first = items.slice(0, namedAtMost).map(({ target }) => nameOf(target));
  return [
    `${first.join(', ')} ${andMore(items.length - first.length)}`,
    ...marked.slice(0, namedAtMost).map((item) => line(item, shortRemarks)),
    ...(marked.length > namedAtMost ? [`• ${andMore(marked.length - namedAtMost)}`] : []),
  ];
}

/** What an operation does besides, each sentence once. */
function effectLines(items: readonly BulkItem[], context: Context): readonly string[] {
  const sentences = items.flatMap(({ preview }) => preview.effects.map((effect) => happened(effect, context)));
  return [...new Set(sentences)].slice(0, namedAtMost);
}

function leftOutLines(leftOut: readonly BulkResult[], context: Context): readonly string[] {
  const { translate } = context;
  if (leftOut.length === 0) return [];
  const line = (result: BulkResult): string => {
    const { label, detail } = presentLeftOut(result, context);
    return `• ${label}  ${detail}`;
  };
  const more = leftOut.length - namedAtMost;
  return [
    translate('Left out, nothing is sent for them: {count}', { count: String(leftOut.length) }),
    ...leftOut.slice(0, namedAtMost).map(line),
    ...(more > 0 ? [`• ${translate('and {count} more', { count: String(more) })}`] : []),
  ];
}

function remarksOf({ target, preview }: BulkItem, earlierUnknown: EarlierUnknown, context: Context): readonly string[] {
  const unknown = earlierUnknown.has(targetKey(target))
    ? [context.translate('The outcome of an earlier reset is still unknown. Better verify that one first.', {})]
    : [];
  return [...unknown, ...preview.losses.map((loss) => happened(loss, context))];
}

/** The sum of what is lost, which stands first; each single thing was read in the list before. */
function shortRemarks(item: BulkItem, earlierUnknown: EarlierUnknown, context: Context): readonly string[] {
  const { preview } = item;
  return remarksOf({ ...item, preview: { ...preview, losses: preview.losses.slice(0, 1) } }, earlierUnknown, context);
}

function happened(why: Reason, { texts, translate }: Context): string {
  return reasonSentences(why, texts, translate).happened;
}

export function nameOf({ identity }: Target): string {
  return plainText(identity.label, 120);
}

/** `37 of 120`, and until when it waits. */
export function presentBulkProgress({ done, total, waitingUntil }: BulkProgress, { translate, now }: Context): string {
  if (waitingUntil === undefined) return translate('{done} of {total}', { done: String(done), total: String(total) });
  return translate('{done} of {total}, waiting until {time} for the quota of the service', {
    done: String(done),
    total: String(total),
    time: localTime(waitingUntil, now),
  });
}

const order: readonly OutcomeKind[] = [
  'verified',
  'accepted',
  'already-reset',
  'not-reset',
  'unknown',
  'refused',
  'unsupported',
  'not-sent',
  'cancelled',
];

/** `117 verified, 2 refused, 1 outcome unknown`: every result counts once. */
export function presentCounts(results: readonly BulkResult[], { translate }: Pick<Context, 'translate'>): string {
  return order
    .map((kind) => [kind, results.filter(({ outcome }) => outcome.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${outcomeWord(kind, translate)}`)
    .join(', ');
}

/** What became of a bulk that did not end all it was about, in a sentence or two. */
export function presentBulkSummary(results: readonly BulkResult[], context: Pick<Context, 'translate'>): string {
  const { translate } = context;
  const rest = results.filter(({ outcome }) => !isGone(outcome.kind));
  const [count, total] = [String(results.length - rest.length), String(results.length)];
  const others = presentCounts(rest, context);
  if (results.length === 1) return translate('The consent is not known to be reset: {others}.', { others });
  switch (count) {
    case '0':
      return translate('None of the {total} consents is known to be reset: {others}.', { total, others });
    case '1':
      return translate('1 of {total} consents is reset. The others: {others}.', { total, others });
    default:
      return translate('{count} of {total} consents are reset. The others: {others}.', { count, total, others });
  }
}

/** The whole truth as lines of plain text: first what needs a look, then who was left out, then the rest. */
export function presentBulkReport(
  results: readonly BulkResult[],
  leftOut: readonly BulkResult[],
  context: Context,
): readonly string[] {
  const { translate, texts } = context;
  const sentences = (why: Reason): readonly string[] => {
    const { happened: first, notHappened, remedy } = reasonSentences(why, texts, translate);
    return [first, notHappened, remedy].filter((one) => one !== undefined).map((one) => `    ${one}`);
  };
  const line = ({ target, outcome }: BulkResult): readonly string[] => [
    translate('{identity} ({project}): {outcome}', {
      identity: nameOf(target),
      project: plainText(target.project.label, 80),
      outcome: outcomeWord(outcome.kind, translate),
    }),
    ...sentences(outcome.reason),
  ];
  const section = (title: string, list: readonly BulkResult[]): readonly string[] =>
    list.length === 0 ? [] : ['', title, '', ...list.flatMap(line)];
  const gone = results.filter(({ outcome }) => outcome.kind === 'verified');
  const others = results.filter(({ outcome }) => outcome.kind !== 'verified');
  return [
    presentCounts(results, context),
    ...section(translate('Not verified ({count})', { count: String(others.length) }), others),
    ...section(translate('Left out, nothing was sent for them ({count})', { count: String(leftOut.length) }), leftOut),
    ...section(translate('Verified ({count})', { count: String(gone.length) }), gone),
  ];
}
