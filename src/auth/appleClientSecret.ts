/**
 * Apple's client secret: a JWT that the developer signs with a key of the team (ES256). A lazy part of the bundle, as it
 * holds the signing library; loaded when a developer has given a key.
 *
 * Source: Apple's "Creating a client secret": header `kid`, claims `iss` team, `sub` client, `aud` https://appleid.apple.com,
 * `exp` at most six months ahead.
 */
import { importPKCS8, SignJWT } from 'jose';
import type { Clock } from '../core/ports';
import { BoundSecret } from '../core/redact';

/** What the JWT is made for, wherever it is sent: a stand-in has another address, and the same name. */
const audience = 'https://appleid.apple.com';

/** As short as a slow connection and a clock that is a little off allow; Apple would take six months. */
const lifetimeSeconds = 600;

export interface AppleKey {
  /** PKCS #8 PEM, the content of the `.p8` file. Line breaks may be missing or be spaces, as after pasting. */
  readonly privateKey: BoundSecret;
  /** Ten letters and digits each. */
  readonly keyId: string;
  readonly teamId: string;
  /** A bundle ID or a Services ID: the client the token was made for. */
  readonly clientId: string;
}

export type ClientSecretResult =
  | { readonly kind: 'signed'; readonly clientSecret: BoundSecret }
  /** The key was not given for this address. */
  | { readonly kind: 'foreign-origin'; readonly boundTo: readonly string[] }
  /** The key cannot be read, or is none on the curve P-256. */
  | { readonly kind: 'unusable-key' };

/** A fresh client secret, bound to the origin of `url`, which is where it is going to be sent. */
export async function signAppleClientSecret(key: AppleKey, url: URL, clock: Clock): Promise<ClientSecretResult> {
  const revealed = key.privateKey.revealFor(url);
  if (revealed.kind === 'foreign-origin') return { kind: 'foreign-origin', boundTo: revealed.boundTo };
  const now = Math.floor(clock.now() / 1000);
  try {
    const jwt = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: key.keyId })
      .setIssuer(key.teamId)
      .setSubject(key.clientId)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      // The library passes over line breaks, wherever they are or are missing.
      .sign(await importPKCS8(revealed.value.trim(), 'ES256'));
    return { kind: 'signed', clientSecret: new BoundSecret(jwt, [url.origin]) };
  } catch {
    // The library's error could repeat a part of the key.
    return { kind: 'unusable-key' };
  }
}
