/** Tokens read locally: any text, and real ones that were tampered with. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  makerOfCustomToken,
  makerOfJwt,
  makerOfRefreshToken,
  readIdToken,
  readSubject,
} from '../../../src/auth/idToken';
import { idToken, jwt } from '../../fakes/identityPlatformScene';
import { cases, patience } from './cases';
import { changedJson, isPlainObject, type Json, jsonOf } from './json';

const payload: Json = {
  aud: 'demo-shop',
  sub: 'uid-alice',
  exp: 1_893_585_600,
  firebase: { tenant: 'tenant-1', sign_in_provider: 'apple.com', identities: { 'apple.com': ['001234.alice'] } },
};
const header: Json = { alg: 'RS256', kid: 'k', typ: 'JWT' };
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const text = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')) },
  { weight: 1, arbitrary: fc.array(fc.json().map(base64url), { maxLength: 4 }).map((parts) => parts.join('.')) },
  { weight: 3, arbitrary: changedJson(payload).map((one) => jwt(one as object)) },
  { weight: 2, arbitrary: changedJson(header).map((one) => jwt(payload as object, one as object)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(400), fc.constantFrom('', '.', '=', '+', '/', ' ', '\n', '\u0000', 'A', '%'), fc.constantFrom(0, 1))
      .map(([at, char, cut]) => idToken().slice(0, at) + char + idToken().slice(at + cut)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(idToken(), idToken({ unsigned: true }), jwt(payload as object, header as object, '')),
  },
);

/** The object in a part of a token, by the letter of RFC 7515: base64url without padding, and JSON. */
function objectIn(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  const value = jsonOf(Buffer.from(part, 'base64url').toString('utf8'));
  return isPlainObject(value) ? value : undefined;
}

describe('any token', () => {
  it('is an ID token only when it is whole and says whose it is, and signed only when it claims a signature', function () {
    this.timeout(patience());
    const seen = new Set<string>();
    fc.assert(
      fc.property(text, (token) => {
        const maker = makerOfJwt(token);
        seen.add(maker);
        const parts = token.split('.');
        const [head, body] = [objectIn(parts[0]), objectIn(parts[1])];
        if (maker !== 'unknown') {
          assert.equal(parts.length, 3);
          assert.equal(typeof head?.['alg'], 'string');
        }
        if (maker === 'signed') {
          assert.notEqual(String(head?.['alg']).toLowerCase(), 'none');
          assert.notEqual(parts[2], '');
        }
        const subject = readSubject(token);
        if (subject !== undefined) assert.equal(subject, body?.['sub']);
        const facts = readIdToken(token);
        if (!facts) return;
        seen.add('facts');
        assert.deepEqual([facts.project, facts.uid], [body?.['aud'], body?.['sub']]);
        assert.ok(facts.project !== '' && facts.uid !== '');
        assert.equal(facts.expiresAt, Number(body?.['exp']) * 1000);
        assert.ok(Number.isFinite(facts.expiresAt));
        assert.equal(facts.unsigned, maker === 'unsigned');
      }),
      cases(1_500),
    );
    assert.deepEqual([...seen].sort(), ['facts', 'signed', 'unknown', 'unsigned']);
  });

  it('has a maker, whatever it is pasted as', function () {
    this.timeout(patience());
    fc.assert(
      fc.property(text, (token) => {
        const custom = makerOfCustomToken(token);
        if (token.trimStart().startsWith('{')) assert.equal(custom, 'unsigned');
        else assert.equal(custom, makerOfJwt(token));
        const emulator = Buffer.from(token, 'base64').toString('utf8').includes('_AuthEmulatorRefreshToken');
        if (makerOfRefreshToken(token) === 'unsigned') assert.ok(emulator);
      }),
      cases(500),
    );
  });
});
