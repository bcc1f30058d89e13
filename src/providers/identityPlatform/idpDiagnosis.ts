/**
 * `INVALID_IDP_RESPONSE`: Apple did not take what the project sent. Software kits flatten it to "invalid credential"; the
 * causes are a handful, and some can be seen from here. A checklist as a chain: each line fills `{cause}` of the one before.
 */
import { type Reason, type RemedyAction, reason } from '../../core/model';
import type { FilledForm } from './filledForm';
import { ways } from './ways';

/** Apple's codes live 5 minutes. */
export const codeLifetimeMs = 300_000;

/** Apple's own error code, where the service quotes it. It only marks lines of the checklist. */
type AppleSays = 'invalid_client' | 'invalid_grant' | undefined;

/** `detail`: what stood after the code in the error's message. `now`: epoch milliseconds. */
export function diagnoseIdpResponse(form: FilledForm, detail: string, now: number): Reason {
  const said = /\b(invalid_client|invalid_grant)\b/.exec(detail)?.[1] as AppleSays;
  const lines = [settingsLine(said), ...(form.token.type === 'CODE' ? codeLines(form, now) : [tokenLine(form, said)])];
  const actions: readonly RemedyAction[] = [
    { kind: 'replace-credential' },
    ...(form.appleKey && form.token.type !== 'CODE' ? [{ kind: 'use-way' as const, way: ways.appleRevoke.id }] : []),
  ];
  const head = reason('identityPlatform.invalidIdpResponse', { said: said ?? '–' }, actions);
  return chain(head, lines);
}

function chain(head: Reason, [next, ...rest]: readonly Reason[]): Reason {
  return next ? { ...head, cause: chain(next, rest) } : head;
}

/** The first thing to look at, unless Apple took the client and complains of the token. */
function settingsLine(said: AppleSays): Reason {
  switch (said) {
    case 'invalid_client':
      return reason('identityPlatform.check.settingsWrong');
    case 'invalid_grant':
      return reason('identityPlatform.check.settingsFine');
    case undefined:
      return reason('identityPlatform.check.settingsUnseen');
  }
}

function codeLines({ credential, token }: FilledForm, now: number): readonly Reason[] {
  const age = Math.max(0, now - credential.storedAt);
  const seconds = String(Math.round(age / 1000));
  return [
    age >= codeLifetimeMs
      ? reason('identityPlatform.check.codeOld', { seconds })
      : reason('identityPlatform.check.codeFresh', { seconds }),
    ...(token.clientKind === 'web'
      ? [
          reason('identityPlatform.check.clientWeb'),
          reason('identityPlatform.check.redirectSent', { uri: token.redirectUri ?? '–' }),
        ]
      : [reason('identityPlatform.check.clientNative'), reason('identityPlatform.check.redirectNone')]),
  ];
}

function tokenLine({ token }: FilledForm, said: AppleSays): Reason {
  if (said === 'invalid_grant') return reason('identityPlatform.check.tokenEnded');
  return token.type === 'ACCESS_TOKEN'
    ? reason('identityPlatform.check.accessToken')
    : reason('identityPlatform.check.refreshToken');
}
