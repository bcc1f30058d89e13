/** What is typed into the credential forms for the sample users of a sandbox. */
import assert from 'node:assert/strict';
import type { SandboxControl } from '../../src/sandbox/api';

/** For the form `refreshToken` of Data Portability, of the first user. */
export function googleSample(control: SandboxControl): Readonly<Record<string, string>> {
  const { clientId, clientSecret, users } = control.seedSample();
  return { clientId, clientSecret, refreshToken: users[0]?.refreshToken ?? '' };
}

/** For the form `refreshToken` of Identity Platform, of the first user, with the key that lets Apple be asked. */
export function identityPlatformSample(control: SandboxControl): Readonly<Record<string, string>> {
  const { apiKey, apple, users } = control.identityPlatform.seedSample();
  const [user] = users;
  assert.ok(user);
  return {
    apiKey,
    refreshToken: user.refreshToken,
    tokenType: 'REFRESH_TOKEN',
    token: user.apple.refreshToken,
    appleKey: apple.privateKey,
    appleKeyId: apple.keyId,
    appleTeamId: apple.teamId,
    appleClientId: apple.bundleId,
  };
}
