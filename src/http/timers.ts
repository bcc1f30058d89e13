/** Time limits, as a port: they are too long to wait for in a test. */

export interface Timer {
  /** Begins anew, with the whole time before it. */
  restart(): void;
  stop(): void;
}

export type StartTimer = (ms: number, ring: () => void) => Timer;

/** Node's timers run on the monotonic clock: setting the wall clock neither shortens nor lengthens them. */
export const nodeTimer: StartTimer = (ms, ring) => {
  const timer = setTimeout(ring, ms);
  return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) };
};
