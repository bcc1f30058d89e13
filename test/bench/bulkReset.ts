/** Many resets over the connections of one bulk: how many connections the server saw, and how far from ideal it took. */
import { mapLimited } from '../../src/core/mapLimited';
import { bare, ours, resetPath } from './clients';
import { roundTripMs } from './roundTrip';
import { median, type Row } from './row';
import type { Service } from './service';

/** As many connections as resets under way at a time, counted at the server. */
export async function bulkConnections(service: Service, resets: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const atOnce of [1, 8]) {
    await service.begin({ delayMs: 0 });
    await sendAll(ours(service), resets, atOnce);
    const { connections, requests } = await service.counts();
    const sent = requests[resetPath];
    if (sent !== resets) throw new Error(`${sent} requests for ${resets} resets`);
    const what = `connections of ${resets} resets, ${atOnce} at a time`;
    rows.push({ what, goal: atOnce, ours: connections, unit: '', kind: 'exact' });
  }
  return rows;
}

/**
 * Until the last is classified, against undici alone, which the same machine slows down as much, and against ⌈N/c⌉ round
 * trips; medians over rounds in which both take turns. The transport alone: without previews, locks, journal and verification.
 */
export async function bulkAgainstIdeal(
  service: Service,
  { resets, atOnce, rounds }: { resets: number; atOnce: readonly number[]; rounds: number },
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const places of atOnce) {
    await service.begin({ delayMs: roundTripMs });
    const turns: { readonly alone: number; readonly took: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const alone = await sendAll(bare(service, places), resets, places);
      turns.push({ alone, took: await sendAll(ours(service), resets, places) });
    }
    const [alone, took] = [median(turns.map((turn) => turn.alone)), median(turns.map((turn) => turn.took))];
    const ideal = Math.ceil(resets / places) * roundTripMs;
    const what = `${resets} requests, ${places} at a time, round trip ${roundTripMs} ms`;
    const common = { goal: 1.15, ours: took, unit: 'ms' };
    const ratio = median(turns.map((turn) => turn.took / turn.alone));
    rows.push(
      { ...common, what, peer: { name: 'undici', value: alone }, ratio, kind: 'timed' },
      { ...common, what: '… against ideal', peer: { name: 'ideal', value: ideal }, ratio: took / ideal, kind: 'quiet' },
    );
  }
  return rows;
}

async function sendAll({ reset, close }: ReturnType<typeof bare>, resets: number, atOnce: number): Promise<number> {
  try {
    const begun = performance.now();
    await mapLimited(Array.from({ length: resets }), atOnce, async () => void (await reset()));
    return performance.now() - begun;
  } finally {
    await close();
  }
}
