/** What the change of one identity costs with few and with many configured: store, tree, badge and status bar, in one window. */
import type { Row } from './row';
import { benchProject, openWindow } from './window';

/** Changes in one measurement: a single one is too short for the clock. */
const changes = 200;

export async function identityGrowth(most: number, rounds: number): Promise<Row> {
  const [few, many] = [await changing(10), await changing(most)];
  const times: { readonly few: number; readonly many: number }[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) times.push({ few: few.change(), many: many.change() });
  for (const one of [few, many]) one.close();
  const measured = times.slice(1);
  const perChange = (all: readonly number[]): number => (fastest(all) * 1000) / changes;
  return {
    what: `a change of one identity among ${most}`,
    goal: 1.2,
    peer: { name: 'among 10', value: perChange(measured.map((one) => one.few)) },
    ours: perChange(measured.map((one) => one.many)),
    ratio: fastest(measured.map((one) => one.many)) / fastest(measured.map((one) => one.few)),
    unit: 'µs',
    kind: 'timed',
  };
}

/** Whatever else the machine does only adds to it. */
function fastest(times: readonly number[]): number {
  return Math.min(...times);
}

interface Changing {
  /** Milliseconds for {@link changes} changes, each of another identity. */
  change(): number;
  close(): void;
}

async function changing(size: number): Promise<Changing> {
  const { store, keys, close } = await openWindow(benchProject(size));
  let now = 0;
  return {
    change: () => {
      const begun = performance.now();
      for (let at = 0; at < changes; at++) {
        const key = keys[now++ % keys.length];
        if (key) store.update(key, (state) => ({ ...state, consent: { kind: 'needs-consent', since: now } }));
      }
      return performance.now() - begun;
    },
    close,
  };
}
