import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { refreshTokens, revokeOwnToken, signInWithPassword } from '../../../src/auth/vedauth';
import type { HttpResult, Transport } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';

const authOrigin = 'https://auth.example';
const boundTo = ['https://tpp.example', authOrigin];
const client = { authOrigin, clientId: 'reconsent', boundTo, project: 'tpp' };
const sealed = (name: string, to = boundTo) => new BoundSecret(`planted-${name}`, to);
const never = new AbortController().signal;
const full = {
  access_token: 'planted-access',
  refresh_token: 'planted-refresh-2',
  expires: 1,
  expires_in: 3600,
  refresh_until: noon / 1000 + 86_400,
  identity: 'local:{x}',
  scope: 'admin:delete;configuration',
  token_type: 'Bearer',
};

describe('vedauth', () => {
  const with_ = (...answers: HttpResult[]) => {
    const transport = new ScriptedTransport(...answers);
    return { transport, ports: { transport, clock: new ManualClock(noon) } };
  };

  describe('refreshing', () => {
    it('sends the token once, with the client, on a connection of its own', async () => {
      const { transport, ports } = with_(response(200, full));
      const refreshed = await refreshTokens(client, sealed('refresh'), ports, never);
      assert.ok(refreshed.kind === 'issued');
      const { tokens } = refreshed;
      assert.equal(tokens.accessTokenExpiresAt, noon + 3_600_000);
      assert.equal(tokens.refreshUntil, noon + 86_400_000);
      assert.deepEqual([tokens.identity, tokens.scope], [full.identity, full.scope]);
      assert.deepEqual(tokens.accessToken.boundTo, boundTo);
      const [request, ...more] = transport.requests;
      assert.deepEqual(more, []);
      assert.equal(request?.url, `${authOrigin}/vedauth/authorize/token`);
      assert.deepEqual(JSON.parse(request?.body ?? ''), { client_id: 'reconsent', refresh_token: 'planted-refresh' });
      assert.deepEqual([request?.effect, request?.contentType], ['irreversible', 'application/json']);
    });

    const rows: readonly (readonly [what: string, answer: HttpResult, kind: string])[] = [
      ['invalid_grant', response(400, { error: 'invalid_grant' }), 'invalid-grant'],
      [
        'its text alone',
        response(400, { ErrorDetails: 'Grant has been revoked, has expired, or the refresh token is invalid' }),
        'invalid-grant',
      ],
      ['invalid_grant of a server that fails', response(500, { error: 'invalid_grant' }), 'refused'],
      ['invalid_client', response(400, { error: 'invalid_client' }), 'refused'],
      ['an empty 400', response(400), 'refused'],
      ['a 200 without a token', response(200, {}), 'refused'],
      ['a page', response(200, '<html>'), 'refused'],
      ['202', response(202, full), 'refused'],
      ['a list', response(200, [full]), 'refused'],
      ['a token that no header takes', response(200, { ...full, access_token: 'a\nb' }), 'refused'],
      ['a broken connection', { kind: 'broken', cause: 'timeout', detail: '' }, 'unanswered'],
      ['a redirect', { kind: 'redirect', status: 302, location: 'https://evil.example' }, 'unanswered'],
    ];
    for (const [what, answer, kind] of rows) {
      it(`${what}: ${kind}, and no second request`, async () => {
        const { transport, ports } = with_(answer);
        const refreshed = await refreshTokens(client, sealed('refresh'), ports, never);
        assert.equal(refreshed.kind, kind);
        assert.equal(transport.requests.length, 1);
        assert.doesNotMatch(inspect(refreshed, { depth: 9 }), /planted/);
      });
    }

    it('loses no token for what else is odd', async () => {
      const odd = { ...full, expires_in: 'soon', expires: null, refresh_until: -1, identity: 7, scope: [] };
      const refreshed = await refreshTokens(client, sealed('refresh'), with_(response(200, odd)).ports, never);
      assert.ok(refreshed.kind === 'issued');
      const { accessTokenExpiresAt, refreshUntil, identity, scope } = refreshed.tokens;
      assert.deepEqual(
        [accessTokenExpiresAt, refreshUntil, identity, scope],
        [undefined, undefined, undefined, undefined],
      );
    });

    it('sends nothing to an origin that the token is not bound to', async () => {
      const { transport, ports } = with_(response(200, full));
      const refreshed = await refreshTokens(client, sealed('refresh', ['https://tpp.example']), ports, never);
      assert.ok(refreshed.kind === 'unanswered' && refreshed.result.kind === 'not-sent');
      assert.equal(transport.requests.length, 0);
    });
  });

  describe('with a password', () => {
    const account = { username: 'tpp-admin', password: sealed('password', [authOrigin]), scope: 'admin:delete' };

    it('sends it to vedauth, once', async () => {
      const { transport, ports } = with_(response(200, { ...full, refresh_token: undefined }));
      const signedIn = await signInWithPassword(client, account, ports, never);
      assert.ok(signedIn.kind === 'issued');
      assert.equal(signedIn.tokens.refreshToken, undefined);
      assert.equal(transport.requests.length, 1);
      assert.equal(transport.requests[0]?.url, `${authOrigin}/vedauth/authorize/oauth`);
      assert.deepEqual(JSON.parse(transport.requests[0]?.body ?? ''), {
        client_id: 'reconsent',
        username: 'tpp-admin',
        password: 'planted-password',
        scope: 'admin:delete',
      });
    });

    it('a refusal holds neither password nor links that act', async () => {
      const { ports } = with_(
        response(400, {
          Error: 'invalid_grant',
          Error_description: 'no\u202e [x](command:y)\npassword=planted-password',
        }),
      );
      const signedIn = await signInWithPassword(client, account, ports, never);
      assert.ok(signedIn.kind === 'refused');
      assert.equal(signedIn.error, 'invalid_grant');
      assert.doesNotMatch(signedIn.description, /planted|\u202e|\n/);
    });
  });

  describe('with a password, given up after it has left', () => {
    const account = { username: 'tpp-admin', password: sealed('password', [authOrigin]), scope: 'admin:delete' };

    /** Answers the sign-in when it is let, and then the revocation. */
    async function giveUp(issued: HttpResult, revoked: HttpResult) {
      const stop = new AbortController();
      const bearers: (string | undefined)[] = [];
      let answer: (result: HttpResult) => void = () => undefined;
      const signals: AbortSignal[] = [];
      const transport: Transport = {
        send: (request, signal) => {
          signals.push(signal);
          request.onSent?.();
          const secret = request.bearer?.revealFor(request.url);
          bearers.push(secret?.kind === 'revealed' ? secret.value : undefined);
          if (request.url.pathname.endsWith('/revoke/token')) return Promise.resolve(revoked);
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      };
      let tell: (end: string) => void = () => undefined;
      const told = new Promise<string>((resolve) => {
        tell = resolve;
      });
      const ports = { transport, clock: new ManualClock(noon), onAbandoned: (end: string) => tell(end) };
      const signing = signInWithPassword(client, account, ports, stop.signal);
      stop.abort();
      assert.deepEqual(await signing, { kind: 'unanswered', result: { kind: 'aborted', sent: true } });
      assert.ok(signals.every(({ aborted }) => !aborted));
      answer(issued);
      return { end: await told, bearers };
    }

    const refused = response(400, { error: 'invalid_grant' });
    const lost = { kind: 'broken', cause: 'timeout', detail: '' } as const;
    const rows: readonly (readonly [what: string, issued: HttpResult, revoked: HttpResult, end: string])[] = [
      ['what is issued is revoked', response(200, full), response(200), 'ended'],
      ['what is known nowhere any more is over', response(200, full), response(202), 'ended'],
      ['what cannot be revoked is told', response(200, full), lost, 'left'],
      ['a server that does not revoke is told', response(200, full), response(500), 'left'],
      ['a refusal has left nothing', refused, lost, 'none'],
      ['an answer that never came is told', lost, lost, 'left'],
      ['a server that failed is told', response(503), lost, 'left'],
    ];
    for (const [what, issued, revoked, end] of rows) {
      it(`${what}: ${end}`, async () => {
        const given = await giveUp(issued, revoked);
        assert.equal(given.end, end);
        const wasIssued = issued.kind === 'response' && issued.status === 200;
        assert.deepEqual(given.bearers, wasIssued ? [undefined, 'planted-access'] : [undefined]);
      });
    }

    it('nothing of it is done for one that has not left yet: that is stopped', async () => {
      const stop = new AbortController();
      const transport: Transport = {
        send: (_request, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve({ kind: 'aborted', sent: false }));
            stop.abort();
          }),
      };
      const ports = { transport, clock: new ManualClock(noon), onAbandoned: () => assert.fail('nothing left') };
      const ended = await signInWithPassword(client, account, ports, stop.signal);
      assert.deepEqual(ended, { kind: 'unanswered', result: { kind: 'aborted', sent: false } });
    });
  });

  describe('signing out', () => {
    const rows: readonly (readonly [status: number, kind: string])[] = [
      [200, 'revoked'],
      [202, 'not-found'],
      [204, 'refused'],
      [401, 'refused'],
      [500, 'refused'],
    ];
    for (const [status, kind] of rows) {
      it(`${status}: ${kind}`, async () => {
        const { transport, ports } = with_(response(status));
        assert.equal((await revokeOwnToken(client, sealed('access'), ports, never)).kind, kind);
        const [request] = transport.requests;
        assert.deepEqual(
          [request?.method, request?.url, request?.bearer],
          ['GET', `${authOrigin}/vedauth/revoke/token`, 'planted-access'],
        );
      });
    }
  });
});
