import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { Project } from '../../../../src/core/model';
import { googleDataPortability } from '../../../../src/providers/googleDataPortability/description';
import {
  googleAddresses,
  isJobId,
  optionsSchema,
  rememberedAddresses,
} from '../../../../src/providers/googleDataPortability/settings';
import { project } from '../../../fakes/resetStage';

const google = 'https://dataportability.googleapis.com';
const oauth = 'https://oauth2.googleapis.com';
const sandbox = 'http://127.0.0.1:9400';

function at(endpoint: string, options: Record<string, unknown> = {}): Project {
  return project({ provider: 'googleDataPortability', endpoint, options });
}

describe('options of a Google Data Portability project', () => {
  it('are all optional; the version is v1', () => assert.deepEqual(v.parse(optionsSchema, {}), { apiVersion: 'v1' }));

  it('parse to the same when parsed again', () => {
    const options = {
      apiVersion: 'v1beta',
      quotaUser: '~!x'.padEnd(40, 'y'),
      clientId: '123456789012-abc.apps.googleusercontent.com',
      oauthEndpoint: 'https://oauth.corp.example',
    };
    const once = v.parse(optionsSchema, options);
    assert.deepEqual(once, options);
    assert.deepEqual(v.parse(optionsSchema, once), once);
  });

  const wrong: readonly (readonly [options: unknown, message: string])[] = [
    [{ apiVersion: 'v2' }, 'must be "v1" or "v1beta"'],
    [{ apiVersion: 1 }, 'must be "v1" or "v1beta"'],
    [{ quotaUser: 'x'.repeat(41) }, 'must have at most 40 characters'],
    [{ quotaUser: 'a b' }, 'must be of visible ASCII characters, without spaces'],
    [{ quotaUser: '' }, 'must be of visible ASCII characters, without spaces'],
    [{ quotaUser: 'a\r\nb' }, 'must be of visible ASCII characters, without spaces'],
    [{ quotaUser: 'é' }, 'must be of visible ASCII characters, without spaces'],
    [{ quotaUser: 5 }, 'must be a text'],
    [{ clientId: 'a b' }, 'must look like 123456789012-abc.apps.googleusercontent.com'],
    [{ clientId: '' }, 'must look like 123456789012-abc.apps.googleusercontent.com'],
    [{ clientId: null }, 'must be a text'],
    [{ oauthEndpoint: 'http://oauth.corp.example' }, 'must be an https origin (http for loopback only)'],
    [{ oauthEndpoint: 'https://oauth.corp.example/token' }, 'must be an https origin (http for loopback only)'],
    [{ oauthEndpoint: 'https://a@b.example' }, 'must be an https origin (http for loopback only)'],
    [{ oauthEndpoint: 5 }, 'must be a text'],
    [{ clientSecret: 'x' }, 'is not a key of a Google Data Portability project'],
    ['x', 'must be an object'],
  ];
  for (const [options, message] of wrong) {
    it(`${JSON.stringify(options).slice(0, 60)}: ${message}`, () => {
      const result = v.safeParse(optionsSchema, options);
      assert.equal(result.issues?.[0]?.message, message);
    });
  }
});

describe('addresses of a Google Data Portability project', () => {
  it('Google’s API goes with Google’s token endpoint', () => {
    const addresses = googleAddresses(at(google));
    assert.equal(addresses.tokenUrl.href, `${oauth}/token`);
    assert.equal(addresses.tokenInfoUrl.href, `${oauth}/tokeninfo`);
    assert.equal(addresses.revokeUrl.href, `${oauth}/revoke`);
    assert.equal(addresses.method('authorization:reset').url.href, `${google}/v1/authorization:reset`);
    assert.equal(addresses.method('accessType:check').pathTemplate, '/v1/accessType:check');
  });

  it('a job is named by one harmless segment, and the path shown does not hold its id', () => {
    const { jobMethod } = googleAddresses(at(google, { quotaUser: 'x' }));
    const { url, pathTemplate } = jobMethod('3f0c-_.~=+', ':retry');
    assert.equal(url.href, `${google}/v1/archiveJobs/3f0c-_.~%3D%2B:retry?quotaUser=x`);
    assert.equal(pathTemplate, '/v1/archiveJobs/{id}:retry');
    for (const id of [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      'a:cancel',
      'a?b',
      'a#b',
      '%2e%2e',
      'a b',
      'ä',
      'x'.repeat(257),
    ]) {
      assert.ok(!isJobId(id), id);
      assert.throws(() => jobMethod(id, ':cancel'), id);
    }
  });

  it('a stand-in serves both sides, so that nothing of it reaches Google', () => {
    for (const endpoint of [sandbox, `${google}.evil.example`, `${google}:8443`]) {
      assert.equal(googleAddresses(at(endpoint)).oauthOrigin, endpoint);
    }
  });

  it('the token endpoint can be named', () => {
    const addresses = googleAddresses(at(google, { oauthEndpoint: 'https://OAuth.corp.example/' }));
    assert.equal(addresses.tokenUrl.href, 'https://oauth.corp.example/token');
    assert.equal(addresses.apiOrigin, google);
  });

  it('are made once of each project, and anew of one that was configured anew', () => {
    const addressesOf = rememberedAddresses();
    const [before, after] = [at(google), at(google, { oauthEndpoint: 'https://oauth.corp.example' })];
    assert.equal(addressesOf(before), addressesOf(before));
    assert.equal(addressesOf(after).tokenUrl.href, 'https://oauth.corp.example/token');
    assert.equal(addressesOf(before).tokenUrl.href, `${oauth}/token`);
  });

  it('the version and the quota user are in the address, escaped; the path shown holds neither', () => {
    const { url, pathTemplate } = googleAddresses(at(google, { apiVersion: 'v1beta', quotaUser: 'a&b=c#d' })).method(
      'authorization:reset',
    );
    assert.equal(url.href, `${google}/v1beta/authorization:reset?quotaUser=a%26b%3Dc%23d`);
    assert.equal(pathTemplate, '/v1beta/authorization:reset');
  });

  it('a credential is bound to both origins, or to the one there is', () => {
    assert.deepEqual(googleDataPortability.credentialOrigins(at(google)), [google, oauth]);
    assert.deepEqual(googleDataPortability.credentialOrigins(at(sandbox)), [sandbox]);
  });
});

describe('credential forms of Google Data Portability', () => {
  it('every secret field is a secret, and nothing else is', () => {
    const secret = googleDataPortability.credentialForms.flatMap(({ fields }) =>
      fields.filter((field) => field.secret).map(({ id }) => id),
    );
    assert.deepEqual(secret, ['clientSecret', 'refreshToken', 'accessToken']);
  });

  it('a value taken from the options is one that the options have', () => {
    const keys = Object.keys(optionsSchema.entries);
    for (const { fields } of googleDataPortability.credentialForms) {
      for (const { fromOption } of fields) if (fromOption !== undefined) assert.ok(keys.includes(fromOption));
    }
  });
});
