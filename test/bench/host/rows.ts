/** What was measured in the windows, as rows of the table. */
import { median, type Row } from '../row';
import { reconsentId, uiOnlyId } from './ids';
import type { Activated } from './inHost/activation';
import type { TimedReset } from './inHost/consents';
import type { Resets, Round } from './inHost/resets';
import type { SecretRead } from './inHost/spy';
import type { Trees } from './inHost/tree';

/** Of one version of VS Code. */
export interface Measured {
  /** One for each window. */
  readonly activations: readonly (readonly Activated[])[];
  /** Milliseconds of the main thread for one activation, by profiles: what others run meanwhile is not in them. */
  readonly busy: { readonly ours: number; readonly bare: number };
  readonly cold: readonly TimedReset[];
  readonly resets: Resets;
  readonly tree: Trees;
  readonly roundTripMs: number;
}

export function rowsOf(measured: Measured): readonly Row[] {
  return [
    ...activationRows(measured),
    ...connectionRows(measured.resets),
    ...roundTripRows(measured),
    ...secretRows(measured),
    ...treeRows(measured.tree),
    ...hotRows(measured.resets.hot),
  ];
}

/** Of activation alone. */
export function activationRows({ activations, busy }: Pick<Measured, 'activations' | 'busy'>): readonly Row[] {
  const of = (id: string): readonly Activated[] => activations.flatMap((all) => all.filter((one) => one.id === id));
  const [ours, bare] = [of(reconsentId), of(uiOnlyId)];
  const time = ({ loadMs, activateMs }: Activated): number => loadMs + activateMs;
  const memory = ours.map(({ heapMB }, at) => heapMB - (bare[at]?.heapMB ?? Number.NaN));
  const row = (what: string, value: (one: Activated) => number): Row => ({
    ...against('UI only', ours.map(value), bare.map(value)),
    what,
    goal: 1.3,
    unit: 'ms',
    kind: 'timed',
  });
  return [
    row('activation, time', time),
    quickest('UI only', ours.map(time), bare.map(time)),
    { ...row('… of it loading the code', ({ loadMs }) => loadMs), kind: 'told' },
    { ...row('… CPU of all threads', ({ cpuMs }) => cpuMs), kind: 'told' },
    { ...against('UI only', [busy.ours], [busy.bare]), what: '… main thread, by the profiles', ...told },
    { what: 'memory at activation, more than UI only', goal: 1, ours: median(memory), unit: 'MB', kind: 'timed' },
  ];
}

function connectionRows({ connections, bulk }: Resets): readonly Row[] {
  const row = (what: string, goal: number, count: number): Row => ({
    what,
    goal,
    ours: count,
    unit: '',
    kind: 'exact',
  });
  return [
    ...connections.map(({ atOnce, resets, connectionsOfResets }) =>
      row(`connections of ${resets} resets, ${atOnce} at a time`, atOnce, connectionsOfResets),
    ),
    row(`… of ${bulk.counts.resets} by the command, 8 at a time`, 8, bulk.counts.connectionsOfResets),
    { ...row('… with those of its readings', 0, bulk.counts.connections), kind: 'told' },
  ];
}

function roundTripRows({ cold, resets, roundTripMs }: Measured): readonly Row[] {
  const { cached, refreshed } = resets;
  const others = (rounds: readonly Round[]): readonly Row[] =>
    peersOf(rounds).map((name) => {
      const theirs = rounds.map(({ peers }) => peers[name] ?? Number.NaN);
      const row = against(
        name,
        rounds.map(({ ours }) => ours.ms),
        theirs,
      );
      return { ...row, ...told, what: `… against ${name}` };
    });
  const reset = (what: string, goal: number, rounds: readonly Round[]): Row => ({
    ...against(
      'round trip',
      rounds.map(({ ours }) => ours.ms),
      rounds.map(({ peers }) => peers[raw] ?? Number.NaN),
    ),
    what,
    goal,
    unit: 'ms',
    kind: 'timed',
  });
  const before = cached.map(({ ours }) => ours.ms - ours.requestMs);
  return [
    reset(`a reset at ${roundTripMs} ms, token cached`, 1.1, cached),
    quickest(
      'round trip',
      cached.map(({ ours }) => ours.ms),
      cached.map(({ peers }) => peers[raw] ?? Number.NaN),
    ),
    { ...told, what: '… of it before and after the request: lock, journal', ours: median(before) },
    ...others(cached),
    reset('… token renewed', 2.15, refreshed),
    ...others(refreshed),
    {
      what: 'the first reset of a window, after the click',
      goal: roundTripMs + 25,
      ours: median(cold.map(({ ms }) => ms)),
      unit: 'ms',
      kind: 'timed',
    },
    { ...told, what: quickestOf, ours: Math.min(...cold.map(({ ms }) => ms)) },
  ];
}

function secretRows({ cold, resets }: Measured): readonly Row[] {
  const reads = (all: readonly TimedReset[]): number => Math.max(...all.map(({ secretReads }) => secretReads));
  const { secretReads } = resets.bulk;
  const exact = { unit: '', kind: 'exact' } as const;
  const waited = busyMs(secretReads);
  const atOnce = median(resets.promiseAll);
  return [
    { ...exact, what: 'reads of secrets, hot reset', goal: 0, ours: reads(resets.cached.map(({ ours }) => ours)) },
    { ...exact, what: '… the first reset of a window', goal: 1, ours: reads(cold) },
    {
      what: `… ${secretReads.length} of a bulk, time`,
      goal: 1.3,
      peer: { name: 'Promise.all', value: atOnce },
      ours: waited,
      ratio: waited / atOnce,
      unit: 'ms',
      kind: 'timed',
    },
  ];
}

function treeRows({ ours, bare, tooltips }: Trees): readonly Row[] {
  return [
    { ...against('bare', ours.whole, bare.whole), what: 'tree of 10,000, whole', goal: 1.2, unit: 'ms', kind: 'timed' },
    { ...against('bare', ours.leaf, bare.leaf), what: '… one leaf', goal: 1.5, unit: 'ms', kind: 'timed' },
    { what: '… tooltips made for it', goal: 0, ours: tooltips, unit: '', kind: 'exact' },
  ];
}

function hotRows(hot: Resets['hot']): readonly Row[] {
  const goals = { undici: 1.25, fetch: 1, 'google-auth-library': 0.5, googleapis: 0.25 };
  return Object.entries(goals).map(([name, goal]) => ({
    ...against(name, hot['ours'] ?? [], hot[name] ?? []),
    what: `hot reset, time against ${name}`,
    goal,
    unit: 'ms',
    kind: 'timed',
  }));
}

const raw = 'raw socket';

function peersOf([first]: readonly Round[]): readonly string[] {
  return Object.keys(first?.peers ?? {}).filter((name) => name !== raw);
}

/** Medians; those of what was measured in turns. */
function against(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
): Pick<Row, 'ours' | 'peer' | 'ratio'> {
  const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
  return { ours: median(ours), peer: { name, value: median(theirs) }, ratio: median(ratios) };
}

const told = { goal: 0, unit: 'ms', kind: 'told' } as const;
const quickestOf = '… the quickest of them';

/** What a busy machine has disturbed least. */
function quickest(name: string, ours: readonly number[], theirs: readonly number[]): Row {
  const [best, value] = [Math.min(...ours), Math.min(...theirs)];
  const row = { what: quickestOf, peer: { name, value }, ours: best, ratio: best / value };
  return { ...row, ...told };
}

/** How long at least one was waited for. */
export function busyMs(reads: readonly Pick<SecretRead, 'begunAt' | 'endedAt'>[]): number {
  let [busy, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { begunAt, endedAt } of [...reads].sort((one, other) => one.begunAt - other.begunAt)) {
    busy += Math.max(0, endedAt - Math.max(begunAt, until));
    until = Math.max(until, endedAt);
  }
  return busy;
}
