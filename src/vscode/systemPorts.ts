/** Clock and ids of the running machine. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '../core/ports';

/** What Node's timers can wait for; a longer time would be none at all, and a server may ask for it. */
const longestMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(Math.min(ms, longestMs), undefined, { signal }),
};

export const systemRandom: Random = {
  id: () => randomBytes(15).toString('base64url'),
};
