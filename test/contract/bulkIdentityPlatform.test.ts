/** Many revocations of Apple tokens behind one confirmation, each user with a sign-in of their own. */
import assert from 'node:assert/strict';
import type { BulkItem } from '../../src/core/bulkPreview';
import { previewAll, runAll, told } from '../fakes/bulkScene';
import { crowdOfApple } from '../fakes/crowds';
import { HastyClock } from '../fakes/hastyClock';
import { ProviderScene } from '../fakes/providerScene';

const speed = 12;

describe('a bulk of revocations at Identity Platform', function () {
  this.timeout(30_000);
  let scene: ProviderScene;
  beforeEach(async () => {
    scene = await ProviderScene.open('identityPlatform', {
      clock: ({ control }) => new HastyClock(control.clock, speed),
    });
  });
  afterEach(() => scene.close());

  const service = () => scene.world.sandbox.control.identityPlatform;
  const isAuthorized = (name: string): boolean =>
    service()
      .apple.grants()
      .some(({ user, state }) => user === `apple.${name}` && state === 'authorized');
  const revoked = (): readonly string[] =>
    service()
      .revocations()
      .map(({ uid }) => uid);

  const crowd = (count: number, withKey = true): Promise<readonly string[]> =>
    crowdOfApple(scene.world, count, withKey);

  async function items(): Promise<readonly BulkItem[]> {
    const plan = await previewAll(scene.world);
    assert.deepEqual(told(plan?.leftOut ?? []), []);
    return plan?.items ?? [];
  }

  it('20 users, each by one request, each verified at Apple and each forgotten', async () => {
    const names = await crowd(20);
    const results = await runAll(scene.world, await items());
    assert.deepEqual(
      told(results),
      names.map((name) => `${name} verified identityPlatform.gone`),
    );
    assert.equal(scene.requests().length, 20);
    assert.deepEqual([...revoked()].sort(), [...names].sort());
    for (const name of names) {
      assert.ok(!isAuthorized(name), name);
      assert.equal((await scene.world.vault.read(scene.world.target(name))).kind, 'missing');
    }
    const entries = await scene.world.journal.recent(50);
    assert.deepEqual([entries.length, entries.every(({ stage }) => stage === 'closed')], [20, true]);
  });

  it('without a key: accepted and no more, for each', async () => {
    const names = await crowd(4, false);
    const results = await runAll(scene.world, await items());
    assert.deepEqual(
      results.map(({ outcome }) => outcome.kind),
      names.map(() => 'accepted'),
    );
    assert.equal(scene.requests().length, 4);
  });

  it('mixed outcomes: each is told what became of its own, and nothing is sent twice', async () => {
    await crowd(8, false);
    const all = await items();
    service().fault('invalidIdpResponse', { route: 'revokeToken', times: 1 });
    service().fault('userDisabled', { route: 'revokeToken', times: 1 });
    service().fault('internal500', { route: 'revokeToken', times: 1 });
    service().fault('html200', { route: 'revokeToken', times: 1 });
    service().fault('notImplemented', { route: 'revokeToken', times: 1 });
    const results = await runAll(scene.world, all);
    assert.deepEqual(results.map(({ outcome }) => outcome.kind).sort(), [
      'accepted',
      'accepted',
      'accepted',
      'refused',
      'refused',
      'unknown',
      'unknown',
      'unsupported',
    ]);
    assert.equal(scene.requests().length, 8);
    const accepted = results
      .filter(({ outcome }) => outcome.kind === 'accepted')
      .map(({ target }) => target.identity.id);
    assert.deepEqual([...revoked()].sort(), accepted.sort());
    assert.equal((await scene.world.journal.unfinished()).length, 2, 'what is unknown can be verified later');
  });

  it('quota: all of it waits, and only what was refused is sent again', async () => {
    const names = await crowd(8);
    const all = await items();
    const headers = { 'content-type': 'application/json', 'retry-after': '20' };
    const body = { error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' } };
    scene.fault({ kind: 'answer', status: 429, headers, body }, undefined, 2);
    const waits = new Set<number>();
    const results = await runAll(scene.world, all, ({ waitingUntil }) => {
      if (waitingUntil !== undefined) waits.add(waitingUntil);
    });
    assert.deepEqual(
      told(results),
      names.map((name) => `${name} verified identityPlatform.gone`),
    );
    assert.ok(waits.size > 0);
    assert.equal(scene.requests().length, 10);
    assert.equal(new Set(revoked()).size, 8);
    assert.equal(revoked().length, 8, 'nobody was revoked twice');
  });

  it('a session that ends between the question and the sending: that one is refused, and the others go on', async () => {
    const [first = '', ...others] = await crowd(4);
    const all = await items();
    service().deleteUser(first);
    const results = await runAll(scene.world, all);
    const [ended, ...rest] = told(results);
    assert.match(ended ?? '', /^user1 refused identityPlatform\.userNotFound/);
    assert.deepEqual(
      rest,
      others.map((name) => `${name} verified identityPlatform.gone`),
    );
    assert.ok(isAuthorized(first), 'what was not sent has ended nothing');
    assert.equal(scene.requests().length, 3);
  });
});
