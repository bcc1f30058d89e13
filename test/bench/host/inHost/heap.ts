/** What is still reachable in the process of the extension host. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export async function heapMB(): Promise<number> {
  // What finalizers and weak references let go comes with the next one.
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    await delay(50);
  }
  return process.memoryUsage().heapUsed / 1e6;
}
