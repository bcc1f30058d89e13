/**
 * Two windows, one service, and whatever a person, the network, the disk and the clock may do to a reset, in any order. The
 * operations, the journal and the locks are the real ones; the rules are those of `world.ts`.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { cases, patience } from '../fuzz/cases';
import type { Choice } from './window';
import { World } from './world';

/** What is expected to be possible next: whether each window has an operation under way. */
interface Model {
  readonly busy: boolean[];
}

type Command = fc.AsyncCommand<Model, World>;

/** A command that does one thing, and then asks whether a rule was broken. */
class Do implements Command {
  constructor(
    private readonly name: string,
    private readonly work: (world: World) => Promise<void> | void,
    private readonly possible: (model: Model) => boolean = () => true,
  ) {}

  check(model: Readonly<Model>): boolean {
    return this.possible(model);
  }

  async run(model: Model, world: World): Promise<void> {
    world.commands++;
    await this.work(world);
    for (const [at, { operation }] of world.windows.entries()) model.busy[at] = operation !== undefined;
    assert.deepEqual(world.violations, []);
  }

  toString(): string {
    return this.name;
  }
}

const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, ...others.map((other) => fc.constant(other)));

const choice: fc.Arbitrary<Choice> = fc.record({
  confirm: mostly(true, false),
  read: mostly<Choice['read']>('truth', 'failed', 'uncheckable'),
  connects: mostly(true, false),
  answer: fc.constantFrom('accepted', 'lost', 'dropped', 'refused', 'unsupported'),
});
const which = fc.constantFrom(0, 1);
const sides = ['left', 'right'] as const;

const clicks = which.map((at) => new Do(`click ${sides[at]}`, ({ windows }) => windows[at]?.click()));
const steps = fc.tuple(which, fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(8, 12)), choice).map(
  ([at, times, what]) =>
    new Do(
      `${times} steps ${sides[at]}: ${JSON.stringify(what)}`,
      async ({ windows }) => {
        for (let step = 0; step < times; step++) await windows[at]?.step(what);
      },
      ({ busy }) => busy[at] === true,
    ),
);
const cancels = fc.tuple(which, fc.boolean()).map(
  ([at, effect]) =>
    new Do(
      `cancel ${sides[at]}, ${effect ? 'carried out' : 'dropped'}`,
      ({ windows }) => windows[at]?.cancel(effect),
      ({ busy }) => busy[at] === true,
    ),
);
const crashes = fc.tuple(which, fc.boolean()).map(
  ([at, effect]) =>
    new Do(`crash ${sides[at]}, ${effect ? 'carried out' : 'dropped'}, and restart`, async (world) => {
      world.windows[at]?.kill(effect);
      await world.restart(at);
    }),
);
const verifies = which.map((at) => new Do(`verify ${sides[at]}`, ({ windows }) => windows[at]?.verify()));
const dismissals = which.map(
  (at) =>
    new Do(
      `dismiss ${sides[at]}`,
      ({ windows }) => windows[at]?.dismiss(),
      ({ busy }) => busy[at] !== true,
    ),
);
const consents = fc.constant(new Do('the user consents again', (world) => world.consent()));
const jumps = fc
  .constantFrom([31_000, 31_000], [61_000, 61_000], [8 * 3_600_000, 0], [-86_400_000, 0], [0, 61_000], [30_000, 30_000])
  .map(
    ([wall = 0, monotonic = 0]) => new Do(`${wall} ms pass (${monotonic})`, ({ clock }) => clock.pass(wall, monotonic)),
  );
const disks = fc.tuple(which, fc.boolean()).map(
  ([at, broken]) =>
    new Do(`the journal of ${sides[at]} is ${broken ? 'read-only' : 'fine'}`, ({ windows }) => {
      const disk = windows[at]?.disk;
      if (broken) disk?.makeReadOnly();
      else if (disk) disk.failWhen = undefined;
    }),
);

/** Each is as likely as it is often here. */
const often: fc.Arbitrary<Do>[] = [
  ...Array.from({ length: 3 }, () => clicks),
  ...Array.from({ length: 8 }, () => steps),
  ...[verifies, verifies, dismissals, cancels, crashes, consents, jumps, disks],
];

describe('resets in two windows, whatever befalls them', () => {
  it('are confirmed, locked and on disk before they leave, leave once, and end as the service has it', async function () {
    this.timeout(patience(30_000));
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-model-'));
    const outcomes = new Set<string>();
    try {
      await fc.assert(
        fc.asyncProperty(fc.commands(often, { maxCommands: 40, size: 'max' }), async (commands) => {
          const world = new World(mkdtempSync(join(folder, 'world-')));
          try {
            await fc.asyncModelRun(() => ({ model: { busy: [false, false] }, real: world }), commands);
            for (const kind of world.outcomes) outcomes.add(kind);
          } finally {
            await world.dispose();
          }
        }),
        cases(60),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const expected = ['verified', 'not-reset', 'refused', 'not-sent', 'unknown', 'cancelled'];
    assert.deepEqual(
      expected.filter((kind) => !outcomes.has(kind)),
      [],
      'the commands have not come to every outcome',
    );
  });
});
