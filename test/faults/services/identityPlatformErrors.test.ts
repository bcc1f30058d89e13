/**
 * The errors that the contract of Identity Platform names, at each call that may meet them: the revocation, the token
 * service, a sign-in with a password, the lookup before the question, and Apple.
 */
import assert from 'node:assert/strict';
import type { OutcomeKind } from '../../../src/core/outcome';
import { providerDescriptions } from '../../../src/providers/registry';
import type { IdentityPlatformFault, IdentityPlatformRoute } from '../../../src/sandbox/identityPlatform/api';
import { ProviderScene } from '../../fakes/providerScene';

let scene: ProviderScene;
async function open(): Promise<void> {
  scene = await ProviderScene.open('identityPlatform');
}
const close = (): Promise<void> => scene.close();
const service = () => scene.world.sandbox.control.identityPlatform;

type Row = readonly [kind: OutcomeKind, code: string, says: RegExp];

/** Codes of Identity Toolkit, and reasons of Google's front end, at the revocation itself. */
const atRevocation: Partial<Record<IdentityPlatformFault, Row>> = {
  invalidIdToken: ['refused', 'invalidIdToken', /another project/],
  tokenExpired: ['refused', 'idTokenExpired', /sessions were revoked/],
  userNotFound: ['refused', 'userNotFound', /before the user is deleted/],
  userDisabled: ['refused', 'userDisabled', /Enable the user/],
  invalidProviderId: ['refused', 'invalidProviderId', /apple\.com/],
  operationNotAllowed: ['refused', 'providerDisabled', /Enable it in the console/],
  invalidIdpResponse: ['refused', 'invalidIdpResponse', /Team ID.*Key ID/],
  tenantIdMismatch: ['refused', 'tenantMismatch', /"tenantId"/],
  unsupportedTenantOperation: ['refused', 'tenantUnsupported', /multi-tenancy/],
  invalidTenantId: ['refused', 'tenantUnknown', /"tenantId"/],
  tooManyAttempts: ['refused', 'tooMany', /few minutes/],
  quotaExceeded: ['refused', 'tooMany', /few minutes/],
  apiKeyInvalid: ['refused', 'apiKeyInvalid', /Web API key/],
  apiKeyInvalidOld: ['refused', 'apiKeyInvalid', /Web API key/],
  apiKeyServiceBlocked: ['refused', 'apiKeyServiceBlocked', /Identity Toolkit.*Token Service/],
  apiKeyHttpReferrerBlocked: ['refused', 'apiKeyRefererBlocked', /keyReferer/],
  apiKeyIosAppBlocked: ['refused', 'apiKeyIosBlocked', /keyIosBundleId/],
  apiKeyAndroidAppBlocked: ['refused', 'apiKeyAndroidBlocked', /keyAndroidPackage.*keyAndroidCert/],
  apiKeyIpAddressBlocked: ['refused', 'apiKeyAddressBlocked', /IP addresses/],
  serviceDisabled: ['refused', 'apiDisabled', /not enabled in the project 210987654321/],
  consumerSuspended: ['refused', 'projectSuspended', /suspended/],
  callerMissing: ['refused', 'permissionDenied', /unregistered callers/i],
  scopeMissing: ['refused', 'oauthScope', /cloud-platform/],
  quotaProjectDenied: ['refused', 'quotaProjectDenied', /Service Usage/],
  invalidArgument: ['refused', 'invalidArgument', /Unknown name "foo"/],
  anyCode: ['refused', 'otherCode', /SOMETHING_NEW: Detail\./],
  notImplemented: ['unsupported', 'emulatorUnsupported', /Firebase Auth emulator/],
  unavailable503: ['unknown', 'unavailable', /503/],
  internal500: ['unknown', 'serverError', /500/],
  deadlineExceeded504: ['unknown', 'serverError', /504/],
  emptyError: ['unknown', 'gatewayPage', /500/],
  html200: ['unknown', 'unexpectedAnswer', /sign-in page/],
};

describe('the errors of accounts:revokeToken', () => {
  beforeEach(open);
  afterEach(close);

  for (const [fault, [kind, code, says]] of Object.entries(atRevocation) as [IdentityPlatformFault, Row][]) {
    it(`fault 39: ${fault}: ${kind}, one request, and what to do`, async () => {
      const { world } = scene;
      service().fault(fault, { route: 'revokeToken', apiKey: scene.secrets['apiKey'] ?? '' });
      const outcome = await scene.reset();
      const text = world.text(outcome);
      assert.deepEqual([outcome.kind, outcome.reason.code], [kind, `identityPlatform.${code}`], text);
      assert.match(text, says);
      assert.match(text, /Nothing was (revoked|done|sent)|not known|not revoked|was not|is not/);
      for (const secret of Object.values(scene.secrets)) assert.ok(!text.includes(secret));
      assert.deepEqual([scene.requests().length, service().revocations().length], [1, 0]);
      assert.equal((await world.vault.read(scene.target)).kind, 'present', 'the credential is kept');
      const [entry] = await world.journal.recent(5);
      assert.equal(entry?.outcome?.kind, kind);
    });
  }
});

describe('the errors of the calls before it', () => {
  beforeEach(open);
  afterEach(close);

  type Before = readonly [route: IdentityPlatformRoute, fault: IdentityPlatformFault, kind: OutcomeKind, code: string];
  const rows: readonly Before[] = [
    ['token', 'secureTokenExpired', 'refused', 'sessionExpired'],
    ['token', 'secureTokenUserDisabled', 'refused', 'userDisabled'],
    ['token', 'secureTokenUserNotFound', 'refused', 'userNotFound'],
    ['token', 'invalidRefreshToken', 'refused', 'invalidRefreshToken'],
    ['token', 'missingRefreshToken', 'refused', 'invalidRefreshToken'],
    ['token', 'invalidGrantType', 'refused', 'invalidGrantType'],
    ['token', 'projectNumberMismatch', 'refused', 'otherProjectsSession'],
    ['token', 'apiKeyServiceBlocked', 'refused', 'apiKeyServiceBlocked'],
    ['token', 'unavailable503', 'not-sent', 'unavailable'],
    ['lookup', 'invalidIdToken', 'refused', 'invalidIdToken'],
    ['lookup', 'tokenExpired', 'refused', 'idTokenExpired'],
    ['lookup', 'userNotFound', 'refused', 'userNotFound'],
    ['lookup', 'apiKeyHttpReferrerBlocked', 'refused', 'apiKeyRefererBlocked'],
    ['lookup', 'quotaExceeded', 'refused', 'tooMany'],
    ['lookup', 'serviceDisabled', 'refused', 'apiDisabled'],
    ['lookup', 'internal500', 'not-sent', 'serverError'],
  ];
  for (const [route, fault, kind, code] of rows) {
    it(`fault 39: ${fault} at ${route}: ${kind}; nothing is asked, nothing is sent, the credential stays`, async () => {
      const { world } = scene;
      service().fault(fault, { route });
      world.confirm = () => assert.fail('nobody is asked');
      const outcome = await scene.reset();
      const { reason } = outcome;
      const told = reason.cause?.code ?? reason.code;
      assert.deepEqual([outcome.kind, told], [kind, `identityPlatform.${code}`], world.text(outcome));
      assert.equal(scene.requests().length, 0);
      assert.equal((await world.vault.read(scene.target)).kind, 'present');
    });
  }

  const signIns: readonly (readonly [fault: IdentityPlatformFault, code: string])[] = [
    ['emailNotFound', 'wrongPassword'],
    ['invalidPassword', 'wrongPassword'],
    ['invalidLoginCredentials', 'wrongPassword'],
    ['userDisabled', 'userDisabled'],
    ['operationNotAllowed', 'passwordSignInDisabled'],
    ['tooManyAttempts', 'tooMany'],
  ];
  for (const [fault, code] of signIns) {
    it(`fault 39: ${fault} at signInWithPassword: refused, asked once, and the password stands nowhere`, async () => {
      const { world } = scene;
      const [user] = service().seedSample().users;
      const forms = providerDescriptions.get('identityPlatform')?.credentialForms ?? [];
      const form = forms.find(({ id }) => id === 'password');
      assert.ok(user && form);
      const { email, password } = user;
      const token = { tokenType: 'REFRESH_TOKEN', token: user.apple.refreshToken };
      await world.vault.replace(scene.target, form, {
        apiKey: scene.secrets['apiKey'] ?? '',
        email,
        password,
        ...token,
      });
      service().fault(fault, { route: 'signInWithPassword' });
      const outcome = await scene.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', `identityPlatform.${code}`]);
      const attempts = world.sandbox.control.requests.list().filter(({ path }) => path.endsWith('signInWithPassword'));
      assert.deepEqual([attempts.length, scene.requests().length], [1, 0]);
      assert.ok(!`${JSON.stringify(outcome)}${world.logLines.join()}`.includes(password));
    });
  }
});

describe('the errors of an OAuth caller and of Apple', () => {
  beforeEach(open);
  afterEach(close);

  async function storeWith(values: Readonly<Record<string, string>>): Promise<void> {
    const [user] = service().seedSample().users;
    const forms = providerDescriptions.get('identityPlatform')?.credentialForms ?? [];
    const form = forms.find(({ id }) => id === 'refreshToken');
    assert.ok(user && form);
    const { refreshToken, apple } = user;
    const token = { refreshToken, tokenType: 'REFRESH_TOKEN', token: apple.refreshToken };
    await scene.world.vault.replace(scene.target, form, { ...token, ...values });
  }

  const callers: readonly (readonly [fault: IdentityPlatformFault, code: string])[] = [
    ['badBearer', 'oauthRejected'],
    ['scopeMissing', 'oauthScope'],
    ['quotaProjectMissing', 'quotaProjectMissing'],
    ['quotaProjectDenied', 'quotaProjectDenied'],
  ];
  for (const [fault, code] of callers) {
    it(`fault 39: ${fault} to a person's token: refused before anybody is asked`, async () => {
      await storeWith({ oauthToken: 'planted-oauth-token-of-a-person' });
      service().fault(fault, { route: 'token' });
      const outcome = await scene.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', `identityPlatform.${code}`]);
      assert.equal(scene.requests().length, 0);
    });
  }

  const straight: readonly (readonly [fault: IdentityPlatformFault, kind: OutcomeKind, code: string])[] = [
    ['appleInvalidClient', 'refused', 'apple.invalidClient'],
    ['appleInvalidRequest', 'refused', 'apple.refused'],
    ['unavailable503', 'not-reset', 'alive'],
    ['html200', 'not-reset', 'alive'],
  ];
  for (const [fault, kind, code] of straight) {
    it(`fault 39: ${fault} at Apple's revoke: ${kind}, one request`, async () => {
      const { privateKey, keyId, teamId, bundleId } = service().seedSample().apple;
      const key = { appleKey: privateKey, appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId };
      await storeWith({ apiKey: scene.secrets['apiKey'] ?? '', ...key });
      service().fault(fault, { route: 'appleRevoke' });
      const outcome = await scene.reset('appleRevoke');
      const { world } = scene;
      assert.deepEqual([outcome.kind, outcome.reason.code], [kind, `identityPlatform.${code}`], world.text(outcome));
      const sent = world.sandbox.control.requests.list().filter(({ path }) => path.endsWith('/auth/revoke'));
      assert.equal(sent.length, 1);
    });
  }

  it('fault 39: invalid_grant of Apple before the question: the authorization has ended, and nothing is sent', async () => {
    const { privateKey, keyId, teamId, bundleId } = service().seedSample().apple;
    const key = { appleKey: privateKey, appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId };
    await storeWith({ apiKey: scene.secrets['apiKey'] ?? '', ...key });
    service().fault('appleInvalidGrant', { route: 'appleToken' });
    const outcome = await scene.reset();
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'identityPlatform.appleEnded']);
    assert.equal(scene.requests().length, 0);
  });
});
