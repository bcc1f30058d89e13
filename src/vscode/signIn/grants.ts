/** What an identity has granted, as far as it is known, and what to ask for again. */
import * as vscode from 'vscode';
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { type Target, targetKey } from '../../core/model';
import { uniqueScopes } from '../../providers/googleDataPortability/scopes';
import { parseOptions } from '../../providers/googleDataPortability/settings';

export interface GrantPorts {
  readonly store: ConsentStore;
  readonly operations: ConsentOperations;
  readonly vault: CredentialVault;
}

/** How long a read may hold up the choice of scopes. */
const readLimitMs = 10_000;

/**
 * The resources of the living consent: asking for one of them ends at a page that never comes back. Reads the consent first
 * where it was not read yet; where it cannot be read, what was noted at the sign-ins counts.
 */
export async function grantedNow(target: Target, { store, operations, vault }: GrantPorts): Promise<readonly string[]> {
  const key = targetKey(target);
  if (['stored', 'unread'].includes(store.get(key).consent.kind)) {
    await vscode.window.withProgress({ location: { viewId: 'reconsent.consents' } }, () =>
      operations.probe(target, AbortSignal.timeout(readLimitMs)),
    );
  }
  const { consent } = store.get(key);
  switch (consent.kind) {
    case 'granted': {
      const noted = consent.grant.credentials.flatMap(({ alive, grants }) => (alive ? (grants ?? []) : []));
      return resources([...consent.grant.timeBased, ...consent.grant.oneTime, ...noted]);
    }
    case 'stored':
    case 'unread': {
      const markers = (await vault.markers()).get(key) ?? [];
      return resources(markers.flatMap(({ ended, grants }) => (ended ? [] : (grants ?? []))));
    }
    case 'not-signed-in':
    case 'needs-consent':
    case 'dead-credential':
    case 'unusable-credential':
      return [];
  }
}

/** What the user last granted or, if that is not known, what the project asks for. */
export async function lastAskedFor(target: Target, vault: CredentialVault): Promise<readonly string[]> {
  const granted = resources(await vault.lastGrants(target));
  return granted.length > 0 ? granted : resources(parseOptions(target.project).scopes ?? []);
}

/** Each once, without what is no Data Portability scope. */
export function resources(scopes: readonly string[]): readonly string[] {
  return uniqueScopes(scopes).flatMap(({ kind, resource }) => (kind === 'foreign' ? [] : resource));
}
