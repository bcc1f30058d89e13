/** What is granted to a subject now, and by what it can be told later that it is gone. */
import { plainText } from '../../core/foreignText';
import { localTime } from '../../core/localTime';
import { type Reason, reason } from '../../core/model';
import type { VerificationHints } from '../../core/ports';
import { type GrantRecords, isWithin, type Pieces } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { type ApiFailure, countOf, type Grant, getGrants, type VenafiApi } from './api';
import type { Subject } from './subject';

export type Consent =
  | {
      readonly kind: 'of-grantee';
      readonly grants: readonly Grant[];
      readonly serverTime: number | undefined;
      /** Epoch milliseconds of this machine, as below. */
      readonly readAt: number;
    }
  | { readonly kind: 'of-application'; readonly grants: number; readonly users: number; readonly readAt: number };

export async function readConsent(
  api: VenafiApi,
  token: BoundSecret,
  subject: Subject,
  signal: AbortSignal,
): Promise<Consent | ApiFailure> {
  if (subject.kind === 'grantee') {
    const list = await getGrants(api, token, subject.prefixedUniversal, signal);
    if (list.kind !== 'grants') return list;
    const { grants, serverTime } = list;
    return { kind: 'of-grantee', grants, serverTime, readAt: api.clock.now() };
  }
  const { applicationId } = subject;
  const [grants, users] = await Promise.all([
    countOf(api, 'GrantCount', token, applicationId, signal),
    countOf(api, 'UserCount', token, applicationId, signal),
  ]);
  if (grants.kind !== 'count') return grants;
  if (users.kind !== 'count') return users;
  return { kind: 'of-application', grants: grants.count, users: users.count, readAt: api.clock.now() };
}

export function isConsent(reading: Consent | ApiFailure): reading is Consent {
  return reading.kind === 'of-grantee' || reading.kind === 'of-application';
}

export function isEmpty(consent: Consent): boolean {
  return consent.kind === 'of-grantee' ? consent.grants.length === 0 : consent.grants === 0;
}

/** Whether there is something in `now` that was not there when it was confirmed. Less is no reason to ask again. */
export function hasGrown(before: Consent, now: Consent): boolean {
  return !isWithin(piecesOf(now), piecesOf(before));
}

/** The grants of a user, each by what tells it apart; of an application only how many there are, and of how many users. */
export function piecesIn(consent: Consent): Pieces {
  return piecesOf(consent, (text) => plainText(text, 1000));
}

/** Grants have no id of their own. */
function piecesOf(consent: Consent, clean = (text: string): string => text): Pieces {
  if (consent.kind === 'of-application') return { grants: consent.grants, users: consent.users };
  const counts = new Map<string, number>();
  for (const { application, scope, issuedAt } of consent.grants) {
    const name = JSON.stringify([clean(application), clean(scope), issuedAt ?? null]);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/**
 * The users of an application, whoever they are, and the other applications of a user: with one there is no other. Of a grant
 * that says no application nobody knows which it is.
 */
export function othersTouched(consent: Consent): readonly Reason[] {
  const [sum] = lossesOf(consent);
  const alone =
    consent.kind !== 'of-application' &&
    applicationsOf(consent.grants) <= 1 &&
    consent.grants.every(({ application }) => application !== '');
  return alone || !sum ? [] : [sum];
}

function applicationsOf(grants: readonly Grant[]): number {
  return new Set(grants.map(({ application }) => application)).size;
}

const listedGrants = 12;

/** The sum first, then each grant. */
export function lossesOf(consent: Consent): readonly Reason[] {
  if (consent.kind === 'of-application') {
    const { grants, users } = consent;
    return [reason('venafi.loss.application', { grants: String(grants), users: String(users) })];
  }
  const { grants } = consent;
  const applications = applicationsOf(grants);
  const more = grants.length - listedGrants;
  return [
    reason('venafi.loss.grantee', { grants: String(grants.length), applications: String(applications) }),
    ...grants.slice(0, listedGrants).map(lossOf),
    ...(more > 0 ? [reason('venafi.loss.more', { count: String(more) })] : []),
  ];
}

function lossOf({ application, scope, issuedAt, expiresAt }: Grant): Reason {
  return reason(expiresAt === undefined ? 'venafi.loss.grant' : 'venafi.loss.grantUntil', {
    application: plainText(application, 80) || '?',
    scope: plainText(scope, 120) || '?',
    issued: issuedAt === undefined ? '?' : localTime(issuedAt),
    ...(expiresAt === undefined ? {} : { expires: localTime(expiresAt) }),
  });
}

/** What is granted, by name. */
export function grantRecords(consent: Consent): GrantRecords {
  if (consent.kind === 'of-application') return { count: consent.grants, users: consent.users, names: [] };
  const names = consent.grants.map(({ application, scope }) =>
    [plainText(application, 80) || '?', plainText(scope, 120)].filter((part) => part !== '').join(' '),
  );
  return { count: consent.grants.length, names: [...new Set(names)] };
}

/**
 * What a later verification compares with. `asOf` is the server's time of the reading, and never before the newest grant that
 * was read: one that was issued later is another consent.
 */
export function hintsOf(consent: Consent, endsSignIn: boolean): VerificationHints {
  const common = { readAt: consent.readAt, ...(endsSignIn ? { self: 'yes' } : {}) };
  if (consent.kind === 'of-application') return { ...common, grantCount: consent.grants };
  const times = [consent.serverTime, ...consent.grants.map(({ issuedAt }) => issuedAt)].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? common : { ...common, asOf: Math.max(...times) };
}
