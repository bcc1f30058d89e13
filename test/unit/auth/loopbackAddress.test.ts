import assert from 'node:assert/strict';
import { readLoopbackAddress, suggestedRedirectUri } from '../../../src/auth/loopbackAddress';
import { parsePastedRedirect } from '../../../src/auth/loopbackRequest';
import type { Reason } from '../../../src/core/model';
import { code, right, state, tokenUrl } from './loopbackStage';

describe('readLoopbackAddress', () => {
  it('takes loopback addresses with a port of their own', () => {
    for (const [uri, hostname, path] of [
      ['http://127.0.0.1:8080', '127.0.0.1', '/'],
      ['http://localhost:3000/auth/google', 'localhost', '/auth/google'],
      ['http://LOCALHOST:3000/', 'localhost', '/'],
      ['http://[::1]:9000/x', '[::1]', '/x'],
      [suggestedRedirectUri, '127.0.0.1', '/'],
    ] as const) {
      const address = readLoopbackAddress(uri);
      assert.deepEqual([address?.redirectUri, address?.hostname, address?.path], [uri, hostname, path]);
    }
  });

  for (const uri of [
    '',
    'localhost:8080',
    'https://localhost:8080/',
    'http://localhost/',
    'http://localhost:80/',
    'http://localhost:0/',
    'http://localhost:99999/',
    'http://localhost.evil.example:8080/',
    'http://127.0.0.2:8080/',
    'http://user@localhost:8080/',
    'http://localhost:8080/?x=1',
    'http://localhost:8080/#x',
    'http://localhost:8080/a b',
    'http://localhost\\@evil.example:8080/',
    'http://app.example:8080/',
    'com.example.app:/oauth2redirect',
    'urn:ietf:wg:oauth:2.0:oob',
  ]) {
    it(`refuses "${uri}"`, () => assert.equal(readLoopbackAddress(uri), undefined));
  }
});

describe('parsePastedRedirect', () => {
  const redirectUri = 'http://127.0.0.1:40123/callback';
  const expected = { state, codeFor: [tokenUrl.origin], redirectUri };
  const address = `http://127.0.0.1:40123${right}`;

  for (const text of [address, `  ${address}\n`, address.replace('http://', ''), address.replace('http', 'HTTP')]) {
    it(`takes ${JSON.stringify(text)}`, () => {
      const reading = parsePastedRedirect(text, expected);
      assert.ok(reading.kind === 'code');
      assert.deepEqual(reading.code.revealFor(tokenUrl), { kind: 'revealed', value: code });
    });
  }

  it('takes a refusal and an error', () => {
    const at = (query: string): string => `${redirectUri}?state=${state}&${query}`;
    assert.deepEqual(parsePastedRedirect(at('error=access_denied'), expected), { kind: 'denied' });
    assert.deepEqual(parsePastedRedirect(at('error=server_error'), expected), { kind: 'error', code: 'server_error' });
  });

  const problems: readonly (readonly [text: string, code: string])[] = [
    ['', 'signIn.pastedNothing'],
    [' \n', 'signIn.pastedNothing'],
    [`${address}&x=${'x'.repeat(8300)}`, 'signIn.pastedTooLong'],
    [code.replace('/', '-'), 'signIn.pastedNoAddress'],
    ['hello world', 'signIn.pastedNoAddress'],
    [`${address} ${address}`, 'signIn.pastedNoAddress'],
    ['http://', 'signIn.pastedNoAddress'],
    [code, 'signIn.pastedOtherAddress'],
    ['https://accounts.google.com/o/oauth2/v2/auth?state=planted', 'signIn.pastedOtherAddress'],
    [address.replace('http:', 'https:'), 'signIn.pastedOtherAddress'],
    [address.replace('40123', '40124'), 'signIn.pastedOtherAddress'],
    [address.replace('127.0.0.1', 'localhost'), 'signIn.pastedOtherAddress'],
    [address.replace('/callback', '/'), 'signIn.pastedOtherAddress'],
    [address.replace('http://', 'http://planted@'), 'signIn.pastedOtherAddress'],
    [redirectUri, 'signIn.pastedNoState'],
    [`${redirectUri}?code=${code}`, 'signIn.pastedNoState'],
    [`${redirectUri}?error=access_denied`, 'signIn.pastedNoState'],
    [address.replace(state, 'planted-other'), 'signIn.pastedOtherState'],
    [`${address}&state=${state}`, 'signIn.pastedOtherState'],
    [`${redirectUri}?state=${state}`, 'signIn.pastedNoCode'],
    [`${redirectUri}?state=${state}&code=`, 'signIn.pastedNoCode'],
    [`${redirectUri}?state=${state}&code=a&error=access_denied`, 'signIn.pastedNoCode'],
  ];
  for (const [text, problem] of problems) {
    it(`${JSON.stringify(text).slice(0, 100)}: ${problem}, and repeats none of it`, () => {
      const reading = parsePastedRedirect(text, expected);
      const reason: Reason | undefined = reading.kind === 'problem' ? reading.reason : undefined;
      assert.equal(reason?.code, problem);
      assert.doesNotMatch(JSON.stringify(reading), /planted|accounts\.google/);
    });
  }
});
