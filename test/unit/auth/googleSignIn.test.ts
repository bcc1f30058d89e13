import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import type { SignInPorts, SignInRequest } from '../../../src/auth/googleSignIn';
import { reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { BoundSecret } from '../../../src/core/redact';
import { noon } from '../../fakes/resetStage';
import { response } from '../../fakes/scriptedTransport';
import { freePort, occupy } from './rawConnection';
import { api, authUrl, ending, planted, SignInStage, scope, scopes, texts, tokens, tokenUrl } from './signInStage';

describe('signIn', () => {
  it('opens the page that the contract asks for, and never asks for granted scopes', async () => {
    const stage = new SignInStage(response(200, tokens));
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
    const stage = new SignInStage(response(200, tokens));
    await stage.signIn();
    await stage.signIn();
    const of = (name: string): Set<string | null> => new Set(stage.opened.map((page) => page.searchParams.get(name)));
    assert.deepEqual([of('state').size, of('code_challenge').size], [2, 2]);
  });

  it('exchanges the code with one form, on a connection of its own', async () => {
    const stage = new SignInStage(response(200, tokens));
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
    const result = await new SignInStage(response(200, tokens)).signIn();
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
    const result = await new SignInStage(response(200, { ...tokens, scope: scope('maps.reviews') })).signIn();
    assert.ok(result.kind === 'signed-in');
    assert.deepEqual(
      [result.grantedScopes, result.missingScopes],
      [[scope('maps.reviews')], [scope('myactivity.search')]],
    );
  });

  it('does not lose a token for what is odd or missing beside it', async () => {
    for (const odd of [{}, { scope: 7, refresh_token: [], refresh_token_expires_in: 'soon', expires_in: 'later' }]) {
      const result = await new SignInStage(response(200, { access_token: planted.accessToken, ...odd })).signIn();
      assert.ok(result.kind === 'signed-in');
      assert.deepEqual([result.grantedScopes, result.missingScopes, result.refreshToken], [scopes, [], undefined]);
      assert.deepEqual([result.accessTokenExpiresAt, result.refreshTokenExpiresAt], [undefined, undefined]);
    }
  });

  it('asks for each scope once', async () => {
    const stage = new SignInStage(response(200, tokens));
    stage.request = { ...stage.request, scopes: [...scopes, ...scopes] };
    assert.equal((await stage.signIn()).kind, 'signed-in');
    assert.equal(stage.opened[0]?.searchParams.get('scope'), scopes.join(' '));
  });

  describe('opens no browser and sends nothing', () => {
    const impossible = async (changes: Partial<SignInRequest>): Promise<string> => {
      const stage = new SignInStage(response(200, tokens));
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
        const stage = new SignInStage();
        const redirectUri = `http://localhost:${port}/back`;
        stage.request = { ...stage.request, clientKind: 'web', redirectUri };
        assert.deepEqual(await ending(stage), ['listener-failed', 'signIn.portInUse']);
        assert.equal(stage.opened.length, 0);
      } finally {
        await leave();
      }
    });

    it('when it was cancelled before', async () => {
      const stage = new SignInStage();
      stage.stop.abort();
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelled']);
      assert.equal(stage.opened.length, 0);
    });
  });

  describe('ends the wait', () => {
    it('when Cancel was pressed on the page', async () => {
      const stage = new SignInStage();
      stage.browser = async () => ({ error: 'access_denied' });
      assert.deepEqual(await ending(stage), ['denied', 'signIn.denied']);
      assert.equal(stage.transport.requests.length, 0);
    });

    it('when every scope was unticked: such a token is good for nothing', async () => {
      for (const scope of ['', ' ']) {
        const stage = new SignInStage(response(200, { ...tokens, scope }));
        assert.deepEqual(await ending(stage), ['denied', 'signIn.nothingGranted']);
      }
    });

    it('when the page comes back with another error', async () => {
      const stage = new SignInStage();
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
        const stage = new SignInStage();
        stage.ports = { openExternal };
        assert.deepEqual(await ending(stage), ['not-opened', 'signIn.notOpened']);
      }
    });

    it('after five minutes, with the pages that never lead back', async () => {
      const stage = new SignInStage();
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
      const stage = new SignInStage();
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
      const stage = new SignInStage();
      stage.browser = () => {
        stage.stop.abort();
        return new Promise(() => undefined);
      };
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelled']);
      assert.equal(stage.transport.requests.length, 0);
    });

    for (const [how, end] of [
      ['cancelled', (stage: SignInStage) => stage.stop.abort()],
      ['timed-out', (stage: SignInStage) => stage.clock.advance(300_000)],
    ] as const) {
      it(`${how}: no listener, no timer, no question and no ear for Cancel is left, in whatever state the page is`, async () => {
        const servers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;
        const before = servers();
        const stage = new SignInStage();
        let asked: Promise<unknown> = Promise.resolve();
        stage.ports = {
          // As the editor's input box: it ends with the signal.
          askPasted: (_check, signal) => {
            const question = new Promise<undefined>((resolve) => {
              signal.addEventListener('abort', () => resolve(undefined), { once: true });
            });
            asked = question;
            return question;
          },
        };
        stage.browser = async () => {
          setImmediate(() => end(stage));
          return undefined;
        };
        assert.equal((await stage.signIn()).kind, how);
        await asked;
        assert.equal(getEventListeners(stage.stop.signal, 'abort').length, 0);
        assert.equal(stage.clock.sleeping, 0);
        assert.equal(servers(), before);
        assert.equal(stage.transport.requests.length, 0);
        await assert.rejects(fetch(stage.back(stage.opened[0] ?? authUrl, { code: planted.code })), 'too late');
        assert.equal(stage.transport.requests.length, 0);
      });
    }

    it('not for requests with another state', async () => {
      const stage = new SignInStage(response(200, tokens));
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

  it('comes back to the address that a web client has registered, as it is written', async () => {
    const port = await freePort();
    const stage = new SignInStage(response(200, tokens));
    const redirectUri = `http://127.0.0.1:${port}`;
    stage.request = { ...stage.request, clientKind: 'web', redirectUri };
    assert.equal((await stage.signIn()).kind, 'signed-in');
    assert.equal(stage.opened[0]?.searchParams.get('redirect_uri'), redirectUri);
    assert.equal(new URLSearchParams(stage.transport.requests[0]?.body).get('redirect_uri'), redirectUri);
  });
});
