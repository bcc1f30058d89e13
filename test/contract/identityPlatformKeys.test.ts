/** API keys that are restricted to websites or apps: an editor is none, so the project says what such an app would send. */
import assert from 'node:assert/strict';
import { identityPlatform } from '../../src/providers/identityPlatform/description';
import type { ApiKeyRestriction, IdentityPlatformSample } from '../../src/sandbox/identityPlatform/seedApi';
import { fingerprint } from '../../src/sandbox/redaction';
import { ResetWorld } from '../fakes/resetWorld';

const apiKey = 'AIzaSy-planted-restricted';
const certificate = `${'AB:'.repeat(19)}01`;

interface Case {
  readonly restriction: ApiKeyRestriction;
  /** Settings of the project that go with it, and some that do not. */
  readonly options: Readonly<Record<string, string>>;
  readonly wrong: Readonly<Record<string, string>>;
  /** What the service sees. */
  readonly headers: Readonly<Record<string, string>>;
  /** Settings that the refusal names. */
  readonly names: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  'a website': {
    restriction: { kind: 'referrers', patterns: ['https://app.example.com/*'] },
    options: { keyReferer: 'https://app.example.com/sign-in' },
    wrong: { keyReferer: 'https://other.example.com/' },
    headers: { referer: 'https://app.example.com/sign-in' },
    names: /keyReferer/,
  },
  'an iOS app': {
    restriction: { kind: 'ios', bundleIds: ['com.example.app'] },
    options: { keyIosBundleId: 'com.example.app' },
    wrong: { keyIosBundleId: 'com.example.other' },
    headers: { 'x-ios-bundle-identifier': 'com.example.app' },
    names: /keyIosBundleId/,
  },
  'an Android app': {
    restriction: { kind: 'android', apps: [{ packageName: 'com.example.app', certificate }] },
    options: { keyAndroidPackage: 'com.example.app', keyAndroidCert: certificate.toLowerCase() },
    wrong: { keyAndroidPackage: 'com.example.app', keyAndroidCert: certificate.replace('01', '02') },
    headers: { 'x-android-package': 'com.example.app', 'x-android-cert': certificate.replaceAll(':', '') },
    names: /keyAndroidPackage.*keyAndroidCert/,
  },
};

describe('Identity Platform with a restricted API key', () => {
  let world: ResetWorld;
  let sample: IdentityPlatformSample;
  beforeEach(async () => {
    world = await ResetWorld.open();
    sample = world.sandbox.control.identityPlatform.seedSample();
  });
  afterEach(() => world.close());

  async function reset(restriction: ApiKeyRestriction, options: Readonly<Record<string, string>>) {
    const { identityPlatform: service } = world.sandbox.control;
    const { project: id, projectNumber: number, apple } = sample;
    const { bundleId, servicesId, teamId, keyId } = apple;
    const provider = { bundleIds: [bundleId], servicesId, codeFlow: { teamId, keyId } };
    service.seed({ projects: [{ id, number, apiKeys: [{ key: apiKey, restriction }], apple: provider }] });
    world.project = {
      id: 'app',
      label: 'App',
      provider: 'identityPlatform',
      endpoint: world.sandbox.origin,
      options: { identityProvider: 'apple.com', ...options },
      identities: [{ id: 'carol', label: 'carol.test@example.com' }],
    };
    const form = identityPlatform.credentialForms.find((one) => one.id === 'refreshToken') ?? assert.fail();
    const user = sample.users[0] ?? assert.fail();
    const token = { tokenType: 'REFRESH_TOKEN', token: user.apple.refreshToken };
    await world.vault.replace(world.target('carol'), form, { apiKey, refreshToken: user.refreshToken, ...token });
    world.sandbox.control.requests.clear();
    return world.reset('carol', undefined, 'revokeToken');
  }

  for (const [what, { restriction, options, wrong, headers, names }] of Object.entries(cases)) {
    it(`of ${what}: each call says what such an app would say, and the key stands in no address`, async () => {
      const outcome = await reset(restriction, options);
      assert.equal(outcome.kind, 'accepted', world.text(outcome));
      // `GET /` asks without any secret whether this is an emulator.
      const requests = world.sandbox.control.requests.list().filter(({ path }) => path !== '/');
      assert.deepEqual([...new Set(requests.map(({ path }) => path.split('/').at(-1)))].sort(), [
        'accounts:lookup',
        'accounts:revokeToken',
        'token',
      ]);
      for (const request of requests) {
        for (const [name, value] of Object.entries(headers)) {
          // What the log does not show of a header it shows as a fingerprint.
          const shown = [value, `#${fingerprint(value)}`];
          assert.ok(shown.includes(request.headers[name] ?? ''), `${request.path}: ${name}`);
        }
        assert.deepEqual(request.query, {}, request.path);
        assert.ok(!request.path.includes(apiKey));
      }
      const others = ['referer', 'x-ios-bundle-identifier', 'x-android-package', 'x-android-cert'];
      for (const name of others.filter((one) => !Object.hasOwn(headers, one))) {
        assert.ok(
          requests.every((request) => request.headers[name] === undefined),
          name,
        );
      }
    });

    for (const [how, given] of [
      ['nothing of it', {}],
      ['another one', wrong],
    ] as const) {
      it(`of ${what}, with ${how} in the settings: refused, with the keys to set, and nothing is revoked`, async () => {
        const outcome = await reset(restriction, given);
        assert.equal(outcome.kind, 'refused', world.text(outcome));
        assert.match(world.text(outcome), names);
        assert.ok(!world.text(outcome).includes(apiKey));
        assert.deepEqual(world.sandbox.control.identityPlatform.revocations(), []);
      });
    }
  }
});
