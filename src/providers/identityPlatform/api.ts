/** The calls of Identity Toolkit, each parsed at once. */
import * as v from 'valibot';
import type { IdTokenFacts } from '../../auth/idToken';
import type { CallerIdentity } from '../../auth/secureToken';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, reason } from '../../core/model';
import type { Clock, JsonField, Transport } from '../../core/ports';
import type { Leaving, ResetAnswer } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { readPatiently } from '../../http/patientRead';
import { isEmptyAnswer, parseJson } from './errorEnvelope';
import { type ErrorMeaning, explainError, quotaProjectOf } from './errors';
import type { FilledForm } from './filledForm';
import { type IdentityPlatformAddresses, restrictionHeaders } from './settings';

export interface ToolkitApi {
  readonly addresses: IdentityPlatformAddresses;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** Who an ID token belongs to. */
export interface Account {
  readonly uid: string;
  readonly email: string | undefined;
  /** `apple.com`, `password` and so on. */
  readonly providers: readonly string[];
}

const accountSchema = v.object({
  localId: v.pipe(v.string(), v.nonEmpty()),
  email: v.fallback(v.optional(v.string()), undefined),
  providerUserInfo: v.fallback(v.array(v.looseObject({ providerId: v.string() })), []),
});

/** Without users, nobody has that ID token. A list, an object to the schema library as well, says nothing of the kind. */
const lookupSchema = v.pipe(
  v.unknown(),
  v.check((answer) => !Array.isArray(answer)),
  v.object({ users: v.optional(v.array(v.unknown()), []) }),
);

/**
 * How the project identifies itself. The key travels in a header, which stays out of logs and addresses, with what an app of
 * the kind it is restricted to would send; a bearer travels with the project it is counted for.
 */
export function callerOf(form: FilledForm): CallerIdentity {
  if (form.apiKey) {
    return { headers: restrictionHeaders(form.options), secretHeaders: { 'x-goog-api-key': form.apiKey } };
  }
  if (form.oauthToken) {
    const project = quotaProjectOf(form);
    return {
      bearer: form.oauthToken,
      ...(project === undefined ? {} : { headers: { 'x-goog-user-project': project } }),
    };
  }
  // The emulator wants a key, and takes any.
  return { headers: { 'x-goog-api-key': 'emulator' } };
}

/** An ID token, and what a local look at it has shown. */
export interface SignedIn {
  readonly idToken: BoundSecret;
  readonly facts: IdTokenFacts;
  /** Of the settings or, where they name none, of the token. */
  readonly tenantId: string | undefined;
}

/** `accounts:lookup`: whose ID token it is. An OAuth caller has to name the account, and does so by the token's `sub`. */
export async function lookUpAccount(
  api: ToolkitApi,
  form: FilledForm,
  { idToken, facts: { uid }, tenantId }: SignedIn,
  signal: AbortSignal,
): Promise<
  | { readonly kind: 'account'; readonly account: Account }
  | ErrorMeaning
  | { readonly kind: 'unanswered'; readonly reason: Reason }
  | { readonly kind: 'aborted' }
> {
  const method = api.addresses.method('v1/accounts:lookup');
  const byUid = form.apiKey === undefined && form.oauthToken !== undefined;
  const fields: Record<string, JsonField> = byUid
    ? { localId: [uid], ...(tenantId === undefined ? {} : { tenantId }) }
    : { idToken, ...(tenantId === undefined ? {} : { tenantId }) };
  const result = await readPatiently(
    api,
    { ...callerOf(form), ...method, method: 'POST', body: { kind: 'json-fields', fields }, effect: 'read' },
    signal,
  );
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response')
    return { kind: 'unanswered', reason: unansweredReason(result, method.url.host, [{ kind: 'retry' }]) };
  const answer = result.status === 200 ? v.safeParse(lookupSchema, parseJson(result.body)) : undefined;
  if (answer?.success) {
    const found = v.safeParse(accountSchema, answer.output.users[0]);
    if (found.success) {
      const { localId, email, providerUserInfo } = found.output;
      const providers = [...new Set(providerUserInfo.map(({ providerId }) => providerId))];
      return { kind: 'account', account: { uid: localId, email, providers } };
    }
    if (answer.output.users.length === 0) {
      const why = reason('identityPlatform.noSuchAccount', { uid }, [{ kind: 'replace-credential' }]);
      return { kind: 'refused', reason: why, signInDead: true };
    }
  }
  return explainError(result, circumstances(api, form, 'lookup', method.url.host));
}

/**
 * `accounts:revokeToken`, sent once, on a connection of its own. A 200 says that the request was taken, not that this token
 * has ended: duplicates are "ignored and returned immediately".
 */
export async function revokeToken(
  api: ToolkitApi,
  form: FilledForm,
  { idToken, tenantId }: SignedIn,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const method = api.addresses.method('v2/accounts:revokeToken');
  const { providerId, token } = form;
  const { host } = method.url;
  const fields: Record<string, JsonField> = {
    providerId,
    tokenType: token.type,
    token: token.secret,
    idToken,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(token.redirectUri === undefined ? {} : { redirectUri: token.redirectUri }),
  };
  const body = { kind: 'json-fields', fields } as const;
  const result = await (leaving.carrier ?? api.transport).send(
    { ...callerOf(form), ...method, method: 'POST', body, effect: 'irreversible', ...leaving },
    signal,
  );
  switch (result.kind) {
    case 'response': {
      if (result.status === 200 && isEmptyAnswer(result.body)) return { kind: 'accepted' };
      return asAnswer(form, explainError(result, circumstances(api, form, 'revoke', host)));
    }
    case 'aborted':
      return result;
    case 'not-sent':
      return { kind: 'not-sent', reason: unansweredReason(result, host, [{ kind: 'retry' }]) };
    default:
      return asAnswer(form, { kind: 'unknown', reason: unansweredReason(result, host, [{ kind: 'verify' }]) });
  }
}

/** A code that may have been used up is never sent again: what can be done is another than with a token. */
function asAnswer({ token }: FilledForm, meaning: ErrorMeaning): ResetAnswer {
  if (meaning.kind !== 'unknown' || token.type !== 'CODE') return { kind: meaning.kind, reason: meaning.reason };
  return {
    kind: 'unknown',
    reason: { ...reason('identityPlatform.codeUnknown', {}, [{ kind: 'replace-credential' }]), cause: meaning.reason },
  };
}

export function circumstances(
  { addresses, clock }: ToolkitApi,
  form: FilledForm,
  call: 'token' | 'sign-in' | 'lookup' | 'revoke',
  host: string,
): Parameters<typeof explainError>[1] {
  return { form, host, isLocal: addresses.isLocal, call, now: clock.now() };
}
