/** The modal before something that cannot be undone. Pure. */
import { plainText } from './foreignText';
import type { Reason, Target } from './model';
import { reasonSentences } from './outcomeText';
import type { PresentationContext } from './presentation';
import { type GrantSummary, grantedNames, type ResetWay } from './provider';
import { type Requester, requesterLine } from './requester';

export interface ConfirmedPreview {
  readonly losses: readonly Reason[];
  readonly effects: readonly Reason[];
  readonly grant: Pick<GrantSummary, 'timeBased' | 'oneTime' | 'grants'>;
}

export interface ConfirmationCircumstances {
  readonly way: ResetWay;
  /** The outcome of an earlier reset is not known. */
  readonly earlierUnknown: boolean;
  /** Whether there is such a one cannot be told: the system's code of why the journal cannot be read. */
  readonly unreadableJournal?: string | undefined;
  /** It was confirmed before, and what would be lost has changed since. */
  readonly changed: boolean;
  /** Who asks, when it is not the user in our own views. */
  readonly requestedBy?: Requester | undefined;
}

/** What is asked, and the lines below it. When something would be lost, the question begins with that. */
export function presentConfirmation(
  target: Target,
  preview: ConfirmedPreview,
  { way, earlierUnknown, unreadableJournal: code, changed, requestedBy }: ConfirmationCircumstances,
  { translate, texts }: Omit<PresentationContext, 'now'>,
): { readonly message: string; readonly detail: string } {
  const happened = (line: Reason): string => reasonSentences(line, texts, translate).happened;
  const question = translate(way.question, {
    identity: plainText(target.identity.label, 120),
    project: plainText(target.project.label, 120),
  });
  const [sum, ...each] = preview.losses;
  const granted = way.lossesNameGrants ? [] : grantedNames(preview.grant);
  const scopes = granted.map((name) => plainText(name, 80));
  const shown = scopes.slice(0, 6).join(', ');
  const more = scopes.length > 6 ? translate('and {count} more', { count: String(scopes.length - 6) }) : '';
  const lines = [
    ...(requestedBy ? [requesterLine(requestedBy, translate)] : []),
    ...(changed ? [translate('What would be lost has changed since you confirmed. Nothing was sent.', {})] : []),
    ...(earlierUnknown
      ? [translate('The outcome of an earlier reset is still unknown. Better verify that one first.', {})]
      : []),
    ...(code !== undefined && !earlierUnknown
      ? [
          translate(
            'The journal cannot be read ({code}), so an earlier reset may have ended without a known outcome. Better make it readable first.',
            { code },
          ),
        ]
      : []),
    ...each.map(happened),
    ...preview.effects.map(happened),
    ...(scopes.length > 0
      ? [translate('Granted now: {scopes}', { scopes: [shown, more].filter(Boolean).join(' ') })]
      : []),
    translate('Sent to {origin}. This cannot be undone: only a new consent gives access again.', {
      origin: way.sentTo?.(target.project) ?? target.project.endpoint,
    }),
  ];
  return { message: sum ? `${happened(sum)} ${question}` : question, detail: lines.join('\n\n') };
}
