/** How often the tree asks to be drawn again while a bulk ends, one identity after the other, by a clock that is moved by hand. */
import type { Row } from './row';
import { benchProject, openWindow } from './window';

/** VS Code waits for 200 ms without an event before it draws. */
const batchMs = 250;
const everyMs = 10;

export async function treeEvents(identities: number): Promise<Row> {
  const { store, keys, treeEvents: events, close } = await openWindow(benchProject(identities));
  const clock = new HandMoved();
  try {
    for (const key of keys) {
      store.update(key, (state) => ({ ...state, consent: { kind: 'needs-consent', since: Date.now() } }));
      clock.move(everyMs);
    }
    clock.move(batchMs);
  } finally {
    clock.giveBack();
    close();
  }
  const tookMs = identities * everyMs;
  return {
    what: `events of the tree while ${identities} identities end within ${tookMs / 1000} s`,
    goal: 1 + tookMs / batchMs,
    ours: events(),
    unit: '',
    kind: 'exact',
  };
}

/** In place of the time of this process, as far as the tree looks at it: `Date.now` and `setTimeout`. */
class HandMoved {
  readonly #real = { now: Date.now, setTimeout: globalThis.setTimeout };
  readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();
  #now = this.#real.now();

  constructor() {
    Date.now = () => this.#now;
    const setTimeout = (run: () => void, ms = 0): object => {
      const timer = { at: this.#now + ms, run };
      this.#due.add(timer);
      return timer;
    };
    Object.assign(globalThis, { setTimeout });
  }

  move(ms: number): void {
    this.#now += ms;
    for (const timer of this.#due) {
      if (timer.at > this.#now) continue;
      this.#due.delete(timer);
      timer.run();
    }
  }

  giveBack(): void {
    Date.now = this.#real.now;
    globalThis.setTimeout = this.#real.setTimeout;
  }
}
