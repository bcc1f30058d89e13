/** A sign-in with a scripted token endpoint and a browser made of `fetch`; every result is searched for secrets. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type SignInPorts, type SignInRequest, type SignInResult, signIn } from '../../../src/auth/googleSignIn';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { BoundSecret } from '../../../src/core/redact';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { type Answer, ScriptedTransport } from '../../fakes/scriptedTransport';
import { tryConnect } from './rawConnection';

export const authUrl = new URL('https://accounts.google.com/o/oauth2/v2/auth');
export const tokenUrl = new URL('https://oauth2.googleapis.com/token');
export const api = 'https://dataportability.googleapis.com';
export const scope = (name: string): string => `https://www.googleapis.com/auth/dataportability.${name}`;
export const scopes = [scope('myactivity.search'), scope('maps.reviews')];
export const planted = {
  clientSecret: 'GOCSPX-planted-client-secret',
  code: '4/0planted-code',
  accessToken: 'ya29.planted-access',
  refreshToken: '1//planted-refresh',
};
export const tokens = {
  access_token: planted.accessToken,
  expires_in: 3599,
  refresh_token: planted.refreshToken,
  refresh_token_expires_in: 604_799,
  scope: scopes.join(' '),
  token_type: 'Bearer',
};
export const texts = collectReasonTexts([reasonTexts, signInReasonTexts]);

export class SignInStage {
  readonly clock = new ManualClock(noon);
  readonly stop = new AbortController();
  readonly transport: ScriptedTransport;
  /** Addresses the browser was opened with. */
  readonly opened: URL[] = [];
  /** What the user does in the browser: the parameters it comes back with, the state left out. */
  browser: (page: URL) => Promise<Record<string, string> | undefined> = async () => ({ code: planted.code });
  request: SignInRequest = {
    clientId: 'client-1.apps.googleusercontent.com',
    clientSecret: new BoundSecret(planted.clientSecret, [api, tokenUrl.origin]),
    clientKind: 'installed',
    scopes,
    authUrl,
    tokenUrl,
    boundTo: [api],
  };
  ports: Partial<SignInPorts> = {};

  constructor(...answers: Answer[]) {
    this.transport = new ScriptedTransport(...answers);
  }

  get redirectUri(): URL {
    return new URL(this.opened[0]?.searchParams.get('redirect_uri') ?? '');
  }

  async signIn(): Promise<SignInResult> {
    const openExternal = async (url: string): Promise<boolean> => {
      const page = new URL(url);
      this.opened.push(page);
      const back = await this.browser(page);
      if (back) await fetch(this.back(page, back));
      return true;
    };
    const { transport, clock } = this;
    const result = await signIn(this.request, { transport, clock, openExternal, ...this.ports }, this.stop.signal);
    const verifiers = this.transport.requests.map(({ body }) => new URLSearchParams(body).get('code_verifier') ?? '');
    const states = this.opened.map((page) => page.searchParams.get('state') ?? '');
    const printed = inspect(result, { depth: null, showHidden: true, getters: true }) + JSON.stringify(result);
    for (const secret of [...Object.values(planted), ...verifiers, ...states].filter((text) => text !== '')) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!printed.includes(form), `the result shows a secret: ${printed}`);
      }
    }
    for (const page of this.opened) assert.equal(await tryConnect(portOf(page)), 'ECONNREFUSED', 'nobody listens');
    assert.equal(this.clock.sleeping, 0, 'no timer is left');
    if ('reason' in result) {
      assert.doesNotMatch(reasonParagraph(result.reason, texts, untranslated), /\{|signIn\./);
    }
    return result;
  }

  back(page: URL, parameters: Record<string, string>): URL {
    const url = new URL(page.searchParams.get('redirect_uri') ?? '');
    url.search = new URLSearchParams({ state: page.searchParams.get('state') ?? '', ...parameters }).toString();
    return url;
  }
}

function portOf(page: URL): number {
  return Number(new URL(page.searchParams.get('redirect_uri') ?? '').port);
}

export async function ending(stage: SignInStage): Promise<readonly [kind: string, code: string]> {
  const result = await stage.signIn();
  assert.ok('reason' in result, 'not signed in');
  return [result.kind, result.reason.code];
}
