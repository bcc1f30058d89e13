/** Many resets over the connections of one bulk: how many connections the server saw, and how far from ideal it took. */
import { mapLimited } from '../../src/core/mapLimited';
import { bare, ours } from './clients';
import type { Row } from './row';
import type { Service } from './service';

export const roundTripMs = 50;

/** As many connections as resets under way at a time, counted at the server. */
export async function bulkConnections(service: Service, resets: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const atOnce of [1, 8]) {
    await service.begin({ delayMs: 0 });
    await sendAll(ours(service), resets, atOnce);
    const { connections, requests } = await service.counts();
    if (requests !== resets) throw new Error(`${requests} requests for ${resets} resets`);
    const what = `connections of ${resets} resets, ${atOnce} at a time`;
    rows.push({ what, goal: atOnce, ours: connections, unit: '', kind: 'exact' });
  }
  return rows;
}

/**
 * Until the last is classified, against ⌈N/c⌉ round trips, and against undici alone, which the same machine slows down as much.
 * Without previews, locks, journal and verification.
 */
export async function bulkAgainstIdeal(service: Service, resets: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const atOnce of [8, 32, 64]) {
    await service.begin({ delayMs: roundTripMs });
    const alone = await sendAll(bare(service, atOnce), resets, atOnce);
    const took = await sendAll(ours(service), resets, atOnce);
    const ideal = Math.ceil(resets / atOnce) * roundTripMs;
    const what = `${resets} resets, ${atOnce} at a time, round trip ${roundTripMs} ms`;
    const common = { goal: 1.15, ours: took, unit: 'ms' };
    rows.push(
      { ...common, what, peer: { name: 'undici', value: alone }, ratio: took / alone, kind: 'timed' },
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
