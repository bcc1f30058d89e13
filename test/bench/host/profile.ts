/** What a CPU profile spends its time on, by who in Reconsent has asked for it. */
import type { Profiler, Runtime } from 'node:inspector';

export interface Share {
  /** The function of Reconsent that was under way, and what it was waiting for: itself, the editor, Node, or V8. */
  readonly what: string;
  readonly percent: number;
  readonly ms: number;
}

type Frame = Pick<Runtime.CallFrame, 'functionName' | 'url'>;

/** The fields of a profile that are read here. */
export interface CpuProfile extends Pick<Profiler.Profile, 'endTime' | 'samples' | 'startTime' | 'timeDeltas'> {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: number[] | undefined;
  }[];
}

/**
 * Of all profiles together, the largest share first. Times in which nothing ran, and those of the profiler itself, are left
 * out.
 *
 * @param isOwn whether code of that URL is Reconsent's
 */
export function sharesOf(profiles: readonly CpuProfile[], isOwn: (url: string) => boolean): readonly Share[] {
  const times = new Map<string, number>();
  for (const profile of profiles) {
    const stacks = stacksOf(profile);
    for (const [id, ms] of selfTimes(profile)) {
      const what = nameOf(stacks.get(id) ?? [], isOwn);
      if (what !== undefined) times.set(what, (times.get(what) ?? 0) + ms);
    }
  }
  const whole = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  return [...times]
    .map(([what, ms]) => ({ what, ms: ms / profiles.length, percent: (100 * ms) / whole }))
    .sort((one, other) => other.percent - one.percent);
}

/** Milliseconds that the main thread was busy with what is ours, for loading and activating once: two profiles. */
export function busyMs(profiles: readonly CpuProfile[], isOwn: (url: string) => boolean): number {
  return 2 * sharesOf(profiles, isOwn).reduce((sum, { ms }) => sum + ms, 0);
}

/** Those over the limit, each in a line, and how much is left. */
export function linesOf(shares: readonly Share[], percent: number): readonly string[] {
  const large = shares.filter((one) => one.percent > percent);
  const rest = shares.filter((one) => one.percent <= percent);
  const left = rest.reduce((sum, one) => sum + one.percent, 0);
  const line = (share: number, what: string): string => `${share.toFixed(1).padStart(5)} %  ${what}`;
  return [
    ...large.map((one) => line(one.percent, one.what)),
    line(left, `${rest.length} others, none over ${percent} %`),
  ];
}

/** Samples are much closer: over a longer gap, a busy machine has let others run. */
const longestGapMs = 0.5;

/** Milliseconds by node. A sample stands for the time until the next one. */
function selfTimes({ samples = [], timeDeltas = [], startTime, endTime }: CpuProfile): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const next = timeDeltas[index + 1];
    const microseconds = next ?? Math.max(0, endTime - at);
    times.set(id, (times.get(id) ?? 0) + Math.min(microseconds / 1000, longestGapMs));
  }
  return times;
}

/** From the root to the node, by node. */
function stacksOf({ nodes }: CpuProfile): ReadonlyMap<number, readonly Frame[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stacks = new Map<number, readonly Frame[]>();
  const walk = (id: number, above: readonly Frame[]): void => {
    const node = byId.get(id);
    if (!node) return;
    const stack = [...above, node.callFrame];
    stacks.set(id, stack);
    for (const child of node.children ?? []) walk(child, stack);
  };
  const [root] = nodes;
  if (root) walk(root.id, []);
  return stacks;
}

function nameOf(stack: readonly Frame[], isOwn: (url: string) => boolean): string | undefined {
  const leaf = stack.at(-1);
  if (!leaf || stack.some(({ url }) => url === 'node:inspector')) return undefined;
  if (leaf.functionName === '(garbage collector)') return 'garbage collection';
  const own = stack.findLast(({ url }) => isOwn(url));
  // The entry of the bench, and what the editor does between its calls.
  if (!own) return undefined;
  const by = `${own.functionName || 'module'} (${fileOf(own.url)})`;
  return leaf === own ? by : `${by} › ${ofOthers(leaf)}`;
}

/** Node compiles a module in these. */
const compilers = new Set(['wrapSafe', 'compileFunctionForCJSLoader', 'compileFunction']);

function ofOthers({ functionName, url }: Frame): string {
  if (compilers.has(functionName)) return 'compile (V8)';
  if (url.startsWith('node:')) return `${functionName || 'anonymous'} (Node)`;
  return url === '' ? functionName : 'editor';
}

function fileOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
