import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startDeviceSignIn } from '../../../src/auth/vedauthDevice';
import { signInFailed } from '../../../src/auth/vedauthReasons';
import type { Transport } from '../../../src/core/ports';
import { FakeClock } from '../../fakes/clock';
import { noon } from '../../fakes/resetStage';
import { type Answer, response, ScriptedTransport } from '../../fakes/scriptedTransport';

const authOrigin = 'https://auth.example';
const client = { authOrigin, clientId: 'reconsent', boundTo: ['https://tpp.example', authOrigin], project: 'tpp' };
const never = new AbortController().signal;
const device = {
  device_code: 'planted-device-code',
  user_code: 'BCDF-GHJK',
  verification_uri: 'https://auth.example/vedauth/device',
  verification_uri_complete: 'https://auth.example/vedauth/device?user_code=BCDF-GHJK',
  interval: 5,
  expires_in: 300,
};
const tokens = {
  access_token: 'planted-access',
  refresh_token: 'planted-refresh',
  token_type: 'Bearer',
  expires_in: 60,
};
const pending = response(400, { error: 'authorization_pending' });

describe('fault 46: vedauth device flow', () => {
  let wall: number;
  let clock: FakeClock;
  beforeEach(() => {
    wall = noon;
    clock = new FakeClock({
      now: () => wall,
      advance: (ms) => {
        wall += ms;
      },
    });
  });

  const start = async (first: object, ...polls: Answer[]) => {
    const transport = new ScriptedTransport(response(200, first), ...polls);
    const started = await startDeviceSignIn(client, 'admin:delete;configuration', { transport, clock }, never);
    assert.ok(started.kind === 'started', started.kind);
    return { transport, started };
  };

  it('shows the code, polls in its pace, and brings the tokens', async () => {
    const { transport, started } = await start(device, pending, pending, response(200, tokens));
    assert.deepEqual(started.code, {
      userCode: 'BCDF-GHJK',
      verificationUri: device.verification_uri,
      verificationUriComplete: device.verification_uri_complete,
      expiresAt: noon + 300_000,
    });
    assert.doesNotMatch(inspect(started, { depth: 9, showHidden: true }), /planted/);
    const waited = await started.waiting.wait(never);
    assert.ok(waited.kind === 'issued');
    assert.deepEqual(waited.tokens.accessToken.boundTo, client.boundTo);
    assert.equal(waited.tokens.accessTokenExpiresAt, noon + 15_000 + 60_000);
    assert.deepEqual(clock.sleeps, [5000, 5000, 5000]);
    const [first, poll] = transport.requests;
    assert.equal(first?.url, `${authOrigin}/vedauth/authorize/device`);
    assert.equal(first?.body, 'scope=admin%3Adelete%3Bconfiguration&client_id=reconsent');
    assert.equal(poll?.url, `${authOrigin}/vedauth/authorize/token`);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(poll?.body)), {
      device_code: 'planted-device-code',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'reconsent',
    });
    assert.ok(transport.requests.every(({ effect }) => effect === 'irreversible'));
  });

  it('slows down for good when asked to', async () => {
    const slow = response(400, { error: 'slow_down' });
    const { started } = await start(device, slow, pending, response(200, tokens));
    assert.equal((await started.waiting.wait(never)).kind, 'issued');
    assert.deepEqual(clock.sleeps, [5000, 10_000, 10_000]);
  });

  it('goes on when a poll got no answer, more slowly', async () => {
    const broken = { kind: 'broken', cause: 'timeout', detail: '' } as const;
    const { started } = await start(device, broken, response(200, tokens));
    assert.equal((await started.waiting.wait(never)).kind, 'issued');
    assert.deepEqual(clock.sleeps, [5000, 10_000]);
  });

  const endings: readonly (readonly [what: string, answer: Answer, kind: string, code: string])[] = [
    ['expired_token', response(400, { error: 'expired_token' }), 'expired', 'venafi.signInExpired'],
    ['access_denied', response(400, { error: 'access_denied' }), 'denied', 'venafi.signInDenied'],
    ['Access_Denied in capitals', response(400, { Error: 'Access_Denied' }), 'denied', 'venafi.signInDenied'],
    ['invalid_grant', response(400, { error: 'invalid_grant' }), 'refused', 'venafi.signInFailed'],
    ['a page', response(200, '<html>', { 'content-type': 'text/html' }), 'refused', 'venafi.signInFailed'],
    ['no token', response(200, {}), 'refused', 'venafi.signInFailed'],
    ['202', response(202, tokens), 'refused', 'venafi.signInFailed'],
    ['500', response(500), 'refused', 'venafi.signInFailed'],
    [
      'a certificate nobody knows',
      { kind: 'not-sent', cause: 'tls-untrusted', detail: '' },
      'unanswered',
      'venafi.signInUnanswered',
    ],
  ];
  for (const [what, answer, kind, code] of endings) {
    it(`${what} ends it as ${kind}`, async () => {
      const { transport, started } = await start(device, answer);
      const waited = await started.waiting.wait(never);
      assert.equal(waited.kind, kind);
      assert.ok(waited.kind !== 'issued');
      assert.equal(signInFailed(waited, authOrigin)?.code, code);
      assert.equal(transport.requests.length, 2);
      assert.doesNotMatch(inspect(waited, { depth: 9 }), /planted/);
    });
  }

  it('ends by itself when nobody has answered in time', async () => {
    const { transport, started } = await start({ ...device, expires_in: 12 }, pending);
    assert.deepEqual(await started.waiting.wait(never), { kind: 'expired' });
    assert.equal(transport.requests.length, 3);
  });

  it('polls every five seconds when the server does not say', async () => {
    const { started } = await start({ ...device, interval: undefined }, response(200, tokens));
    await started.waiting.wait(never);
    assert.deepEqual(clock.sleeps, [5000]);
  });

  it('ends when the user gives up', async () => {
    const { transport, started } = await start(device, pending);
    assert.deepEqual(await started.waiting.wait(AbortSignal.abort()), { kind: 'aborted' });
    assert.equal(transport.requests.length, 1);
  });

  it('what a poll brings after the user gave up is revoked', async () => {
    const stop = new AbortController();
    const paths: string[] = [];
    let tell: (end: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const transport: Transport = {
      send: async (request) => {
        const { pathname } = request.url;
        paths.push(pathname);
        request.onSent?.();
        if (pathname.endsWith('/device')) return response(200, device);
        if (pathname.endsWith('/token') && !pathname.includes('revoke')) stop.abort();
        return response(200, tokens);
      },
    };
    const ports = { transport, clock, onAbandoned: (end: string) => tell(end) };
    const started = await startDeviceSignIn(client, 'admin:delete;configuration', ports, never);
    assert.ok(started.kind === 'started', started.kind);
    assert.deepEqual(await started.waiting.wait(stop.signal), { kind: 'aborted' });
    assert.equal(await told, 'ended');
    assert.deepEqual(paths.slice(1), ['/vedauth/authorize/token', '/vedauth/revoke/token']);
  });

  it('a start that is refused says why', async () => {
    const transport = new ScriptedTransport(response(400, { error: 'unauthorized_client', error_description: 'Off.' }));
    const started = await startDeviceSignIn(client, 'admin', { transport, clock }, never);
    assert.deepEqual(started, { kind: 'refused', status: 400, error: 'unauthorized_client', description: 'Off.' });
  });

  for (const page of [
    'http://auth.example/device',
    'javascript:alert(1)',
    'https://a@auth.example/',
    'file:///x',
    'x',
  ]) {
    it(`opens no page like ${page}`, async () => {
      const transport = new ScriptedTransport(response(200, { ...device, verification_uri: page }));
      const started = await startDeviceSignIn(client, 'admin', { transport, clock }, never);
      assert.deepEqual(started, { kind: 'bad-page' });
      const { started: other } = await start({ ...device, verification_uri_complete: page });
      assert.equal(other.code.verificationUriComplete, undefined);
    });
  }
});
