/** From what is stored to an ID token that may be sent: a fresh one, looked at locally before it goes anywhere. */
import {
  type IdTokenFacts,
  makerOfCustomToken,
  makerOfJwt,
  makerOfRefreshToken,
  readIdToken,
  type TokenMaker,
} from '../../auth/idToken';
import { obtainIdToken, type SignInRequest, type SignInResult } from '../../auth/secureToken';
import { unansweredReason } from '../../core/httpReason';
import { localTime } from '../../core/localTime';
import { type Reason, type RemedyAction, reason } from '../../core/model';
import type { StoppedOutcome } from '../../core/provider';
import { BoundSecret } from '../../core/redact';
import { callerOf, circumstances, type SignedIn, type ToolkitApi } from './api';
import { explainError } from './errors';
import type { FilledForm, SignInMaterial } from './filledForm';
import type { Address } from './settings';
import { checkHome } from './tokenHome';

export type SignInReading =
  | { readonly kind: 'signed-in'; readonly signedIn: SignedIn }
  /** `dead`: the stored sign-in is not accepted (any more). */
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason; readonly dead: boolean }
  | { readonly kind: 'aborted' };

const replace: readonly RemedyAction[] = [{ kind: 'replace-credential' }];
const settings: readonly RemedyAction[] = [{ kind: 'open-settings' }];

/** An ID token for the next call: exchanged or signed in for anew, except a pasted one. */
export async function signIn(
  api: ToolkitApi,
  form: FilledForm,
  material: SignInMaterial,
  signal: AbortSignal,
): Promise<SignInReading> {
  const address = addressOf(api, material);
  const plain = material.secret.revealFor(address.url);
  if (plain.kind === 'foreign-origin') {
    return notSent(reason('http.foreign-origin', { host: address.url.host }, replace));
  }
  const home = await checkHome(api, makerOf(material, plain.value), address.url, signal);
  if (home.kind === 'aborted') return home;
  if (home.kind === 'stopped') return notSent(home.reason);
  if (material.kind === 'id-token') return lookAt(api, form, plain.value, true);
  const { origins } = api.addresses;
  const request = requestOf(form, material);
  const result = await obtainIdToken(request, address, callerOf(form), origins, api.transport, signal);
  return result.kind === 'signed-in'
    ? lookAt(api, form, result.plainIdToken, false)
    : withoutToken(api, form, material, result, address.url.host);
}

function addressOf({ addresses }: ToolkitApi, { kind }: SignInMaterial): Address {
  switch (kind) {
    case 'refresh-token':
      return addresses.token;
    case 'password':
      return addresses.method('v1/accounts:signInWithPassword');
    case 'custom-token':
      return addresses.method('v1/accounts:signInWithCustomToken');
    case 'id-token':
      return addresses.method('v2/accounts:revokeToken');
  }
}

function makerOf({ kind }: SignInMaterial, plain: string): TokenMaker {
  switch (kind) {
    case 'refresh-token':
      return makerOfRefreshToken(plain);
    case 'custom-token':
      return makerOfCustomToken(plain);
    case 'id-token':
      return makerOfJwt(plain);
    case 'password':
      return 'unknown';
  }
}

function requestOf(
  { options: { tenantId } }: FilledForm,
  material: Exclude<SignInMaterial, { kind: 'id-token' }>,
): SignInRequest {
  const tenant = tenantId === undefined ? {} : { tenantId };
  switch (material.kind) {
    case 'refresh-token':
      return { kind: 'refresh-token', refreshToken: material.secret };
    case 'password':
      return { kind: 'password', email: material.email, password: material.secret, ...tenant };
    default:
      return { kind: 'custom-token', token: material.secret, ...tenant };
  }
}

/** The local look. Its clock is the one of this computer: a token that was made just now is not judged by it. */
function lookAt(api: ToolkitApi, form: FilledForm, plain: string, pasted: boolean): SignInReading {
  const facts = readIdToken(plain);
  if (!facts) return notSent(reason('identityPlatform.notAnIdToken', {}, replace));
  const { addresses, clock } = api;
  const wrong = wrongToken(facts, form, addresses.isLocal, new URL(addresses.apiOrigin).host);
  if (wrong) return notSent(wrong);
  if (pasted && facts.expiresAt <= clock.now()) {
    const when = localTime(facts.expiresAt, clock.now());
    return { ...notSent(reason('identityPlatform.idTokenOver', { when }, replace)), dead: true };
  }
  const tenantId = form.options.tenantId ?? facts.tenantId;
  return { kind: 'signed-in', signedIn: { idToken: new BoundSecret(plain, [addresses.apiOrigin]), facts, tenantId } };
}

function wrongToken(facts: IdTokenFacts, form: FilledForm, isLocal: boolean, host: string): Reason | undefined {
  const { firebaseProject, tenantId } = form.options;
  if (facts.unsigned && !isLocal) return reason('identityPlatform.unsignedToProduction', { host }, replace);
  if (firebaseProject !== undefined && facts.project !== firebaseProject) {
    return reason('identityPlatform.otherProject', { found: facts.project, wanted: firebaseProject }, [
      ...replace,
      ...settings,
    ]);
  }
  if (tenantId !== undefined && facts.tenantId !== tenantId) {
    const found = facts.tenantId ?? '–';
    return reason('identityPlatform.otherTenant', { found, wanted: tenantId }, [...settings, ...replace]);
  }
  return undefined;
}

function withoutToken(
  api: ToolkitApi,
  form: FilledForm,
  { kind }: SignInMaterial,
  result: Exclude<SignInResult, { kind: 'signed-in' }>,
  host: string,
): SignInReading {
  switch (result.kind) {
    case 'second-factor':
      return { ...notSent(reason('identityPlatform.secondFactor', {}, replace)), outcome: 'refused' };
    case 'unanswered':
      return result.result.kind === 'aborted'
        ? { kind: 'aborted' }
        : notSent(unreadable(unansweredReason(result.result, host, [])));
    case 'response': {
      const call = kind === 'refresh-token' ? 'token' : 'sign-in';
      const meaning = explainError(result.response, circumstances(api, form, call, host));
      if (meaning.kind === 'unknown') return notSent(unreadable(meaning.reason));
      const dead = meaning.kind === 'refused' && meaning.signInDead;
      return { kind: 'stopped', outcome: meaning.kind, reason: meaning.reason, dead };
    }
  }
}

/** Only a read has failed: nothing that has an effect was sent. */
export function unreadable(cause: Reason): Reason {
  return { ...reason('consent.unreadable', {}, [{ kind: 'retry' }]), cause };
}

function notSent(why: Reason): Extract<SignInReading, { kind: 'stopped' }> {
  return { kind: 'stopped', outcome: 'not-sent', reason: why, dead: false };
}
