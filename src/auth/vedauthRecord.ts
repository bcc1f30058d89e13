/** How the newest tokens of a sign-in lie in the editor's SecretStorage, beside the credential that they began with. */
import * as v from 'valibot';
import type { TargetKey } from '../core/model';

const recordSchema = v.object({
  schema: v.literal(1),
  /** The credential they came from, by two recordings of the same thing: a record under another name is none. */
  owner: v.string(),
  storedAt: v.pipe(v.number(), v.integer()),
  /** Counts the refreshes since the credential was stored. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  origins: v.array(v.string()),
  accessToken: v.string(),
  refreshToken: v.optional(v.string()),
  /** Epoch milliseconds. */
  accessTokenExpiresAt: v.optional(v.number()),
  refreshUntil: v.optional(v.number()),
});

export type TokenRecord = v.InferOutput<typeof recordSchema>;

/** Which credential it is: two of one owner never share the number. */
export interface TokenOwner {
  readonly key: TargetKey;
  readonly storedAt: number;
}

export function ownerName({ key, storedAt }: TokenOwner): string {
  return `${key}#${storedAt}`;
}

/** Another prefix than that of credentials: whoever watches those does not take these for one. */
export function tokenSecretName(owner: TokenOwner): string {
  return `reconsent.tokens:${ownerName(owner)}`;
}

/** The record, if it is that owner's; `undefined` when it is damaged or of a later version. */
export function parseTokenRecord(text: string, { key, storedAt }: TokenOwner): TokenRecord | undefined {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(text));
    if (!parsed.success || parsed.output.owner !== key || parsed.output.storedAt !== storedAt) return undefined;
    return parsed.output;
  } catch {
    return undefined;
  }
}
