/** The calls of Data Portability: what goes out, what is evidence, and what may be done after each ending. */
import assert from 'node:assert/strict';
import { reason } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import { BoundSecret } from '../../../../src/core/redact';
import {
  checkAccessType,
  isEmptyAnswer,
  readTokenInfo,
  readTokenLife,
  resetAuthorization,
  unanswered,
} from '../../../../src/providers/googleDataPortability/api';
import { googleAddresses } from '../../../../src/providers/googleDataPortability/settings';
import { FakeClock } from '../../../fakes/clock';
import { access, api as apiOrigin, never, noName, rejected } from '../../../fakes/googleScene';
import { noon, project } from '../../../fakes/resetStage';
import { response, ScriptedTransport } from '../../../fakes/scriptedTransport';

const addresses = googleAddresses(project({ provider: 'googleDataPortability', endpoint: apiOrigin }));
const broken: HttpResult = { kind: 'broken', cause: 'timeout', detail: '' };
const redirect: HttpResult = { kind: 'redirect', status: 302, location: undefined };
const token = new BoundSecret('ya29.token', [apiOrigin, addresses.tokenInfoUrl.origin]);
const leaving = { mayLeave: () => true, onSent: () => undefined, another: async () => undefined };

function at(...answers: readonly HttpResult[]) {
  const transport = new ScriptedTransport(...answers);
  const clock = new FakeClock({ now: () => noon, advance: () => undefined });
  return { transport, api: { addresses, transport, clock } };
}

const unauthenticated = (changes: object = {}, status = 401): HttpResult =>
  response(status, { error: { code: 401, message: 'm', status: 'UNAUTHENTICATED', ...changes } });
const because = (name: string): object => ({
  details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', domain: 'googleapis.com', reason: name }],
});

describe('Google Data Portability: what goes out', () => {
  const sent = ({ transport }: ReturnType<typeof at>) =>
    transport.requests.map(({ method, url, effect, bearer, contentType, body }) => [
      method,
      url,
      effect,
      bearer,
      contentType,
      body,
    ]);
  const check = `${apiOrigin}/v1/accessType:check`;

  it('is a read of what the consent allows, by its token', async () => {
    const one = at(access);
    const expected = { oneTime: ['myactivity.maps'], timeBased: ['maps.reviews'] };
    assert.deepEqual(await checkAccessType(one.api, token, 'consent', never), { kind: 'access', access: expected });
    assert.deepEqual(sent(one), [['POST', check, 'read', 'ya29.token', 'application/json', '{}']]);
    const other = at(access);
    assert.deepEqual(await readTokenLife(other.api, token, never), { kind: 'alive' });
    assert.deepEqual(sent(other), sent(one));
  });

  it('is the reset, once, with nothing in it', async () => {
    for (const answer of [response(200, ''), broken, response(503, '')]) {
      const one = at(answer);
      await resetAuthorization(one.api, token, leaving, never);
      const reset = `${apiOrigin}/v1/authorization:reset`;
      assert.deepEqual(sent(one), [['POST', reset, 'irreversible', 'ya29.token', undefined, '']]);
    }
  });

  it('is the token in a header to ask what it is', async () => {
    const one = at(response(200, { expires_in: 60 }));
    await readTokenInfo(one.api, token, never);
    const form = 'application/x-www-form-urlencoded';
    assert.deepEqual(sent(one), [['POST', addresses.tokenInfoUrl.href, 'read', 'ya29.token', form, '']]);
    assert.equal(one.transport.requests[0]?.pathTemplate, '/tokeninfo');
  });
});

describe('Google Data Portability: whether a token is alive', () => {
  const life = async (answer: HttpResult) => readTokenLife(at(answer).api, token, never);
  const rows: readonly (readonly [string, HttpResult, string])[] = [
    ['an answer', access, 'alive'],
    ['an empty answer', response(200, {}), 'alive'],
    ['a list', response(200, []), 'unclear'],
    ['a page', response(200, '<html>'), 'unclear'],
    ['an answer of another status', response(203, {}), 'unclear'],
    ['the rejection of Google', rejected, 'rejected'],
    ['a rejection without a reason', unauthenticated(), 'rejected'],
    ['a rejection as expired', unauthenticated(because('ACCESS_TOKEN_EXPIRED')), 'rejected'],
    ['a rejection as of another kind', unauthenticated(because('ACCESS_TOKEN_TYPE_UNSUPPORTED')), 'unclear'],
    ['a missing credential', unauthenticated(because('CREDENTIALS_MISSING')), 'unclear'],
    ['a rejection in another status', unauthenticated({}, 403), 'unclear'],
    ['the 401 of a gateway', response(401, { error: 'invalid_token' }), 'unclear'],
    ['the page of a gateway', response(401, '<html>'), 'unclear'],
    ['a refusal', unauthenticated({ status: 'PERMISSION_DENIED' }, 403), 'unclear'],
    ['no connection', noName, 'unclear'],
    ['a break', broken, 'unclear'],
    ['a redirect', redirect, 'unclear'],
    ['a stop', { kind: 'aborted', sent: true }, 'aborted'],
  ];
  for (const [what, answer, expected] of rows) {
    it(`${what}: ${expected}`, async () => assert.equal((await life(answer)).kind, expected));
  }

  it('is not asked twice', async () => {
    const { transport, api } = at(response(503, ''), access);
    assert.equal((await readTokenLife(api, token, never)).kind, 'unclear');
    assert.equal(transport.requests.length, 1);
  });
});

describe('Google Data Portability: what a token is', () => {
  const info = async (answer: HttpResult) => readTokenInfo(at(answer).api, token, never);
  const failed = (status: number) => {
    const params = { host: addresses.tokenInfoUrl.host, status: String(status) };
    return { kind: 'unclear', reason: reason('google.tokenInfoFailed', params, [{ kind: 'retry' }]) };
  };
  const invalid = { error: 'invalid_token' };

  it('is when it ends, whose it is and what it allows', async () => {
    const all = { expires_in: '3599', aud: 'client-1', scope: ' a  b\tc ' };
    assert.deepEqual(await info(response(200, all)), {
      kind: 'info',
      expiresAt: noon + 3_599_000,
      clientId: 'client-1',
      scopes: ['a', 'b', 'c'],
    });
    const nothing = { kind: 'info', expiresAt: noon + 60_000, clientId: undefined, scopes: [] };
    assert.deepEqual(await info(response(200, { expires_in: 60 })), nothing);
    assert.deepEqual(await info(response(200, { expires_in: 60, aud: 7, scope: 7 })), nothing);
  });

  const rows: readonly (readonly [string, HttpResult, object])[] = [
    ['no token', response(400, invalid), { kind: 'rejected' }],
    ['no token, by another status', response(401, invalid), failed(401)],
    ['no token, by a gateway', response(502, invalid), failed(502)],
    ['another error', response(400, { error: 'invalid_request' }), failed(400)],
    ['an answer of another status', response(400, { expires_in: 60 }), failed(400)],
    ['half a second', response(200, { expires_in: 0.5 }), failed(200)],
    ['a page', response(200, '<html>'), failed(200)],
    ['a stop', { kind: 'aborted', sent: false }, { kind: 'aborted' }],
  ];
  for (const [what, answer, expected] of rows) {
    it(`${what}`, async () => assert.deepEqual(await info(answer), expected));
  }

  it('is not known without an answer, which nothing is to be done about here', async () => {
    for (const answer of [noName, broken, redirect]) {
      const reading = await info(answer);
      assert.ok(reading.kind === 'unclear', reading.kind);
      assert.deepEqual(reading.reason.actions, []);
    }
  });
});

describe('Google Data Portability: the ending of a call', () => {
  it('may be tried again only where nothing was sent, and is to be verified otherwise', () => {
    const told = (result: Exclude<HttpResult, { kind: 'response' }>) => {
      const end = unanswered(result, 'host');
      return [end.kind, 'reason' in end ? end.reason.actions : []];
    };
    assert.deepEqual(told({ kind: 'not-sent', cause: 'dns', detail: '' }), ['not-sent', [{ kind: 'retry' }]]);
    assert.deepEqual(told({ kind: 'broken', cause: 'timeout', detail: '' }), ['unknown', [{ kind: 'verify' }]]);
    assert.deepEqual(told({ kind: 'redirect', status: 302, location: undefined }), ['unknown', [{ kind: 'verify' }]]);
    for (const sent of [true, false]) {
      assert.deepEqual(unanswered({ kind: 'aborted', sent }, 'host'), { kind: 'aborted', sent });
    }
  });

  for (const [body, empty] of [
    ['', true],
    [' \r\n', true],
    ['{}', true],
    [' {} ', true],
    ['[]', false],
    ['null', false],
    ['{"a":1}', false],
    ['<html>', false],
  ] as const) {
    it(`${empty ? 'is' : 'is not'} without words: ${JSON.stringify(body)}`, async () => {
      assert.equal(isEmptyAnswer(body), empty);
      const { api } = at(response(200, body));
      assert.equal((await resetAuthorization(api, token, leaving, never)).kind === 'accepted', empty);
    });
  }

  it('is no acceptance in any status but 200', async () => {
    for (const status of [201, 202, 204]) {
      const { api } = at(response(status, ''));
      assert.notEqual((await resetAuthorization(api, token, leaving, never)).kind, 'accepted');
    }
  });
});
