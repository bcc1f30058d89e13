/** Where the access token of one credential comes from: the stored one, or the tokens that windows renew in turn. */
import type { CurrentToken, SignIn, TokenReading, VedauthTokens } from '../../auth/vedauthTokens';
import { type Credential, reason, type Target, type TargetKey } from '../../core/model';
import { credentialForms } from './credentialForms';
import { venafiAddresses } from './settings';

export class AccessTokens {
  constructor(
    private readonly tokens: VedauthTokens,
    /** Under which key the credentials of a target are stored. */
    private readonly ownerKey: (target: Target) => TargetKey,
  ) {}

  /** A token that lives for a while yet. */
  async current(target: Target, credential: Credential, signal: AbortSignal): Promise<TokenReading> {
    if (credential.form === credentialForms.accessToken.id) return storedToken(credential);
    const signIn = signInOf(target, credential, this.ownerKey(target));
    return signIn ? this.tokens.current(signIn, signal) : incomplete;
  }

  /** Another token than the rejected one; `dead` where there can be none. */
  async renewed(
    target: Target,
    credential: Credential,
    rejected: CurrentToken,
    signal: AbortSignal,
  ): Promise<TokenReading> {
    const signIn = signInOf(target, credential, this.ownerKey(target));
    return signIn
      ? this.tokens.renewed(signIn, rejected, signal)
      : { kind: 'dead', reason: reason('venafi.storedTokenRejected', {}, [{ kind: 'replace-credential' }]) };
  }

  forget(target: Target): void {
    this.tokens.dropMemory(this.ownerKey(target));
  }
}

const incomplete: TokenReading = {
  kind: 'dead',
  reason: reason('credential.corrupt', {}, [{ kind: 'replace-credential' }]),
};

function storedToken({ secrets }: Credential): TokenReading {
  const accessToken = secrets['accessToken'];
  if (!accessToken) return incomplete;
  return { kind: 'token', token: { accessToken, expiresAt: undefined, refreshUntil: undefined, generation: 0 } };
}

/** The sign-in behind a stored credential; `undefined` for one that cannot be renewed. */
export function signInOf(target: Target, credential: Credential, key: TargetKey): SignIn | undefined {
  const { secrets, facts, storedAt } = credential;
  const refreshToken = secrets['refreshToken'];
  const clientId = facts['clientId'];
  if (!refreshToken || clientId === undefined) return undefined;
  return {
    owner: { key, storedAt },
    client: {
      authOrigin: venafiAddresses(target.project).authOrigin,
      clientId,
      boundTo: refreshToken.boundTo,
      project: target.project.id,
    },
    accessToken: secrets['accessToken'],
    accessTokenExpiresAt: notedTime(credential, 'accessTokenExpiresAt'),
    refreshToken,
    refreshUntil: notedTime(credential, 'refreshUntil'),
  };
}

function notedTime({ facts }: Credential, name: 'accessTokenExpiresAt' | 'refreshUntil'): number | undefined {
  const text = facts[name];
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}
