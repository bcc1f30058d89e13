/**
 * Keeps the tokens of the emulator and of the real services apart: an unsigned token is never sent to a production address,
 * and a signed one never to an emulator, which would believe it and keep it.
 */
import * as v from 'valibot';
import type { TokenMaker } from '../../auth/idToken';
import { isLoopbackHost } from '../../core/endpoint';
import { unansweredReason } from '../../core/httpReason';
import { type Reason, type RemedyAction, reason } from '../../core/model';
import type { ToolkitApi } from './api';
import { parseJson } from './errorEnvelope';

export type HomeCheck =
  | { readonly kind: 'home' }
  | { readonly kind: 'stopped'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/** What the Firebase Auth emulator says of itself at `/`. */
const emulatorSchema = v.object({ authEmulator: v.looseObject({}) });

const replace: readonly RemedyAction[] = [{ kind: 'replace-credential' }];

/**
 * Whether a token of that maker may be sent to `url`. Whether an address of this machine is an emulator is asked there, by a
 * request without any secret.
 */
export async function checkHome(api: ToolkitApi, maker: TokenMaker, url: URL, signal: AbortSignal): Promise<HomeCheck> {
  const isLocal = isLoopbackHost(url.hostname);
  if (!isLocal) {
    return maker === 'unsigned'
      ? { kind: 'stopped', reason: reason('identityPlatform.unsignedToProduction', { host: url.host }, replace) }
      : { kind: 'home' };
  }
  if (maker !== 'signed') return { kind: 'home' };
  const result = await api.transport.send(
    { method: 'GET', url: new URL('/', url), pathTemplate: '/', effect: 'read' },
    signal,
  );
  if (result.kind === 'aborted') return { kind: 'aborted' };
  if (result.kind !== 'response') {
    return { kind: 'stopped', reason: unansweredReason(result, url.host, [{ kind: 'retry' }]) };
  }
  return v.is(emulatorSchema, parseJson(result.body))
    ? { kind: 'stopped', reason: reason('identityPlatform.signedToEmulator', { host: url.host }, replace) }
    : { kind: 'home' };
}
