import type { SandboxClock, SandboxSnapshot } from './api';
import type { GoogleWorld } from './google/world';
import { emptyGoogleWorld } from './google/world';
import type { IdentityPlatformWorld } from './identityPlatform/world';
import { emptyIdentityPlatformWorld } from './identityPlatform/world';
import type { IdSequence } from './ids';
import { SandboxInputError } from './inputError';
import type { VenafiWorld } from './venafi/world';
import { emptyVenafiWorld } from './venafi/world';

/** Everything that a snapshot keeps: plain data, one part for each service. */
interface World {
  readonly ids: IdSequence;
  readonly google: GoogleWorld;
  readonly identityPlatform: IdentityPlatformWorld;
  readonly venafi: VenafiWorld;
}

const snapshotFormat = 'reconsent-sandbox-1';

/** Holds the current world, because `reset` and `restore` exchange the whole of it. */
export class WorldHolder {
  private world: World;
  private readonly clock: SandboxClock;
  private readonly seed: number;

  constructor(clock: SandboxClock, seed: number) {
    this.clock = clock;
    this.seed = seed;
    this.world = this.empty();
  }

  get google(): GoogleWorld {
    return this.world.google;
  }

  get identityPlatform(): IdentityPlatformWorld {
    return this.world.identityPlatform;
  }

  get venafi(): VenafiWorld {
    return this.world.venafi;
  }

  get ids(): IdSequence {
    return this.world.ids;
  }

  reset(): void {
    this.world = this.empty();
  }

  snapshot(): SandboxSnapshot {
    return { format: snapshotFormat, time: this.clock.now(), world: structuredClone(this.world) };
  }

  restore(snapshot: SandboxSnapshot): void {
    if (snapshot.format !== snapshotFormat || !isWorld(snapshot.world) || !Number.isFinite(snapshot.time)) {
      throw new SandboxInputError('This is not a snapshot of this sandbox.');
    }
    this.world = structuredClone(snapshot.world);
    this.clock.setTo(snapshot.time);
  }

  private empty(): World {
    return {
      ids: { seed: this.seed, next: 0 },
      google: emptyGoogleWorld(),
      identityPlatform: emptyIdentityPlatformWorld(),
      venafi: emptyVenafiWorld(),
    };
  }
}

function isWorld(value: unknown): value is World {
  const parts = ['ids', 'google', 'identityPlatform', 'venafi'];
  return typeof value === 'object' && value !== null && parts.every((part) => part in value);
}
