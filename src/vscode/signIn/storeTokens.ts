/** What a sign-in has brought, into the vault, beside the credentials that are there. */
import * as vscode from 'vscode';
import type { CredentialVault } from '../../auth/credentialVault';
import type { SignInResult } from '../../auth/googleSignIn';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import type { Clock } from '../../core/ports';
import type { BoundSecret } from '../../core/redact';
import { credentialForms } from '../../providers/googleDataPortability/credentialForms';
import { googleAddresses } from '../../providers/googleDataPortability/settings';
import type { Prompts } from '../prompts';
import type { SignInClient } from './client';
import { signInFacts } from './facts';
import { resources } from './grants';

export interface TokenPorts {
  readonly vault: CredentialVault;
  readonly prompts: Prompts;
  readonly clock: Clock;
}

type SignedIn = Extract<SignInResult, { kind: 'signed-in' }>;

/** Resolves with whether the tokens are stored. */
export async function storeTokens(
  target: Target,
  client: SignInClient,
  result: SignedIn,
  { vault, prompts, clock }: TokenPorts,
): Promise<boolean> {
  const { tokenUrl } = googleAddresses(target.project);
  const reveal = (secret: BoundSecret): string => {
    const revealed = secret.revealFor(tokenUrl);
    if (revealed.kind !== 'revealed') throw new Error('A token is bound to another origin than its own.');
    return revealed.value;
  };
  const { clientId } = client;
  const granted = resources(result.grantedScopes);
  const facts = signInFacts({ ...result, clientId, granted, consentedAt: clock.now() });
  const { form, values } = result.refreshToken
    ? {
        form: credentialForms.refreshToken,
        values: { clientId, clientSecret: reveal(client.clientSecret), refreshToken: reveal(result.refreshToken) },
      }
    : { form: credentialForms.accessToken, values: { accessToken: reveal(result.accessToken) } };
  const store = async (): Promise<void> => void (await vault.add(target, form, values, facts, granted));
  return persist(store, plainText(target.identity.label, 80), prompts);
}

/**
 * The consent is alive by now, and without a token it can only be ended from the account page. So it is not given up, and
 * asked in a modal: a notification could be closed or cleared by mistake, and the tokens with it.
 */
async function persist(store: () => Promise<void>, subject: string, prompts: Prompts): Promise<boolean> {
  for (;;) {
    try {
      await store();
      return true;
    } catch {
      const again = await prompts.confirm(
        vscode.l10n.t(
          '{0} has consented, but the secret storage of this computer did not take the tokens. Try again?',
          subject,
        ),
        vscode.l10n.t(
          'Unlock the keyring first. Without the tokens the consent can only be removed at myaccount.google.com/connections, and they are not kept anywhere else.',
        ),
        vscode.l10n.t('Try Again'),
      );
      if (!again) return false;
    }
  }
}
