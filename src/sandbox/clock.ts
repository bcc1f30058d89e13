import type { SandboxClock } from './api';

function assertForward(ms: number): void {
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`The clock moves forward by 0 ms or more, not by ${ms}.`);
}

/** Runs with the real time and can be moved. */
export function movableClock(realTime: () => number = Date.now): SandboxClock {
  let offset = 0;
  return {
    now: () => realTime() + offset,
    advance(ms) {
      assertForward(ms);
      offset += ms;
    },
    setTo(time) {
      offset = time - realTime();
    },
  };
}

/** Stands still until it is moved: for tests that assert on times. */
export function frozenClock(start: number): SandboxClock {
  let time = start;
  return {
    now: () => time,
    advance(ms) {
      assertForward(ms);
      time += ms;
    },
    setTo(target) {
      time = target;
    },
  };
}
