import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Project } from '../../../../src/core/model';
import type { CredentialField, ReasonText } from '../../../../src/core/provider';
import { parseTokenType } from '../../../../src/providers/identityPlatform/credentialForms';
import { identityPlatform } from '../../../../src/providers/identityPlatform/description';
import { addressesOf, defaultEndpoint, optionsSchema } from '../../../../src/providers/identityPlatform/settings';
import { apple, local, secureToken, toolkit } from '../../../fakes/identityPlatformScene';
import { reasonCalls } from '../../../fakes/reasonCalls';
import { project } from '../../../fakes/resetStage';

function at(endpoint: string, options: Record<string, unknown> = {}): Project {
  return project({ provider: 'identityPlatform', endpoint, options });
}

const certificate = 'AB:'.repeat(19).concat('CD');

describe('options of an Identity Platform project', () => {
  it('are all optional; the identity provider is Apple', () =>
    assert.deepEqual(v.parse(optionsSchema, {}), { identityProvider: 'apple.com' }));

  it('parse to the same when parsed again', () => {
    const options = {
      identityProvider: 'apple.com',
      firebaseProject: 'demo-shop',
      tenantId: 'Blue-x1',
      quotaProject: '123456789012',
      keyAndroidPackage: 'com.example.app',
      keyAndroidCert: certificate,
      appleRedirectUri: 'https://app.example.com/callback',
      appleTeamId: 'TEAM123456',
      appleKeyId: 'KEY1234567',
      appleClientId: 'com.example.app',
      secureTokenEndpoint: 'https://tokens.corp.example',
      appleEndpoint: 'http://127.0.0.1:9400',
    };
    const once = v.parse(optionsSchema, options);
    assert.deepEqual(once, options);
    assert.deepEqual(v.parse(optionsSchema, once), once);
  });

  const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
    [{ identityProvider: 'google.com' }, /must be "apple\.com"/],
    [{ firebaseProject: 'Shop' }, /project id/],
    [{ firebaseProject: 5 }, /must be a text/],
    [{ tenantId: 'a b' }, /letters, digits and hyphens/],
    [{ quotaProject: 'x y' }, /project number/],
    [{ keyReferer: 'app.example.com' }, /web address/],
    [{ keyReferer: 'https://app.example.com/\r\nx: y' }, /web address/],
    [{ keyIosBundleId: 'a b' }, /bundle ID/],
    [{ keyAndroidPackage: 'a-b', keyAndroidCert: certificate }, /package name/],
    [{ keyAndroidPackage: 'a.b', keyAndroidCert: 'ABCD' }, /SHA-1/],
    [{ keyAndroidPackage: 'a.b' }, /both keyAndroidPackage and keyAndroidCert/],
    [{ keyAndroidCert: certificate }, /both keyAndroidPackage and keyAndroidCert/],
    [{ keyReferer: 'https://a.example', keyIosBundleId: 'a.b' }, /more than one kind/],
    [{ appleRedirectUri: 'https://localhost/cb' }, /no localhost/],
    [{ appleTeamId: 'short' }, /10 capital letters/],
    [{ appleKeyId: 'abcdefghij' }, /10 capital letters/],
    [{ appleClientId: 'a b' }, /Services ID/],
    [{ secureTokenEndpoint: 'http://tokens.corp.example' }, /https origin/],
    [{ appleEndpoint: 'https://apple.example/auth' }, /https origin/],
    [{ apiKey: 'x' }, /is not a key of an Identity Platform project/],
    ['x', /must be an object/],
  ];
  for (const [options, message] of wrong) {
    it(`${JSON.stringify(options)}: ${message.source}`, () => {
      assert.match(v.safeParse(optionsSchema, options).issues?.[0]?.message ?? '', message);
    });
  }
});

describe('addresses of an Identity Platform project', () => {
  const shown = (subject: Project): readonly string[] => {
    const { method, token, appleToken, appleRevoke } = addressesOf(subject);
    return [method('v2/accounts:revokeToken'), token, appleToken, appleRevoke].map(({ url }) => url.href);
  };

  it('are those of Google and Apple', () => {
    assert.deepEqual(shown(at(toolkit)), [
      `${toolkit}/v2/accounts:revokeToken`,
      `${secureToken}/v1/token`,
      `${apple}/auth/token`,
      `${apple}/auth/revoke`,
    ]);
    assert.equal(addressesOf(at(toolkit)).isLocal, false);
  });

  it('on this machine, one origin stands for all, below the names of the real hosts', () => {
    for (const endpoint of [local, 'http://localhost:9400', 'http://[::1]:9400', 'https://127.0.0.1:9443']) {
      assert.deepEqual(shown(at(endpoint)), [
        `${endpoint}/identitytoolkit.googleapis.com/v2/accounts:revokeToken`,
        `${endpoint}/securetoken.googleapis.com/v1/token`,
        `${endpoint}/appleid.apple.com/auth/token`,
        `${endpoint}/appleid.apple.com/auth/revoke`,
      ]);
      assert.equal(addressesOf(at(endpoint)).isLocal, true);
    }
  });

  it('nothing of a stand-in elsewhere reaches Google or Apple', () => {
    for (const endpoint of ['https://toolkit.corp.example', `${toolkit}.evil.example`, `${toolkit}:8443`]) {
      assert.ok(shown(at(endpoint)).every((url) => new URL(url).origin === endpoint));
    }
  });

  it('each can be named', () => {
    const options = { secureTokenEndpoint: 'https://tokens.corp.example', appleEndpoint: local };
    assert.deepEqual(shown(at(toolkit, options)).slice(1), [
      'https://tokens.corp.example/v1/token',
      `${local}/appleid.apple.com/auth/token`,
      `${local}/appleid.apple.com/auth/revoke`,
    ]);
    assert.deepEqual(identityPlatform.credentialOrigins(at(toolkit, options)), [
      toolkit,
      'https://tokens.corp.example',
      local,
    ]);
  });

  it('a credential is bound to all three origins, or to the one there is', () => {
    assert.deepEqual(identityPlatform.credentialOrigins(at(toolkit)), [toolkit, secureToken, apple]);
    assert.deepEqual(identityPlatform.credentialOrigins(at(local)), [local]);
  });

  it('the paths that the log may show hold nothing but names', () => {
    const { method, token, appleRevoke } = addressesOf(at(local));
    assert.equal(method('v1/accounts:lookup').pathTemplate, '/identitytoolkit.googleapis.com/v1/accounts:lookup');
    assert.equal(token.pathTemplate, '/securetoken.googleapis.com/v1/token');
    assert.equal(appleRevoke.pathTemplate, '/appleid.apple.com/auth/revoke');
  });

  const hosts: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, toolkit],
    ['', toolkit],
    ['127.0.0.1:9099', local],
    ['localhost:9099', 'http://localhost:9099'],
    ['[::1]:9099', 'http://[::1]:9099'],
    ['0.0.0.0:9099', undefined],
    ['emulator.corp.example:9099', undefined],
    ['localhost.evil.example:9099', undefined],
    ['127.0.0.1:9099/path', undefined],
    ['user@127.0.0.1:9099', undefined],
    ['http://127.0.0.1:9099', undefined],
  ];
  for (const [host, endpoint] of hosts) {
    it(`FIREBASE_AUTH_EMULATOR_HOST ${host ?? 'unset'}: ${endpoint ?? 'no default, rather than production'}`, () => {
      assert.equal(defaultEndpoint(host), endpoint);
    });
  }
});

describe('credential forms of Identity Platform', () => {
  const fields: readonly CredentialField[] = identityPlatform.credentialForms.flatMap((form) => [...form.fields]);

  it('every secret field is a secret, and nothing else is', () => {
    assert.deepEqual([...new Set(fields.filter(({ secret }) => secret).map(({ id }) => id))].sort(), [
      'apiKey',
      'appleKey',
      'customToken',
      'idToken',
      'oauthToken',
      'password',
      'refreshToken',
      'token',
    ]);
  });

  it('a value taken from the options is one that the options have', () => {
    const keys = Object.keys(optionsSchema.entries);
    for (const { fromOption } of fields) if (fromOption !== undefined) assert.ok(keys.includes(fromOption), fromOption);
  });

  it('a condition is about an earlier field of the form, and about values it can have', () => {
    for (const form of identityPlatform.credentialForms) {
      for (const [index, { onlyWhen }] of form.fields.entries()) {
        if (!onlyWhen) continue;
        const earlier = form.fields.slice(0, index).find(({ id }) => id === onlyWhen.field);
        assert.ok(earlier, `${form.id}: ${onlyWhen.field}`);
        const values = earlier.choices?.map(({ value }) => value) ?? [''];
        for (const value of onlyWhen.is ?? []) assert.ok(values.includes(value), `${onlyWhen.field} ${value}`);
      }
    }
  });

  it('every choice passes the check of its field', () => {
    for (const { choices, check } of fields)
      for (const { value } of choices ?? []) assert.equal(check?.(value), undefined);
    assert.equal(fields.filter(({ choices }) => choices).length, 9);
  });

  it('the first is the Firebase refresh token', () =>
    assert.equal(identityPlatform.credentialForms[0]?.id, 'refreshToken'));

  it('token types are read as names and as numbers', () => {
    assert.deepEqual(['1', 'REFRESH_TOKEN', '2', 'access_token', ' 3 ', 'CODE'].map(parseTokenType), [
      'REFRESH_TOKEN',
      'REFRESH_TOKEN',
      'ACCESS_TOKEN',
      'ACCESS_TOKEN',
      'CODE',
      'CODE',
    ]);
    for (const text of ['', '0', '4', '1.0', 'TOKEN_TYPE_UNSPECIFIED', 'toString']) {
      assert.equal(parseTokenType(text), undefined, text);
    }
  });
});

describe('texts of Identity Platform', () => {
  const folder = join(__dirname, '../../../../src/providers/identityPlatform');
  const calls = readdirSync(folder).flatMap((file) => reasonCalls(readFileSync(join(folder, file), 'utf8')));
  const own = calls.filter(({ code }) => code.startsWith('identityPlatform.'));
  const texts: Readonly<Record<string, ReasonText>> = identityPlatform.reasonTexts;

  it('every code has one, and every one is used', () => {
    const codes = [...new Set(own.map(({ code }) => code))].sort();
    assert.ok(codes.length > 90, String(codes.length));
    assert.deepEqual(codes, Object.keys(texts).sort());
  });

  it('every placeholder is given', () => {
    const missing = own.flatMap(({ code, params }) => {
      const { happened = '', notHappened = '', remedy = '' } = texts[code] ?? {};
      const names = [...`${happened}${notHappened}${remedy}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      return params
        ? names.filter((name) => name !== 'cause' && !params.includes(name)).map((name) => `${code} ${name}`)
        : [];
    });
    assert.deepEqual(missing, []);
  });

  it('each is of whole sentences', () => {
    for (const [code, text] of Object.entries(texts)) {
      for (const sentence of Object.values(text)) assert.match(sentence, /^[\p{Lu}{"].*([.?]|\}|: \{\w+\})$/su, code);
    }
  });
});
