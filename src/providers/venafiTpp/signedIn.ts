/** What a sign-in has brought, as the vault stores it. */
import type { IssuedTokens } from '../../auth/vedauth';
import type { Project } from '../../core/model';
import type { CredentialForm } from '../../core/provider';
import type { BoundSecret } from '../../core/redact';
import { credentialForms } from './credentialForms';
import { venafiAddresses } from './settings';

export interface SignedIn {
  readonly form: CredentialForm;
  /** Secrets among them: for the vault alone. */
  readonly values: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  /** The granted scope, in its parts. */
  readonly grants: readonly string[] | undefined;
}

/** Throws when a token is bound to another origin than the project's: a defect. */
export function signedIn(project: Project, clientId: string, tokens: IssuedTokens): SignedIn {
  const url = new URL(venafiAddresses(project).authOrigin);
  const open = (secret: BoundSecret): string => {
    const revealed = secret.revealFor(url);
    if (revealed.kind !== 'revealed') throw new Error('A token is bound to another origin than its own.');
    return revealed.value;
  };
  const { accessTokenExpiresAt, refreshUntil, identity, scope } = tokens;
  const time = (name: string, at: number | undefined): Record<string, string> =>
    at === undefined ? {} : { [name]: String(Math.round(at)) };
  const accessToken = open(tokens.accessToken);
  return {
    ...(tokens.refreshToken === undefined
      ? { form: credentialForms.accessToken, values: { accessToken } }
      : {
          form: credentialForms.signIn,
          values: { clientId, accessToken, refreshToken: open(tokens.refreshToken) },
        }),
    facts: {
      clientId,
      ...time('accessTokenExpiresAt', accessTokenExpiresAt),
      ...time('refreshUntil', refreshUntil),
      ...(identity === undefined ? {} : { identity }),
    },
    grants: scope?.split(';').filter((part) => part !== ''),
  };
}
