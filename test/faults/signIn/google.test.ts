/** Sign-ins at Google that come to no end, or to another one than was asked for. */
import assert from 'node:assert/strict';
import type { SignInResult } from '../../../src/auth/googleSignIn';
import { dave, listens, project, SignInWorld, scope, scopes } from '../../fakes/signInWorld';
import { consent, submitConsent } from '../../unit/sandbox/consentForm';

let world: SignInWorld;
async function open(): Promise<void> {
  world = await SignInWorld.open();
}
const close = (): Promise<void> => world.close();
const day = 86_400_000;

/** Where the browser was to come back to: nobody listens there any more. */
async function nobodyListens(): Promise<void> {
  const [page] = world.opened;
  const { port } = new URL(page?.searchParams.get('redirect_uri') ?? '');
  assert.equal(await listens(Number(port)), false, 'the port is given back');
  assert.equal(world.clock.sleeping, 0, 'no timer is left');
}

function assertNothing(result: SignInResult, kind: SignInResult['kind'], says: RegExp): void {
  assert.equal(result.kind, kind, world.text(result));
  assert.match(world.text(result), says);
  assert.equal(world.exchanges().length, 0, 'nothing was exchanged');
}

describe('fault 46: a sign-in that is never finished', () => {
  beforeEach(open);
  afterEach(close);

  it('the browser is closed: it ends after five minutes, and nothing is stored', async () => {
    world.browser = async (page) => {
      await (await fetch(page)).text();
      world.clock.advance(299_999);
      world.clock.advance(1);
      return undefined;
    };
    assertNothing(await world.signIn(), 'timed-out', /5 minutes.*Nothing was stored/);
    await nobodyListens();
    assert.equal(world.consent(), 'none');
  });

  it('the form is sent too late: its code reaches nobody', async () => {
    let late: URL | undefined;
    world.browser = async (page) => {
      late = page;
      world.clock.advance(300_000);
      return undefined;
    };
    assertNothing(await world.signIn(), 'timed-out', /Nothing was stored/);
    assert.ok(late);
    const answer = await submitConsent(late, {});
    await assert.rejects(fetch(answer.headers.get('location') ?? ''));
    assert.equal(world.exchanges().length, 0);
  });

  it('the computer sleeps below it: over when it wakes up', async () => {
    world.browser = async () => {
      world.clock.advance(day);
      return undefined;
    };
    assertNothing(await world.signIn(), 'timed-out', /Nothing was stored/);
    await nobodyListens();
  });

  it('access_denied: Cancel on the page', async () => {
    world.browser = (page) => consent(page, { decision: 'cancel' });
    assertNothing(await world.signIn(), 'denied', /nothing was stored/);
    await nobodyListens();
  });

  it('access_denied with a state of somebody else is not believed', async () => {
    world.browser = async (page) => {
      const redirect = new URL(page.searchParams.get('redirect_uri') ?? '');
      for (const query of [
        'error=access_denied',
        'error=access_denied&state=x',
        'code=4/0planted-of-mallory&state=x',
      ]) {
        assert.equal((await fetch(`${redirect}?${query}`)).status, 400);
      }
      return consent(page);
    };
    const result = await world.signIn();
    assert.equal(result.kind, 'signed-in', world.text(result));
    assert.equal(world.exchanges().length, 1);
  });

  it('no browser can be opened', async () => {
    const result = await world.signIn({ openExternal: async () => false });
    assertNothing(result, 'not-opened', /Nothing was stored|not opened/);
  });
});

describe('fault 47: another account than the one that was meant consents', () => {
  beforeEach(open);
  afterEach(close);

  it('the one that is meant is named to Google, and of the one that came nothing is claimed', async () => {
    const erin = 'erin.test@example.com';
    world.sandbox.control.seed({ users: [{ email: erin }] });
    // Somebody is signed in to the browser as another account, and goes on with that.
    world.browser = (page) => {
      const other = new URL(page);
      other.searchParams.set('login_hint', erin);
      return consent(other);
    };
    const result = await world.signIn();
    assert.ok(result.kind === 'signed-in', world.text(result));
    assert.equal(world.opened[0]?.searchParams.get('login_hint'), dave);
    assert.equal(world.consent(), 'none', 'the consent is another one’s');
    assert.equal(world.sandbox.control.google.consents(erin, project).state, 'granted');
    // Scopes of accounts must not be mixed with these: the tokens are opaque, and no name may be read into them.
    assert.doesNotMatch(JSON.stringify(result), /erin|dave|@/);
    const asked = world.opened[0]?.searchParams.get('scope')?.split(' ') ?? [];
    assert.deepEqual(asked, scopes, 'no openid, no email');
  });
});

describe('fault 48: a part of the scopes', () => {
  beforeEach(open);
  afterEach(close);

  for (const [what, untick, granted] of [
    ['one of two', [scope('maps.reviews')], [scope('myactivity.search')]],
    ['the other one', [scope('myactivity.search')], [scope('maps.reviews')]],
  ] as const) {
    it(`${what}: what the token answer says is the truth, and what is missing is named`, async () => {
      world.browser = (page) => consent(page, { untick });
      const result = await world.signIn();
      assert.ok(result.kind === 'signed-in', world.text(result));
      assert.deepEqual([result.grantedScopes, result.missingScopes], [granted, untick]);
    });
  }
});

describe('fault 49: pages that never lead back', () => {
  beforeEach(open);
  afterEach(close);

  const pages: Readonly<Record<string, readonly [prepare: () => void, says: RegExp]>> = {
    'incremental auth': [
      () => {
        const { clientId } = world.request;
        world.sandbox.control.seed({ grants: [{ user: dave, clientId, scopes: ['maps.reviews'] }] });
      },
      /Incremental auth is not allowed/,
    ],
    redirect_uri_mismatch: [
      () => {
        const clientId = `${project}-web.apps.googleusercontent.com`;
        const redirectUri = `http://localhost:${world.webPort}/other`;
        world.request = { ...world.request, clientId, clientKind: 'web', redirectUri };
      },
      /redirect_uri_mismatch/,
    ],
    invalid_client: [
      () => {
        world.request = { ...world.request, clientId: `${project}-gone.apps.googleusercontent.com` };
      },
      /invalid_client/,
    ],
    'not a test user': [
      () => void world.sandbox.control.google.setProject(project, { testing: true, testUsers: [] }),
      /access_denied/,
    ],
  };
  const ends: Readonly<Record<string, readonly [kind: SignInResult['kind'], end: () => void]>> = {
    'ends at its time limit': ['timed-out', () => world.clock.advance(300_000)],
    'can be cancelled': ['cancelled', () => world.stop.abort()],
  };
  for (const [page, [prepare, says]] of Object.entries(pages)) {
    for (const [how, [kind, end]] of Object.entries(ends)) {
      it(`${page}: ${how}, and listens no more`, async () => {
        prepare();
        world.browser = async (url) => {
          const response = await fetch(url, { redirect: 'manual' });
          assert.equal(response.headers.get('location'), null);
          assert.match(await response.text(), says);
          end();
          return undefined;
        };
        const result = await world.signIn();
        assertNothing(result, kind, /Nothing was stored/);
        if (result.kind === 'timed-out') {
          const codes = result.pages.map(({ code }) => code);
          assert.ok(codes.includes('signIn.page.incrementalAuth') && codes.length === 5, codes.join());
        }
        await nobodyListens();
      });
    }
  }

  it('mixed scopes and over-long addresses are not asked for in the first place', async () => {
    const many = Array.from({ length: 90 }, (_, at) => scope(`made_up_resource_number_${at}`));
    for (const asked of [[...scopes, 'openid'], [...scopes, 'email'], many]) {
      world.request = { ...world.request, scopes: asked };
      assertNothing(await world.signIn(), 'not-possible', /./);
    }
    assert.deepEqual(world.opened, []);
  });
});
