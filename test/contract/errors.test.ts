import assert from 'node:assert/strict';
import type { OutcomeKind } from '../../src/core/outcome';
import { needsAttention } from '../../src/core/outcome';
import type { GoogleFault } from '../../src/sandbox/google/api';
import { ResetWorld } from '../fakes/resetWorld';

/** A fault of the service, what the reset says of it, and a piece of its own text. */
type Row = readonly [fault: GoogleFault, kind: OutcomeKind, code: string, text: RegExp];

/** Errors that say no: nothing was done, and no verification is needed to know it. */
const refusals: readonly Row[] = [
  ['exhaustedOneTime', 'refused', 'google.exhaustedOneTime', /used up by the jobs .*Finish and download those jobs/],
  ['coolDown', 'refused', 'google.coolDown', /last 24 hours.*Wait until \d{4}-.*Do not reset/],
  ['coolDownFailedPrecondition', 'refused', 'google.coolDown', /Do not reset/],
  ['alreadyExistsOneTime', 'refused', 'google.jobExists', /already running as job .*Do not reset/],
  ['alreadyExistsTimeBased', 'refused', 'google.jobExists', /already running as job/],
  ['rateLimitExceeded', 'refused', 'google.quotaWait', /quota.*Try again in \d+ seconds/],
  ['resourceNotAuthorized', 'refused', 'google.resourceNotAuthorized', /does not cover/],
  ['scopeInsufficient', 'refused', 'google.scopeInsufficient', /no Data Portability scope/],
  [
    'serviceDisabled',
    'refused',
    'google.apiDisabled',
    /not enabled in the Google Cloud project 123456789012.*Enable it/,
  ],
  ['accessTokenExpired', 'refused', 'google.tokenExpired', /rejects the access token as expired/],
  ['credentialsMissing', 'refused', 'google.credentialsMissing', /saw no access token/],
  ['accessTokenTypeUnsupported', 'refused', 'google.tokenTypeUnsupported', /kind of token cannot be used/],
  ['unauthenticatedBare', 'refused', 'google.tokenRejected', /does not accept the access token/],
  ['invalidArgument', 'refused', 'google.invalidArgument', /does not accept the request.*apiVersion/],
  ['notFoundHtml', 'refused', 'google.notThisService', /page of status 404/],
  ['lengthRequiredHtml', 'refused', 'google.notThisService', /page of status 411/],
];

/** Answers nobody can trust: the reset is verified, and found not to have happened. */
const ambiguous: readonly GoogleFault[] = [
  'unavailable503',
  'internal500',
  'unknown500',
  'deadlineExceeded504',
  'badGatewayHtml',
  'html200',
  'connectionResetBefore',
  'connectionResetAfter',
  'noAnswer',
  'cutBody',
  'hugeBody',
  'gzipBomb',
];

/** Faults behind which the sandbox has carried the reset out. */
const carriedOut = new Set<GoogleFault>(['connectionResetAfter', 'noAnswer', 'cutBody']);

describe('errors of the service', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open({ transportLimits: { totalMs: 400 } });
    await world.signIn('alice', 'refreshToken');
  });
  afterEach(() => world.close());

  for (const route of ['reset', 'check'] as const) {
    describe(`injected at ${route}`, () => {
      for (const [fault, kind, code, text] of refusals) {
        it(`${fault} is ${kind}, with its own text`, async () => {
          world.sandbox.control.google.fault(fault, { route });
          const outcome = await world.reset('alice');
          assert.deepEqual([outcome.kind, outcome.reason.code], [kind, code], world.text(outcome));
          assert.match(world.text(outcome), text);
          assert.match(world.text(outcome), /not reset|Nothing was (reset|done)/);
          assert.ok(needsAttention(outcome.kind), 'it is not shown as a success');
          assert.equal(world.consent('alice'), 'granted');
          assert.equal(world.resetRequests().length, route === 'reset' ? 1 : 0);
          assert.equal((await world.vault.read(world.target('alice'))).kind, 'present', 'the credential is kept');
        });
      }
    });
  }

  it('fault 39: each refusal has a text of its own', async () => {
    const texts = new Map<string, string>();
    for (const [fault, , code] of refusals) {
      world.sandbox.control.google.fault(fault, { route: 'reset', times: 1 });
      const outcome = await world.reset('alice');
      const known = texts.get(world.text(outcome));
      assert.ok(known === undefined || known === code, `${fault} reads like ${known}`);
      texts.set(world.text(outcome), code);
    }
    assert.ok(texts.size >= new Set(refusals.map(([, , code]) => code)).size);
  });

  it('a disabled API offers only the page of the Google Cloud console', async () => {
    world.sandbox.control.google.fault('serviceDisabled', { route: 'reset' });
    const outcome = await world.reset('alice');
    const links = outcome.reason.actions.flatMap((action) => (action.kind === 'open-url' ? [new URL(action.url)] : []));
    assert.deepEqual(
      links.map(({ origin }) => origin),
      ['https://console.developers.google.com'],
    );
  });

  describe('answers nobody can trust', () => {
    for (const fault of ambiguous) {
      const gone = carriedOut.has(fault);
      it(`fault 39: ${fault}: one request, verified by a read, ${gone ? 'found gone' : 'found alive'}`, async () => {
        world.sandbox.control.google.fault(fault, { route: 'reset' });
        const outcome = await world.reset('alice');
        assert.equal(outcome.kind, gone ? 'verified' : 'not-reset', world.text(outcome));
        assert.equal(world.consent('alice'), gone ? 'none' : 'granted');
        assert.equal(world.resetRequests().length, 1);
      });
    }

    it('503 behind which the reset was carried out is verified, not refused', async () => {
      world.sandbox.control.google.fault('unavailable503', { route: 'reset', carryOut: true });
      assert.equal((await world.reset('alice')).kind, 'verified');
      assert.equal(world.resetRequests().length, 1);
    });

    it('stays unknown when the verification cannot be made either, and verifying later settles it', async () => {
      await world.operations.probe(world.target('alice'), new AbortController().signal);
      world.sandbox.control.google.fault('connectionResetAfter', { route: 'reset' });
      world.sandbox.control.google.fault('unavailable503', { route: 'token' });
      const outcome = await world.reset('alice');
      assert.deepEqual([outcome.kind, outcome.reason.code], ['unknown', 'http.connection-reset'], world.text(outcome));
      assert.match(world.text(outcome), /not known whether the reset was carried out.*Verify/);
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'verify'));
      assert.ok(!outcome.reason.actions.some(({ kind }) => kind === 'retry'));
      assert.equal((await world.journal.unfinished()).length, 1);

      world.sandbox.control.faults.clear();
      const { operationId = '' } = outcome;
      const settled = await world.operations.verify(world.target('alice'), operationId, new AbortController().signal);
      assert.equal(settled.kind, 'verified');
      assert.equal(world.resetRequests().length, 1, 'nothing was sent again');
      assert.deepEqual(await world.journal.unfinished(), []);
    });
  });

  describe('before anything left', () => {
    it('nothing listens: not sent, and the journal is closed', async () => {
      await world.operations.probe(world.target('alice'), new AbortController().signal);
      world.confirm = async () => {
        await world.sandbox.close();
        return { kind: 'confirmed', by: 'modal' };
      };
      const outcome = await world.reset('alice');
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'http.refused'], world.text(outcome));
      assert.match(world.text(outcome), /Nothing was sent/);
      assert.deepEqual(await world.journal.unfinished(), []);
    });

    it('reads that fail leave the reset unsent, and say so', async () => {
      world.sandbox.control.google.fault('connectionResetBefore', { route: 'check' });
      const outcome = await world.reset('alice');
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'consent.unreadable']);
      assert.match(world.text(outcome), /closed the connection.*Nothing was reset/);
      assert.equal(world.resetRequests().length, 0);
    });

    it('a read that fails once is asked again', async () => {
      world.sandbox.control.google.fault('unavailable503', { route: 'check', times: 1 });
      assert.equal((await world.reset('alice')).kind, 'verified');
    });

    for (const fault of ['unavailable503', 'internal500', 'connectionResetBefore', 'html200'] as const) {
      it(`a refresh that meets ${fault} is not repeated behind our back, and keeps the credential`, async () => {
        world.sandbox.control.google.fault(fault, { route: 'token' });
        const outcome = await world.reset('alice');
        assert.equal(outcome.kind, 'not-sent', world.text(outcome));
        assert.match(world.text(outcome), /Nothing was reset; the refresh token is kept/);
        assert.equal(world.sandbox.control.requests.list({ path: '/token' }).length, 1);
        assert.equal((await world.vault.read(world.target('alice'))).kind, 'present');
      });
    }
  });

  describe('the user stops', () => {
    it('before the request left: cancelled, nothing was sent', async () => {
      const stop = new AbortController();
      world.confirm = async () => {
        stop.abort();
        return { kind: 'confirmed', by: 'modal' };
      };
      const outcome = await world.reset('alice', stop.signal);
      assert.deepEqual([outcome.kind, outcome.reason.code], ['cancelled', 'cancelled.nothingSent']);
      assert.equal(world.resetRequests().length, 0);
    });

    it('after it left: unknown until verified', async () => {
      const stop = new AbortController();
      world.sandbox.control.google.fault('noAnswer', { route: 'reset' });
      const outcome = world.operations.reset(world.target('alice'), {
        signal: stop.signal,
        way: 'reset',
        confirm: () => world.confirm(),
        progress: (step) => {
          if (step === 'sent') stop.abort();
        },
      });
      const { kind, reason } = await outcome;
      assert.deepEqual([kind, reason.code], ['unknown', 'cancelled.afterSend']);
      assert.equal((await world.journal.unfinished()).length, 1);
    });
  });
});
