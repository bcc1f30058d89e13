/** What stays in memory after many resets. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ours } from './clients';
import type { Row } from './row';
import type { Service } from './service';

/** Goals: 25 MB after the first 1,000, and 2 MB more after ten times as many. */
export async function memory(service: Service, most: number): Promise<readonly Row[]> {
  await service.begin({ delayMs: 0 });
  const { reset, close } = ours(service);
  const send = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) await reset();
  };
  try {
    const before = heapMB();
    await send(1000);
    const after = heapMB();
    await send(most - 1000);
    const later = heapMB();
    const row = (what: string, goal: number, value: number): Row => ({
      what,
      goal,
      ours: Math.max(0, value),
      unit: 'MB',
      kind: 'timed',
    });
    return [
      row('heap that 1,000 resets leave behind', 25, after - before),
      row(`… and the next ${most - 1000}`, 2, later - after),
    ];
  } finally {
    await close();
  }
}

/** Of what is still reachable. */
function heapMB(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let time = 0; time < 3; time++) collect();
  return process.memoryUsage().heapUsed / 1e6;
}
