/** The operations on a bare stage, with the store they keep. */
import { ConsentOperations, type ResetRequest } from '../../src/core/consentOperations';
import { ConsentStore, type IdentityState } from '../../src/core/consentStore';
import { type Target, targetKey } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { ResetStage } from './resetStage';

export const never = new AbortController().signal;

export class ConsentDesk {
  readonly stage = new ResetStage();
  readonly listenerErrors: unknown[] = [];
  readonly store = new ConsentStore((error) => this.listenerErrors.push(error));
  /** Whose tokens the provider was told to drop, in order. */
  readonly tokensForgotten: string[] = [];
  /** Whose consent was told to be gone, in order. */
  readonly consentsGone: string[] = [];
  /** Identities that use the same credentials. */
  others: readonly Target[] = [];
  readonly key = targetKey(this.stage.target);
  loadProvider = async () => this.stage.provider;
  readonly operations = new ConsentOperations({
    ...this.stage.ports(),
    store: this.store,
    credentials: this.stage.credentials,
    byOperator: () => this.stage.byOperator,
    sharing: (target: Target) => [target, ...this.others],
    credentialOrigins: (target: Target) => [target.project.endpoint],
    forgetTokens: (target: Target) => void this.tokensForgotten.push(targetKey(target)),
    consentGone: async (target: Target) => void this.consentsGone.push(targetKey(target)),
    provider: () => this.loadProvider(),
    currentTarget: () => this.stage.configured,
  });

  get state(): IdentityState {
    return this.store.get(this.key);
  }

  request(changes: Partial<ResetRequest> = {}): ResetRequest {
    const { confirm } = this.stage.ports();
    return { signal: never, way: 'reset', confirm, ...changes };
  }

  reset(changes: Partial<ResetRequest> = {}): Promise<Outcome> {
    return this.operations.reset(this.stage.target, this.request(changes));
  }

  verify(operationId: string): Promise<Outcome> {
    return this.operations.verify(this.stage.target, operationId, never);
  }
}
