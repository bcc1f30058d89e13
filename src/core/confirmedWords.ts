import type { Preview } from './provider';

/** What was confirmed of a preview, as one text: what it does, what is lost, what is granted, and to which credentials. */
export function confirmedWords({ effects, losses, grant }: Preview): string {
  return JSON.stringify([
    [...effects, ...losses].map(({ code, params }) => [code, params]),
    [...grant.timeBased].sort(),
    [...grant.oneTime].sort(),
    grant.grants,
    grant.credentials.map(({ storedAt, alive }) => [storedAt, alive]),
  ]);
}
