/** After a new credential was stored: what the secret storage has lost is no longer missed. */
import type { CredentialVault } from '../auth/credentialVault';
import type { Target } from '../core/model';
import type { Log } from '../core/ports';

/** The new credential resets the whole consent, so nothing depends on the lost ones any more. Never rejects. */
export async function forgetLost(target: Target, vault: CredentialVault, log: Log): Promise<void> {
  try {
    const reading = await vault.read(target);
    if (reading.kind !== 'present') return;
    for (const one of reading.unusable) if (one.kind === 'lost') await vault.forgetOne(target, one.storedAt);
  } catch {
    log.warn('A credential that was lost could not be forgotten.');
  }
}
