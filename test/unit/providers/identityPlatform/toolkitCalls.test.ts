/** The calls of Identity Toolkit: of whom they speak, and what may be done after each ending. */
import assert from 'node:assert/strict';
import { type RemedyAction, reason } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import { BoundSecret } from '../../../../src/core/redact';
import { lookUpAccount, revokeToken, type SignedIn } from '../../../../src/providers/identityPlatform/api';
import { type FilledForm, readFilledForm } from '../../../../src/providers/identityPlatform/filledForm';
import { addressesOf } from '../../../../src/providers/identityPlatform/settings';
import {
  account,
  brokenOff,
  type CredentialChanges,
  codes,
  credentialWith,
  freely,
  IdentityPlatformScene,
  idToken,
  nativeCode,
  never,
  noName,
  planted,
  toolkit,
  webCode,
} from '../../../fakes/identityPlatformScene';
import { response, ScriptedTransport } from '../../../fakes/scriptedTransport';

const scene = new IdentityPlatformScene();
const token = idToken();
const byOauth: CredentialChanges = { secrets: { apiKey: null, oauthToken: planted.oauthToken } };
const byBoth: CredentialChanges = { secrets: { oauthToken: planted.oauthToken } };
const redirect: HttpResult = { kind: 'redirect', status: 302, location: undefined };

function filled(...changes: readonly CredentialChanges[]): FilledForm {
  const { credentials: _, ...target } = scene.target(credentialWith());
  const read = readFilledForm({ ...target, credential: credentialWith(...changes) });
  assert.ok(read.kind === 'filled', JSON.stringify(read));
  return read.form;
}

function signedIn(tenantId?: string): SignedIn {
  const facts = { uid: 'uid-alice' } as SignedIn['facts'];
  return { idToken: new BoundSecret(token, [toolkit]), facts, tenantId };
}

function at(answer: HttpResult) {
  const transport = new ScriptedTransport(answer);
  return { transport, api: { addresses: addressesOf(scene.project), transport, clock: scene.clock } };
}

describe('Identity Platform: the account behind an ID token', () => {
  const look = async (answer: HttpResult, form = filled(), tenantId?: string) => {
    const { transport, api } = at(answer);
    const result = await lookUpAccount(api, form, signedIn(tenantId), never);
    return { result, requests: transport.requests };
  };

  const rows: readonly (readonly [string, CredentialChanges, string | undefined, object])[] = [
    ['by an API key: the token itself', {}, undefined, { idToken: token }],
    ['by an API key, of a tenant', {}, 'blue', { idToken: token, tenantId: 'blue' }],
    ['by an OAuth token: whom the ID token is for', byOauth, undefined, { localId: ['uid-alice'] }],
    ['by an OAuth token, of a tenant', byOauth, 'blue', { localId: ['uid-alice'], tenantId: 'blue' }],
    ['by both: as by the API key', byBoth, undefined, { idToken: token }],
  ];
  for (const [what, changes, tenantId, fields] of rows) {
    it(`is asked for ${what}`, async () => {
      const { requests } = await look(account('apple.com'), filled(changes), tenantId);
      assert.deepEqual(
        requests.map(({ method, effect, body }) => [method, effect, JSON.parse(body)]),
        [['POST', 'read', fields]],
      );
    });
  }

  it('is read with its services, each once', async () => {
    const { result } = await look(account('apple.com', 'password', 'apple.com'));
    const expected = { uid: 'uid-alice', email: 'alice.test@example.com', providers: ['apple.com', 'password'] };
    assert.deepEqual(result, { kind: 'account', account: expected });
    const bare = await look(response(200, { users: [{ localId: 'x', email: 7, providerUserInfo: {} }] }));
    assert.deepEqual(bare.result, { kind: 'account', account: { uid: 'x', email: undefined, providers: [] } });
  });

  it('is gone where the service names none: another sign-in is needed', async () => {
    const why = reason('identityPlatform.noSuchAccount', { uid: 'uid-alice' }, [{ kind: 'replace-credential' }]);
    for (const body of [{}, { users: [] }]) {
      const { result } = await look(response(200, body));
      assert.deepEqual(result, { kind: 'refused', reason: why, signInDead: true });
    }
  });

  for (const body of [{ users: [{}] }, { users: [{ localId: '' }] }, { users: 'x' }, [], 'null', '<html>']) {
    it(`is not known from ${JSON.stringify(body)}`, async () => {
      const { result } = await look(response(200, body));
      assert.equal('reason' in result && codes(result.reason), 'unexpectedAnswer');
      assert.equal(result.kind, 'unknown');
    });
  }

  it('is not known from what is no 200', async () => {
    const { result } = await look(response(203, { users: [{ localId: 'x' }] }));
    assert.equal(result.kind, 'unknown');
  });

  it('can be asked for again where there was no answer, and is not where it was stopped', async () => {
    for (const answer of [noName, brokenOff, redirect]) {
      const { result } = await look(answer);
      assert.ok(result.kind === 'unanswered', result.kind);
      assert.deepEqual(result.reason.actions, [{ kind: 'retry' }]);
    }
    assert.deepEqual((await look({ kind: 'aborted', sent: true })).result, { kind: 'aborted' });
  });
});

describe('Identity Platform: the call that revokes', () => {
  const revoke = async (answer: HttpResult, changes: CredentialChanges = {}, tenantId?: string) => {
    const { transport, api } = at(answer);
    const result = await revokeToken(api, filled(changes), signedIn(tenantId), freely, never);
    return { result, requests: transport.requests };
  };
  const common = { providerId: 'apple.com', token: planted.appleToken, idToken: token };

  const rows: readonly (readonly [string, CredentialChanges, string | undefined, object])[] = [
    ['a token', {}, undefined, { ...common, tokenType: 'REFRESH_TOKEN' }],
    ['a token, of a tenant', {}, 'blue', { ...common, tokenType: 'REFRESH_TOKEN', tenantId: 'blue' }],
    ['a code of an app', nativeCode, undefined, { ...common, tokenType: 'CODE' }],
    [
      'a code of a page',
      webCode,
      undefined,
      { ...common, tokenType: 'CODE', redirectUri: 'https://app.example.com/callback' },
    ],
  ];
  for (const [what, changes, tenantId, fields] of rows) {
    it(`names ${what}, and nothing besides`, async () => {
      const { result, requests } = await revoke(response(200, {}), changes, tenantId);
      assert.deepEqual(result, { kind: 'accepted' });
      assert.deepEqual(
        requests.map(({ method, effect, body }) => [method, effect, JSON.parse(body)]),
        [['POST', 'irreversible', fields]],
      );
    });
  }

  const endings: readonly (readonly [HttpResult, CredentialChanges, string, string, readonly RemedyAction[]])[] = [
    [noName, {}, 'not-sent', 'http.dns', [{ kind: 'retry' }]],
    [brokenOff, {}, 'unknown', 'http.timeout', [{ kind: 'verify' }]],
    [redirect, {}, 'unknown', 'http.redirect', [{ kind: 'verify' }]],
    // A code that may have been used up is never sent again.
    [brokenOff, nativeCode, 'unknown', 'codeUnknown < http.timeout', [{ kind: 'replace-credential' }]],
    [response(503, ''), nativeCode, 'unknown', 'codeUnknown < gatewayPage', [{ kind: 'replace-credential' }]],
    [noName, nativeCode, 'not-sent', 'http.dns', [{ kind: 'retry' }]],
  ];
  for (const [answer, changes, kind, code, actions] of endings) {
    const what = answer.kind === 'response' ? String(answer.status) : answer.kind;
    it(`${what} for ${changes === nativeCode ? 'a code' : 'a token'}: ${kind}, and what may be done`, async () => {
      const { result } = await revoke(answer, changes);
      assert.ok('reason' in result);
      assert.deepEqual([result.kind, codes(result.reason), result.reason.actions], [kind, code, actions]);
    });
  }

  it('is stopped as it was', async () => {
    for (const sent of [true, false]) {
      assert.deepEqual((await revoke({ kind: 'aborted', sent })).result, { kind: 'aborted', sent });
    }
  });
});
