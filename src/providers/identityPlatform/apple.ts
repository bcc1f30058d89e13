/** Apple itself: whether a refresh token is alive, and ending a token without Identity Platform. */
import * as v from 'valibot';
import { readSubject } from '../../auth/idToken';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, reason } from '../../core/model';
import type { HttpResult } from '../../core/ports';
import type { Leaving, ResetAnswer } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import type { ToolkitApi } from './api';
import { isEmptyAnswer, parseJson } from './errorEnvelope';
import { refusalStatuses } from './errors';
import type { AppleKeyFields, AppleToken } from './filledForm';

export type AppleLife =
  /** `subject`: Apple's id of the user, where the answer says it. */
  | { readonly kind: 'alive'; readonly subject: string | undefined }
  /** Apple knows no such living token of this client. */
  | { readonly kind: 'ended' }
  /** `lasting`: asking again will not help. */
  | { readonly kind: 'unclear'; readonly reason: Reason; readonly lasting: boolean }
  | { readonly kind: 'aborted' };

/** An error code of RFC 6749 §5.2; anything else could be an echo. */
const errorSchema = v.object({ error: v.pipe(v.string(), v.regex(/^[a-z][a-z_]{1,60}$/)) });
const aliveSchema = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  id_token: v.fallback(v.optional(v.string()), undefined),
});

/** Apple's `/auth/token` with a refresh token: `invalid_grant` says that its authorization has ended. */
export async function readAppleLife(
  api: ToolkitApi,
  key: AppleKeyFields,
  refreshToken: BoundSecret,
  signal: AbortSignal,
): Promise<AppleLife> {
  const address = api.addresses.appleToken;
  const { host } = address.url;
  const signed = await sign(api, key, address.url);
  if (signed.kind === 'problem') return { kind: 'unclear', reason: signed.reason, lasting: true };
  const fields = {
    client_id: key.clientId,
    client_secret: signed.clientSecret,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  };
  const result = await api.transport.send(
    { ...address, method: 'POST', body: { kind: 'form', fields }, effect: 'read' },
    signal,
  );
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response') {
    return { kind: 'unclear', reason: unansweredReason(result, host, [{ kind: 'retry' }]), lasting: false };
  }
  const answer = parseJson(result.body);
  if (result.status === 200) {
    const parsed = v.safeParse(aliveSchema, answer);
    if (parsed.success) return { kind: 'alive', subject: readSubject(parsed.output.id_token ?? '') };
  }
  const error = result.status === 400 || result.status === 401 ? errorOf(answer) : undefined;
  if (error === 'invalid_grant') return { kind: 'ended' };
  if (error === 'invalid_client') return { kind: 'unclear', reason: invalidClient(key), lasting: true };
  const said = error ?? `HTTP ${result.status}`;
  const why = reason('identityPlatform.apple.readFailed', { host, error: said }, [{ kind: 'retry' }]);
  return { kind: 'unclear', reason: why, lasting: false };
}

/** Apple's `/auth/revoke`, sent once. Its 200 comes even for nonsense: it says that the client is who it claims to be. */
export async function revokeAtApple(
  api: ToolkitApi,
  key: AppleKeyFields,
  token: AppleToken,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const address = api.addresses.appleRevoke;
  const { host } = address.url;
  const signed = await sign(api, key, address.url);
  if (signed.kind === 'problem') return { kind: 'not-sent', reason: signed.reason };
  const fields = {
    client_id: key.clientId,
    client_secret: signed.clientSecret,
    token: token.secret,
    token_type_hint: token.type === 'ACCESS_TOKEN' ? 'access_token' : 'refresh_token',
  };
  const result = await (leaving.carrier ?? api.transport).send(
    { ...address, method: 'POST', body: { kind: 'form', fields }, effect: 'irreversible', ...leaving },
    signal,
  );
  switch (result.kind) {
    case 'response':
      return result.status === 200 && isEmptyAnswer(result.body) ? { kind: 'accepted' } : explain(result, key, host);
    case 'aborted':
      return result;
    case 'not-sent':
      return { kind: 'not-sent', reason: unansweredReason(result, host, [{ kind: 'retry' }]) };
    default:
      return { kind: 'unknown', reason: unansweredReason(result, host, [{ kind: 'verify' }]) };
  }
}

function explain(response: Extract<HttpResult, { kind: 'response' }>, key: AppleKeyFields, host: string): ResetAnswer {
  const { status } = response;
  const said = errorOf(parseJson(response.body));
  const error = said ?? `HTTP ${status}`;
  if (!refusalStatuses.has(status)) {
    return { kind: 'unknown', reason: reason('identityPlatform.apple.unclear', { host, error }, [{ kind: 'verify' }]) };
  }
  if (said === 'invalid_client') return { kind: 'refused', reason: invalidClient(key) };
  return { kind: 'refused', reason: reason('identityPlatform.apple.refused', { host, error }) };
}

function errorOf(answer: unknown): string | undefined {
  return v.is(errorSchema, answer) ? answer.error : undefined;
}

function invalidClient({ clientId, teamId, keyId }: AppleKeyFields): Reason {
  return reason('identityPlatform.apple.invalidClient', { clientId, teamId, keyId }, [{ kind: 'replace-credential' }]);
}

/** The signing library is loaded with the first key. */
async function sign(
  { clock }: ToolkitApi,
  key: AppleKeyFields,
  url: URL,
): Promise<
  | { readonly kind: 'signed'; readonly clientSecret: BoundSecret }
  | { readonly kind: 'problem'; readonly reason: Reason }
> {
  const { signAppleClientSecret } = await import('../../auth/appleClientSecret');
  const result = await signAppleClientSecret(key, url, clock);
  switch (result.kind) {
    case 'signed':
      return result;
    case 'foreign-origin':
      return {
        kind: 'problem',
        reason: reason('http.foreign-origin', { host: url.host }, [{ kind: 'replace-credential' }]),
      };
    case 'unusable-key':
      return { kind: 'problem', reason: reason('identityPlatform.apple.badKey', {}, [{ kind: 'replace-credential' }]) };
  }
}
