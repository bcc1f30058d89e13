import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type ClientFile, parseClientFile } from '../../../src/auth/googleClientFile';
import { suggestedRedirectUri } from '../../../src/auth/loopbackAddress';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import { reasonSentences, untranslated } from '../../../src/core/outcomeText';

const token = new URL('https://oauth2.googleapis.com/token');
const secret = 'GOCSPX-planted-client-secret';

/** As the console writes it for a desktop client. */
const installed = {
  client_id: '123456789012-abc.apps.googleusercontent.com',
  project_id: 'sample',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'https://oauth2.googleapis.com/token',
  auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
  client_secret: secret,
  redirect_uris: ['http://localhost'],
};
const web = { ...installed, redirect_uris: ['https://app.example/back', 'http://localhost:8080/back'] };

function parse(file: unknown): ClientFile {
  const result = parseClientFile(typeof file === 'string' ? file : JSON.stringify(file), [token.origin]);
  const printed = inspect(result, { depth: null, showHidden: true, getters: true }) + JSON.stringify(result);
  assert.ok(!printed.includes('planted'), `shows the secret: ${printed}`);
  return result;
}

function client(file: unknown) {
  const result = parse(file);
  assert.ok(result.kind === 'client', inspect(result));
  return result.client;
}

describe('parseClientFile', () => {
  it('reads a desktop client, whose secret is sealed for the given origins', () => {
    const { clientSecret, ...rest } = client({ installed });
    assert.deepEqual(rest, { clientKind: 'installed', clientId: installed.client_id, redirectUris: [] });
    assert.deepEqual(clientSecret.revealFor(token), { kind: 'revealed', value: secret });
    assert.equal(clientSecret.revealFor(new URL('https://evil.example')).kind, 'foreign-origin');
  });

  it('reads a web client, with the addresses that can be listened for, exactly as registered', () => {
    const redirect_uris = [
      'https://app.example/back',
      'http://localhost:8080',
      'http://127.0.0.1:9000/a/b',
      'http://localhost/back',
      'http://app.example:8080/',
      'https://localhost:8443/',
    ];
    const { clientKind, redirectUris } = client({ web: { ...web, redirect_uris } });
    assert.equal(clientKind, 'web');
    assert.deepEqual(redirectUris, ['http://localhost:8080', 'http://127.0.0.1:9000/a/b']);
  });

  it('does not take the addresses in the file for where a secret may go', () => {
    const evil = { ...installed, token_uri: 'https://evil.example/token', auth_uri: 'https://evil.example/auth' };
    assert.deepEqual(client({ installed: evil }).clientSecret.boundTo, [token.origin]);
  });

  it('does without a byte order mark, and without what the console adds', () => {
    const { client_id, client_secret } = installed;
    assert.equal(
      client(`\ufeff${JSON.stringify({ installed: { client_id, client_secret } }, null, 2)}\r\n`).clientId,
      client_id,
    );
  });

  const problems: readonly (readonly [what: string, file: unknown, code: string])[] = [
    ['nothing', '', 'clientFile.notJson'],
    ['a page', '<html></html>', 'clientFile.notJson'],
    ['cut JSON', JSON.stringify({ installed }).slice(0, -2), 'clientFile.notJson'],
    ['binary', '\u0000\u0001PK', 'clientFile.notJson'],
    ['the secret alone', secret, 'clientFile.notJson'],
    ['an array', [{ installed }], 'clientFile.notAnObject'],
    ['null', 'null', 'clientFile.notAnObject'],
    ['a number', '7', 'clientFile.notAnObject'],
    ['a text', JSON.stringify(secret), 'clientFile.notAnObject'],
    ['a huge file', JSON.stringify({ installed, more: 'x'.repeat(65_536) }), 'clientFile.tooLarge'],
    [
      'a service account',
      { type: 'service_account', client_id: '1', private_key: '-----BEGIN PRIVATE KEY-----planted' },
      'clientFile.serviceAccount',
    ],
    [
      'credentials of gcloud',
      { type: 'authorized_user', client_id: '1', client_secret: secret, refresh_token: '1//planted' },
      'clientFile.refreshToken',
    ],
    ['a token answer', { access_token: 'ya29.planted', refresh_token: '1//planted' }, 'clientFile.refreshToken'],
    ['both kinds', { installed, web }, 'clientFile.twoClients'],
    ['neither kind', { client_id: '1', client_secret: secret }, 'clientFile.noClient'],
    ['an empty object', {}, 'clientFile.noClient'],
    ['a kind only by inheritance', '{"__proto__":{"installed":{}}}', 'clientFile.noClient'],
    ['a client that is a list', { installed: [installed] }, 'clientFile.clientNotAnObject'],
    ['a client that is null', { web: null }, 'clientFile.clientNotAnObject'],
    ['no client id', { installed: { client_secret: secret } }, 'clientFile.clientId'],
    ['a client id that is a number', { installed: { ...installed, client_id: 7 } }, 'clientFile.clientId'],
    ['a client id with a line break', { installed: { ...installed, client_id: 'a\r\nb' } }, 'clientFile.clientId'],
    ['an endless client id', { installed: { ...installed, client_id: 'a'.repeat(201) } }, 'clientFile.clientId'],
    ['no secret', { installed: { client_id: installed.client_id } }, 'clientFile.noSecret'],
    ['a secret that is an object', { installed: { ...installed, client_secret: { planted: 1 } } }, 'clientFile.secret'],
    ['an empty secret', { installed: { ...installed, client_secret: ' ' } }, 'clientFile.secret'],
    ['a secret in quotes', { installed: { ...installed, client_secret: `"${secret}"` } }, 'clientFile.secret'],
    ['addresses that are a text', { web: { ...web, redirect_uris: 'http://localhost:1/' } }, 'clientFile.redirectUris'],
    ['addresses that are numbers', { web: { ...web, redirect_uris: [8080] } }, 'clientFile.redirectUris'],
    ['no addresses', { web: { ...web, redirect_uris: undefined } }, 'clientFile.noLoopback'],
    ['no loopback address', { web: { ...web, redirect_uris: ['https://app.example/'] } }, 'clientFile.noLoopback'],
  ];
  for (const [what, file, code] of problems) {
    it(`${what}: ${code}`, () => {
      const result = parse(file);
      assert.ok(result.kind === 'problem');
      assert.equal(result.reason.code, code);
    });
  }

  it('says which address to register', () => {
    const result = parse({ web: { ...web, redirect_uris: [] } });
    assert.ok(result.kind === 'problem');
    const { remedy } = reasonSentences(result.reason, new Map(Object.entries(signInReasonTexts)), untranslated);
    assert.ok(remedy?.includes(`Register ${suggestedRedirectUri} as a redirect URI`), remedy);
  });
});
