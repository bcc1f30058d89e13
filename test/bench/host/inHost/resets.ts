/** Resets by hand and in bulk, by Reconsent and by its peers, in one window in which all take turns. */
import { mapLimited } from '../../../../src/core/mapLimited';
import { median } from '../../row';
import type { HostCounts } from '../service';
import { Consents, type TimedReset } from './consents';
import { Control } from './control';
import { BuiltNetwork } from './network';
import { ownSecretName } from './ownSecrets';
import { type Peer, type PeerPlan, peers } from './peers';
import { scenario } from './scenario';
import type { SecretRead, Spy } from './spy';

export interface ResetsPlan extends PeerPlan {
  readonly control: string;
  readonly roundTripMs: number;
  readonly holdMs: number;
  /** Of resets with the round trip. */
  readonly rounds: number;
  /** Rounds of so many resets without it. */
  readonly hot: { readonly rounds: number; readonly resets: number };
  /** Signed in by another window, and reset in one bulk. */
  readonly bulk: readonly string[];
  readonly ownSecrets: number;
  /** Signed in and reset over and over. */
  readonly identity: string;
}

/** Milliseconds of each in a round. */
export interface Round {
  readonly ours: TimedReset;
  readonly peers: Readonly<Record<string, number>>;
}

export interface BulkConnections extends HostCounts {
  readonly atOnce: number;
}

export interface Resets {
  readonly bulk: { readonly ms: number; readonly counts: HostCounts; readonly secretReads: readonly SecretRead[] };
  /** Milliseconds for all own secrets at once, before and after the bulk. */
  readonly promiseAll: readonly number[];
  readonly connections: readonly BulkConnections[];
  /** Milliseconds of one reset, the median of each round, by who sends it. */
  readonly hot: Readonly<Record<string, readonly number[]>>;
  readonly cached: readonly Round[];
  readonly refreshed: readonly Round[];
}

export const run = scenario(__filename, async (plan: ResetsPlan): Promise<Resets> => {
  const control = new Control(plan);
  await control.begin({});
  const consents = await Consents.open();
  const promiseAll = [await readAll(consents.spy, plan.ownSecrets)];
  const ms = await consents.resetAll(plan.bulk);
  const bulk = { ms, counts: await control.counts(), secretReads: [...consents.spy.secretReads] };
  promiseAll.push(await readAll(consents.spy, plan.ownSecrets), await readAll(consents.spy, plan.ownSecrets));
  const connections: BulkConnections[] = [];
  for (const atOnce of [1, 8, 32]) connections.push(await inBulk(control, plan, atOnce));
  const others = peers(plan);
  await control.begin({});
  const hot = await hotRounds(plan, others);
  await control.begin({ roundTripMs: plan.roundTripMs });
  const cached = await rounds(consents, plan, others, 'reset');
  await control.begin({ roundTripMs: plan.roundTripMs, expiresIn: 60 });
  const refreshed = await rounds(consents, plan, others, 'refreshAndReset');
  await control.begin({});
  for (const { close } of others) await close?.();
  return { bulk, promiseAll, connections, hot, cached, refreshed };
});

async function readAll({ secrets }: Spy, count: number): Promise<number> {
  const begun = performance.now();
  const found = await Promise.all(Array.from({ length: count }, (_, at) => secrets?.get(ownSecretName(at))));
  const took = performance.now() - begun;
  if (found.some((one) => one === undefined)) throw new Error('The secrets of the window before are not there.');
  return took;
}

async function inBulk(control: Control, { origin, bulk }: ResetsPlan, atOnce: number): Promise<BulkConnections> {
  const network = new BuiltNetwork(origin);
  try {
    const prepared = await network.prepare(bulk.length);
    await control.begin({});
    await mapLimited(prepared, atOnce, (one) => network.send(one));
    return { atOnce, ...(await control.counts()) };
  } finally {
    await network.close();
  }
}

async function hotRounds({ origin, hot }: ResetsPlan, others: readonly Peer[]): Promise<Resets['hot']> {
  const network = new BuiltNetwork(origin);
  const times: Record<string, number[]> = {};
  try {
    // The first round warms up.
    for (let round = 0; round <= hot.rounds; round++) {
      const prepared = await network.prepare(hot.resets);
      const turns = new Map(others.map((peer) => [peer.name, () => peer.reset()]));
      turns.set('ours', async () => {
        const next = prepared[at++];
        if (next) await network.send(next);
      });
      let at = 0;
      for (const [name, reset] of turns) {
        const each: number[] = [];
        for (let count = 0; count < hot.resets; count++) {
          const begun = performance.now();
          await reset();
          each.push(performance.now() - begun);
        }
        if (round > 0) times[name] = [...(times[name] ?? []), median(each)];
      }
    }
  } finally {
    await network.close();
  }
  return times;
}

async function rounds(
  consents: Consents,
  { identity, holdMs, rounds: count }: ResetsPlan,
  others: readonly Peer[],
  what: 'reset' | 'refreshAndReset',
): Promise<readonly Round[]> {
  const all: Round[] = [];
  // The first opens connections that others keep.
  for (let round = 0; round <= count; round++) {
    await consents.signIn(identity);
    await consents.check(identity);
    const ours = await consents.reset(identity, holdMs);
    const times: Record<string, number> = {};
    for (const { name, ...peer } of others) {
      const begun = performance.now();
      await peer[what]?.();
      if (peer[what]) times[name] = performance.now() - begun;
    }
    if (round > 0) all.push({ ours, peers: times });
  }
  return all;
}
