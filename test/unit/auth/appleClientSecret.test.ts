import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import { type AppleKey, signAppleClientSecret } from '../../../src/auth/appleClientSecret';
import { BoundSecret } from '../../../src/core/redact';
import { FakeClock } from '../../fakes/clock';
import { apple, p8 } from '../../fakes/identityPlatformScene';
import { noon } from '../../fakes/resetStage';

const clock = new FakeClock({ now: () => noon, advance: () => {} });
const url = new URL('/auth/token', apple);
const key = (text: string, origins = [apple]): AppleKey => ({
  privateKey: new BoundSecret(text, origins),
  keyId: 'KEY1234567',
  teamId: 'TEAM123456',
  clientId: 'com.example.app',
});

describe("Apple's client secret", () => {
  for (const [name, text] of Object.entries({
    'as in the file': p8,
    'on one line': p8.replaceAll('\n', ''),
    'with spaces for line breaks': ` ${p8.replaceAll('\n', ' ')}`,
    'from Windows': p8.replaceAll('\n', '\r\n'),
  })) {
    it(`is signed with the key, ${name}`, async () => {
      const result = await signAppleClientSecret(key(text), url, clock);
      assert.ok(result.kind === 'signed');
      const revealed = result.clientSecret.revealFor(url);
      assert.ok(revealed.kind === 'revealed');
      const publicKey = createPublicKey(p8).export({ type: 'spki', format: 'pem' }).toString();
      const { payload, protectedHeader } = await jwtVerify(revealed.value, await importSPKI(publicKey, 'ES256'), {
        currentDate: new Date(noon),
      });
      assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'KEY1234567' });
      const iat = noon / 1000;
      assert.deepEqual(payload, { iss: 'TEAM123456', sub: 'com.example.app', aud: apple, iat, exp: iat + 600 });
    });
  }

  it('is for the address that it is sent to, and says so of a stand-in’s too', async () => {
    const local = 'http://127.0.0.1:9400';
    const result = await signAppleClientSecret(
      key(p8, [local]),
      new URL('/appleid.apple.com/auth/token', local),
      clock,
    );
    assert.ok(result.kind === 'signed');
    assert.deepEqual(result.clientSecret.boundTo, [local]);
  });

  it('is not made with a key that was given for another address', async () => {
    const result = await signAppleClientSecret(key(p8, ['https://other.example']), url, clock);
    assert.deepEqual(result, { kind: 'foreign-origin', boundTo: ['https://other.example'] });
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const [name, text] of Object.entries({
    'no PEM': 'x',
    'an RSA key': rsa.toString(),
    'another curve': p384.toString(),
    'a damaged key': p8.replace(/.{20}\n-----END/, '\n-----END'),
    'nothing between the lines': '-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----',
  })) {
    it(`is not made with ${name}`, async () => {
      assert.deepEqual(await signAppleClientSecret(key(text), url, clock), { kind: 'unusable-key' });
    });
  }
});
