/** A whole sign-in against the sandbox: real transport, real listener, and a browser that is made of `fetch`. */
import assert from 'node:assert/strict';
import { BoundSecret } from '../../src/core/redact';
import type { FaultEffect } from '../../src/sandbox/api';
import { dave, listens, project, SignInWorld, scope, scopes } from '../fakes/signInWorld';
import { type Choices, consent, submitConsent } from '../unit/sandbox/consentForm';

describe('signing in at the sandbox', () => {
  let world: SignInWorld;
  beforeEach(async () => {
    world = await SignInWorld.open();
  });
  afterEach(() => world.close());

  it('brings tokens that work, for what was granted, and leaves the browser on a page that says so', async () => {
    const result = await world.signIn();
    assert.ok(result.kind === 'signed-in', world.text(result));
    assert.deepEqual([result.grantedScopes, result.missingScopes], [scopes, []]);
    assert.ok(result.refreshToken);
    const reset = await world.transport.send(
      {
        method: 'POST',
        url: new URL('/v1/authorization:reset', world.sandbox.origin),
        pathTemplate: '/v1/authorization:reset',
        bearer: result.accessToken,
        body: { kind: 'empty' },
        effect: 'irreversible',
      },
      world.stop.signal,
    );
    assert.equal(reset.kind === 'response' && reset.status, 200);
    assert.equal(world.sandbox.control.google.resets().length, 1);
    assert.equal(world.last?.status, 200);
    assert.match(world.last?.text ?? '', /Consent received/);
    assert.equal(world.exchanges().length, 1);
  });

  it('takes an approval without a hand on the page', async () => {
    world.sandbox.control.google.setSwitches({ autoApprove: { user: dave, untick: ['maps.reviews'] } });
    world.browser = async (page) => {
      const response = await fetch(page, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? '');
    };
    const result = await world.signIn();
    assert.ok(result.kind === 'signed-in', world.text(result));
    assert.deepEqual(
      [result.grantedScopes, result.missingScopes],
      [[scope('myactivity.search')], [scope('maps.reviews')]],
    );
  });

  it('fault 48: says what the user has left unticked', async () => {
    world.browser = (page) => consent(page, { untick: [scope('myactivity.search')] });
    const result = await world.signIn();
    assert.ok(result.kind === 'signed-in', world.text(result));
    assert.deepEqual(
      [result.grantedScopes, result.missingScopes],
      [[scope('maps.reviews')], [scope('myactivity.search')]],
    );
  });

  it('fault 46: Cancel on the page: denied, and nothing was exchanged', async () => {
    world.browser = (page) => consent(page, { decision: 'cancel' });
    const result = await world.signIn();
    assert.equal(result.kind, 'denied');
    assert.match(world.last?.text ?? '', /No consent was given/);
    assert.equal(world.exchanges().length, 0);
    assert.equal(world.consent(), 'none');
  });

  const deadEnds: readonly (readonly [what: string, prepare: (world: SignInWorld) => unknown, page: RegExp])[] = [
    [
      'a consent that is alive',
      (world) => {
        const { clientId } = world.request;
        world.sandbox.control.seed({ grants: [{ user: dave, clientId, scopes: ['maps.reviews'] }] });
      },
      /Incremental auth is not allowed for the requested scopes/,
    ],
    [
      'a client that is unknown',
      (world) => {
        world.request = { ...world.request, clientId: `${project}-other.apps.googleusercontent.com` };
      },
      /invalid_client/,
    ],
    [
      'an address that is not registered',
      (world) => {
        const clientId = `${project}-web.apps.googleusercontent.com`;
        const redirectUri = `http://localhost:${world.webPort}/other`;
        world.request = { ...world.request, clientId, clientKind: 'web', redirectUri };
      },
      /redirect_uri_mismatch/,
    ],
    [
      'a user who is no test user',
      (world) => world.sandbox.control.google.setProject(project, { testing: true, testUsers: [] }),
      /access_denied/,
    ],
  ];
  for (const [what, prepare, text] of deadEnds) {
    it(`fault 49: ${what}: the page never leads back, and the wait ends in time`, async () => {
      await prepare(world);
      world.browser = async (page) => {
        const response = await fetch(page, { redirect: 'manual' });
        assert.equal(response.headers.get('location'), null);
        assert.match(await response.text(), text);
        world.clock.advance(300_000);
        return undefined;
      };
      const result = await world.signIn();
      assert.ok(result.kind === 'timed-out', result.kind);
      assert.equal(result.pages.length, 5);
      assert.equal(world.exchanges().length, 0);
      const [page] = world.opened;
      assert.equal(await listens(Number(new URL(page?.searchParams.get('redirect_uri') ?? '').port)), false);
    });
  }

  it('a web client comes back to its own port', async () => {
    const redirectUri = `http://localhost:${world.webPort}/oauth2/back`;
    const clientId = `${project}-web.apps.googleusercontent.com`;
    world.request = { ...world.request, clientId, clientKind: 'web', redirectUri };
    const result = await world.signIn();
    assert.equal(result.kind, 'signed-in', world.text(result));
    assert.equal(world.opened[0]?.searchParams.get('redirect_uri'), redirectUri);
    assert.equal(await listens(world.webPort), false);
  });

  it('an address that the user pastes, as the browser is on another machine', async () => {
    let pressed: (address: string) => void = () => undefined;
    const address = new Promise<string>((resolve) => {
      pressed = resolve;
    });
    world.browser = async (page) => {
      pressed((await consent(page)).href);
      return undefined;
    };
    const result = await world.signIn({
      askPasted: async (check) => {
        const text = await address;
        assert.equal(check(text), undefined);
        assert.equal(check(`${text}&state=x`)?.code, 'signIn.pastedOtherState');
        return text;
      },
    });
    assert.equal(result.kind, 'signed-in', world.text(result));
  });

  it('a wrong client secret: refused, and the consent may be alive', async () => {
    world.request = { ...world.request, clientSecret: new BoundSecret('GOCSPX-wrong', [world.sandbox.origin]) };
    const result = await world.signIn();
    assert.ok(result.kind === 'refused', result.kind);
    assert.equal(result.reason.code, 'signIn.invalidClient');
    assert.match(world.text(result), /The consent itself was given and may be alive/);
    assert.equal(world.exchanges().length, 1);
    assert.equal(world.consent(), 'granted');
  });

  describe('sends the code once', () => {
    const effects: readonly (readonly [effect: FaultEffect, expected: string])[] = [
      [{ kind: 'answer', status: 503 }, 'refused'],
      [{ kind: 'answer', status: 500, body: { error: 'internal_failure' } }, 'refused'],
      [{ kind: 'retry-after', value: '0', status: 429 }, 'refused'],
      [{ kind: 'html' }, 'refused'],
      [{ kind: 'reset-before' }, 'unanswered'],
      [{ kind: 'reset-after' }, 'unanswered'],
      [{ kind: 'cut-body' }, 'unanswered'],
      [{ kind: 'not-http' }, 'unanswered'],
      [{ kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, 'unanswered'],
    ];
    for (const [effect, expected] of effects) {
      it(`when the exchange meets ${effect.kind} ${'status' in effect ? effect.status : ''}`, async () => {
        // A connection that is kept would tempt the transport to try again on a fresh one.
        await world.transport.send(
          {
            method: 'GET',
            url: new URL('/tokeninfo', world.sandbox.origin),
            pathTemplate: '/tokeninfo',
            effect: 'read',
          },
          world.stop.signal,
        );
        world.sandbox.control.faults.add({ match: { method: 'POST', path: '/token' }, effect });
        const result = await world.signIn();
        assert.equal(result.kind, expected, world.text(result));
        assert.equal(world.exchanges().length, 1);
        const [body, ...more] = world.onTheWire;
        assert.equal(more.length, 0, 'the transport was asked once');
        const form = new URLSearchParams(body);
        for (const name of ['code', 'code_verifier', 'client_secret']) {
          assert.ok(form.get(name), `${name} was planted, so that its absence elsewhere says something`);
        }
      });
    }
  });

  it('a token of one further scope resets the whole consent, whose own token is lost', async () => {
    const { clientId } = world.request;
    world.sandbox.control.seed({ grants: [{ user: dave, clientId, scopes: ['chrome.history'] }] });
    world.request = { ...world.request, scopes: [scope('maps.reviews')] };
    const result = await world.signIn();
    assert.ok(result.kind === 'signed-in', world.text(result));
    assert.deepEqual(result.grantedScopes, [scope('maps.reviews')]);
    assert.equal(world.consent(), 'granted');
    const url = new URL('/v1/authorization:reset', world.sandbox.origin);
    const answer = await world.transport.send(
      { method: 'POST', url, pathTemplate: url.pathname, bearer: result.accessToken, effect: 'irreversible' },
      world.stop.signal,
    );
    assert.equal(answer.kind === 'response' && answer.status, 200);
    assert.equal(world.consent(), 'none');
    world.request = { ...world.request, scopes: [scope('chrome.history')] };
    assert.equal((await world.signIn()).kind, 'signed-in', 'the lost scope can be consented to again');
  });

  it('another state changes nothing: neither a foreign refusal nor a foreign code', async () => {
    world.browser = async (page) => {
      const back = await consent(page);
      for (const foreign of [
        '?state=another&error=access_denied',
        `?state=another&code=${back.searchParams.get('code')}`,
      ]) {
        assert.equal((await fetch(new URL(foreign, back))).status, 400);
      }
      return back;
    };
    assert.equal((await world.signIn()).kind, 'signed-in');
  });

  it('fault 46: cancelled while the page shows: nothing was exchanged, though the user consents later', async () => {
    let later: URL | undefined;
    world.browser = async (page) => {
      world.stop.abort();
      later = page;
      return undefined;
    };
    assert.equal((await world.signIn()).kind, 'cancelled');
    assert.ok(later);
    const answer = await submitConsent(later, {} satisfies Choices);
    await assert.rejects(fetch(answer.headers.get('location') ?? ''));
    assert.equal(world.exchanges().length, 0);
  });
});
