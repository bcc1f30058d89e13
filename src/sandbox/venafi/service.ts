import type { SandboxClock } from '../api';
import type { IdSequence } from '../ids';
import type { VenafiWorld } from './world';

/** What every Venafi route works on. World and ids are looked up for each request: a restore replaces them. */
export interface VenafiService {
  readonly clock: SandboxClock;
  world(): VenafiWorld;
  ids(): IdSequence;
}
