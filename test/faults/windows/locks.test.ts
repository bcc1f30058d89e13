/** Locks whose owner is dead or hangs, between windows that are processes of their own. */
import assert from 'node:assert/strict';
import type { WindowProcess } from './processes';
import { faultAtReset, isGranted, resetsOnWire, type Scene, sceneOf, services } from './services';
import { TwoWindows } from './twoWindows';
import type { Answered } from './windowHost';

const told = ({ kind, code }: Answered): string => `${kind}: ${code}`;
const staleMs = 31_000;
const spreadMs = 50_000;
const takeOverMs = 5 * 60_000 + 1_000;

describe('locks that are left behind', () => {
  let windows: TwoWindows;
  let scene: Scene;
  before(async () => {
    windows = await TwoWindows.start();
  });
  after(() => windows.stop());
  afterEach(() => windows.one.thaw());

  /** A window that has begun a reset, whose request has reached the service and gets no answer. */
  async function sending(service: (typeof services)[number], effect: 'no-answer' | 'delay' = 'no-answer') {
    await windows.openAnew();
    // So long the grants are still listed that have ended.
    if (effect === 'delay') windows.sandbox.control.venafi.setSwitches({ propagationMs: spreadMs });
    scene = sceneOf(service, windows.sandbox);
    const owner = effect === 'delay' ? windows.one : await windows.third();
    await owner.tell({ kind: 'sign-in', scene });
    faultAtReset(service, windows.sandbox, effect === 'delay' ? { kind: 'delay', ms: 150 } : { kind: 'no-answer' });
    const outcome = owner.tell({ kind: 'reset', scene });
    outcome.catch(() => undefined);
    await windows.untilSent(service, 1);
    return { owner, outcome };
  }
  /** The other window, whose clock says that so much time has passed. */
  const later = async (aheadMs: number): Promise<WindowProcess> => {
    const { folder, other } = windows;
    await other.tell({ kind: 'open', folder, aheadMs });
    return other;
  };
  const posts = (): number => resetsOnWire(scene.service, windows.sandbox);

  for (const service of services) {
    it(`fault 21: stale lock, its owner killed once it had sent, ${service}: taken over 30 s later, and verified first`, async () => {
      const { owner } = await sending(service);
      const soon = await later(0);
      const held = await soon.tell({ kind: 'reset', scene });
      assert.equal(
        told(held),
        service === 'venafiTpp' ? 'already-reset: venafi.nothingToRevoke' : 'not-sent: lock.held',
      );
      await owner.kill();

      const window = await later(staleMs);
      const outcome = await window.tell({ kind: 'reset', scene });
      const nothingLeft =
        service === 'venafiTpp' ? 'already-reset: venafi.nothingToRevoke' : 'not-sent: reset.earlierUnknown';
      assert.equal(told(outcome), nothingLeft);
      assert.equal(posts(), 1);
      const verified = await window.tell({ kind: 'verify', scene });
      assert.equal(verified.kind, 'verified', told(verified));
      const again = await window.tell({ kind: 'reset', scene });
      assert.match(told(again), /^already-reset: /);
      assert.deepEqual([posts(), isGranted(scene, windows.sandbox)], [1, false]);
      // The lock that was left behind keeps nobody from the next consent.
      scene = sceneOf(service, windows.sandbox);
      await window.tell({ kind: 'sign-in', scene });
      assert.equal((await window.tell({ kind: 'reset', scene })).kind, 'verified');
      assert.equal(posts(), 2);
      assert.deepEqual(await windows.locksLeft(), []);
    });
  }

  /** A window that has the lock, and hangs before its journal entry. */
  async function hanging(service: (typeof services)[number], toBeKilled = false) {
    await windows.openAnew();
    scene = sceneOf(service, windows.sandbox);
    const owner = toBeKilled ? await windows.third() : windows.one;
    await owner.tell({ kind: 'sign-in', scene });
    const outcome = owner.tell({ kind: 'reset', scene, hangs: true });
    outcome.catch(() => undefined);
    const end = performance.now() + 5_000;
    while ((await windows.locksLeft()).length === 0) {
      assert.ok(performance.now() < end, 'no lock was taken');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return { owner, outcome };
  }

  it('fault 21: stale lock, its owner killed before it had sent: free 30 s later, and one request leaves', async () => {
    const { owner } = await hanging('venafiTpp', true);
    await owner.kill();
    assert.equal(told(await (await later(1_000)).tell({ kind: 'reset', scene })), 'not-sent: lock.held');
    assert.equal(posts(), 0);
    const freed = await (await later(staleMs)).tell({ kind: 'reset', scene });
    assert.equal(freed.kind, 'verified', told(freed));
    assert.equal(posts(), 1);
    assert.deepEqual(await windows.locksLeft(), []);
  });

  for (const service of services) {
    it(`fault 21: stolen lock, its owner hangs once it had sent, ${service}: not even Take Over sends a second one`, async () => {
      const { owner, outcome } = await sending(service, 'delay');
      owner.freeze();
      await windows.untilCarriedOut(scene);
      const window = await later(takeOverMs);
      const taken = await window.tell({ kind: 'reset', scene, takeOver: true });
      // A dead token says so before the lock is asked for; what is still listed lets the reset come as far as the lock.
      assert.equal(told(taken), service === 'venafiTpp' ? 'not-sent: reset.sentElsewhere' : 'not-sent: lock.held');
      assert.match(taken.text ?? '', /was not sent|Nothing was sent/);
      assert.equal(posts(), 1);
      windows.sandbox.control.clock.advance(spreadMs);
      owner.thaw();
      const late = await outcome;
      assert.equal(late.kind, 'verified', told(late));
      assert.match(told(await window.tell({ kind: 'reset', scene })), /^already-reset: /);
      assert.equal(posts(), 1);
    });
  }

  for (const service of services) {
    it(`fault 21: stolen lock, its owner hangs before it had sent, ${service}: Take Over sends one, the owner none when it wakes`, async () => {
      const { owner, outcome } = await hanging(service);
      const window = await later(takeOverMs);
      const held = await window.tell({ kind: 'reset', scene });
      assert.equal(told(held), 'not-sent: lock.held');
      assert.deepEqual(held.actions, ['take-over-lock']);
      // The new owner has sent and waits for its answer when the old one wakes.
      faultAtReset(service, windows.sandbox, { kind: 'delay', ms: 250 });
      const taking = window.tell({ kind: 'reset', scene, takeOver: true });
      await windows.untilSent(service, 1);
      await owner.tell({ kind: 'go-on' });
      const late = await outcome;
      assert.equal(told(late), 'not-sent: lock.lost');
      assert.match(late.text ?? '', /Another window has taken over.*Nothing was sent\. See in the other window/);
      const taken = await taking;
      assert.equal(taken.kind, 'verified', told(taken));
      assert.deepEqual([posts(), isGranted(scene, windows.sandbox)], [1, false]);
      assert.deepEqual(await windows.locksLeft(), []);
    });
  }
});
