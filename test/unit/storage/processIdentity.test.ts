import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createProcessIdentity,
  type ProcessProbe,
  startFromProc,
  startFromPs,
  systemProbe,
} from '../../../src/storage/processIdentity';
import { TestClock } from './support';

describe('processIdentity', () => {
  const clock = new TestClock();
  const identity = (probe: ProcessProbe) => createProcessIdentity({ windowId: 'a', clock, probe });
  const probe = (changes: Partial<ProcessProbe>): ProcessProbe => ({
    pid: 42,
    exists: () => true,
    startOf: async () => 'start',
    bootedAt: () => 0,
    ...changes,
  });

  it('asks the system on first use only, and once', async () => {
    let asked = 0;
    const self = identity(
      probe({
        startOf: async () => {
          asked += 1;
          return 'start';
        },
      }),
    );
    assert.equal(asked, 0);
    assert.deepEqual(await self.self(), { windowId: 'a', pid: 42, startToken: 'start', seenAt: clock.time });
    await self.self();
    assert.equal(asked, 1);
  });

  it('takes a process of the same number and another start for another', async () => {
    const owner = await identity(probe({})).self();
    assert.equal(await identity(probe({})).isAlive(owner), true);
    assert.equal(await identity(probe({ startOf: async () => 'later' })).isAlive(owner), false);
    assert.equal(await identity(probe({ startOf: async () => 'gone' })).isAlive(owner), false);
    assert.equal(await identity(probe({ exists: () => false })).isAlive(owner), false);
  });

  it('takes an owner for alive when its start cannot be told, unless the machine was restarted since', async () => {
    const owner = await identity(probe({ startOf: async () => undefined })).self();
    assert.equal('startToken' in owner, false);
    const mute = (bootedAt: number) => identity(probe({ startOf: async () => undefined, bootedAt: () => bootedAt }));
    assert.equal(await mute(owner.seenAt - 1).isAlive(owner), true);
    assert.equal(await mute(owner.seenAt + 3_600_000).isAlive(owner), false);
  });

  it('knows a real process while it lives, and its end by kill -9', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']);
    await once(child.stdout, 'data');
    const real = createProcessIdentity({ windowId: 'me', clock: { now: Date.now } });
    const system = systemProbe({ now: Date.now });
    const theirs = createProcessIdentity({
      windowId: 'theirs',
      clock: { now: Date.now },
      probe: { ...system, pid: child.pid ?? 0 },
    });
    const owner = await theirs.self();
    assert.equal(await real.isAlive(owner), true);
    assert.equal(await real.isAlive({ ...(await real.self()) }), true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await real.isAlive(owner), false);
  });

  const ways = [
    { name: '/proc', startOf: startFromProc, exists: process.platform === 'linux' },
    // Small images lack it, and BusyBox has one without start times.
    {
      name: 'ps',
      startOf: startFromPs,
      exists: spawnSync('ps', ['-o', 'lstart=', '-p', `${process.pid}`]).status === 0,
    },
  ];
  for (const { name, startOf } of ways.filter(({ exists }) => exists)) {
    it(`tells starts apart by ${name}`, async () => {
      const own = await startOf(process.pid);
      assert.match(String(own), /^(proc|ps):\S/);
      assert.equal(await startOf(process.pid), own);
      const child = spawn(process.execPath, ['-e', '']);
      await once(child, 'exit');
      assert.equal(await startOf(child.pid ?? 0), 'gone');
    });
  }
});
