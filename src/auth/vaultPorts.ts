/** What the credential vault works with. */
import type { TargetKey } from '../core/model';
import type { Clock, CredentialMarker, Log, MarkerStore, SecretStore } from '../core/ports';
import type { ProviderDescription } from '../core/provider';

/** Markers that two windows cannot give the same number. */
export interface CredentialMarkers extends MarkerStore {
  /** Writes the marker of a new credential; `false`, and nothing is changed, when its number is taken. */
  add(key: TargetKey, marker: CredentialMarker): Promise<boolean>;
}

export interface VaultPorts {
  readonly secrets: SecretStore;
  readonly markers: CredentialMarkers;
  readonly clock: Clock;
  readonly log: Log;
  readonly describe: (providerId: string) => ProviderDescription | undefined;
  /** Deletes what has come of a credential since, such as renewed tokens; part of forgetting it. */
  readonly forgetSuccessors?: (key: TargetKey, storedAt: number) => Promise<void>;
}
