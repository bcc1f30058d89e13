/** What `entry.ts` of each extension tells the scenario of the window, and is told by it: all are in one process. */
import type { Profiler } from 'node:inspector';
import type { Spy } from './spy';

export interface Activation {
  /** As VS Code counts it: `codeLoadingTime` and `activateCallTime`. */
  readonly loadMs: number;
  readonly activateMs: number;
  /** Of all threads of the process, in both. */
  readonly cpuMs: number;
  /** Of loading, and of activating. */
  readonly profiles?: readonly Profiler.Profile[];
}

export interface Recorder {
  /** Whether activation is profiled; its times then mean nothing. */
  profiling: boolean;
  /** Sees what Reconsent uses of the editor; none where times of activation are taken. */
  spy: Spy | undefined;
  /** By the id of the extension. */
  readonly activations: Map<string, Activation>;
}

const place = Symbol.for('reconsent.bench');

export function recorder(): Recorder {
  const here: object & { [place]?: Recorder } = globalThis;
  here[place] ??= { profiling: false, spy: undefined, activations: new Map() };
  return here[place];
}
