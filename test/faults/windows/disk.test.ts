/** A disk that is full, cannot be written, or has something else where a lock or the journal should be. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../../../src/core/outcome';
import { addressHash } from '../../../src/storage/fileLocks';
import { WatchedFs } from '../../unit/storage/support';
import type { OneWindow } from './oneWindow';
import { isGranted, refreshesOnWire, type Scene, services } from './services';
import { assertNothingSent, assertStillSignedIn, hour, told, WindowStage } from './windowStage';

/** What a full disk refuses; removing and cutting off still work. */
const needsSpace: ReadonlySet<string> = new Set(['create', 'write', 'sync', 'rename']);

describe('a disk that does not take what is written', () => {
  let stage: WindowStage;
  let disk: WatchedFs;
  let window: OneWindow;
  beforeEach(async () => {
    stage = await WindowStage.open();
    disk = new WatchedFs();
    window = stage.window(disk.fs);
  });
  afterEach(() => stage.close());

  /** Full from the `nth` write on, until it is mended. Tells how many writes there were. */
  function fullFrom(nth: number): () => number {
    let writes = 0;
    disk.failWhen = ({ operation }) => {
      if (!needsSpace.has(operation)) return undefined;
      writes += 1;
      return writes >= nth ? 'ENOSPC' : undefined;
    };
    return () => writes;
  }
  /** As the question does that has said nothing of an earlier reset. */
  const resetIn = (one: OneWindow, scene: Scene): Promise<Outcome> => {
    const target = one.target(scene);
    const recheck = () => one.operations.whyVerifyFirst(target);
    return one.reset(scene, { confirm: async () => ({ kind: 'confirmed', by: 'modal', recheck }) });
  };

  for (const service of services) {
    it(`fault 21: full disk at each write of a reset, ${service}: nothing leaves without its journal entry, nothing twice`, async () => {
      let sentAtLeastOnce = 0;
      for (let nth = 1; ; nth++) {
        const scene = await stage.signedIn(service, window);
        const before = stage.posts(service);
        const writes = fullFrom(nth);
        const outcome = await resetIn(window, scene);
        const posts = stage.posts(service) - before;
        const wasFull = writes() >= nth;
        disk.failWhen = undefined;
        const when = `full from write ${nth}: ${told(outcome)}`;
        if (posts === 0) {
          assert.match(told(outcome), /^not-sent: (lock\.unavailable|journal\.unwritable)$/, when);
          assertNothingSent(window.text(outcome));
          assert.equal(isGranted(scene, stage.sandbox), true, when);
          await assertStillSignedIn(scene, window);
        } else {
          sentAtLeastOnce += 1;
          assert.equal(outcome.kind, 'verified', when);
          const other = stage.window();
          const entries = await other.stores.journal.recent(100);
          assert.ok(
            entries.some(({ operationId }) => operationId === outcome.operationId),
            `${when}: no entry`,
          );
        }
        // The disk has room again. What is gone is not sent for once more, by no window.
        const next = await resetIn(window, scene);
        assert.ok(posts === 0 ? next.kind === 'verified' : next.kind !== 'verified', `${when}, then ${told(next)}`);
        assert.equal(stage.posts(service) - before, 1, when);
        assert.equal(isGranted(scene, stage.sandbox), false, when);
        if (!wasFull) break;
      }
      assert.ok(sentAtLeastOnce >= 1);
    });

    for (const code of ['EROFS', 'EACCES']) {
      it(`fault 21: read-only storage (${code}), ${service}: nothing is sent, nothing is lost, and it is said`, async () => {
        const scene = await stage.signedIn(service, window);
        disk.failWhen = ({ operation }) => (operation === 'open' || operation === 'read' ? undefined : code);
        const outcome = await resetIn(window, scene);
        assert.equal(told(outcome), 'not-sent: lock.unavailable');
        assert.match(window.text(outcome), new RegExp(`\\(${code}\\)`));
        assertNothingSent(window.text(outcome));
        assert.doesNotMatch(window.text(outcome), /\/tmp|reconsent-windows/, 'no path');
        assert.equal(stage.posts(service), 0);
        await assertStillSignedIn(scene, window);
        disk.failWhen = undefined;
        assert.equal((await resetIn(window, scene)).kind, 'verified');
        assert.equal(stage.posts(service), 1);
      });
    }
  }

  it('fault 21: a journal that cannot be written, while locks can: nothing is sent', async () => {
    const scene = await stage.signedIn('googleDataPortability', window);
    for (const operation of ['create', 'write', 'sync'] as const) {
      disk.failWhen = (step) => (step.operation === operation && /^window-/.test(step.name) ? 'ENOSPC' : undefined);
      const outcome = await resetIn(window, scene);
      assert.equal(told(outcome), 'not-sent: journal.unwritable', operation);
      assertNothingSent(window.text(outcome));
      disk.failWhen = undefined;
      // One that was made before is written to from now on.
      if (operation === 'create') await window.stores.journal.open(anEntry(scene, window));
    }
    assert.equal(stage.posts('googleDataPortability'), 0);
    assert.deepEqual(await readdir(join(stage.folder, 'locks')), []);
  });

  it('fault 21: something else where locks or the journal should be, on the real disk', async () => {
    const scene = await stage.signedIn('googleDataPortability', window);
    for (const [name, code] of [
      ['locks', 'lock.unavailable'],
      ['journal', 'journal.unwritable'],
    ] as const) {
      const path = join(stage.folder, name);
      await rm(path, { recursive: true, force: true });
      await writeFile(path, 'a file in the way');
      const outcome = await window.reset(scene);
      assert.equal(told(outcome), `not-sent: ${code}`);
      assertNothingSent(window.text(outcome));
      await rm(path);
    }
    assert.equal(stage.posts('googleDataPortability'), 0);
    assert.equal((await window.reset(scene)).kind, 'verified');
  });

  it('fault 21: unreadable lock: a folder, one without rights, and garbage', async () => {
    const scene = await stage.signedIn('googleDataPortability', window);
    const target = window.target(scene);
    const address = { provider: scene.service, origin: scene.project.endpoint, target: window.keyOf(target) };
    const folder = join(stage.folder, 'locks');
    const path = join(folder, `${addressHash(address)}.lock`);
    await mkdir(path, { recursive: true });
    const inTheWay = await window.reset(scene);
    assert.equal(told(inTheWay), 'not-sent: lock.unavailable');
    assert.match(window.text(inTheWay), /\(EISDIR\)/);
    await rm(path, { recursive: true });

    await writeFile(path, 'garbage');
    await utimes(path, stage.clock.now() / 1000, stage.clock.now() / 1000);
    assert.equal(told(await window.reset(scene)), 'not-sent: lock.held', 'somebody may just be writing it');

    // Root may read everything, so there the disk says it.
    const isRoot = process.getuid?.() === 0;
    await chmod(path, 0);
    const denied = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) as never;
    const blind = isRoot ? stage.window({ ...disk.fs, readFile: denied }) : window;
    const outcome = await blind.reset(scene);
    assert.match(outcome.kind, /^not-sent$/, told(outcome));
    assert.equal(stage.posts(scene.service), 0);
    await chmod(path, 0o600);

    stage.sleep(hour, true);
    const freed = await window.reset(scene);
    assert.equal(freed.kind, 'verified', told(freed));
    assert.deepEqual(await readdir(folder), []);
  });

  it('fault 21: a full disk below a sign-in whose refresh token works once: no refresh, no sign-out', async () => {
    const scene = await stage.signedIn('venafiTpp', window);
    stage.sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
    fullFrom(1);
    const consent = await window.check(scene);
    assert.equal(consent.kind, 'unread');
    assert.equal('reason' in consent && consent.reason.code, 'lock.unavailable');
    assert.equal(refreshesOnWire(stage.sandbox), 0);
    await assertStillSignedIn(scene, window);
    disk.failWhen = undefined;
    assert.equal((await window.check(scene)).kind, 'granted');
    assert.equal(refreshesOnWire(stage.sandbox), 1);
  });

  it('fault 21: the disk becomes full when the token is spent already: nobody is signed out by it', async () => {
    const scene = await stage.signedIn('venafiTpp', window);
    stage.sandbox.control.venafi.setSwitches({ refreshReuse: 'revokes-grant' });
    stage.sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
    window.whenAnswered = () => void fullFrom(1);
    assert.equal((await window.check(scene)).kind, 'granted');
    disk.failWhen = undefined;
    window.whenAnswered = () => undefined;
    for (const one of [window, stage.window()]) assert.equal((await one.check(scene)).kind, 'granted');
    assert.equal(refreshesOnWire(stage.sandbox), 1);
    assert.equal(stage.sandbox.control.venafi.grants({ grantee: 'tpp-admin' }).length, 1);
  });
});

function anEntry(scene: Scene, window: OneWindow): Parameters<OneWindow['stores']['journal']['open']>[0] {
  return {
    operationId: 'another one',
    address: { provider: scene.service, origin: scene.project.endpoint, target: window.keyOf(window.target(scene)) },
    projectLabel: '',
    identityLabel: '',
    confirmedBy: 'modal',
    confirmedAt: 1,
    credentialStoredAt: 1,
    hints: {},
    openedAt: 1,
  };
}
