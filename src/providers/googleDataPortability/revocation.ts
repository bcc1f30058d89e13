/** OAuth's `/revoke` (RFC 7009): ends the grant of one user to one client, with all its tokens and scopes. */
import * as v from 'valibot';
import { reason } from '../../core/model';
import type { HttpResult } from '../../core/ports';
import type { Leaving, ResetAnswer } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { type GoogleApi, isEmptyAnswer, unanswered } from './api';
import { parseJson, refusalStatuses } from './errors';

/** An error code of RFC 6749 §5.2 or of Google; anything else could be an echo. */
const errorSchema = v.object({ error: v.pipe(v.string(), v.regex(/^[a-z][a-z_]{1,60}$/)) });

/** Sent once, on a connection of its own; the token travels in the form, never in the address. */
export async function revokeGrant(
  { addresses, transport }: GoogleApi,
  token: BoundSecret,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const { revokeUrl: url } = addresses;
  const result = await (leaving.carrier ?? transport).send(
    {
      method: 'POST',
      url,
      pathTemplate: url.pathname,
      body: { kind: 'form', fields: { token } },
      effect: 'irreversible',
      ...leaving,
    },
    signal,
  );
  if (result.kind !== 'response') return unanswered(result, url.host);
  return result.status === 200 && isEmptyAnswer(result.body) ? { kind: 'accepted' } : explain(result, url.host);
}

function explain(response: Extract<HttpResult, { kind: 'response' }>, host: string): ResetAnswer {
  const body = v.safeParse(errorSchema, parseJson(response.body));
  const { status } = response;
  if (status === 400 && body.success && body.output.error === 'invalid_token') {
    return { kind: 'refused', reason: reason('google.revoke.invalidToken', {}, [{ kind: 'replace-credential' }]) };
  }
  const error = body.success ? body.output.error : `HTTP ${status}`;
  if (refusalStatuses.has(status)) return { kind: 'refused', reason: reason('google.revoke.refused', { host, error }) };
  return { kind: 'unknown', reason: reason('google.revoke.unclear', { host, error }, [{ kind: 'verify' }]) };
}
