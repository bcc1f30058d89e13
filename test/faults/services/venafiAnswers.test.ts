/** Answers of RevokeGrants, each through a whole revocation: only one of them is a success, and none is sent for twice. */
import assert from 'node:assert/strict';
import { needsAttention, type Outcome, type OutcomeKind } from '../../../src/core/outcome';
import type { FaultEffect } from '../../../src/sandbox/api';
import { VenafiWorld } from '../../fakes/venafiWorld';

let world: VenafiWorld;
let alice: string;
async function open(): Promise<void> {
  world = await VenafiWorld.open();
  alice = world.id('alice.test');
}
const close = (): Promise<void> => world.close();

const revokeGrants = { method: 'POST', path: '/vedsdk/oauth/revokegrants' };
const json = { 'content-type': 'application/json; charset=utf-8' };
const posts = (): number => world.requests('/oauth/revokegrants');
const refreshes = (): number => world.requests('/authorize/token');
const left = (): number => world.control.grants({ grantee: alice }).length;
const entries = () => [...world.journal.entries.values()];

function answer(status: number, body: unknown, headers: Record<string, string> = json, reason?: string): FaultEffect {
  return { kind: 'answer', status, headers, body, ...(reason === undefined ? {} : { reason }) };
}

/** One revocation that is answered so; nothing is done behind the answer. */
async function revokedWith(effect: FaultEffect, times?: number): Promise<Outcome> {
  world.sandbox.control.faults.add({ match: revokeGrants, effect, ...(times === undefined ? {} : { times }) });
  return world.revoke(alice);
}

function blindReadsAfterSending(): void {
  const { send } = Object.getPrototypeOf(world.transport) as typeof world.transport;
  world.transport.send = (request, signal) => {
    if (request.effect === 'irreversible') world.control.fault('unavailable503', { route: 'getGrants' });
    return send.call(world.transport, request, signal);
  };
}

/** One request, an entry that says how it ended, and grants as they were. */
function assertNothingDone(outcome: Outcome, kind: OutcomeKind, code: string): void {
  assert.deepEqual([outcome.kind, outcome.reason.code], [kind, code], world.text(outcome));
  assert.ok(needsAttention(outcome.kind), 'it does not look like a success');
  assert.deepEqual([posts(), refreshes(), left()], [1, 0, 3]);
  assert.deepEqual(
    entries().map((entry) => entry.outcome?.kind),
    [kind],
  );
}

describe('fault 32: of all results of RevokeGrants only 0 with Success is a success', () => {
  beforeEach(open);
  afterEach(close);

  it('Result 0 with Success true: carried out, verified by a read', async () => {
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.deepEqual([posts(), left()], [1, 0]);
  });

  type Row = readonly [code: number, kind: OutcomeKind, code: string, text: RegExp];
  const kept = /were not revoked|Nothing was revoked/;
  const ambiguous = ['not-reset', 'venafi.alive.grants', /still lists 3 grants.*were not revoked.*Try again/] as const;
  const refused = [
    'refused',
    'venafi.result.refused',
    /refused with result.*Nothing was revoked.*Check the id/,
  ] as const;
  const signIn = [
    'refused',
    'venafi.result.signIn',
    /does not accept the sign-in.*Nothing was revoked.*Sign in/,
  ] as const;
  const results: readonly Row[] = [
    [1, ...ambiguous],
    [2, ...refused],
    [3, ...ambiguous],
    [4, ...refused],
    [5, ...ambiguous],
    [6, ...refused],
    [7, ...ambiguous],
    [8, ...ambiguous],
    [9, 'refused', 'venafi.insufficientRights', /may not do this.*Nothing was revoked.*Sign in as an OAuth admin/],
    [10, ...refused],
    [11, ...signIn],
    [12, ...signIn],
    [13, ...signIn],
    [14, ...refused],
    [15, ...ambiguous],
    [16, ...refused],
    [17, ...refused],
    [18, ...refused],
    [19, ...ambiguous],
    [99, ...ambiguous],
    [-1, ...ambiguous],
  ];
  for (const [result, kind, code, text] of results) {
    it(`Result ${result}, nothing done: ${kind}`, async () => {
      const outcome = await revokedWith(answer(200, { Result: result, Success: false }));
      assertNothingDone(outcome, kind, code);
      assert.match(world.text(outcome), text);
      assert.match(world.text(outcome), kept);
      if (code === 'venafi.result.refused') assert.match(world.text(outcome), new RegExp(`result ${result} [A-Z]\\w+`));
    });
  }

  /** May have been carried out, in part or in whole: what a read says decides, never the code. */
  for (const result of [1, 3, 5, 7, 8, 15, 19, 99]) {
    it(`Result ${result}, carried out behind it: verified by the read, not sent again`, async () => {
      world.control.fault('result', { route: 'revokeGrants', result, carryOut: true });
      const outcome = await world.revoke(alice);
      assert.deepEqual([outcome.kind, posts(), left()], ['verified', 1, 0], world.text(outcome));
    });
  }

  const never: Readonly<Record<string, unknown>> = {
    'Result 0 as text': { Result: '0', Success: true },
    'Result 0 with a fraction': '{"Result":0.5,"Success":true}',
    'Result true': { Result: true, Success: true },
    'Result null': { Result: null, Success: true },
    'Success as text': { Result: 0, Success: 'true' },
    'Success 1': { Result: 0, Success: 1 },
    'Success false beside Result 0': { Result: 0, Success: false },
    'Success true beside Result 2': { Result: 2, Success: true },
    'Success true beside Result 9': { Result: 9, Success: true },
    'no Result': { Success: true },
    'no Success': { Result: 0 },
    'lower case': { result: 0, success: true },
    'inside something else': { d: { Result: 0, Success: true } },
    'in an array': [{ Result: 0, Success: true }],
    '{}': {},
    '[]': [],
    null: null,
    'a number': 0,
    'a text': '"0"',
    empty: '',
    blank: ' \r\n',
    'a BOM before it': '\ufeff{"Result":0,"Success":true}',
    HTML: '<!DOCTYPE html><html><title>Sign in to the network</title></html>',
    'cut off': '{"Result":0,"Succ',
    'two objects': '{"Result":0,"Success":true}{"Result":0,"Success":true}',
  };
  for (const [what, body] of Object.entries(never)) {
    it(`${what}: not believed; the grants are read, and found alive`, async () => {
      const raw = typeof body === 'string' || Array.isArray(body) || body === null ? body : { ...(body as object) };
      const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
      assertNothingDone(await revokedWith(answer(200, text)), 'not-reset', 'venafi.alive.grants');
      // Where no read can say more, the answer itself is what is told: it was neither a yes nor a no.
      blindReadsAfterSending();
      const told = await world.revoke(alice);
      assert.equal(told.kind, 'unknown', world.text(told));
      // The transport takes a byte order mark off, as RFC 8259 §8.1 allows; what a read says decides all the same.
      const code = what.startsWith('a BOM') ? /^reset\.acceptedUnchecked$/ : /^venafi\.(result\.unknown|notJson)$/;
      assert.match(told.reason.code, code);
    });
  }

  it('a result nobody can read, and no read either: unknown, with Verify and without Retry', async () => {
    blindReadsAfterSending();
    const outcome = await revokedWith(answer(200, { Result: 99, Success: false }));
    assert.deepEqual([outcome.kind, outcome.reason.code], ['unknown', 'venafi.result.unknown'], world.text(outcome));
    assert.match(world.text(outcome), /neither yes nor no: 99.*not known whether.*Verify before trying again/);
    const offered = outcome.reason.actions.map(({ kind }) => kind);
    assert.ok(offered.includes('verify') && !offered.includes('retry'), offered.join());
    assert.deepEqual([posts(), left()], [1, 3]);
  });
});

describe('fault 33: 401 insufficient_rights is no dead token, and invalid_token is one', () => {
  beforeEach(open);
  afterEach(close);

  const spellings: Readonly<Record<string, FaultEffect>> = {
    'in JSON': answer(401, { error: 'insufficient_rights', error_description: 'Not permitted.' }),
    'with capital names': answer(401, { Error: 'insufficient_rights', Error_description: 'Not permitted.' }),
    'in capitals': answer(401, { error: 'INSUFFICIENT_RIGHTS' }),
    'in the challenge': answer(401, '', { 'www-authenticate': 'Bearer realm="x", error="insufficient_rights"' }),
    'in the reason phrase': answer(401, '', {}, 'insufficient_rights: Not permitted.'),
    'with 403': answer(403, { error: 'insufficient_rights' }),
  };
  for (const [how, effect] of Object.entries(spellings)) {
    it(`insufficient_rights ${how}: refused for good; no refresh, no second request`, async () => {
      const outcome = await revokedWith(effect);
      assertNothingDone(outcome, 'refused', 'venafi.insufficientRights');
      assert.match(world.text(outcome), /A new token would change nothing.*Nothing was revoked.*Sign in as/);
    });
  }

  const dead: Readonly<Record<string, FaultEffect>> = {
    'in JSON': answer(401, { error: 'invalid_token', error_description: 'Expired.' }),
    'with capital names': answer(401, { Error: 'Invalid_Token' }),
    'in the challenge': answer(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' }),
    'in the reason phrase': answer(401, '', {}, 'invalid_token'),
  };
  for (const [how, effect] of Object.entries(dead)) {
    it(`invalid_token ${how}: one refresh, one more request, each attempt in the journal`, async () => {
      const outcome = await revokedWith(effect, 1);
      assert.equal(outcome.kind, 'verified', world.text(outcome));
      assert.deepEqual([posts(), refreshes(), left()], [2, 1, 0]);
      assert.deepEqual(
        entries().map((entry) => entry.outcome?.kind),
        ['refused', 'verified'],
      );
    });
  }

  it('invalid_token again with the new token: that is all; refused, and told to sign in', async () => {
    const outcome = await revokedWith(answer(401, { error: 'invalid_token' }));
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'venafi.tokenRejected'], world.text(outcome));
    assert.match(world.text(outcome), /Nothing was revoked.*Sign in again/);
    assert.deepEqual([posts(), refreshes(), left()], [2, 1, 3]);
  });

  it('a 401 that says neither: refused, no refresh', async () => {
    const outcome = await revokedWith(answer(401, 'Unauthorized', {}));
    assertNothingDone(outcome, 'refused', 'venafi.unauthorized');
    assert.match(world.text(outcome), /without saying whether the token or the role is at fault/);
  });
});

describe('fault 34: insufficient_scope names the scope there is and the one to ask for', () => {
  beforeEach(open);
  afterEach(close);

  const spellings: Readonly<Record<string, FaultEffect>> = {
    '403': answer(403, { error: 'insufficient_scope', error_description: 'Grant rejected scope certificate:manage' }),
    '401, before 20.4': answer(401, {
      error: 'insufficient_scope',
      error_description: 'Grant rejected scope certificate:manage',
    }),
    'by the text alone': answer(403, { Error_description: 'Grant rejected scope certificate:manage' }),
    'in ErrorDetails': answer(403, {
      Error: 'insufficient_scope',
      ErrorDetails: 'Grant rejected scope certificate:manage',
    }),
    'in the reason phrase': answer(403, '', {}, 'insufficient_scope: Grant rejected scope certificate:manage'),
  };
  for (const [how, effect] of Object.entries(spellings)) {
    it(how, async () => {
      const outcome = await revokedWith(effect);
      assertNothingDone(outcome, 'refused', 'venafi.insufficientScope');
      const text = world.text(outcome);
      assert.match(text, /has the scope certificate:manage, which is not enough.*Nothing was revoked/);
      assert.match(text, /Sign in again and ask for admin:delete;configuration/);
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'replace-credential'));
    });
  }

  it('met by the readings already, with a sign-in of less scope: refused before anybody is asked', async () => {
    world.control.setApplication(world.sample.clientId, { scope: 'certificate:manage' });
    const [grant] = world.control.seed({
      grants: [{ grantee: 'tpp-admin', application: world.sample.clientId, scope: 'certificate:manage' }],
    }).grants;
    assert.ok(grant);
    world.credential = world.credentialOf(grant);
    const outcome = await world.revoke(alice);
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'venafi.insufficientScope'], world.text(outcome));
    assert.match(world.text(outcome), /ask for admin:delete;configuration/);
    assert.deepEqual([posts(), refreshes(), world.previews.length, entries().length], [0, 0, 0, 0]);
  });
});

describe('fault 43: a server older than 22.3 has no RevokeGrants', () => {
  beforeEach(open);
  afterEach(close);

  for (const version of ['22.2', '22.2.9.99999', '22.1.0.0', '21.4.0.2204', '20.1.0.0', '9.10.0.0', '3.22.3']) {
    it(`${version}: unsupported, before anybody is asked, and nothing leaves`, async () => {
      world.control.setSwitches({ version });
      const outcome = await world.revoke(alice);
      assert.deepEqual([outcome.kind, outcome.reason.code], ['unsupported', 'venafi.tooOld'], world.text(outcome));
      assert.ok(world.text(outcome).includes(version), 'it names the version');
      assert.match(world.text(outcome), /22\.3/);
      assert.deepEqual([posts(), world.previews.length, entries().length, left()], [0, 0, 0, 3]);
    });
  }

  for (const version of ['22.3', '22.3.0.1', '22.10.0.0', '23.1.0.0', '25.1.0.2204', '100.0']) {
    it(`${version} has it`, async () => {
      world.control.setSwitches({ version });
      assert.deepEqual([(await world.revoke(alice)).kind, posts(), left()], ['verified', 1, 0]);
    });
  }

  const unreadable: Readonly<Record<string, FaultEffect>> = {
    'is not there': { kind: 'html', status: 404 },
    'is empty': { kind: 'empty' },
    'is no version': answer(200, { Version: 'twenty-five' }),
    'is a number': answer(200, { Version: 22 }),
  };
  for (const [how, effect] of Object.entries(unreadable)) {
    it(`a version that ${how} decides nothing: the method itself does`, async () => {
      const version = { method: 'GET', path: '/vedsdk/systemstatus/version' };
      world.sandbox.control.faults.add({ match: version, effect });
      assert.equal((await world.revoke(alice)).kind, 'verified');
      world.control.seed({ grants: [{ grantee: 'alice.test', application: 'cert-dashboard', count: 3 }] });
      world.clock.pass(60_000);
      for (const [at, status] of [404, 405].entries()) {
        const outcome = await revokedWith({ kind: 'html', status }, 1);
        const told = [outcome.kind, outcome.reason.code];
        assert.deepEqual(told, ['unsupported', 'venafi.noSuchMethod'], world.text(outcome));
        assert.deepEqual([posts(), left()], [2 + at, 3]);
      }
    });
  }
});
