/** Many identities of a project, each with a consent and what is needed to end it, in place of the sample users. */
import assert from 'node:assert/strict';
import { signAppleClientSecret } from '../../src/auth/appleClientSecret';
import type { CredentialForm } from '../../src/core/provider';
import { BoundSecret } from '../../src/core/redact';
import { providerDescriptions } from '../../src/providers/registry';
import type { ResetWorld } from './resetWorld';

/** Users of Data Portability, each with the access token of a consent of their own. Names by tokens. */
export async function crowdOfGoogle(world: ResetWorld, count: number): Promise<ReadonlyMap<string, string>> {
  const { control } = world.sandbox;
  const { clientId } = control.seedSample();
  const names = Array.from({ length: count }, (_, at) => `user${at + 1}.test@example.com`);
  const { grants } = control.seed({
    users: names.map((email) => ({ email })),
    grants: names.map((user) => ({ user, clientId, scopes: ['myactivity.search'], access: '180-days' as const })),
  });
  world.project = { ...world.project, identities: names.map((id) => ({ id, label: id })) };
  const form = formOf('googleDataPortability', 'accessToken');
  for (const { user, accessToken } of grants) await world.vault.replace(world.target(user), form, { accessToken });
  return new Map(grants.map(({ user, accessToken }) => [accessToken, user]));
}

/** Users of the sample project who have signed in with Apple, with a credential each; with Apple's key it can be verified. */
export async function crowdOfApple(world: ResetWorld, count: number, withKey: boolean): Promise<readonly string[]> {
  const service = world.sandbox.control.identityPlatform;
  const { apiKey, apple, project } = service.seedSample();
  const { bundleId, keyId, privateKey, teamId } = apple;
  const names = Array.from({ length: count }, (_, at) => `user${at + 1}`);
  world.project = { ...world.project, identities: names.map((name) => ({ id: name, label: name })) };
  const key = withKey ? { appleKey: privateKey, appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId } : {};
  service.seed({
    appleUsers: names.map((name) => ({ sub: `apple.${name}`, email: `${name}@example.com` })),
    users: names.map((name) => ({ project, uid: name, email: `${name}@example.com`, apple: `apple.${name}` })),
  });
  const form = formOf('identityPlatform', 'refreshToken');
  for (const name of names) {
    const { refreshToken } = await service.signIn({ uid: name });
    const { code } = await service.apple.authorize({ user: `apple.${name}`, clientId: bundleId });
    const token = { tokenType: 'REFRESH_TOKEN', token: await exchangedAtApple(world, code) };
    await world.vault.replace(world.target(name), form, { apiKey, refreshToken, ...token, ...key });
  }
  return names;
}

/** As the app's own server does it. */
async function exchangedAtApple(world: ResetWorld, code: string): Promise<string> {
  const service = world.sandbox.control.identityPlatform;
  const { bundleId: clientId, keyId, privateKey, teamId } = service.seedSample().apple;
  const url = new URL('/appleid.apple.com/auth/token', world.sandbox.origin);
  const key = { clientId, keyId, teamId, privateKey: new BoundSecret(privateKey, [url.origin]) };
  const signed = await signAppleClientSecret(key, url, world.clock);
  const revealed = signed.kind === 'signed' ? signed.clientSecret.revealFor(url) : assert.fail(signed.kind);
  assert.ok(revealed.kind === 'revealed');
  const fields = { client_id: clientId, client_secret: revealed.value, grant_type: 'authorization_code', code };
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const { refresh_token: refreshToken } = (await answer.json()) as { refresh_token?: string };
  return refreshToken ?? assert.fail(String(answer.status));
}

/** Users of Trust Protection Platform with a grant each; the sign-in is the operator's. */
export function crowdOfVenafi(world: ResetWorld, count: number): readonly string[] {
  const { venafi } = world.sandbox.control;
  const names = Array.from({ length: count }, (_, at) => `user${at + 1}.test`);
  venafi.seed({
    identities: names.map((name) => ({ name })),
    grants: names.map((grantee) => ({ grantee, application: 'cert-dashboard', count: 1 })),
  });
  const known = new Map(venafi.identities().map((one) => [one.name, one.prefixedUniversal]));
  const identities = names.map((name) => ({ id: known.get(name) ?? assert.fail(name), label: name }));
  world.project = { ...world.project, identities };
  return identities.map(({ id }) => id);
}

function formOf(provider: string, id: string): CredentialForm {
  const forms = providerDescriptions.get(provider)?.credentialForms;
  return forms?.find((form) => form.id === id) ?? assert.fail(`${provider} has no form ${id}`);
}
