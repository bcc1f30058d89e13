/** State → what a row, a status bar item or a screen reader says. Pure. */
import type { ConsentState, IdentityState } from './consentStore';
import { plainText } from './foreignText';
import { jobWords } from './jobWords';
import { localTime } from './localTime';
import type { Reason, Target } from './model';
import { needsAttention, type Outcome } from './outcome';
import { outcomeWord, type ReasonTexts, reasonParagraph, type Translate } from './outcomeText';
import type { GrantSummary, ProviderProfile } from './provider';
import type { ResetStep } from './resetSteps';
import { spoken } from './spokenText';

export interface PresentationContext {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly texts: ReasonTexts;
  readonly translate: Translate;
  /** Flags of a provider for `when` clauses, see {@link providerFlags}; rows have them in their `contextValue`. */
  readonly flagsOf?: (provider: string) => readonly string[];
}

/** What the commands on a row depend on besides its state. */
export function providerFlags({ signIn, exportsArchives, ways }: ProviderProfile): readonly string[] {
  const flags: string[] = [];
  if (signIn === 'googleOAuth') flags.push('googleSignIn');
  if (signIn === 'vedauth') flags.push('operator');
  if (exportsArchives) flags.push('exports');
  if (ways.length > 1) flags.push('otherWays');
  return flags;
}

/** Theme icon and colour ids of VS Code. The words beside it always say the same, so colour never stands alone. */
export interface IconPresentation {
  readonly id: string;
  readonly color?: string;
}

export interface IdentityPresentation {
  readonly label: string;
  readonly description: string;
  readonly icon: IconPresentation;
  /** Paragraphs of plain text. */
  readonly tooltip: readonly string[];
  /** Flags for `when` clauses, each between semicolons. */
  readonly contextValue: string;
  readonly ariaLabel: string;
}

const stepWords: Readonly<Record<ResetStep, string>> = {
  previewing: 'reading the consent…',
  confirming: 'waiting for your confirmation…',
  locking: 'preparing…',
  rereading: 'reading once more…',
  journaling: 'preparing…',
  sending: 'sending…',
  sent: 'waiting for the answer…',
  verifying: 'checking that it is gone…',
};

export function presentIdentity(
  target: Target,
  state: IdentityState,
  context: PresentationContext,
): IdentityPresentation {
  const label = plainText(target.identity.label, 120);
  const description = describe(state, context);
  const projectLabel = plainText(target.project.label, 120);
  return {
    label,
    description,
    icon: iconOf(state),
    // Asked for when the pointer rests on a row; thousands of rows are made without.
    get tooltip() {
      return tooltipLines(target, state, context);
    },
    contextValue: contextValueOf(state, context.flagsOf?.(target.project.provider) ?? []),
    ariaLabel: context.translate('{identity}, {state}, project {project}', {
      identity: label,
      state: spoken(description),
      project: projectLabel,
    }),
  };
}

/** Whether the row of the identity says the same at any time, as long as its state is this one. Its tooltip may not. */
export function isTimeless({ consent, jobs }: IdentityState): boolean {
  return !(consent.kind === 'granted' && consent.grant.credentialExpiresAt !== undefined) && jobs.length === 0;
}

function describe(state: IdentityState, context: PresentationContext): string {
  const { translate } = context;
  switch (state.activity.kind) {
    case 'resetting':
      return translate(stepWords[state.activity.step], {});
    case 'checking':
      return translate('checking…', {});
    case 'queued':
      return translate('waiting for its turn…', {});
    case 'verifying':
      return translate('checking that it is gone…', {});
    case 'idle':
      break;
  }
  if (state.unfinished) return translate('outcome unknown', {});
  const consent = consentWords(state, context);
  return state.lastOutcome === undefined ? consent : withOutcome(consent, state.lastOutcome, context);
}

function withOutcome(consent: string, outcome: Outcome, context: PresentationContext): string {
  const word =
    outcome.kind === 'verified'
      ? context.translate('reset verified', {})
      : context.translate('reset: {outcome}', { outcome: outcomeWord(outcome.kind, context.translate) });
  return needsAttention(outcome.kind) ? `${word} · ${consent}` : `${consent} · ${word}`;
}

function consentWords(state: IdentityState, context: PresentationContext): string {
  const { translate } = context;
  const { consent } = state;
  const jobs = jobWords(state.jobs, context);
  switch (consent.kind) {
    case 'not-signed-in':
      return translate('not signed in on this computer', {});
    case 'stored':
      return [translate('signed in · not checked yet', {}), ...jobs].join(' · ');
    case 'needs-consent':
      return translate('needs consent', {});
    case 'dead-credential':
      return translate('credential not accepted', {});
    case 'unusable-credential':
      return consent.reason.code === 'credential.foreignOrigin'
        ? translate('sign-in belongs to another address', {})
        : translate('credential cannot be used', {});
    case 'unread':
      return translate('state unknown', {});
    case 'granted': {
      const { credentialExpiresAt } = consent.grant;
      const known = amountWords(consent.grant, translate);
      // What waits for the user stands before what can be cut off in a narrow side bar.
      const parts = [translate('granted', {}), ...jobs, ...known];
      if (credentialExpiresAt !== undefined) {
        const left = credentialExpiresAt - context.now;
        parts.push(
          left > 0 ? translate('expires in {time}', { time: duration(left, translate) }) : translate('expired', {}),
        );
      }
      return parts.join(' · ');
    }
  }
}

/** How much is granted; nothing where the service does not say. */
function amountWords({ timeBased, oneTime, grants }: GrantSummary, translate: Translate): readonly string[] {
  if (grants) {
    const count = String(grants.count);
    if (grants.users !== undefined && grants.users > 1)
      return [translate('{count} grants of {users} users', { count, users: String(grants.users) })];
    return [grants.count === 1 ? translate('1 grant', {}) : translate('{count} grants', { count })];
  }
  const count = timeBased.length + oneTime.length;
  if (count === 0) return [];
  return [count === 1 ? translate('1 scope', {}) : translate('{count} scopes', { count: String(count) })];
}

/** Milliseconds as `45 s`, `12 min`, `5 h` or `6 d`, rounded down; days are always several. */
export function duration(ms: number, translate: Translate): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const whole = (unit: number): string => String(Math.floor(seconds / unit));
  if (seconds < 90) return translate('{count} s', { count: whole(1) });
  if (seconds < 90 * 60) return translate('{count} min', { count: whole(60) });
  if (seconds < 48 * 3600) return translate('{count} h', { count: whole(3600) });
  return translate('{count} d', { count: whole(86_400) });
}

function iconOf(state: IdentityState): IconPresentation {
  if (state.activity.kind === 'queued') return { id: 'clock' };
  if (state.activity.kind !== 'idle') return { id: 'loading~spin' };
  if (state.unfinished) return { id: 'question', color: 'list.warningForeground' };
  if (state.lastOutcome && needsAttention(state.lastOutcome.kind))
    return { id: 'warning', color: 'list.warningForeground' };
  switch (state.consent.kind) {
    case 'granted':
      return { id: 'pass-filled', color: 'charts.green' };
    case 'stored':
      return { id: 'key' };
    case 'needs-consent':
      return { id: 'circle-large-outline' };
    case 'not-signed-in':
      return { id: 'account' };
    case 'dead-credential':
    case 'unusable-credential':
      return { id: 'error', color: 'list.errorForeground' };
    case 'unread':
      return { id: 'warning', color: 'list.warningForeground' };
  }
}

function contextValueOf(state: IdentityState, ofProvider: readonly string[]): string {
  const flags = ['identity', state.consent.kind, ...ofProvider];
  if (state.activity.kind !== 'idle') flags.push('busy');
  if (state.unfinished) flags.push('unfinished');
  if (state.unattended) flags.push('unattended');
  if (hasCredential(state, ofProvider)) flags.push('hasCredential');
  return `;${flags.join(';')};`;
}

/** Whether a sign-in of the identity, or of its operator, is kept on this computer. */
export function hasCredential({ consent }: IdentityState, ofProvider: readonly string[]): boolean {
  // An operator's outlives the consents of others.
  const ended = ofProvider.includes('operator') ? ['not-signed-in'] : ['not-signed-in', 'needs-consent'];
  return !ended.includes(consent.kind);
}

function tooltipLines(target: Target, state: IdentityState, context: PresentationContext): readonly string[] {
  const { translate } = context;
  const lines = [
    translate('{identity} in {project}', {
      identity: plainText(target.identity.label, 120),
      project: plainText(target.project.label, 120),
    }),
  ];
  if (state.unfinished) lines.push(reasonParagraph(state.unfinished.reason, context.texts, translate));
  if (state.lastOutcome && !isUnfinished(state.lastOutcome, state)) {
    const word = outcomeWord(state.lastOutcome.kind, translate);
    lines.push(
      translate('Last reset: {outcome}, {time}', { outcome: word, time: localTime(state.lastOutcome.at, context.now) }),
    );
    lines.push(reasonParagraph(state.lastOutcome.reason, context.texts, translate));
  }
  const why = consentReason(state.consent);
  if (why && why.code !== state.lastOutcome?.reason.code) lines.push(reasonParagraph(why, context.texts, translate));
  if (state.consent.kind === 'granted') lines.push(...grantLines(state.consent, context));
  return lines;
}

/** Whether the outcome is the one that is shown as unfinished already. Many outcomes belong to no operation at all. */
export function isUnfinished(outcome: Outcome, { unfinished }: IdentityState): boolean {
  return unfinished !== undefined && outcome.operationId === unfinished.operationId;
}

function grantLines(
  consent: Extract<ConsentState, { kind: 'granted' }>,
  { translate, now }: PresentationContext,
): readonly string[] {
  const { timeBased, oneTime, grants } = consent.grant;
  const list = (names: readonly string[]): string => names.map((name) => plainText(name, 80)).join(', ');
  return [
    ...(timeBased.length > 0 ? [translate('Time-based: {scopes}', { scopes: list(timeBased) })] : []),
    ...(oneTime.length > 0 ? [translate('One time: {scopes}', { scopes: list(oneTime) })] : []),
    ...(grants && grants.names.length > 0 ? [translate('Grants: {grants}', { grants: list(grants.names) })] : []),
    translate('Read at {time}', { time: localTime(consent.readAt, now) }),
  ];
}

export function consentReason(consent: ConsentState): Reason | undefined {
  switch (consent.kind) {
    case 'dead-credential':
    case 'unusable-credential':
    case 'unread':
      return consent.reason;
    default:
      return undefined;
  }
}
