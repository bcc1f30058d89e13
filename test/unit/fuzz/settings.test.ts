/** Settings as anybody may have written them: whatever cannot be used is told, and nothing that is taken can be turned against the user. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isLoopbackHost } from '../../../src/core/endpoint';
import type { Project } from '../../../src/core/model';
import { parseProjects } from '../../../src/core/projectsSetting';
import { providerDescriptions } from '../../../src/providers/registry';
import { cases, patience } from './cases';
import { changedJson, type Json } from './json';

const planted = 'planted-1//refresh-token-0001';

const realProjects: readonly Json[] = [
  {
    id: 'shop',
    name: 'Shop',
    provider: 'googleDataPortability',
    endpoint: 'https://dataportability.googleapis.com',
    oauthEndpoint: 'https://oauth2.googleapis.com',
    clientId: '123-abc.apps.googleusercontent.com',
    scopes: ['myactivity.search'],
    redirectUri: 'http://127.0.0.1:9000/callback',
    identities: [{ id: 'alice', name: 'alice.test@example.com' }, { id: 'bob' }],
  },
  {
    id: 'app',
    provider: 'identityPlatform',
    firebaseProject: 'demo-shop',
    tenantId: 'tenant-1',
    appleEndpoint: 'https://appleid.apple.com',
    identities: [{ id: 'uid-alice' }],
  },
  {
    id: 'tpp',
    provider: 'venafiTpp',
    endpoint: 'https://tpp.corp.example',
    authEndpoint: 'https://auth.corp.example',
    clientId: 'reconsent',
    caBundle: '/etc/ssl/corp.pem',
    identities: [{ id: 'local:{7c3b6a1e-52d4-4f0b-9a6e-0d1c8e5f4b27}' }],
  },
];

const addresses = [
  'http://tpp.corp.example',
  'https://user@tpp.corp.example',
  'https://tpp.corp.example?x',
  'https://tpp.corp.example/../vedsdk',
  'https://tpp.corp.example.',
  'https://tpp.corp.example:99999',
  'https://tpp.corp.example\r\nx',
  'https://tpp.corp.evil.example',
  'HTTPS://TPP.Corp.Example',
  'http://[::1]:9400',
  'http://localhost.evil.example',
  'javascript:alert(1)',
  'https://xn--80ak6aa92e.example',
];

/** A project with an address of its own making, a secret where none belongs, or anything else in a wrong place. */
const project: fc.Arbitrary<Json> = fc.constantFrom(...realProjects).chain((real) => {
  const fields = real as { readonly [name: string]: Json };
  const address = fc.oneof(fc.constantFrom(...addresses), fc.webUrl(), fc.string());
  const addressKey = fc.constantFrom('endpoint', 'oauthEndpoint', 'appleEndpoint', 'authEndpoint', 'redirectUri');
  const secretKey = fc.oneof(
    fc.constantFrom(
      'refreshToken',
      'clientSecret',
      'password',
      'scopes',
      'clientId',
      'caBundle',
      'endpoint',
      'tenantId',
    ),
    fc.string(),
  );
  const isShown = (key: string): boolean => ['id', 'name', 'provider', 'identities'].includes(key);
  return fc.oneof(
    { weight: 3, arbitrary: changedJson(real) },
    { weight: 2, arbitrary: fc.tuple(addressKey, address).map(([key, text]) => ({ ...fields, [key]: text })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(secretKey, fc.constantFrom<Json>(planted, [planted], { token: planted }, ` ${planted}\n`))
        .map(([key, secret]) => (isShown(key) ? real : { ...fields, [key]: secret })),
    },
    { weight: 1, arbitrary: fc.constant({ ...fields, identities: [{ id: 'alice', refreshToken: planted }] }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json) },
  );
});

const setting: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.array(project, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.anything() },
);

function assertUsable(one: Project): void {
  const description = providerDescriptions.get(one.provider);
  assert.ok(description, one.provider);
  const origins = description.credentialOrigins(one);
  assert.ok(origins.includes(one.endpoint), `${one.endpoint} is none of ${origins}`);
  for (const origin of origins) {
    const url = new URL(origin);
    assert.equal(url.origin, origin);
    assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)), origin);
    assert.equal(`${url.username}${url.password}${url.search}${url.hash}`, '');
  }
  const ids = one.identities.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
}

describe('any settings', () => {
  it('are taken or told, never thrown at, and no secret in them is repeated', function () {
    this.timeout(patience());
    let taken = 0;
    let told = 0;
    fc.assert(
      fc.property(setting, (value) => {
        const { projects, problems } = parseProjects(value, providerDescriptions);
        taken += projects.length;
        told += problems.length;
        const said = JSON.stringify(problems);
        assert.ok(!said.includes(planted), said);
        for (const problem of problems) {
          assert.match(problem.path, /^(\[\d+\]|$)/);
          for (const [, name = ''] of `${problem.what} ${problem.mend}`.matchAll(/\{(\w+)\}/g))
            assert.ok(problem.params?.[name] !== undefined, `{${name}} in ${said}`);
        }
        for (const one of projects) assertUsable(one);
        const ids = projects.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        // Each entry is taken, or there is a problem that leads to it.
        if (Array.isArray(value) && value.length > projects.length) {
          const places = new Set(problems.map(({ path }) => /^\[\d+\]/.exec(path)?.[0]));
          assert.ok(places.size >= value.length - projects.length, said);
        }
      }),
      cases(500),
    );
    assert.ok(taken > 0 && told > 0);
  });
});
