/** Many resets behind one confirmation, over the real transport, judged by what the sandbox saw and did. */
import assert from 'node:assert/strict';
import type { BulkResult } from '../../src/core/bulkPreview';
import { resetAttempts, sendingAtOnce } from '../../src/core/bulkReset';
import type { Target } from '../../src/core/model';
import type { OutcomeKind } from '../../src/core/outcome';
import type { LoggedRequest } from '../../src/sandbox/api';
import { previewAll, runAll } from '../fakes/bulkScene';
import { HastyClock } from '../fakes/hastyClock';
import { ResetWorld } from '../fakes/resetWorld';

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

/** The 60 s of a confirmation have to be long enough for a busy machine. */
const speed = 12;

describe('a bulk of resets against the sandbox', function () {
  this.timeout(60_000);
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open({ clock: ({ control }) => new HastyClock(control.clock, speed) });
  });
  afterEach(() => world.close());

  const preview = () => previewAll(world);
  const run = (...[items, progress, signal, more]: Tail<Parameters<typeof runAll>>) =>
    runAll(world, items, progress, signal, more);

  const user = ({ target }: { readonly target: Target }): string => target.identity.id;
  const withOutcome = (results: readonly BulkResult[], ...kinds: readonly OutcomeKind[]): readonly string[] =>
    results
      .filter(({ outcome }) => kinds.includes(outcome.kind))
      .map(user)
      .sort();
  const ledger = (): readonly string[] =>
    world.sandbox.control.google
      .resets()
      .map((reset) => reset.user)
      .sort();
  const consentOf = (id: string): string => world.sandbox.control.google.consents(id, '123456789012').state;

  /** Requests of each token, as they came. */
  function byToken(): ReadonlyMap<string, readonly LoggedRequest[]> {
    const found = new Map<string, LoggedRequest[]>();
    for (const request of world.resetRequests()) {
      const token = request.tokenFingerprint ?? '?';
      found.set(token, [...(found.get(token) ?? []), request]);
    }
    return found;
  }

  it('of 120 with three that fail and a quota answer in the middle tells the truth, and sends each once', async () => {
    await world.crowd(120);
    const plan = await preview();
    assert.ok(plan);
    assert.equal(plan.items.length, 120);
    const { google } = world.sandbox.control;
    let struck = false;
    const waits = new Set<number>();
    const results = await run(plan.items, ({ done, waitingUntil }) => {
      if (waitingUntil !== undefined) waits.add(waitingUntil);
      if (struck || done < 40) return;
      struck = true;
      google.fault('rateLimitExceeded', { route: 'reset', times: 3 });
      google.fault('serviceDisabled', { route: 'reset', times: 1 });
      google.fault('scopeInsufficient', { route: 'reset', times: 1 });
      google.fault('internal500', { route: 'reset', times: 1 });
    });

    // The service's own list is the truth: who was reset, each once.
    const done = ledger();
    assert.deepEqual(done, [...new Set(done)], 'nobody was reset twice');
    assert.deepEqual(withOutcome(results, 'verified'), done);

    assert.equal(done.length, 117);
    const failed = results.filter(({ outcome }) => outcome.kind !== 'verified');
    assert.deepEqual(failed.map(({ outcome }) => outcome.kind).sort(), ['not-reset', 'refused', 'refused']);
    for (const one of failed) assert.equal(consentOf(user(one)), 'granted', user(one));

    // On the wire: one for each, and beyond that only what was refused for the quota.
    const perToken = [...byToken().values()];
    assert.equal(perToken.length, 120);
    for (const requests of perToken) {
      const effective = requests.filter(({ status }) => status !== 429);
      assert.equal(effective.length, 1, requests.map(({ status }) => status).join());
      assert.ok(requests.length <= resetAttempts);
    }
    assert.equal(world.resetRequests().filter(({ status }) => status === 429).length, 3);
    assert.ok(waits.size >= 1, 'the wait was told');

    // Nothing left between the refusal and the end of the wait, but what was on its way already.
    const requests = world.resetRequests();
    const firstRefusal = requests.findIndex(({ status }) => status === 429);
    const soonAfter = requests
      .slice(firstRefusal)
      .filter(({ time }) => time - (requests[firstRefusal]?.time ?? 0) < 39_000 / speed / 2);
    assert.ok(soonAfter.length <= 2 * sendingAtOnce, `${soonAfter.length} left during the wait`);

    // Each request has an entry of its own; further ones are of what was kept here while all waited.
    const entries = await world.journal.recent(500);
    assert.ok(entries.every(({ stage }) => stage === 'closed'));
    const left = entries.filter(({ sentAt }) => sentAt !== undefined);
    assert.equal(left.length, requests.length);
    for (const { sentAt, outcome } of entries) if (sentAt === undefined) assert.equal(outcome?.kind, 'not-sent');
    const connections = new Set(requests.map(({ connection }) => connection));
    assert.ok(connections.size <= sendingAtOnce + 2, `${connections.size} connections`);
  });

  it('that is cancelled in the middle leaves the rest as it was', async () => {
    await world.crowd(120);
    const plan = await preview();
    assert.ok(plan);
    const cancel = new AbortController();
    const results = await run(
      plan.items,
      ({ done }) => {
        if (done === 20) cancel.abort();
      },
      cancel.signal,
    );
    const done = ledger();
    assert.ok(done.length >= 20 && done.length <= 20 + 64, `${done.length}`);
    assert.ok(done.length < 120, 'it was cancelled too late to tell anything');
    assert.deepEqual(withOutcome(results, 'verified'), done);
    const untouched = withOutcome(results, 'cancelled');
    assert.equal(
      done.length + untouched.length,
      120,
      JSON.stringify(results.map(({ outcome }) => `${outcome.kind} ${outcome.reason.code}`)),
    );
    for (const id of untouched) assert.equal(consentOf(id), 'granted', id);
    assert.equal(world.resetRequests().length, done.length);
  });

  it('leaves out who is not signed in or was reset before, and says why', async () => {
    await world.crowd(3);
    const [first, second] = world.targets();
    assert.ok(first && second);
    await world.reset(first.identity.id);
    await world.vault.forget(second);
    const plan = await preview();
    assert.deepEqual(plan?.items.map(user), ['user3.test@example.com']);
    assert.deepEqual(
      plan?.leftOut.map(({ outcome }) => [outcome.kind, outcome.reason.code]),
      [
        ['already-reset', 'reset.already'],
        ['not-sent', 'credential.missing'],
      ],
    );
    assert.equal(world.resetRequests().length, 1);
  });

  it('waits with the reading, too, when the service is asked too often', async () => {
    await world.crowd(20);
    world.sandbox.control.google.fault('rateLimitExceeded', { route: 'check', times: 2 });
    const plan = await preview();
    assert.equal(plan?.items.length, 20);
    assert.equal(plan?.leftOut.length, 0);
    assert.ok(world.clock.sleeps.includes(39_000) || world.clock.sleeps.some((ms) => ms > 30_000));
  });
});
