import type { SandboxClock } from '../api';
import type { IdSequence } from '../ids';
import type { GoogleWorld } from './world';

/** What every Google route works on. World and ids are looked up for each request: a restore replaces them. */
export interface GoogleService {
  readonly clock: SandboxClock;
  /** Known once the server listens. */
  origin(): string;
  world(): GoogleWorld;
  ids(): IdSequence;
}
