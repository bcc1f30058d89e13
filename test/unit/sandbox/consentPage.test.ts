import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { consent, readForm, submitConsent } from './consentForm';
import { SampleSandbox, type Tokens, verifier } from './sampleSandbox';

describe('sandbox: the consent page', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
  });
  afterEach(() => sandbox.running.close());

  async function page(changes: Record<string, string | undefined> = {}): Promise<{ status: number; text: string }> {
    const response = await fetch(sandbox.authorization(changes), { redirect: 'manual' });
    return { status: response.status, text: await response.text() };
  }

  it('is a form that works without script: labelled ticks, one choice of duration, Continue first', async () => {
    const response = await fetch(sandbox.authorization());
    const text = await response.text();
    const form = readForm(text, sandbox.authorization());
    const ticks = form.inputs.filter(({ name }) => name === 'scope');
    assert.deepEqual(
      ticks.map(({ value, checked }) => [value, checked]),
      sandbox.bob.scopes.map((scope) => [scope, true]),
    );
    const durations = form.inputs.filter(({ name }) => name === 'access');
    assert.deepEqual(
      durations.map(({ value, checked }) => [value, checked]),
      [
        ['once', true],
        ['30-days', false],
        ['180-days', false],
      ],
    );
    assert.deepEqual(
      form.buttons.map(({ value }) => value),
      ['continue', 'cancel'],
    );
    assert.equal(text.match(/<fieldset/g)?.length, 2);
    assert.equal(text.match(/<legend/g)?.length, 2);
    assert.equal(text.match(/<label><input/g)?.length, ticks.length + durations.length);
    assert.match(text, /<html lang="en">/);
    assert.doesNotMatch(text, /<script/);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.match(style, /prefers-color-scheme: dark/);
    assert.ok(response.headers.get('content-security-policy')?.includes(`style-src 'sha256-${hash}'`));
  });

  it('Continue leads back with state and code; the scope is what was ticked', async () => {
    const [unticked = '', ...kept] = sandbox.bob.scopes;
    const back = await consent(sandbox.authorization(), { access: '30-days', untick: [unticked] });
    assert.equal(back.origin + back.pathname, 'http://127.0.0.1:61234/callback');
    assert.equal(back.searchParams.get('state'), 'state-1');
    const tokens = (await sandbox.exchange(back.searchParams.get('code') ?? '')).json<Tokens>();
    assert.equal(tokens.scope, kept.join(' '));
    assert.equal(tokens.expires_in, 3599);
    assert.equal(tokens.refresh_token_expires_in, 30 * 86_400);
    assert.equal(tokens.token_type, 'Bearer');
  });

  it('Cancel leads back with access_denied and state, and grants nothing', async () => {
    const back = await consent(sandbox.authorization(), { decision: 'cancel' });
    assert.deepEqual(Object.fromEntries(back.searchParams), { error: 'access_denied', state: 'state-1' });
    assert.equal(sandbox.state(sandbox.bob), 'none');
  });

  it('asks again when nothing is ticked', async () => {
    const response = await submitConsent(sandbox.authorization(), { untick: sandbox.bob.scopes, access: '30-days' });
    assert.equal(response.status, 400);
    const text = await response.text();
    assert.match(text, /role="alert"[^>]*>Tick at least one/);
    assert.match(text, /<title>Tick at least one/);
    const checked = readForm(text, sandbox.authorization()).inputs.filter((input) => input.checked);
    assert.deepEqual(
      checked.map(({ name, value }) => [name, value]),
      [['access', '30-days']],
    );
    assert.equal(sandbox.state(sandbox.bob), 'none');
  });

  it('lets a test user be chosen without a hint, with an unknown one, and on demand', async () => {
    const list = await page({ login_hint: undefined });
    const form = readForm(list.text, sandbox.authorization());
    assert.deepEqual(
      form.buttons.map(({ name, value }) => [name, value]),
      [
        ['login_hint', sandbox.alice.user],
        ['login_hint', sandbox.bob.user],
      ],
    );
    const chosen = new URL(form.action);
    for (const { name, value } of form.inputs) chosen.searchParams.append(name, value);
    chosen.searchParams.append('login_hint', sandbox.bob.user);
    assert.equal((await consent(chosen)).searchParams.get('state'), 'state-1');

    assert.match((await page({ login_hint: 'nobody@example.com' })).text, /no test user “nobody@example.com”/);
    assert.match((await page({ prompt: 'select_account consent' })).text, /Choose a test user/);
  });

  const deadEnds: ReadonlyArray<readonly [string, Record<string, string | undefined>, number, RegExp]> = [
    ['no client', { client_id: undefined }, 400, /invalid_request/],
    ['unknown client', { client_id: '1-x.apps.googleusercontent.com' }, 401, /Error 401: invalid_client/],
    ['foreign redirect', { redirect_uri: 'https://evil.example/cb' }, 400, /Error 400: redirect_uri_mismatch/],
    ['redirect with user info', { redirect_uri: 'http://a@127.0.0.1:1/' }, 400, /redirect_uri_mismatch/],
    ['no redirect', { redirect_uri: undefined }, 400, /invalid_request/],
    ['wrong response type', { response_type: 'token' }, 400, /invalid_request/],
    ['no scope', { scope: '' }, 400, /Missing required parameter: scope/],
    [
      'mixed scopes',
      { scope: 'openid https://www.googleapis.com/auth/dataportability.maps.reviews' },
      400,
      /cannot be requested together with other scopes/,
    ],
    ['earlier grants included', { include_granted_scopes: 'true' }, 400, /Incremental auth is not allowed/],
    ['nonsense challenge', { code_challenge: 'short' }, 400, /code challenge/],
    ['unknown challenge method', { code_challenge_method: 'S512' }, 400, /code challenge/],
    ['too long an address', { state: 's'.repeat(5_500) }, 400, /<title>Error 400/],
  ];
  for (const [name, changes, status, text] of deadEnds) {
    it(`never redirects: ${name}`, async () => {
      const answer = await page(changes);
      assert.equal(answer.status, status);
      assert.match(answer.text, text);
    });
  }

  it('a web client comes back to exactly its registered address', async () => {
    const clientId = '123456789012-web.apps.googleusercontent.com';
    const registered = 'http://localhost:3000/oauth?x=1';
    sandbox.running.control.seed({
      projects: [
        {
          number: '123456789012',
          clients: [{ clientId, clientSecret: 's', kind: 'web', redirectUris: [registered] }],
        },
      ],
    });
    assert.equal((await page({ client_id: clientId, redirect_uri: 'http://localhost:3000/oauth' })).status, 400);
    const back = await consent(sandbox.authorization({ client_id: clientId, redirect_uri: registered }));
    assert.equal(back.searchParams.get('x'), '1');
  });

  it('refuses a form that a foreign page submits', async () => {
    const form = readForm((await page()).text, sandbox.authorization());
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: new URLSearchParams({ user: sandbox.bob.user, decision: 'continue', scope: sandbox.bob.scopes[0] ?? '' }),
      redirect: 'manual',
    });
    assert.equal(response.status, 403);
    assert.equal(sandbox.state(sandbox.bob), 'none');
  });

  it('shows foreign text as text', async () => {
    const { text } = await page({ login_hint: '"><script>alert(1)</script>' });
    assert.doesNotMatch(text, /<script/);
    assert.match(text, /&lt;script&gt;/);
  });

  it('is answered without a hand when switched to auto-approve', async () => {
    sandbox.running.control.google.setSwitches({ autoApprove: { access: '180-days', untick: ['play.installs'] } });
    const response = await fetch(sandbox.authorization(), { redirect: 'manual' });
    const back = new URL(response.headers.get('location') ?? '');
    const tokens = (await sandbox.exchange(back.searchParams.get('code') ?? '')).json<Tokens>();
    assert.equal(tokens.scope, sandbox.bob.scopes.slice(0, 2).join(' '));
    const again = await page();
    assert.equal(again.status, 400);
    assert.match(again.text, /Incremental auth/);
  });

  it('prompt=none cannot be granted', async () => {
    const response = await fetch(sandbox.authorization({ prompt: 'none' }), { redirect: 'manual' });
    assert.match(response.headers.get('location') ?? '', /error=interaction_required/);
  });
});

describe('sandbox: the token endpoints', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
    await sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
  });
  afterEach(() => sandbox.running.close());

  const code = async (changes: Record<string, string | undefined> = {}) =>
    (await consent(sandbox.authorization(changes))).searchParams.get('code') ?? '';

  it('a code is good once, for 10 minutes, for its client, redirect address and verifier', async () => {
    const first = await code();
    const error = async (changes: Record<string, string>) => {
      const answer = await sandbox.exchange(first, changes);
      assert.ok(answer.status >= 400);
      return answer.json<{ error: string; error_description: string }>();
    };
    assert.equal((await error({ client_secret: 'wrong' })).error, 'invalid_client');
    assert.equal((await error({ client_secret: '' })).error_description, 'client_secret is missing.');
    assert.equal((await error({ client_id: '1-x' })).error, 'invalid_client');
    assert.equal((await error({ redirect_uri: 'http://127.0.0.1:1/' })).error, 'redirect_uri_mismatch');
    assert.equal((await error({ code_verifier: '' })).error_description, 'Missing code verifier.');
    assert.equal((await error({ code_verifier: 'w'.repeat(43) })).error_description, 'Invalid code verifier.');
    assert.equal((await error({ grant_type: 'password' })).error, 'unsupported_grant_type');
    assert.equal((await sandbox.exchange(first, { code_verifier: verifier })).status, 200);
    assert.equal((await error({})).error, 'invalid_grant');
    assert.equal((await sandbox.exchange('made-up')).json<{ error: string }>().error, 'invalid_grant');
  });

  it('a code ends after 10 minutes, and with a reset', async () => {
    const late = await code();
    sandbox.running.control.clock.advance(600_000);
    assert.equal((await sandbox.exchange(late)).status, 400);
    assert.equal((await sandbox.refresh(sandbox.alice)).status, 200);
  });

  it('online access has no refresh token', async () => {
    const tokens = await sandbox.signIn({}, { access_type: 'online' });
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(tokens.refresh_token_expires_in, undefined);
  });

  it('tokeninfo speaks in strings and never names the account', async () => {
    const answer = await fetch(`${sandbox.running.google.tokenInfoUrl}?access_token=${sandbox.alice.accessToken}`);
    assert.deepEqual(await answer.json(), {
      azp: sandbox.alice.clientId,
      aud: sandbox.alice.clientId,
      scope: sandbox.alice.scopes.join(' '),
      exp: String(Math.floor((sandbox.running.control.clock.now() + 3_599_000) / 1000)),
      expires_in: '3599',
      access_type: 'offline',
    });
    const dead = await sandbox.form('/tokeninfo', { access_token: sandbox.bob.accessToken });
    assert.equal(dead.status, 400);
    assert.equal(dead.json<{ error: string }>().error, 'invalid_token');
  });

  it("does not refresh one client's token for another", async () => {
    const clientId = '123456789012-other.apps.googleusercontent.com';
    sandbox.running.control.seed({
      projects: [{ number: '123456789012', clients: [{ clientId, clientSecret: 's' }] }],
    });
    const answer = await sandbox.refresh({ ...sandbox.alice, clientId, clientSecret: 's' });
    assert.equal(answer.json<{ error: string }>().error, 'invalid_grant');
  });
});
