/** One reset after the other over a warm connection: time and CPU, ours beside the others, in rounds in which all take turns. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clients, clients, type Reset } from './clients';
import { token } from './ours';
import { median, type Row } from './row';
import type { Service } from './service';

export interface HotOptions {
  readonly rounds: number;
  /** Resets of each client in each round. */
  readonly resets: number;
  /** Google's clients and curl, too: the clients are installed on first use. */
  readonly allPeers: boolean;
}

interface Turn {
  /** Milliseconds. */
  readonly p50: number;
  readonly cpu: number;
}

/** Limits: against `undici.request` time 1.25 and CPU 1.3, against googleapis a quarter. */
export async function hotReset(service: Service, { rounds, resets, allPeers }: HotOptions): Promise<readonly Row[]> {
  await service.begin({ delayMs: 0 });
  const all = clients(service, allPeers);
  try {
    const turns = await takeTurns(all, rounds, resets);
    const curl = allPeers ? curlTimes(service, resets) : [];
    return rowsOf(turns, curl);
  } finally {
    await all.close();
  }
}

/** Blocks are short: whatever else the machine does then strikes all alike. */
const block = 10;

async function takeTurns(all: Clients, rounds: number, resets: number): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const turns = new Map<string, Turn[]>([...all.resets.keys()].map((name) => [name, []]));
  // Warm: connections, and what the engine compiles.
  await takeRound(all, resets);
  for (let round = 0; round < rounds; round++)
    for (const [name, turn] of await takeRound(all, resets)) turns.get(name)?.push(turn);
  return turns;
}

async function takeRound(all: Clients, resets: number): Promise<ReadonlyMap<string, Turn>> {
  const times = new Map<string, number[]>([...all.resets.keys()].map((name) => [name, []]));
  const cpu = new Map<string, number>();
  for (let done = 0; done < resets; done += block)
    for (const [name, reset] of all.resets) {
      const used = await takeBlock(reset, times.get(name) ?? []);
      cpu.set(name, (cpu.get(name) ?? 0) + used);
    }
  return new Map([...times].map(([name, own]) => [name, { p50: median(own), cpu: (cpu.get(name) ?? 0) / own.length }]));
}

/** Resolves with the milliseconds of CPU that it took. */
async function takeBlock(reset: Reset, times: number[]): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < block; at++) {
    const begun = performance.now();
    await reset();
    times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All by one process, which keeps its connection; without the start of the process. Empty where there is no curl. */
function curlTimes({ origin, authority }: Service, count: number): readonly number[] {
  const format = ['-s', '-o', process.platform === 'win32' ? 'NUL' : '/dev/null', '-w', '%{time_total}\\n'];
  const request = ['-X', 'POST', '-H', `authorization: Bearer ${token}`, '-H', 'content-length: 0'];
  const url = `${origin}/v1/authorization:reset?n=[1-${count}]`;
  const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
  const ca = join(folder, 'authority.pem');
  writeFileSync(ca, authority);
  const run = spawnSync('curl', [...format, '--cacert', ca, ...request, url], { encoding: 'utf8', timeout: 60_000 });
  rmSync(folder, { recursive: true });
  if (run.status !== 0) return [];
  return run.stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number(line) * 1000]));
}

function rowsOf(turns: ReadonlyMap<string, readonly Turn[]>, curl: readonly number[]): readonly Row[] {
  const of = (name: string, what: keyof Turn): readonly number[] => (turns.get(name) ?? []).map((turn) => turn[what]);
  const against = (peer: string, what: keyof Turn, goal: number): Row => {
    const [mine, theirs] = [of('ours', what), of(peer, what)];
    const label = what === 'p50' ? 'time' : 'CPU';
    return {
      what: `hot reset, ${label} against ${peer}`,
      goal,
      peer: { name: peer, value: median(theirs) },
      ours: median(mine),
      ratio: median(mine.map((value, round) => value / (theirs[round] ?? Number.NaN))),
      unit: 'ms',
      kind: 'timed',
    };
  };
  const rows = [
    against('undici', 'p50', 1.25),
    against('undici', 'cpu', 1.3),
    against('fetch', 'p50', 1),
    ...(turns.has('googleapis')
      ? [against('google-auth-library', 'p50', 0.5), against('googleapis', 'p50', 0.25)]
      : []),
  ];
  if (curl.length === 0) return rows;
  const [mine, theirs] = [median(of('ours', 'p50')), median(curl)];
  const told = { goal: 0, kind: 'told', unit: 'ms' } as const;
  const what = 'hot reset, time against curl';
  return [...rows, { ...told, what, peer: { name: 'curl', value: theirs }, ours: mine, ratio: mine / theirs }];
}
