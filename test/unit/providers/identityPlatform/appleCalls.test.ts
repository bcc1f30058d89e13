/** Apple's two addresses, each answer as it is taken: with its remedies, as a wrong one would have a user send twice. */
import assert from 'node:assert/strict';
import { type Reason, type RemedyAction, reason } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import type { ResetAnswer } from '../../../../src/core/provider';
import { BoundSecret } from '../../../../src/core/redact';
import { type AppleLife, readAppleLife, revokeAtApple } from '../../../../src/providers/identityPlatform/apple';
import {
  type AppleKeyFields,
  type FilledForm,
  readFilledForm,
} from '../../../../src/providers/identityPlatform/filledForm';
import { diagnoseIdpResponse } from '../../../../src/providers/identityPlatform/idpDiagnosis';
import { addressesOf } from '../../../../src/providers/identityPlatform/settings';
import {
  apple,
  appleAlive,
  appleSub,
  brokenOff,
  type CredentialChanges,
  credentialWith,
  freely,
  IdentityPlatformScene,
  nativeCode,
  never,
  noName,
  p8,
  planted,
  toolkit,
  webCode,
  withKey,
} from '../../../fakes/identityPlatformScene';
import { noon } from '../../../fakes/resetStage';
import { response, ScriptedTransport } from '../../../fakes/scriptedTransport';

const host = 'appleid.apple.com';
const replace: readonly RemedyAction[] = [{ kind: 'replace-credential' }];
const retry: readonly RemedyAction[] = [{ kind: 'retry' }];
const verify: readonly RemedyAction[] = [{ kind: 'verify' }];
const appleReason = (
  code: string,
  params: Readonly<Record<string, string>>,
  actions?: readonly RemedyAction[],
): Reason => reason(`identityPlatform.apple.${code}`, params, actions);
const invalidClient = appleReason(
  'invalidClient',
  { clientId: 'com.example.app', teamId: 'TEAM123456', keyId: 'KEY1234567' },
  replace,
);

const scene = new IdentityPlatformScene();

function filled(...changes: readonly CredentialChanges[]): FilledForm {
  const { credentials: _, ...target } = scene.target(credentialWith(...changes));
  const read = readFilledForm({ ...target, credential: credentialWith(...changes) });
  assert.ok(read.kind === 'filled', JSON.stringify(read));
  return read.form;
}

function at(answer: HttpResult) {
  const transport = new ScriptedTransport(answer);
  return { transport, api: { addresses: addressesOf(scene.project), transport, clock: scene.clock } };
}

const key = (changes: Partial<AppleKeyFields> = {}): AppleKeyFields => ({
  privateKey: new BoundSecret(p8, [apple]),
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  clientId: 'com.example.app',
  ...changes,
});
const foreignKey = key({ privateKey: new BoundSecret(p8, [toolkit]) });
const noKey = key({ privateKey: new BoundSecret(`-----BEGIN PRIVATE KEY-----\n${'QUJD'.repeat(40)}\n`, [apple]) });
const foreign = reason('http.foreign-origin', { host }, replace);
const badKey = reason('identityPlatform.apple.badKey', {}, replace);

describe('Apple: whether a token is alive', () => {
  const token = new BoundSecret(planted.appleToken, [apple]);
  const life = async (answer: HttpResult, by = key()): Promise<AppleLife> =>
    readAppleLife(at(answer).api, by, token, never);
  const unclear = (error: string): AppleLife => ({
    kind: 'unclear',
    reason: appleReason('readFailed', { host, error }, retry),
    lasting: false,
  });
  const alive = { access_token: 'a.fresh' };

  const rows: readonly (readonly [string, HttpResult, AppleLife])[] = [
    ['a new access token', appleAlive(), { kind: 'alive', subject: appleSub }],
    ['one that does not say whose', response(200, alive), { kind: 'alive', subject: undefined }],
    ['one with nonsense beside it', response(200, { ...alive, id_token: 7 }), { kind: 'alive', subject: undefined }],
    // Nothing but a 200 says that it lives.
    ['one in a refusal', response(400, alive), unclear('HTTP 400')],
    ['one in a failure', response(503, alive), unclear('HTTP 503')],
    ['an empty one', response(200, { access_token: '' }), unclear('HTTP 200')],
    ['the end, in a 400', response(400, { error: 'invalid_grant' }), { kind: 'ended' }],
    ['the end, in a 401', response(401, { error: 'invalid_grant' }), { kind: 'ended' }],
    ['the end, in another status', response(403, { error: 'invalid_grant' }), unclear('HTTP 403')],
    ['the end, in a 200', response(200, { error: 'invalid_grant' }), unclear('HTTP 200')],
    [
      'another key',
      response(401, { error: 'invalid_client' }),
      { kind: 'unclear', reason: invalidClient, lasting: true },
    ],
    ['another error', response(400, { error: 'invalid_scope' }), unclear('invalid_scope')],
    ['an error that could be an echo', response(400, { error: planted.appleToken }), unclear('HTTP 400')],
    ['an endless error', response(400, { error: `e${'x'.repeat(61)}` }), unclear('HTTP 400')],
    ['a stop', { kind: 'aborted', sent: true }, { kind: 'aborted' }],
  ];
  for (const [what, answer, expected] of rows) {
    it(`${what}: ${expected.kind}`, async () => assert.deepEqual(await life(answer), expected));
  }

  for (const answer of [brokenOff, noName]) {
    it(`${answer.kind}: to be asked again`, async () => {
      const end = await life(answer);
      assert.ok(end.kind === 'unclear');
      assert.deepEqual([end.lasting, end.reason.actions], [false, retry]);
    });
  }

  for (const [what, by, why] of [
    ['of another origin', foreignKey, foreign],
    ['that is none', noKey, badKey],
  ] as const) {
    it(`is not asked with a key ${what}`, async () => {
      const { transport, api } = at(appleAlive());
      assert.deepEqual(await readAppleLife(api, by, token, never), { kind: 'unclear', reason: why, lasting: true });
      assert.deepEqual(transport.requests, []);
    });
  }
});

describe('Apple: the end of a token', () => {
  const end = async (answer: HttpResult, changes: CredentialChanges = {}, by = key()) => {
    const { transport, api } = at(answer);
    const result: ResetAnswer = await revokeAtApple(api, by, filled(changes).token, freely, never);
    return { result, requests: transport.requests };
  };
  const unknown = (error: string): ResetAnswer => ({
    kind: 'unknown',
    reason: appleReason('unclear', { host, error }, verify),
  });
  const refused = (error: string): ResetAnswer => ({
    kind: 'refused',
    reason: appleReason('refused', { host, error }),
  });

  const rows: readonly (readonly [string, HttpResult, ResetAnswer])[] = [
    ['nothing to say', response(200), { kind: 'accepted' }],
    ['an empty object', response(200, {}), { kind: 'accepted' }],
    ['a page', response(200, '<html>'), unknown('HTTP 200')],
    ['another success', response(202), unknown('HTTP 202')],
    ['a refusal', response(400, { error: 'invalid_request' }), refused('invalid_request')],
    ['a refusal without words', response(403, ''), refused('HTTP 403')],
    ['another key', response(401, { error: 'invalid_client' }), { kind: 'refused', reason: invalidClient }],
    // Whoever says so on the way: it may have been carried out.
    ['a failure, in whatever words', response(502, { error: 'invalid_client' }), unknown('invalid_client')],
  ];
  for (const [what, answer, expected] of rows) {
    it(`${what}: ${expected.kind}`, async () => {
      const { result, requests } = await end(answer);
      assert.deepEqual([result, requests.length], [expected, 1]);
    });
  }

  it('may be tried again only where nothing was sent, and is to be verified otherwise', async () => {
    const actions = async (answer: HttpResult) => {
      const { result } = await end(answer);
      return [result.kind, 'reason' in result ? result.reason.actions : []];
    };
    assert.deepEqual(await actions(noName), ['not-sent', retry]);
    assert.deepEqual(await actions(brokenOff), ['unknown', verify]);
    assert.deepEqual(await actions({ kind: 'redirect', status: 302, location: undefined }), ['unknown', verify]);
  });

  for (const [tokenType, hint] of [
    ['ACCESS_TOKEN', 'access_token'],
    ['REFRESH_TOKEN', 'refresh_token'],
  ] as const) {
    it(`names the kind of the token: ${hint}`, async () => {
      const { requests } = await end(response(200), { facts: { tokenType } });
      const [sent] = requests;
      const fields = new URLSearchParams(sent?.body);
      assert.deepEqual([sent?.method, sent?.effect, fields.get('token_type_hint')], ['POST', 'irreversible', hint]);
    });
  }

  it('is not asked for with a key of another origin, or that is none', async () => {
    assert.deepEqual(await end(response(200), {}, foreignKey), {
      result: { kind: 'not-sent', reason: foreign },
      requests: [],
    });
    assert.deepEqual(await end(response(200), {}, noKey), {
      result: { kind: 'not-sent', reason: badKey },
      requests: [],
    });
  });
});

describe('Apple: the checklist of what it did not take', () => {
  const diagnosed = (form: FilledForm, detail = '', now = noon) => {
    const why = diagnoseIdpResponse(form, detail, now);
    const params: Record<string, string> = {};
    for (let at: Reason | undefined = why; at; at = at.cause) Object.assign(params, at.params);
    return { actions: why.actions, params };
  };

  it('offers the way straight to Apple only with a key, and not for a code', () => {
    const straight = { kind: 'use-way', way: 'appleRevoke' } as const;
    assert.deepEqual(diagnosed(filled()).actions, replace);
    assert.deepEqual(diagnosed(filled(withKey)).actions, [...replace, straight]);
    assert.deepEqual(diagnosed(filled(withKey, nativeCode)).actions, replace);
    assert.deepEqual(diagnosed(filled(nativeCode)).actions, replace);
  });

  it('says what Apple said, how old the code is, and which address was sent', () => {
    const uri = 'https://app.example.com/callback';
    assert.deepEqual(diagnosed(filled(webCode), 'x: invalid_grant.', noon + 7_400).params, {
      said: 'invalid_grant',
      seconds: '7',
      uri,
    });
    // A clock that was set back makes nothing younger than new.
    assert.deepEqual(diagnosed(filled(nativeCode), 'xinvalid_grant', noon - 1).params, { said: '–', seconds: '0' });
  });
});
