/** The client secret: a JWT that the developer signs with the key (.p8) of the team, ES256, for at most 6 months. */
import { createECDH, createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import { entry } from '../../entry';
import { appleIssuer } from './identityToken';
import type { AppleClient, AppleWorld } from './world';

/** What Apple calls six months. */
const longestLifetimeSeconds = 15_777_000;

/** The client, if the secret proves that the caller is its team. */
export async function checkClientSecret(
  world: AppleWorld,
  clientId: string,
  secret: string,
  now: number,
): Promise<AppleClient | undefined> {
  const client = entry(world.clients, clientId);
  try {
    const { kid = '' } = decodeProtectedHeader(secret);
    const key = entry(world.keys, kid);
    if (!client || key?.teamId !== client.teamId) return undefined;
    const { payload } = await jwtVerify(secret, await importSPKI(key.publicKey, 'ES256'), {
      algorithms: ['ES256'],
      issuer: client.teamId,
      subject: clientId,
      audience: appleIssuer,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    return (payload.exp ?? Number.POSITIVE_INFINITY) <= now / 1000 + longestLifetimeSeconds ? client : undefined;
  } catch {
    return undefined;
  }
}

/** A P-256 pair that follows from the seed and the key id, so that a .p8 stays good after a restart of the sandbox. */
export function appleKeyPair(seed: number, keyId: string): { readonly publicKey: string; readonly privateKey: string } {
  const d = createHash('sha256')
    .update(JSON.stringify([seed, 'apple-key', keyId]))
    .digest();
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const key = { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x ?? '', y: y ?? '' };
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  return {
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
