import type { SandboxClock } from '../api';
import type { IdSequence } from '../ids';
import type { IdentityPlatformWorld } from './world';

/** What every route of Identity Platform and Apple works on. Looked up for each request: a restore replaces them. */
export interface IdentityPlatformService {
  readonly clock: SandboxClock;
  world(): IdentityPlatformWorld;
  ids(): IdSequence;
}
