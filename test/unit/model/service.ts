/** A service with one consent after the other, the credentials made from them, and a ledger of what it was really asked. */
import type { Credential, Target } from '../../../src/core/model';
import type { CredentialMarker } from '../../../src/core/ports';
import { credential, present } from '../../fakes/resetStage';

export interface Request {
  readonly operationId: string;
  readonly credentialStoredAt: number;
  /** Whether the consent was ended by it; not known before the service has come to it. */
  effect: boolean | undefined;
}

export class Service {
  readonly requests: Request[] = [];
  readonly #alive = new Set<number>();

  consent(storedAt: number): void {
    this.#alive.add(storedAt);
  }

  isAlive({ storedAt }: Pick<Credential, 'storedAt'>): boolean {
    return this.#alive.has(storedAt);
  }

  /** Carries a request out, or drops it. Like a reset of Data Portability it ends all consents there are. */
  settle(request: Request, effect: boolean): void {
    if (request.effect !== undefined) return;
    request.effect = effect;
    if (effect) this.#alive.clear();
  }
}

/** The credentials of the one identity, as all windows share them. */
export class SharedCredentials {
  #stored: readonly Credential[] = [];
  #resetAt: number | undefined;
  /** At which command they were last changed by the user. */
  changedAt = 0;

  get stored(): readonly Credential[] {
    return this.#stored;
  }

  get generation(): string | undefined {
    return this.#stored.length === 0 ? undefined : present(...this.#stored).generation;
  }

  add(storedAt: number, at: number): void {
    this.#stored = [...this.#stored, credential({ storedAt })];
    this.changedAt = at;
  }

  readonly source = {
    read: async () => {
      if (this.#stored.length > 0) return present(...this.#stored);
      return { kind: 'missing' as const, ...(this.#resetAt !== undefined && { resetAt: this.#resetAt }) };
    },
    storedGeneration: async () => this.generation,
    forgetDead: async (_target: Target, dead: readonly Credential[], at: number) => {
      const gone = new Set(dead.map(({ storedAt }) => storedAt));
      this.#stored = this.#stored.filter(({ storedAt }) => !gone.has(storedAt));
      this.#resetAt = at;
    },
    dropRejected: async () => undefined,
    markers: async () => new Map<never, readonly CredentialMarker[]>(),
  };
}
