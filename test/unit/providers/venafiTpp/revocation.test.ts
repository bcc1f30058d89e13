import assert from 'node:assert/strict';
import type { HttpResult } from '../../../../src/core/ports';
import type { ResetAnswer } from '../../../../src/core/provider';
import { response } from '../../../fakes/scriptedTransport';
import {
  alice,
  application,
  done,
  invalidToken,
  issued,
  leaving,
  never,
  pasted,
  ready,
  refusal,
  result,
  signedIn,
  targetWith,
  VenafiScene,
} from '../../../fakes/venafiScene';

async function answerTo(...answers: readonly HttpResult[]): Promise<ResetAnswer> {
  const scene = new VenafiScene();
  scene.answers('RevokeGrants', ...answers);
  const { prepared } = await ready(scene, targetWith(alice));
  return prepared.send(leaving(), never);
}

const codeOf = (answer: ResetAnswer): string =>
  'reason' in answer ? `${answer.kind} ${answer.reason.code}` : answer.kind;

describe('Venafi TPP: what an answer to RevokeGrants means', () => {
  const refused = 'refused venafi.result.refused';
  const ambiguous = 'unknown venafi.result.ambiguous';
  const signIn = 'refused venafi.result.signIn';
  const unknown = 'unknown venafi.result.unknown';
  const rows: readonly (readonly [code: number, meaning: string])[] = [
    [0, 'accepted'],
    [1, ambiguous],
    [2, refused],
    [3, 'unknown venafi.result.nothing'],
    [4, refused],
    [5, ambiguous],
    [6, refused],
    [7, ambiguous],
    [8, ambiguous],
    [9, 'refused venafi.insufficientRights'],
    [10, refused],
    [11, signIn],
    [12, signIn],
    [13, signIn],
    [14, refused],
    [15, ambiguous],
    [16, refused],
    [17, refused],
    [18, refused],
    [19, unknown],
    [99, unknown],
    [-1, unknown],
  ];
  for (const [code, meaning] of rows) {
    it(`result ${code}: ${meaning}`, async () => assert.equal(codeOf(await answerTo(result(code))), meaning));
  }

  const bodies: readonly (readonly [what: string, body: unknown])[] = [
    ['result "0"', { Result: '0', Success: true }],
    ['result 0.5', { Result: 0.5, Success: true }],
    ['no result', { Success: true }],
    ['no success', { Result: 0 }],
    ['success "true"', { Result: 0, Success: 'true' }],
    ['success false', { Result: 0, Success: false }],
    ['success null', { Result: 0, Success: null }],
    ['a refusal with success', { Result: 2, Success: true }],
    ['a refusal that does not say', { Result: 2 }],
    ['a failure with success', { Result: 1, Success: true }],
    ['names in lower case', { result: 0, success: true }],
    ['{}', {}],
    ['[]', []],
    ['[success]', [{ Result: 0, Success: true }]],
    ['null', null],
    ['true', true],
    ['a number', 0],
  ];
  for (const [what, body] of bodies) {
    it(`${what} is unknown`, async () => {
      const answer = response(200, JSON.stringify(body));
      assert.equal((await answerTo(answer)).kind, 'unknown');
    });
  }

  const texts: readonly (readonly [what: string, text: string])[] = [
    ['an empty body', ''],
    ['white space', ' \n'],
    ['a byte-order mark', '\ufeff{"Result":0,"Success":true}'],
    ['a page', '<!DOCTYPE html><html><body>Sign in to the network</body></html>'],
    ['a cut body', '{"Result":0,"Succ'],
    ['two answers', '{"Result":0,"Success":true}{"Result":0,"Success":true}'],
  ];
  for (const [what, text] of texts) {
    it(`${what} is unknown`, async () =>
      assert.equal(codeOf(await answerTo(response(200, text))), 'unknown venafi.notJson'));
  }

  for (const status of [201, 202, 204, 206, 418, 408, 500, 502, 503]) {
    it(`status ${status} is unknown, even with the body of a success`, async () => {
      assert.equal((await answerTo(response(status, { Result: 0, Success: true }))).kind, 'unknown');
    });
  }

  const statuses: readonly (readonly [what: string, answer: HttpResult, meaning: string])[] = [
    ['400', refusal(400, 'invalid_request') as HttpResult, 'refused venafi.invalidRequest'],
    ['401 without a word', response(401), 'refused venafi.unauthorized'],
    ['403', response(403, '<html>'), 'refused venafi.otherRefusal'],
    ['404', response(404, '<html>'), 'unsupported venafi.noSuchMethod'],
    ['405', response(405), 'unsupported venafi.noSuchMethod'],
    [
      '403 with the scope in its reason phrase',
      { ...response(403), statusText: 'insufficient_scope: Grant rejected scope configuration' },
      'refused venafi.insufficientScope',
    ],
    [
      '401 of an old server with the scope in its reason phrase',
      { ...response(401), statusText: 'Grant rejected scope configuration' },
      'refused venafi.insufficientScope',
    ],
    [
      '401 with the rights in its reason phrase',
      { ...response(401), statusText: 'insufficient_rights' },
      'refused venafi.insufficientRights',
    ],
    ['429', response(429), 'refused venafi.tooManyRequests'],
    ['429 with a time', response(429, '', { 'retry-after': '30' }), 'refused venafi.tooManyRequestsWait'],
    ['a redirect', { kind: 'redirect', status: 307, location: 'https://evil.example' }, 'unknown http.redirect'],
    ['a cut answer', { kind: 'broken', cause: 'cut-body', detail: '' }, 'unknown http.cut-body'],
    ['a reset', { kind: 'broken', cause: 'connection-reset', detail: '' }, 'unknown venafi.connectionReset'],
    ['no connection', { kind: 'not-sent', cause: 'refused', detail: '' }, 'not-sent http.refused'],
  ];
  for (const [what, answer, meaning] of statuses) {
    it(`${what}: ${meaning}`, async () => assert.equal(codeOf(await answerTo(answer)), meaning));
  }
});

describe('Venafi TPP: RevokeGrants on the wire', () => {
  let scene: VenafiScene;
  beforeEach(() => {
    scene = new VenafiScene();
  });
  const bodies = () => scene.sent('RevokeGrants').map(({ body }) => JSON.parse(body));

  it('names the user alone', async () => {
    const { prepared } = await ready(scene, targetWith(alice));
    assert.equal((await prepared.send(leaving(), never)).kind, 'accepted');
    assert.deepEqual(bodies(), [{ GranteePrefixedUniversal: alice }]);
    const [request] = scene.sent('RevokeGrants');
    assert.deepEqual([request?.effect, request?.bearer], ['irreversible', 'access-0']);
    await assert.rejects(prepared.send(leaving(), never));
  });

  it('names the application alone', async () => {
    const { prepared } = await ready(scene, targetWith(`application:${application}`));
    await prepared.send(leaving(), never);
    assert.deepEqual(bodies(), [{ ApplicationId: application }]);
  });

  it('does not leave when the confirmation is no longer fresh', async () => {
    const { prepared } = await ready(scene, targetWith(alice));
    assert.equal((await prepared.send(leaving(0), never)).kind, 'not-sent');
    assert.equal(scene.sent('RevokeGrants').length, 0);
  });

  for (const status of [401, 403]) {
    it(`${status} insufficient_rights: no refresh, no second request`, async () => {
      scene.answers('RevokeGrants', refusal(status, 'insufficient_rights', 'not sufficient'));
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(codeOf(await prepared.send(leaving(), never)), 'refused venafi.insufficientRights');
      assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [0, 1]);
    });

    it(`${status} insufficient_scope names the scope to ask for, and refreshes nothing`, async () => {
      scene.answers('RevokeGrants', refusal(status, 'insufficient_scope', 'Grant rejected scope configuration'));
      const { prepared } = await ready(scene, targetWith(alice));
      const answer = await prepared.send(leaving(), never);
      assert.ok(answer.kind === 'refused');
      assert.equal(answer.reason.code, 'venafi.insufficientScope');
      assert.deepEqual(answer.reason.params, { current: 'configuration', wanted: 'admin:delete;configuration' });
      assert.equal(scene.sent('token').length, 0);
    });
  }

  for (const body of [
    { Error: 'insufficient_rights', Error_description: 'x' },
    { Error: 'insufficient_rights', ErrorDetails: 'x' },
    { ERROR: 'Insufficient_Rights' },
  ]) {
    it(`reads ${JSON.stringify(body)}`, async () => {
      scene.answers('RevokeGrants', response(401, body));
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(codeOf(await prepared.send(leaving(), never)), 'refused venafi.insufficientRights');
    });
  }

  describe('401 invalid_token', () => {
    it('one refresh, and one more request with the new token', async () => {
      scene.answers('RevokeGrants', invalidToken, done);
      const { prepared } = await ready(scene, targetWith(alice));
      const confirmation = leaving();
      assert.equal((await prepared.send(confirmation, never)).kind, 'accepted');
      assert.deepEqual(
        scene.sent('RevokeGrants').map(({ bearer }) => bearer),
        ['access-0', 'access-1'],
      );
      assert.deepEqual(
        scene.sent('token').map(({ body }) => JSON.parse(body)),
        [{ client_id: 'reconsent', refresh_token: 'refresh-0' }],
      );
      assert.equal(confirmation.left, 2);
    });

    it('no third request', async () => {
      scene.answers('RevokeGrants', invalidToken);
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(codeOf(await prepared.send(leaving(), never)), 'refused venafi.tokenRejected');
      assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [1, 2]);
    });

    it('no refresh when the confirmation is no longer fresh', async () => {
      scene.answers('RevokeGrants', invalidToken, done);
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(codeOf(await prepared.send(leaving(1), never)), 'refused venafi.tokenRejected');
      assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [0, 1]);
    });

    it('no second request when the confirmation ends during the refresh', async () => {
      scene.answers('RevokeGrants', invalidToken, done);
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(codeOf(await prepared.send(leaving(2), never)), 'refused venafi.tokenRejected');
      assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [1, 1]);
    });

    it('a pasted access token has nothing to be renewed with', async () => {
      scene.answers('RevokeGrants', invalidToken, done);
      const { prepared } = await ready(scene, targetWith(alice, pasted));
      const answer = await prepared.send(leaving(), never);
      assert.ok(answer.kind === 'refused');
      assert.deepEqual(
        [answer.reason.code, answer.reason.cause?.code],
        ['venafi.tokenRejectedAnd', 'venafi.storedTokenRejected'],
      );
      assert.equal(scene.sent('RevokeGrants').length, 1);
    });

    it('a refresh that fails leaves it refused', async () => {
      scene.answers('RevokeGrants', invalidToken, done);
      scene.answers('token', response(503));
      const { prepared } = await ready(scene, targetWith(alice));
      const answer = await prepared.send(leaving(), never);
      assert.ok(answer.kind === 'refused');
      assert.equal(answer.reason.cause?.code, 'venafi.refreshFailed');
      assert.equal(scene.sent('RevokeGrants').length, 1);
    });

    it('the challenge of the header says it, too', async () => {
      scene.answers('RevokeGrants', response(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' }), done);
      const { prepared } = await ready(scene, targetWith(alice, signedIn));
      assert.equal((await prepared.send(leaving(), never)).kind, 'accepted');
    });

    it('so does the reason phrase, where nothing else does', async () => {
      const statusText = 'invalid_token: The access token provided is expired';
      scene.answers('RevokeGrants', { ...response(401), statusText }, done);
      const { prepared } = await ready(scene, targetWith(alice, signedIn));
      assert.equal((await prepared.send(leaving(), never)).kind, 'accepted');
      assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [1, 2]);
    });

    for (const [what, answer] of Object.entries({
      'the reason phrase counts for less than the body': {
        ...response(401, { error: 'insufficient_rights' }),
        statusText: 'invalid_token',
      },
      'nor for more than words of the body': { ...response(401, { Error: 'No.' }), statusText: 'invalid_token' },
      'the usual words of a status are none of an error': { ...response(401), statusText: 'Unauthorized' },
      'a phrase that only mentions the code is none': { ...response(401), statusText: 'No invalid_token here' },
    })) {
      it(`${what}: no refresh, no second request`, async () => {
        scene.answers('RevokeGrants', answer, done);
        const { prepared } = await ready(scene, targetWith(alice, signedIn));
        assert.equal((await prepared.send(leaving(), never)).kind, 'refused');
        assert.deepEqual([scene.sent('token').length, scene.sent('RevokeGrants').length], [0, 1]);
      });
    }

    it('neither token is in what is told, nor in the log', async () => {
      scene.answers('RevokeGrants', refusal(400, 'invalid_request', 'Bearer access-0 access_token=access-0'));
      scene.answers('token', issued('1'));
      const { prepared, preview } = await ready(scene, targetWith(alice));
      const told = JSON.stringify([await prepared.send(leaving(), never), preview, prepared.sentWith, scene.logLines]);
      assert.doesNotMatch(told, /access-0|refresh-0/);
    });
  });
});
