/** What the credentials of an identity add up to. Pure. */
import type { Credential } from '../../core/model';
import type { CredentialSummary, GrantSummary } from '../../core/provider';
import { lifetimeLimit, notedResources, notedTime } from './credentialFacts';
import { credentialForms } from './credentialForms';
import type { AliveReading, DeadReading } from './credentialReader';

/**
 * One summary of all credentials. A resource that one credential has for one time and another for a period counts as one
 * time: a job that takes it may use that consent up, and nobody should count on exporting it again.
 */
export function summarizeGrants(alive: readonly AliveReading[], dead: readonly DeadReading[]): GrantSummary {
  const oneTime = unique(alive.flatMap(({ access }) => access?.oneTime ?? []));
  const timeBased = unique(alive.flatMap(({ access }) => access?.timeBased ?? []));
  const ends = alive.map(endOf).filter((end) => end !== undefined);
  return {
    timeBased: timeBased.filter((resource) => !oneTime.includes(resource)),
    oneTime,
    ...(ends.length === 0 ? {} : { credentialExpiresAt: Math.min(...ends) }),
    credentials: [...alive.map(summaryOfAlive), ...dead.map(summaryOfDead)].sort(
      (one, other) => one.storedAt - other.storedAt,
    ),
  };
}

function summaryOfAlive(reading: AliveReading): CredentialSummary {
  const { credential, token, grants } = reading;
  return {
    ...summary(credential, true, grants, endOf(reading)),
    ...(isRefresh(credential) && token.expiresAt !== undefined ? { accessTokenExpiresAt: token.expiresAt } : {}),
  };
}

/** When it was to end may say why it is dead. */
function summaryOfDead({ credential }: DeadReading): CredentialSummary {
  return summary(credential, false, notedResources(credential), notedTime(credential, 'refreshTokenExpiresAt'));
}

function summary(
  credential: Credential,
  alive: boolean,
  grants: readonly string[] | undefined,
  expiresAt: number | undefined,
): CredentialSummary {
  const limit = lifetimeLimit(credential, expiresAt);
  return {
    storedAt: credential.storedAt,
    alive,
    ...(grants === undefined ? {} : { grants }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** An access token that is renewed by itself is nobody's concern: only the end of what is stored is told. */
function endOf({ credential, token }: AliveReading): number | undefined {
  return isRefresh(credential) ? token.refreshTokenExpiresAt : token.expiresAt;
}

function isRefresh({ form }: Credential): boolean {
  return form === credentialForms.refreshToken.id;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
