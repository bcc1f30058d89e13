import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Credential, targetAddress, targetKey } from '../../src/core/model';
import { startSandbox } from '../../src/sandbox/server';
import { ResetWorld } from '../fakes/resetWorld';

/** The credential the vault hands out, for looking at; fails when there is none. */
async function stored(world: ResetWorld, id: string): Promise<Credential> {
  const reading = await world.vault.read(world.target(id));
  assert.equal(reading.kind, 'present');
  if (reading.kind !== 'present') throw new Error('unreachable');
  return reading.credentials[0];
}

for (const apiVersion of ['v1', 'v1beta'] as const) {
  describe(`reset against the sandbox, ${apiVersion}`, () => {
    let world: ResetWorld;
    beforeEach(async () => {
      world = await ResetWorld.open({ apiVersion, quotaUser: 'team-7' });
    });
    afterEach(() => world.close());

    for (const form of ['refreshToken', 'accessToken'] as const) {
      it(`by ${form}: one request, empty body, verified; the other user keeps the consent`, async () => {
        await world.signIn('alice', form);
        await world.signIn('bob', form);
        assert.equal(world.consent('alice'), 'granted');

        const outcome = await world.reset('alice');

        assert.equal(outcome.kind, 'verified', world.text(outcome));
        assert.equal(world.consent('alice'), 'none');
        assert.equal(world.consent('bob'), 'granted');
        const [request, ...others] = world.resetRequests();
        assert.deepEqual(others, []);
        assert.equal(request?.path, `/${apiVersion}/authorization:reset`);
        assert.equal(request?.bodyLength, 0);
        assert.equal(request?.headers['content-length'], '0');
        assert.deepEqual(request?.query, { quotaUser: 'team-7' });
        assert.equal(
          (await world.vault.read(world.target('alice'))).kind,
          'missing',
          'the dead credential is forgotten',
        );
        assert.equal(world.store.get(targetKey(world.target('alice'))).consent.kind, 'needs-consent');
      });
    }

    it('a second reset sends nothing at all and says already-reset', async () => {
      await world.signIn('alice', 'refreshToken');
      await world.reset('alice');
      const before = world.sandbox.control.requests.count();
      const second = await world.reset('alice');
      assert.equal(second.kind, 'already-reset');
      assert.equal(world.sandbox.control.requests.count(), before);
    });
  });
}

describe('credentials that are not accepted', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
  });
  afterEach(() => world.close());

  it('a wrong access token is refused, not called already reset', async () => {
    await world.signIn('alice', 'accessToken', { accessToken: 'ya29.never-given-by-anybody' });
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'refused');
    assert.match(world.text(outcome), /may also be a wrong|may be wrong/);
    assert.equal(world.resetRequests().length, 0);
    assert.equal(world.consent('alice'), 'granted');
  });

  it('a token pasted before a verified reset is already-reset; the same one pasted after it is refused', async () => {
    await world.signIn('alice', 'accessToken');
    const { secrets } = await stored(world, 'alice');
    const revealed = secrets['accessToken']?.revealFor(new URL(world.sandbox.origin));
    const accessToken = revealed?.kind === 'revealed' ? revealed.value : '';

    // The secret storage fails to forget it, as after a crash between closing the journal and forgetting.
    const forget = world.vault.forgetDead;
    world.vault.forgetDead = async () => undefined;
    assert.equal((await world.reset('alice')).kind, 'verified');
    world.vault.forgetDead = forget;
    const again = await world.reset('alice');
    assert.equal(again.kind, 'already-reset', world.text(again));

    world.clock.pass(1_000);
    await world.signIn('alice', 'accessToken', { accessToken });
    const pasted = await world.reset('alice');
    assert.equal(pasted.kind, 'refused', world.text(pasted));
    assert.equal(world.resetRequests().length, 1);
  });

  it('a refresh token that was revoked elsewhere is refused with its own text', async () => {
    await world.signIn('alice', 'refreshToken', { refreshToken: '1//sandbox-unknown' });
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'google.invalidGrant']);
  });

  it('a wrong client secret is told apart from a dead token', async () => {
    await world.signIn('alice', 'refreshToken', { clientSecret: 'GOCSPX-wrong' });
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'google.invalidClient']);
    assert.equal(world.consent('alice'), 'granted');
  });

  it('an access token that has expired is renewed before anything is sent, and the reset is verified', async () => {
    await world.signIn('alice', 'refreshToken');
    await world.operations.probe(world.target('alice'), new AbortController().signal);
    world.clock.pass(2 * 3_600_000);
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.equal(world.resetRequests().length, 1);
  });

  it('a cached access token that died early is renewed for the reads, and the reset goes out with the new one', async () => {
    await world.signIn('alice', 'refreshToken');
    await world.operations.probe(world.target('alice'), new AbortController().signal);
    world.sandbox.control.google.fault('accessTokenExpired', { route: 'check', times: 1 });
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    const fingerprint = world.resetRequests()[0]?.tokenFingerprint;
    const checks = world.sandbox.control.requests.list({ path: '/{version}/accessType:check' });
    assert.equal(checks.at(-1)?.tokenFingerprint, fingerprint, 'the reset carries the token of the preview');
    assert.notEqual(checks[0]?.tokenFingerprint, fingerprint);
  });

  it('an access token without a known end can be reset but not verified', async () => {
    await world.signIn('alice', 'accessToken');
    world.sandbox.control.google.fault('unavailable503', { route: 'tokeninfo' });
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['accepted', 'reset.acceptedNotCheckable']);
    assert.match(
      world.text(outcome),
      /did not say how long the access token lives.*It was not seen that the consent is gone/,
    );
    assert.equal(world.store.get(targetKey(world.target('alice'))).consent.kind, 'unread', 'nobody has seen it gone');
  });
});

describe('verification', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
    await world.signIn('alice', 'refreshToken');
  });
  afterEach(() => world.close());

  it('waits for a revocation that propagates slowly', async () => {
    world.sandbox.control.google.setSwitches({ resetPropagationMs: 60_000 });
    assert.equal((await world.reset('alice')).kind, 'verified');
    assert.ok(world.clock.sleeps.length >= 4, 'asked patiently');
  });

  it('never calls a reset verified while the token still works', async () => {
    world.sandbox.control.google.setSwitches({ resetPropagationMs: 3_600_000 });
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'not-reset', world.text(outcome));
    assert.equal(world.resetRequests().length, 1);
  });

  it('an answer of {} to a reset that did nothing is not believed', async () => {
    world.sandbox.control.faults.add({
      match: { path: '/{version}/authorization:reset' },
      effect: { kind: 'answer', status: 200, body: {} },
    });
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'not-reset');
    assert.equal(world.consent('alice'), 'granted');
  });

  it('when it cannot be made, the outcome is unknown, and verifying later settles it', async () => {
    await world.operations.probe(world.target('alice'), new AbortController().signal);
    world.sandbox.control.google.fault('unavailable503', { route: 'token' });
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['unknown', 'reset.acceptedUnchecked']);
    assert.equal((await world.journal.unfinished()).length, 1);
    world.sandbox.control.faults.clear();
    const later = await world.operations.verify(
      world.target('alice'),
      outcome.operationId ?? '',
      new AbortController().signal,
    );
    assert.equal(later.kind, 'verified', world.text(later));
    assert.equal((await world.vault.read(world.target('alice'))).kind, 'missing');
  });

  it('a refresh token found dead long afterwards proves nothing', async () => {
    await world.operations.probe(world.target('alice'), new AbortController().signal);
    world.sandbox.control.google.fault('connectionResetBefore', { route: 'reset' });
    world.sandbox.control.google.fault('unavailable503', { route: 'token' });
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'unknown');
    world.sandbox.control.faults.clear();
    world.clock.pass(2 * 3_600_000);
    world.sandbox.control.google.fault('invalidGrant', { route: 'token' });
    const { operationId = '' } = outcome;
    const later = await world.operations.verify(world.target('alice'), operationId, new AbortController().signal);
    assert.deepEqual([later.kind, later.reason.code], ['unknown', 'google.uncheckable.tooLate']);
    assert.equal((await world.vault.read(world.target('alice'))).kind, 'present', 'the credential is kept');
  });
});

describe('a secret stays with the origin it was given for', () => {
  it('the second server sees no request when the endpoint was changed', async () => {
    const world = await ResetWorld.open();
    const other = await startSandbox({ port: 0 });
    try {
      await world.signIn('alice', 'refreshToken');
      world.project = { ...world.project, endpoint: other.origin };
      const outcome = await world.reset('alice');
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'credential.foreignOrigin']);
      assert.match(world.text(outcome), new RegExp(`belongs to ${world.sandbox.origin}`));
      await world.operations.probe(world.target('alice'), new AbortController().signal);
      assert.equal(other.control.requests.count(), 0);
      assert.equal(other.control.requests.connections(), 0);
    } finally {
      await other.close();
      await world.close();
    }
  });

  it('nor when only the OAuth endpoint was changed', async () => {
    const world = await ResetWorld.open();
    const other = await startSandbox({ port: 0 });
    try {
      await world.signIn('alice', 'refreshToken');
      world.project = { ...world.project, options: { ...world.project.options, oauthEndpoint: other.origin } };
      const outcome = await world.reset('alice');
      assert.equal(outcome.reason.code, 'credential.foreignOrigin');
      assert.equal(other.control.requests.connections(), 0);
    } finally {
      await other.close();
      await world.close();
    }
  });

  it('nor when the endpoint is changed while the confirmation shows', async () => {
    const world = await ResetWorld.open();
    const other = await startSandbox({ port: 0 });
    try {
      await world.signIn('alice', 'refreshToken');
      world.confirm = async () => {
        world.project = { ...world.project, endpoint: other.origin };
        return { kind: 'confirmed', by: 'modal' };
      };
      const outcome = await world.reset('alice');
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'target.changed']);
      assert.equal(other.control.requests.connections(), 0);
      assert.equal(world.resetRequests().length, 0);
    } finally {
      await other.close();
      await world.close();
    }
  });

  it('a redirect to another server is not followed', async () => {
    const world = await ResetWorld.open();
    let seen = 0;
    const other = createServer((_request, response) => {
      seen++;
      response.end('{}');
    });
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/authorization:reset`;
    try {
      await world.signIn('alice', 'refreshToken');
      for (const status of [301, 302, 303, 307, 308] as const) {
        world.sandbox.control.faults.add({
          match: { path: '/{version}/authorization:reset' },
          effect: { kind: 'redirect', status, location },
          times: 1,
        });
        const outcome = await world.reset('alice');
        assert.equal(outcome.kind, 'not-reset', 'unknown at first; verified as still alive');
      }
      assert.equal(seen, 0);
      assert.equal(world.consent('alice'), 'granted');
    } finally {
      other.close();
      await world.close();
    }
  });
});

describe('what happens around the one request', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
    await world.signIn('alice', 'refreshToken');
  });
  afterEach(() => world.close());

  it('the journal entry is there, at stage sending, while the user has confirmed and nothing was sent', async () => {
    const [seen] = await Promise.all([
      new Promise<string>((resolve) => {
        const open = world.journal.open.bind(world.journal);
        world.journal.open = async (entry) => {
          await open(entry);
          const [newest] = await world.journal.recent(1);
          resolve(`${newest?.stage} ${world.resetRequests().length}`);
        };
      }),
      world.reset('alice'),
    ]);
    assert.equal(seen, 'sending 0');
    const [closed] = await world.journal.recent(1);
    assert.equal(closed?.outcome?.kind, 'verified');
    assert.ok(await world.journal.lastVerifiedReset(targetAddress(world.target('alice'))));
  });

  it('a journal that cannot be written keeps the request from leaving', async () => {
    world.journal.open = async () => {
      throw new Error('no space left on device');
    };
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'journal.unwritable']);
    assert.equal(world.resetRequests().length, 0);
  });

  it('a double click sends one request', async () => {
    const outcomes = await Promise.all([world.reset('alice'), world.reset('alice'), world.reset('alice')]);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['verified', 'verified', 'verified'],
    );
    assert.equal(world.resetRequests().length, 1);
  });

  it('a declined confirmation sends nothing', async () => {
    world.confirm = async () => ({ kind: 'declined' });
    assert.equal((await world.reset('alice')).kind, 'cancelled');
    assert.equal(world.resetRequests().length, 0);
  });

  it('a confirmation older than a minute sends nothing', async () => {
    world.confirm = async () => ({ kind: 'confirmed', by: 'modal' });
    const acquire = world.locks.acquire.bind(world.locks);
    world.locks.acquire = async (address, options) => {
      world.clock.pass(60_001);
      return acquire(address, options);
    };
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'confirmation.expired']);
    assert.equal(world.resetRequests().length, 0);
  });

  it('the log, the journal and the outcome hold no secret', async () => {
    const credential = await stored(world, 'alice');
    const secrets = Object.values(credential.secrets).map((secret) => {
      const revealed = secret.revealFor(new URL(world.sandbox.origin));
      return revealed.kind === 'revealed' ? revealed.value : '';
    });
    assert.ok(secrets.length === 2 && secrets.every((secret) => secret.length > 8));
    const outcome = await world.reset('alice');
    const everything = [world.logLines.join('\n'), await world.journalText(), JSON.stringify(outcome)].join('\n');
    assert.ok(
      everything.includes('authorization:reset') && everything.includes('first-window-operation-1'),
      'there is something to search',
    );
    for (const secret of secrets) assert.ok(!everything.includes(secret));
    assert.doesNotMatch(everything, /ya29\.|1\/\/sandbox|GOCSPX/);
  });
});

describe('two windows of one editor', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
    await world.signIn('alice', 'refreshToken');
  });
  afterEach(() => world.close());

  it('the same reset in both: one request, and the second says already reset', async () => {
    const other = world.secondWindow();
    let confirmOther = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      confirmOther = resolve;
    });
    const second = other.operations.reset(world.target('alice'), {
      signal: new AbortController().signal,
      way: 'reset',
      confirm: async () => {
        await waiting;
        return { kind: 'confirmed', by: 'modal' };
      },
    });
    const first = await world.reset('alice');
    confirmOther();
    assert.equal(first.kind, 'verified');
    assert.equal((await second).kind, 'already-reset');
    assert.equal(world.resetRequests().length, 1);
  });

  it('a credential stored in the other window while the confirmation shows: nothing is sent, and it is kept', async () => {
    const other = world.secondWindow();
    await world.vault.read(world.target('alice'));
    world.confirm = async () => {
      await other.signIn('alice', 'refreshToken');
      return { kind: 'confirmed', by: 'modal' };
    };
    const outcome = await world.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'credential.changed']);
    assert.equal(world.resetRequests().length, 0);
    assert.equal((await other.vault.read(world.target('alice'))).kind, 'present');
  });

  it('a credential stored in the other window while the reset is verified is not forgotten with the dead one', async () => {
    const other = world.secondWindow();
    world.sandbox.control.google.setSwitches({ resetPropagationMs: 60_000 });
    let signedIn = false;
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (ms, signal) => {
      if (!signedIn && world.consent('alice') === 'none') {
        signedIn = true;
        await other.signIn('alice', 'refreshToken');
      }
      return sleep(ms, signal);
    };
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.ok(signedIn);
    assert.equal((await other.vault.read(world.target('alice'))).kind, 'present');
    assert.equal(world.store.get(targetKey(world.target('alice'))).consent.kind, 'stored');
    const next = await other.reset('alice');
    assert.equal(next.kind, 'verified', 'the new consent is reset by itself, not called already reset');
  });

  it('a credential that was forgotten is not signed in after a reload, and not called reset', async () => {
    await world.vault.forget(world.target('alice'));
    const reloaded = world.secondWindow();
    await reloaded.operations.load(reloaded.targets());
    assert.equal(reloaded.store.get(targetKey(world.target('alice'))).consent.kind, 'not-signed-in');
    const outcome = await reloaded.reset('alice');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'credential.missing']);
  });

  it('an operation settled in one window is not asked about in the other', async () => {
    world.sandbox.control.google.fault('connectionResetAfter', { route: 'reset' });
    await world.operations.probe(world.target('alice'), new AbortController().signal);
    world.sandbox.control.google.fault('unavailable503', { route: 'token' });
    const { operationId = '', kind } = await world.reset('alice');
    assert.equal(kind, 'unknown');
    world.sandbox.control.faults.clear();
    const other = world.secondWindow();
    const never = new AbortController().signal;
    assert.equal((await other.operations.verify(world.target('alice'), operationId, never)).kind, 'verified');
    assert.equal((await world.operations.verify(world.target('alice'), operationId, never)).kind, 'verified');
    assert.equal(world.store.get(targetKey(world.target('alice'))).unfinished, undefined);
  });
});
