/** What a CPU profile of activation is summed up to. */
import assert from 'node:assert/strict';
import { busyMs, type CpuProfile, linesOf, sharesOf } from '../../bench/host/profile';

const own = '/reconsent/named/shared.js';
const isOwn = (url: string): boolean => url.includes('/named/');

const node = (id: number, functionName: string, url: string, ...children: number[]) => ({
  id,
  callFrame: { functionName, url },
  children,
});

/** Each sample stands until the next one, the last until the end; the first comes a millisecond after the start. */
function profile(samples: readonly (readonly [id: number, ms: number])[], nodes: CpuProfile['nodes']): CpuProfile {
  const whole = samples.reduce((sum, [, ms]) => sum + ms, 0);
  const before = samples.slice(0, -1).map(([, ms]) => ms * 1000);
  return {
    nodes,
    samples: samples.map(([id]) => id),
    timeDeltas: [1000, ...before],
    startTime: 5_000_000,
    endTime: 5_000_000 + 1000 + whole * 1000,
  };
}

const round = (value: number): number => Number(value.toFixed(6));

const nodes: CpuProfile['nodes'] = [
  node(1, '(root)', '', 2, 3, 4, 5),
  node(2, '(idle)', ''),
  node(3, '(garbage collector)', ''),
  node(4, 'post', 'node:inspector'),
  node(5, 'measured', '/reconsent/bench/entry.js', 6),
  node(6, 'registerCommands', own, 7, 8, 9),
  node(7, 'registerCommand', '/out/vs/extensionHostProcess.js', 10),
  node(8, 'readFileSync', 'node:fs'),
  node(9, '', own),
  node(10, 'wrapSafe', 'node:internal/modules/cjs/loader'),
];

describe('the shares of a profile', () => {
  it('are of the nearest function of our own, and of what it has called', () => {
    const samples = [
      [6, 0.4],
      [7, 0.3],
      [8, 0.2],
      [9, 0.1],
    ] as const;
    assert.deepEqual(
      sharesOf([profile(samples, nodes)], isOwn).map(({ what, ms, percent }) => [what, round(ms), round(percent)]),
      [
        ['registerCommands (shared.js)', 0.4, 40],
        ['registerCommands (shared.js) › editor', 0.3, 30],
        ['registerCommands (shared.js) › readFileSync (Node)', 0.2, 20],
        ['module (shared.js)', 0.1, 10],
      ],
    );
  });

  it('leave out idle time, the profiler, and the entry of the bench; compilation and garbage have names of their own', () => {
    const samples = [
      [2, 50],
      [4, 50],
      [5, 50],
      [3, 0.1],
      [10, 0.3],
    ] as const;
    assert.deepEqual(
      sharesOf([profile(samples, nodes)], isOwn).map(({ what, percent }) => [what, round(percent)]),
      [
        ['registerCommands (shared.js) › compile (V8)', 75],
        ['garbage collection', 25],
      ],
    );
  });

  it('of several profiles are of their sum, and their milliseconds of one', () => {
    const shares = sharesOf(
      [
        profile([[6, 0.1]], nodes),
        profile(
          [
            [6, 0.2],
            [9, 0.3],
          ],
          nodes,
        ),
      ],
      isOwn,
    );
    assert.deepEqual(
      shares.map(({ ms, percent }) => [round(ms), round(percent)]),
      [
        [0.15, 50],
        [0.15, 50],
      ],
    );
  });

  it('do not count the time in which a busy machine has let others run', () => {
    const samples = [
      [6, 80],
      [9, 0.5],
    ] as const;
    assert.deepEqual(
      sharesOf([profile(samples, nodes)], isOwn).map(({ percent }) => round(percent)),
      [50, 50],
    );
  });

  it('add up to the time for one activation, whose loading is a profile of its own', () => {
    assert.equal(round(busyMs([profile([[6, 0.1]], nodes), profile([[9, 0.3]], nodes)], isOwn)), 0.4);
  });

  it('over the limit have a line each, the others one together', () => {
    const shares = [
      { what: 'a', ms: 2, percent: 91 },
      { what: 'b', ms: 1, percent: 5 },
      { what: 'c', ms: 1, percent: 4 },
    ];
    assert.deepEqual(linesOf(shares, 5), [' 91.0 %  a', '  9.0 %  2 others, none over 5 %']);
  });
});
