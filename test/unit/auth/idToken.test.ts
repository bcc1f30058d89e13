import assert from 'node:assert/strict';
import {
  makerOfCustomToken,
  makerOfJwt,
  makerOfRefreshToken,
  readIdToken,
  readSubject,
} from '../../../src/auth/idToken';
import { idToken, jwt } from '../../fakes/identityPlatformScene';
import { noon } from '../../fakes/resetStage';

const payload = { aud: 'p', sub: 'u', exp: 1 };

describe('a local look at an ID token', () => {
  it('shows project, user, tenant, end and the Apple identity', () => {
    assert.deepEqual(readIdToken(idToken({ tenant: 'blue' })), {
      unsigned: false,
      project: 'demo-shop',
      uid: 'uid-alice',
      expiresAt: noon + 3_600_000,
      tenantId: 'blue',
      signInProvider: 'apple.com',
      identities: { 'apple.com': ['001234.alice.0001'] },
    });
  });

  it('does without what Firebase adds', () => {
    for (const firebase of [undefined, null, 'x', { identities: 'x', tenant: 5 }]) {
      const facts = readIdToken(jwt({ ...payload, firebase }));
      assert.deepEqual([facts?.identities, facts?.tenantId], [{}, undefined]);
    }
  });

  const none = ['', 'x', 'a.b.c', '..', `${jwt(payload)}.x`, jwt([]), jwt({ ...payload, aud: '' })];
  const broken = [jwt({ ...payload, sub: 5 }), jwt({ ...payload, exp: '1' }), jwt(payload, {}), `{${jwt(payload)}`];
  for (const text of [...none, ...broken]) {
    it(`${JSON.stringify(text.slice(0, 40))} is none`, () => assert.equal(readIdToken(text), undefined));
  }

  const makers: readonly (readonly [string, string])[] = [
    [jwt(payload), 'signed'],
    [jwt(payload, { alg: 'none' }, ''), 'unsigned'],
    [jwt(payload, { alg: 'NoNe' }), 'unsigned'],
    [jwt(payload, { alg: 'RS256' }, ''), 'unsigned'],
    ['nonsense', 'unknown'],
  ];
  for (const [text, maker] of makers) {
    it(`${text.slice(0, 20)}… is ${maker}`, () => assert.equal(makerOfJwt(text), maker));
  }

  it('the emulator’s other tokens are known, too', () => {
    assert.equal(makerOfCustomToken(' {"uid":"x"}'), 'unsigned');
    assert.equal(makerOfCustomToken(jwt({ uid: 'x' })), 'signed');
    const ofEmulator = Buffer.from('{"_AuthEmulatorRefreshToken":"DO NOT MODIFY"}').toString('base64');
    assert.equal(makerOfRefreshToken(ofEmulator), 'unsigned');
    for (const text of [
      'AMf-vBx',
      '',
      Buffer.from('{"x":1}').toString('base64'),
      Buffer.from('[1]').toString('base64'),
    ]) {
      assert.equal(makerOfRefreshToken(text), 'signed');
    }
  });

  it('reads the subject of any JWT', () => {
    assert.equal(readSubject(jwt({ sub: 'a' })), 'a');
    for (const text of ['', 'x', jwt({ sub: '' }), jwt({})]) assert.equal(readSubject(text), undefined);
  });
});
