/** The rows below an identity. Pure. */
import type { ConsentState, IdentityState } from './consentStore';
import { plainText } from './foreignText';
import { presentJobs } from './jobPresentation';
import { localTime } from './localTime';
import type { Reason } from './model';
import { needsAttention } from './outcome';
import { outcomeWord, reasonSentences } from './outcomeText';
import { consentReason, duration, type IconPresentation, isUnfinished, type PresentationContext } from './presentation';
import type { CredentialSummary } from './provider';
import { spokenRow } from './spokenText';

export interface DetailPresentation {
  /** Stable among the details of one identity. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: IconPresentation;
  /** What its icon says is in it as words. */
  readonly ariaLabel: string;
  /** The archive job of the row, and its flags for `when` clauses, each between semicolons. */
  readonly job?: { readonly jobId: string; readonly contextValue: string };
}

export function presentDetails(state: IdentityState, context: PresentationContext): readonly DetailPresentation[] {
  const { translate, now } = context;
  const rows: DetailPresentation[] = [];
  if (state.unfinished) rows.push(...sentenceRows('unfinished', state.unfinished.reason, context));
  if (state.lastOutcome && !isUnfinished(state.lastOutcome, state)) {
    const label = translate('Last reset: {outcome}', { outcome: outcomeWord(state.lastOutcome.kind, translate) });
    const description = localTime(state.lastOutcome.at, now);
    const icon = { id: needsAttention(state.lastOutcome.kind) ? 'warning' : 'history' };
    rows.push({ id: 'last-outcome', label, description, icon, ariaLabel: spokenRow(label, description) });
    rows.push(...sentenceRows('outcome', state.lastOutcome.reason, context));
  }
  const why = consentReason(state.consent);
  if (why && why.code !== state.lastOutcome?.reason.code) rows.push(...sentenceRows('consent', why, context));
  if (state.consent.kind === 'granted') rows.push(...grantRows(state.consent, context));
  rows.push(...presentJobs(state, context));
  if (state.unattended) {
    const label = translate('Unattended reset', {});
    const description = translate('allowed for tasks of this folder', {});
    rows.push({
      id: 'unattended',
      label,
      description,
      icon: { id: 'run-all' },
      ariaLabel: spokenRow(label, description),
    });
  }
  return rows;
}

function grantRows(
  { grant, unusable }: Extract<ConsentState, { kind: 'granted' }>,
  context: PresentationContext,
): readonly DetailPresentation[] {
  const { translate } = context;
  const timed = translate('time-based', {});
  const once = translate('one time', {});
  return [
    ...grant.timeBased.map((name) => scopeRow(name, timed, context)),
    ...grant.oneTime.map((name) => scopeRow(name, once, context)),
    ...(grant.grants?.names ?? []).map((name) => grantRow(name, context)),
    ...grant.credentials.map((one) => credentialRow(one, grant.credentials.length > 1, context)),
    ...unusable.flatMap((why, index) => sentenceRows(`unusable-${index}`, why, context)),
  ];
}

function scopeRow(name: string, access: string, { translate }: PresentationContext): DetailPresentation {
  const label = plainText(name, 80);
  const ariaLabel = translate('Scope {name}, {access}', { name: label, access });
  return { id: `scope:${name}`, label, description: access, icon: { id: 'shield' }, ariaLabel };
}

function grantRow(name: string, { translate }: PresentationContext): DetailPresentation {
  const label = plainText(name, 80);
  const description = translate('grant', {});
  return { id: `scope:${name}`, label, description, icon: { id: 'shield' }, ariaLabel: spokenRow(label, description) };
}

function credentialRow(one: CredentialSummary, several: boolean, context: PresentationContext): DetailPresentation {
  const { translate, now } = context;
  const since = localTime(one.storedAt, now);
  const label = several ? translate('Sign-in of {time}', { time: since }) : translate('Sign-in', {});
  const description = credentialWords(one, several, context).join(' · ');
  return {
    id: `credential:${one.storedAt}`,
    label,
    description,
    icon: one.alive ? { id: 'clock' } : { id: 'error', color: 'list.errorForeground' },
    ariaLabel: spokenRow(label, description),
  };
}

function credentialWords(one: CredentialSummary, several: boolean, context: PresentationContext): readonly string[] {
  const { translate, now, texts } = context;
  if (!one.alive) return [translate('no longer accepted', {})];
  const left = (end: number): string => duration(end - now, translate);
  const words: string[] = [];
  if (several && one.grants) {
    const count = one.grants.length;
    words.push(count === 1 ? translate('1 scope', {}) : translate('{count} scopes', { count: String(count) }));
  }
  if (one.expiresAt !== undefined) {
    words.push(
      one.expiresAt > now ? translate('ends in {time}', { time: left(one.expiresAt) }) : translate('expired', {}),
    );
  }
  if (one.limit) words.push(reasonSentences(one.limit, texts, translate).happened);
  if (one.accessTokenExpiresAt !== undefined && one.accessTokenExpiresAt > now) {
    words.push(translate('access token: {time}', { time: left(one.accessTokenExpiresAt) }));
  }
  return words.length > 0 ? words : [translate('accepted', {})];
}

function sentenceRows(
  id: string,
  why: Reason,
  { texts, translate }: PresentationContext,
): readonly DetailPresentation[] {
  const { happened, notHappened, remedy } = reasonSentences(why, texts, translate);
  const row = (part: string, label: string, icon: string): DetailPresentation => ({
    id: `${id}:${part}`,
    label,
    description: '',
    icon: { id: icon },
    ariaLabel: label,
  });
  const rows = [row('happened', happened, 'info')];
  if (notHappened) rows.push(row('not', notHappened, 'circle-slash'));
  if (remedy) rows.push(row('remedy', remedy, 'lightbulb'));
  return rows;
}
