import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type SignInPorts, type SignInRequest, type SignInResult, signIn } from '../../../src/auth/googleSignIn';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import type { Reason } from '../../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import type { BrokenCause, HttpResult, NotSentCause } from '../../../src/core/ports';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { BoundSecret } from '../../../src/core/redact';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { type Answer, response, ScriptedTransport } from '../../fakes/scriptedTransport';
import { freePort, occupy, tryConnect } from './rawConnection';

const authUrl = new URL('https://accounts.google.com/o/oauth2/v2/auth');
const tokenUrl = new URL('https://oauth2.googleapis.com/token');
const api = 'https://dataportability.googleapis.com';
const scope = (name: string): string => `https://www.googleapis.com/auth/dataportability.${name}`;
const scopes = [scope('myactivity.search'), scope('maps.reviews')];
const planted = {
  clientSecret: 'GOCSPX-planted-client-secret',
  code: '4/0planted-code',
  accessToken: 'ya29.planted-access',
  refreshToken: '1//planted-refresh',
};
const tokens = {
  access_token: planted.accessToken,
  expires_in: 3599,
  refresh_token: planted.refreshToken,
  refresh_token_expires_in: 604_799,
  scope: scopes.join(' '),
  token_type: 'Bearer',
};
const texts = collectReasonTexts([reasonTexts, signInReasonTexts]);

class Stage {
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

async function ending(stage: Stage): Promise<readonly [kind: string, code: string]> {
  const result = await stage.signIn();
  assert.ok('reason' in result, 'not signed in');
  return [result.kind, result.reason.code];
}

describe('signIn', () => {
  it('opens the page that the contract asks for, and never asks for granted scopes', async () => {
    const stage = new Stage(response(200, tokens));
    stage.request = { ...stage.request, loginHint: 'alice.test@example.com' };
    await stage.signIn();
    const [page, ...more] = stage.opened;
    assert.ok(page);
    assert.equal(more.length, 0);
    assert.equal(page.origin + page.pathname, authUrl.href);
    const { state, code_challenge, redirect_uri, ...rest } = Object.fromEntries(page.searchParams);
    assert.deepEqual(rest, {
      response_type: 'code',
      client_id: 'client-1.apps.googleusercontent.com',
      scope: scopes.join(' '),
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
      login_hint: 'alice.test@example.com',
    });
    assert.match(state ?? '', /^[\w-]{43}$/);
    assert.match(redirect_uri ?? '', /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const form = new URLSearchParams(stage.transport.requests[0]?.body);
    assert.equal(
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url'),
      code_challenge,
    );
  });

  it('takes a new state and a new verifier each time', async () => {
    const stage = new Stage(response(200, tokens));
    await stage.signIn();
    await stage.signIn();
    const of = (name: string): Set<string | null> => new Set(stage.opened.map((page) => page.searchParams.get(name)));
    assert.deepEqual([of('state').size, of('code_challenge').size], [2, 2]);
  });

  it('exchanges the code with one form, on a connection of its own', async () => {
    const stage = new Stage(response(200, tokens));
    await stage.signIn();
    const [request, ...more] = stage.transport.requests;
    assert.ok(request);
    assert.equal(more.length, 0);
    assert.deepEqual([request.method, request.url, request.effect], ['POST', tokenUrl.href, 'irreversible']);
    const { code_verifier, ...form } = Object.fromEntries(new URLSearchParams(request.body));
    assert.match(code_verifier ?? '', /^[\w.~-]{43,128}$/);
    assert.deepEqual(form, {
      grant_type: 'authorization_code',
      client_id: 'client-1.apps.googleusercontent.com',
      client_secret: planted.clientSecret,
      code: planted.code,
      redirect_uri: stage.redirectUri.href,
    });
  });

  it('gives the tokens sealed for the given origins, what was granted, and both ends', async () => {
    const result = await new Stage(response(200, tokens)).signIn();
    assert.ok(result.kind === 'signed-in');
    assert.deepEqual(result.accessToken.revealFor(new URL(api)), { kind: 'revealed', value: planted.accessToken });
    assert.deepEqual(result.refreshToken?.revealFor(new URL(api)), { kind: 'revealed', value: planted.refreshToken });
    assert.equal(result.accessToken.revealFor(tokenUrl).kind, 'foreign-origin');
    assert.equal(result.refreshToken?.revealFor(tokenUrl).kind, 'foreign-origin');
    assert.deepEqual([result.grantedScopes, result.missingScopes], [scopes, []]);
    assert.ok(Math.abs((result.accessTokenExpiresAt ?? 0) - (noon + 3_599_000)) < 5_000, 'by the given clock');
    assert.equal(result.refreshTokenExpiresAt, noon + 604_799_000);
  });

  it('believes the token answer about what was granted', async () => {
    const result = await new Stage(response(200, { ...tokens, scope: scope('maps.reviews') })).signIn();
    assert.ok(result.kind === 'signed-in');
    assert.deepEqual(
      [result.grantedScopes, result.missingScopes],
      [[scope('maps.reviews')], [scope('myactivity.search')]],
    );
  });

  it('does not lose a token for what is odd or missing beside it', async () => {
    for (const odd of [{}, { scope: 7, refresh_token: [], refresh_token_expires_in: 'soon', expires_in: 'later' }]) {
      const result = await new Stage(response(200, { access_token: planted.accessToken, ...odd })).signIn();
      assert.ok(result.kind === 'signed-in');
      assert.deepEqual([result.grantedScopes, result.missingScopes, result.refreshToken], [scopes, [], undefined]);
      assert.deepEqual([result.accessTokenExpiresAt, result.refreshTokenExpiresAt], [undefined, undefined]);
    }
  });

  it('asks for each scope once', async () => {
    const stage = new Stage(response(200, tokens));
    stage.request = { ...stage.request, scopes: [...scopes, ...scopes] };
    assert.equal((await stage.signIn()).kind, 'signed-in');
    assert.equal(stage.opened[0]?.searchParams.get('scope'), scopes.join(' '));
  });

  describe('opens no browser and sends nothing', () => {
    const impossible = async (changes: Partial<SignInRequest>): Promise<string> => {
      const stage = new Stage(response(200, tokens));
      stage.request = { ...stage.request, ...changes };
      const [kind, code] = await ending(stage);
      assert.deepEqual([kind, stage.opened.length, stage.transport.requests.length], ['not-possible', 0, 0]);
      return code;
    };

    it('without a scope', async () => assert.equal(await impossible({ scopes: [] }), 'signIn.noScopes'));

    for (const foreign of [
      'openid',
      'email',
      'https://www.googleapis.com/auth/drive',
      'https://www.googleapis.com/auth/dataportability',
      'https://www.googleapis.com/auth/dataportability.',
      `${scope('maps.reviews')} openid`,
      `${scope('maps.reviews')}\n`,
      'https://www.googleapis.com.evil.example/auth/dataportability.maps.reviews',
      'http://www.googleapis.com/auth/dataportability.maps.reviews',
    ]) {
      it(`with the scope ${JSON.stringify(foreign)}`, async () => {
        assert.equal(await impossible({ scopes: [...scopes, foreign] }), 'signIn.foreignScope');
      });
    }

    it('with more scopes than an address takes', async () => {
      const many = Array.from({ length: 73 }, (_, index) => scope(`some.resource_of_usual_length_${index}`));
      assert.equal(await impossible({ scopes: many }), 'signIn.tooManyScopes');
    });

    it('with a web client that has no loopback address', async () => {
      assert.equal(await impossible({ clientKind: 'web' }), 'signIn.noLoopback');
      const redirectUri = 'https://app.example/back';
      assert.equal(await impossible({ clientKind: 'web', redirectUri }), 'signIn.noLoopback');
    });

    it('with a client secret of another origin', async () => {
      const clientSecret = new BoundSecret(planted.clientSecret, ['https://old.example']);
      assert.equal(await impossible({ clientSecret }), 'credential.foreignOrigin');
    });

    it('when the port of a web client is in use', async () => {
      const port = await freePort();
      const leave = await occupy(port, '127.0.0.1');
      try {
        const stage = new Stage();
        const redirectUri = `http://localhost:${port}/back`;
        stage.request = { ...stage.request, clientKind: 'web', redirectUri };
        assert.deepEqual(await ending(stage), ['listener-failed', 'signIn.portInUse']);
        assert.equal(stage.opened.length, 0);
      } finally {
        await leave();
      }
    });

    it('when it was cancelled before', async () => {
      const stage = new Stage();
      stage.stop.abort();
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelled']);
      assert.equal(stage.opened.length, 0);
    });
  });

  describe('ends the wait', () => {
    it('when Cancel was pressed on the page', async () => {
      const stage = new Stage();
      stage.browser = async () => ({ error: 'access_denied' });
      assert.deepEqual(await ending(stage), ['denied', 'signIn.denied']);
      assert.equal(stage.transport.requests.length, 0);
    });

    it('when the page comes back with another error', async () => {
      const stage = new Stage();
      stage.browser = async () => ({ error: 'admin_policy_enforced', error_description: planted.code });
      assert.deepEqual(await ending(stage), ['refused', 'signIn.redirectError']);
    });

    it('when no browser was opened', async () => {
      const ways: readonly SignInPorts['openExternal'][] = [
        async () => false,
        async () => Promise.reject(new Error(planted.code)),
        () => {
          throw new Error(planted.code);
        },
      ];
      for (const openExternal of ways) {
        const stage = new Stage();
        stage.ports = { openExternal };
        assert.deepEqual(await ending(stage), ['not-opened', 'signIn.notOpened']);
      }
    });

    it('after five minutes, with the pages that never lead back', async () => {
      const stage = new Stage();
      stage.browser = async () => {
        stage.clock.advance(299_999);
        setImmediate(() => stage.clock.advance(1));
        return undefined;
      };
      const result = await stage.signIn();
      assert.ok(result.kind === 'timed-out');
      assert.deepEqual([result.reason.code, result.reason.params], ['signIn.timedOut', { minutes: '5' }]);
      assert.deepEqual(
        result.pages.map(({ code }) => code.replace('signIn.page.', '')),
        ['incrementalAuth', 'notTestUser', 'redirectUriMismatch', 'invalidClient', 'mixedScopes'],
      );
      const all = result.pages.map((page) => reasonParagraph(page, texts, untranslated)).join('\n');
      assert.ok(all.includes(stage.redirectUri.href) && all.includes(stage.request.clientId), all);
      assert.doesNotMatch(all, /[{}]|signIn\./);
    });

    it('after another time if one is given', async () => {
      const stage = new Stage();
      stage.request = { ...stage.request, timeoutMs: 90_000 };
      stage.browser = async () => {
        stage.clock.advance(90_000);
        return undefined;
      };
      const result = await stage.signIn();
      assert.ok(result.kind === 'timed-out');
      assert.deepEqual(result.reason.params, { minutes: '1.5' });
    });

    it('when it is cancelled, at once, though the editor still asks whether to open the browser', async () => {
      const stage = new Stage();
      stage.browser = () => {
        stage.stop.abort();
        return new Promise(() => undefined);
      };
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelled']);
      assert.equal(stage.transport.requests.length, 0);
    });

    it('not for requests with another state', async () => {
      const stage = new Stage(response(200, tokens));
      stage.browser = async (page) => {
        for (const parameters of [{ error: 'access_denied' }, { code: 'of-somebody-else' }]) {
          const foreign = await fetch(stage.back(page, { ...parameters, state: 'another' }));
          assert.equal(foreign.status, 400);
        }
        return { code: planted.code };
      };
      assert.equal((await stage.signIn()).kind, 'signed-in');
      assert.equal(stage.transport.requests.length, 1);
    });
  });

  describe('the exchange is made once, whatever comes back', () => {
    const error = (code: string) => ({ error: code, error_description: 'Bad Request' });
    const answers: readonly (readonly [name: string, answer: HttpResult, code: string])[] = [
      ['400 invalid_grant', response(400, error('invalid_grant')), 'signIn.codeRejected'],
      ['401 invalid_client', response(401, error('invalid_client')), 'signIn.invalidClient'],
      ['401 unauthorized_client', response(401, error('unauthorized_client')), 'signIn.invalidClient'],
      ['400 redirect_uri_mismatch', response(400, error('redirect_uri_mismatch')), 'signIn.redirectUriMismatch'],
      ['400 invalid_request', response(400, error('invalid_request')), 'signIn.exchangeFailed'],
      ['429', response(429, '', { 'retry-after': '0' }), 'signIn.exchangeFailed'],
      ['500', response(500, error('internal_failure')), 'signIn.exchangeFailed'],
      ['503', response(503, '', { 'retry-after': '0' }), 'signIn.exchangeFailed'],
      ['a page', response(200, '<html>sign in to the network</html>'), 'signIn.exchangeFailed'],
      ['no token', response(200, {}), 'signIn.exchangeFailed'],
      ['an echo of the code', response(400, { error: planted.code }), 'signIn.exchangeFailed'],
      ['an echo of the secret', response(500, planted.clientSecret), 'signIn.exchangeFailed'],
    ];
    for (const [name, answer, code] of answers) {
      it(`${name}: refused, ${code}`, async () => {
        const stage = new Stage(answer);
        assert.deepEqual(await ending(stage), ['refused', code]);
        assert.equal(stage.transport.requests.length, 1);
      });
    }

    const endings: readonly Exclude<HttpResult, { kind: 'response' | 'aborted' }>[] = [
      ...(['dns', 'refused', 'tls-untrusted', 'proxy-refused'] satisfies NotSentCause[]).map(
        (cause) => ({ kind: 'not-sent', cause, detail: 'd' }) as const,
      ),
      ...(['connection-reset', 'timeout', 'cut-body', 'malformed'] satisfies BrokenCause[]).map(
        (cause) => ({ kind: 'broken', cause, detail: 'd' }) as const,
      ),
      { kind: 'redirect', status: 307, location: 'https://evil.example' },
    ];
    for (const result of endings) {
      it(`${result.kind} ${'cause' in result ? result.cause : ''}: unanswered`, async () => {
        const stage = new Stage(result);
        const given = await stage.signIn();
        assert.ok(given.kind === 'unanswered');
        assert.deepEqual(given.result, result);
        assert.equal(given.reason.code, 'signIn.exchangeUnanswered');
        assert.match(given.reason.cause?.code ?? '', /^http\./);
        assert.equal(stage.transport.requests.length, 1);
      });
    }

    it('when it is cancelled meanwhile, the consent may be alive', async () => {
      const stage = new Stage(() => {
        stage.stop.abort();
        return { kind: 'aborted', sent: true };
      });
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelledAfterConsent']);
    });

    it('when the transport breaks its word and rejects, with the secrets in the error', async () => {
      const stage = new Stage((request) => Promise.reject(new Error(request.body)));
      assert.deepEqual(await ending(stage), ['refused', 'signIn.exchangeFailed']);
      assert.equal(stage.transport.requests.length, 1);
    });
  });

  describe('takes a pasted address where the browser runs elsewhere', () => {
    const signInPasting = async (
      paste: (stage: Stage, check: (text: string) => Reason | undefined) => string | undefined,
    ) => {
      const stage = new Stage(response(200, tokens));
      stage.browser = async () => undefined;
      let ended = false;
      stage.ports = {
        askPasted: async (check, signal) => {
          signal.addEventListener('abort', () => {
            ended = true;
          });
          // The question shows beside the browser, which is opened in the same turn.
          await Promise.resolve();
          return paste(stage, check);
        },
      };
      return { stage, result: await stage.signIn(), ended: () => ended };
    };
    const page = (stage: Stage): URL => {
      const [opened] = stage.opened;
      assert.ok(opened);
      return opened;
    };

    it('that belongs to this sign-in', async () => {
      const { result, stage, ended } = await signInPasting((stage, check) => {
        const text = stage.back(page(stage), { code: planted.code }).href;
        assert.equal(check(text), undefined);
        return text;
      });
      assert.equal(result.kind, 'signed-in');
      assert.equal(stage.transport.requests.length, 1);
      assert.ok(ended());
    });

    it('of a refusal', async () => {
      const { result } = await signInPasting((stage) => stage.back(page(stage), { error: 'access_denied' }).href);
      assert.equal(result.kind, 'denied');
    });

    it('and waits on when it is another one, or when the question was closed', async () => {
      for (const other of [undefined, 'http://127.0.0.1:1/callback?state=x&code=y', '']) {
        const { result, stage } = await signInPasting((stage, check) => {
          if (other !== undefined) assert.match(check(other)?.code ?? '', /^signIn\.pasted/);
          setImmediate(() => stage.clock.advance(300_000));
          return other;
        });
        assert.equal(result.kind, 'timed-out');
        assert.equal(stage.transport.requests.length, 0);
      }
    });

    it('and waits on when the question fails', async () => {
      const { result } = await signInPasting((stage) => {
        setImmediate(() => void fetch(stage.back(page(stage), { code: planted.code })));
        throw new Error(planted.code);
      });
      assert.equal(result.kind, 'signed-in');
    });

    it('ends the question when the browser comes back by itself', async () => {
      const stage = new Stage(response(200, tokens));
      const asked = new Promise<AbortSignal>((resolve) => {
        stage.ports = {
          askPasted: (_check, signal) => {
            resolve(signal);
            return new Promise(() => undefined);
          },
        };
      });
      assert.equal((await stage.signIn()).kind, 'signed-in');
      assert.ok((await asked).aborted);
    });
  });

  it('comes back to the address that a web client has registered, as it is written', async () => {
    const port = await freePort();
    const stage = new Stage(response(200, tokens));
    const redirectUri = `http://127.0.0.1:${port}`;
    stage.request = { ...stage.request, clientKind: 'web', redirectUri };
    assert.equal((await stage.signIn()).kind, 'signed-in');
    assert.equal(stage.opened[0]?.searchParams.get('redirect_uri'), redirectUri);
    assert.equal(new URLSearchParams(stage.transport.requests[0]?.body).get('redirect_uri'), redirectUri);
  });

  it('prints nothing when the logging of the library is switched on by the environment', function () {
    this.timeout(30_000);
    const env = { ...process.env, GOOGLE_SDK_NODE_LOGGING: '*', NODE_DEBUG: 'auth' };
    const probe = spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, 'loggingProbe.ts')], {
      env,
      encoding: 'utf8',
    });
    assert.deepEqual([probe.status, probe.stdout, probe.stderr], [0, '', '']);
  });
});
