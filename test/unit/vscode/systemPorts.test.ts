import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/vscode/systemPorts';

describe('the clock of the machine', () => {
  it('does not take a sleep that is longer than timers can be for none at all', async () => {
    const stop = new AbortController();
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    try {
      const slept = systemClock.sleep(3_000_000_000, stop.signal).then(
        () => 'woken',
        () => 'aborted',
      );
      assert.equal(await Promise.race([slept, delay(100, 'asleep')]), 'asleep');
      stop.abort();
      assert.equal(await slept, 'aborted');
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', listen);
      stop.abort();
    }
  });

  it('sleeps for the time, and lets go of the signal', async () => {
    const { signal } = new AbortController();
    const begun = performance.now();
    await systemClock.sleep(20, signal);
    assert.ok(performance.now() - begun > 18);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('wakes with the reason of the signal, at once when it was aborted before', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await Promise.resolve(); // The test has a timer of its own from here on.
    const before = timers();
    const stop = new AbortController();
    const slept = systemClock.sleep(60_000, stop.signal);
    stop.abort('enough');
    const woken = (error: unknown): boolean => error === 'enough';
    await assert.rejects(slept, woken);
    await assert.rejects(systemClock.sleep(60_000, stop.signal), woken);
    assert.equal(timers(), before);
  });
});
