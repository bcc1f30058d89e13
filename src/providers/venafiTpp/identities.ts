/** Finding the user whose grants are meant: `Identity/Browse`, `Identity/Validate`, `Identity/Self`. Only reads. */
import * as v from 'valibot';
import { parseJson } from '../../auth/vedauthAnswer';
import { type Reason, reason } from '../../core/model';
import type { BoundSecret } from '../../core/redact';
import { type ApiFailure, read, type VenafiApi } from './api';
import { subjectOf } from './subject';

/** A user, as the service names it. All texts come from outside. */
export interface FoundIdentity {
  readonly prefixedUniversal: string;
  readonly name: string;
  readonly fullName: string;
  /** `local:alice.test`, `AD+corp:alice.test`. */
  readonly prefixedName: string;
  readonly isGroup: boolean;
}

const text = v.fallback(v.optional(v.string(), ''), '');
const identitySchema = v.object({
  PrefixedUniversal: v.pipe(v.string(), v.maxLength(512)),
  Name: text,
  FullName: text,
  PrefixedName: text,
  IsGroup: v.fallback(v.optional(v.boolean()), undefined),
  Type: v.fallback(v.optional(v.number()), undefined),
});
const listSchema = v.object({ Identities: v.array(v.unknown()) });

/** Bits of `IdentityType` and of the field `Type`: a user, a security group, a distribution group. */
const userType = 1;
const groupTypes = 2 | 8;

export type BrowseResult =
  | {
      readonly kind: 'found';
      readonly identities: readonly FoundIdentity[];
      /** How many more the answer holds that could not be understood. */
      readonly unread: number;
    }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'dead-token'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/**
 * Those whose names contain `filter`, groups included so that somebody who looks for one learns why it cannot be taken. Only
 * the directory of whoever is signed in is searched.
 */
export async function browseIdentities(
  api: VenafiApi,
  token: BoundSecret,
  filter: string,
  limit: number,
  signal: AbortSignal,
): Promise<BrowseResult> {
  const body = { Filter: filter, Limit: limit, IdentityType: userType | groupTypes };
  const result = await read(api, 'Identity/Browse', token, body, signal);
  if (result.kind !== 'answer') return asFailure(result);
  return readList(result.answer.body, api);
}

export type NameResult =
  | { readonly kind: 'identity'; readonly identity: FoundIdentity }
  | { readonly kind: 'refused'; readonly reason: Reason }
  | Exclude<BrowseResult, { kind: 'found' }>;

/**
 * The one user of exactly that name. Asks for two, so that an ambiguous name is noticed; it is refused, and so are groups:
 * nothing is picked that the name does not mean alone.
 */
export async function identityByName(
  api: VenafiApi,
  token: BoundSecret,
  name: string,
  signal: AbortSignal,
): Promise<NameResult> {
  const result = await browseIdentities(api, token, name, 2, signal);
  if (result.kind !== 'found') return result;
  const [first, second] = result.identities;
  if (!first && result.unread === 0) return { kind: 'refused', reason: reason('venafi.identity.unknown') };
  if (!first || second || result.unread > 0) return { kind: 'refused', reason: reason('venafi.identity.ambiguous') };
  const names = [first.name, first.fullName, first.prefixedName].map((one) => one.toLowerCase());
  if (!names.includes(name.trim().toLowerCase())) return { kind: 'refused', reason: reason('venafi.identity.unknown') };
  return takeable(first);
}

/** Whether it is a user with an id that settings can hold; a group has no grants of its own. */
export function takeable(identity: FoundIdentity): Extract<NameResult, { kind: 'identity' | 'refused' }> {
  if (identity.isGroup) return { kind: 'refused', reason: reason('venafi.identity.group') };
  if (subjectOf({ id: identity.prefixedUniversal })?.kind !== 'grantee') {
    return { kind: 'refused', reason: reason('venafi.identity.malformed') };
  }
  return { kind: 'identity', identity };
}

/** Whether an id that was typed in is one of a user. The service answers an unknown one with an empty body. */
export async function validateIdentity(
  api: VenafiApi,
  token: BoundSecret,
  prefixedUniversal: string,
  signal: AbortSignal,
): Promise<NameResult> {
  if (subjectOf({ id: prefixedUniversal })?.kind !== 'grantee') {
    return { kind: 'refused', reason: reason('venafi.identity.malformed') };
  }
  const body = { ID: { PrefixedUniversal: prefixedUniversal } };
  const result = await read(api, 'Identity/Validate', token, body, signal);
  if (result.kind !== 'answer') return asFailure(result);
  if (result.answer.body.trim() === '') return { kind: 'refused', reason: reason('venafi.identity.unknown') };
  const parsed = v.safeParse(v.object({ ID: identitySchema }), parseJson(result.answer.body));
  return parsed.success ? takeable(found(parsed.output.ID)) : notUnderstood(api);
}

export type SelfResult =
  | { readonly kind: 'self'; readonly prefixedUniversal: string }
  | Exclude<BrowseResult, { kind: 'found' }>;

/** Who is signed in: the first of the list, before one's groups. */
export async function readSelf(api: VenafiApi, token: BoundSecret, signal: AbortSignal): Promise<SelfResult> {
  const result = await read(api, 'Identity/Self', token, undefined, signal);
  if (result.kind !== 'answer') return asFailure(result);
  const list = v.safeParse(listSchema, parseJson(result.answer.body));
  const self = v.safeParse(identitySchema, list.success ? list.output.Identities[0] : undefined);
  return self.success ? { kind: 'self', prefixedUniversal: self.output.PrefixedUniversal } : notUnderstood(api);
}

function readList(body: string, api: VenafiApi): BrowseResult {
  const parsed = v.safeParse(listSchema, parseJson(body));
  if (!parsed.success) return notUnderstood(api);
  const identities = parsed.output.Identities.flatMap((item) => {
    const identity = v.safeParse(identitySchema, item);
    return identity.success ? [found(identity.output)] : [];
  });
  return { kind: 'found', identities, unread: parsed.output.Identities.length - identities.length };
}

function found(identity: v.InferOutput<typeof identitySchema>): FoundIdentity {
  const { IsGroup: says, Type: type } = identity;
  return {
    prefixedUniversal: identity.PrefixedUniversal,
    name: identity.Name,
    fullName: identity.FullName,
    prefixedName: identity.PrefixedName,
    isGroup: says ?? (type !== undefined && (type & groupTypes) !== 0),
  };
}

function notUnderstood({ addresses }: VenafiApi): { readonly kind: 'failed'; readonly reason: Reason } {
  const { host } = new URL(addresses.sdkOrigin);
  return { kind: 'failed', reason: reason('venafi.notJson', { host }, [{ kind: 'retry' }]) };
}

function asFailure(failure: ApiFailure): Exclude<BrowseResult, { kind: 'found' }> {
  if (failure.kind === 'aborted') return { kind: 'aborted' };
  return { kind: failure.kind === 'dead-token' ? 'dead-token' : 'failed', reason: failure.reason };
}
