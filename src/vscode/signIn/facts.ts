/** What a sign-in notes beside its tokens: the countdowns and the next sign-in are made of it. Pure. */

export interface SignInFacts {
  readonly clientId: string;
  /** Resources. */
  readonly granted: readonly string[];
  /** Epoch milliseconds, as below. */
  readonly consentedAt: number;
  readonly refreshToken: unknown;
  readonly refreshTokenExpiresAt: number | undefined;
}

/** No secret is among them. Times are epoch milliseconds in decimal digits, resources are separated by spaces. */
export function signInFacts(known: SignInFacts): Readonly<Record<string, string>> {
  const { clientId, granted, consentedAt, refreshToken, refreshTokenExpiresAt } = known;
  const ends = refreshToken !== undefined && refreshTokenExpiresAt !== undefined;
  return {
    clientId,
    scopes: granted.join(' '),
    consentedAt: String(Math.round(consentedAt)),
    ...(ends ? { refreshTokenExpiresAt: String(Math.round(refreshTokenExpiresAt)) } : {}),
  };
}
