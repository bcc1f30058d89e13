import assert from 'node:assert/strict';
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
});
