/** What the process of the extension host holds, once it has come to rest. */
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Held {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** By what keeps the event loop alive: sockets, timers and the like. */
  readonly resources: Readonly<Record<string, number>>;
  /** Files on the disk that are open; 0 where the system does not tell. */
  readonly openFiles: number;
  /** All that is open, the sockets and pipes of the editor's own processes among it; they come and go. */
  readonly descriptors: number;
  /** On `process`. */
  readonly listeners: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Waits until what is open has come down to `before` (the idle connections end by themselves), or `patienceMs` is over;
 * without a before, until it has been the same for a while.
 */
export async function measure(before?: Held, patienceMs = 15_000): Promise<Held> {
  const deadline = performance.now() + patienceMs;
  for (let last: Held | undefined, same = 0; ; ) {
    const now = held();
    same = last && sum(last) === sum(now) ? same + 1 : 0;
    if (performance.now() > deadline || (before ? sum(now) <= sum(before) : same >= 6)) break;
    last = now;
    await delay(500);
  }
  // What finalizers and weak references let go comes with the next one.
  for (let round = 0; round < 6; round++) {
    collectGarbage();
    await delay(100);
  }
  return held();
}

function held(): Held {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { heapUsed, rss } = process.memoryUsage();
  const listeners = process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0);
  const open = descriptors();
  const openFiles = open.filter((one) => one.startsWith('/') && !one.startsWith('/dev/')).length;
  return { heapBytes: heapUsed, rssBytes: rss, resources, openFiles, descriptors: open.length, listeners };
}

/** Timers come and go with the editor's own work; what must not pile up are connections and files. */
function sum({ resources, openFiles }: Held): number {
  const kept = Object.entries(resources).filter(([name]) => isKept(name));
  return kept.reduce((all, [, count]) => all + count, openFiles);
}

/** What must not pile up: not the timers and the reads under way of the moment. */
export function isKept(resource: string): boolean {
  return !/Timeout|Immediate|^FSReq/.test(resource);
}

/** What each of them is; only Linux tells by itself. */
function descriptors(): readonly string[] {
  try {
    const folder = '/proc/self/fd';
    return readdirSync(folder).flatMap((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return []; // That of the listing itself.
      }
    });
  } catch {
    return [];
  }
}

export function shown({ heapBytes, rssBytes, resources, openFiles, descriptors: all, listeners }: Held): string {
  const kinds = Object.entries(resources).map(([name, count]) => `${count} ${name}`);
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MB`;
  return `heap ${mb(heapBytes)}, resident ${mb(rssBytes)}, ${openFiles} open files of ${all} descriptors, ${listeners} listeners, ${kinds.sort().join(', ')}`;
}
