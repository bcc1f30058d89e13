/**
 * The errors that the contract of the Data Portability API names, with its bodies as they stand there, at each of the six
 * methods and at the endpoints of OAuth. What is never to be sent again is counted at the server.
 */
import assert from 'node:assert/strict';
import type { OutcomeKind } from '../../../src/core/outcome';
import { reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { ProviderScene, type Route } from '../../fakes/providerScene';

const never = new AbortController().signal;
const json = { 'content-type': 'application/json; charset=UTF-8' };
const html = { 'content-type': 'text/html; charset=UTF-8' };

const info = (reason: string, metadata?: object, domain = 'googleapis.com') => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain,
  ...(metadata ? { metadata } : {}),
});
const debugInfo = { '@type': 'type.googleapis.com/google.rpc.DebugInfo', detail: '[ORIGINAL ERROR] generic::x' };
const help = {
  '@type': 'type.googleapis.com/google.rpc.Help',
  links: [{ description: 'x', url: 'https://x.example' }],
};
const retryIn = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '39s' };
const own = 'dataportability.googleapis.com';
const cooling = { previous_job_ids: '3f0c', timestamp_after_24hrs: '2026-06-06T04:00:11.532Z' };

function envelope(code: number, status: string, message: string, details?: readonly unknown[]): object {
  return { error: { code, message, status, ...(details ? { details } : {}) } };
}

interface Row {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the reset. */
  readonly kind: OutcomeKind;
  readonly code: string;
  readonly says: RegExp;
  /** Of initiate and retry; by default what the reset says. */
  readonly job?: string;
  /** The reading is asked again before it is given up. */
  readonly patient?: true;
}

const alive = { kind: 'not-reset', code: 'google.alive.refresh', says: /still/ } as const;
const activationUrl = `https://console.developers.google.com/apis/api/${own}/overview?project=123456789012`;

const rows: Readonly<Record<string, Row>> = {
  'used up, one time': {
    status: 429,
    body: envelope(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted under previous job(s): 3f0c,8ab1.', [
      info('RESOURCE_EXHAUSTED_ONE_TIME', { previous_job_ids: '3f0c,8ab1' }, own),
    ]),
    kind: 'refused',
    code: 'google.exhaustedOneTime',
    says: /3f0c, 8ab1.*Finish and download those jobs/,
    job: 'exhausted',
  },
  'cooling down, 429': {
    status: 429,
    body: envelope(429, 'RESOURCE_EXHAUSTED', 'Please retry after 2026-06-06T04:00:11.532Z.', [
      info('RESOURCE_EXHAUSTED_TIME_BASED', cooling, own),
    ]),
    kind: 'refused',
    code: 'google.coolDown',
    says: /Wait until 2026-06-0\d.*Do not reset/,
  },
  'cooling down, 400 FAILED_PRECONDITION': {
    status: 400,
    body: envelope(400, 'FAILED_PRECONDITION', 'x', [info('RESOURCE_EXHAUSTED_TIME_BASED', cooling)]),
    kind: 'refused',
    code: 'google.coolDown',
    says: /Wait until 2026-06-0\d.*Do not reset/,
  },
  'the same job runs, one time': {
    status: 409,
    body: envelope(409, 'ALREADY_EXISTS', 'x', [info('ALREADY_EXISTS_ONE_TIME', { job_id: '3f0c' })]),
    kind: 'refused',
    code: 'google.jobExists',
    says: /job 3f0c.*Do not reset/,
    job: 'exists',
  },
  'the same job runs, time-based': {
    status: 409,
    body: envelope(409, 'ALREADY_EXISTS', 'x', [info('ALREADY_EXISTS_TIME_BASED', { job_id: '3f0c' }, own)]),
    kind: 'refused',
    code: 'google.jobExists',
    says: /job 3f0c.*Do not reset/,
    job: 'exists',
  },
  'quota, with RetryInfo': {
    status: 429,
    body: envelope(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [
      info('RATE_LIMIT_EXCEEDED', { service: own }),
      retryIn,
    ]),
    kind: 'refused',
    code: 'google.quotaWait',
    says: /quota.*in 39 seconds/,
  },
  'quota, without a time': {
    status: 429,
    body: envelope(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [info('RATE_LIMIT_EXCEEDED', { service: own })]),
    kind: 'refused',
    code: 'google.quota',
    says: /quota/,
  },
  'a resource that is not in the token: DebugInfo alone': {
    status: 403,
    body: envelope(403, 'PERMISSION_DENIED', 'The requested resources are not authorized by the OAuth token.', [
      debugInfo,
    ]),
    kind: 'refused',
    code: 'google.resourceNotAuthorized',
    says: /does not cover/,
  },
  'no such scope': {
    status: 403,
    body: envelope(403, 'PERMISSION_DENIED', 'x', [info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')]),
    kind: 'refused',
    code: 'google.scopeInsufficient',
    says: /no Data Portability scope/,
  },
  'the API is not enabled': {
    status: 403,
    body: envelope(403, 'PERMISSION_DENIED', 'Data Portability API has not been used in project 123456789012 before.', [
      info('SERVICE_DISABLED', { service: own, consumer: 'projects/123456789012', activationUrl }),
      help,
    ]),
    kind: 'refused',
    code: 'google.apiDisabled',
    says: /project 123456789012.*Enable it/,
  },
  ACCESS_TOKEN_EXPIRED: {
    status: 401,
    body: envelope(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.', [
      info('ACCESS_TOKEN_EXPIRED', { service: own }),
    ]),
    kind: 'refused',
    code: 'google.tokenExpired',
    says: /rejects the access token as expired/,
    job: 'dead-credential',
  },
  CREDENTIALS_MISSING: {
    status: 401,
    body: envelope(401, 'UNAUTHENTICATED', 'x', [info('CREDENTIALS_MISSING')]),
    kind: 'refused',
    code: 'google.credentialsMissing',
    says: /saw no access token/,
    job: 'dead-credential',
  },
  ACCESS_TOKEN_TYPE_UNSUPPORTED: {
    status: 401,
    body: envelope(401, 'UNAUTHENTICATED', 'x', [info('ACCESS_TOKEN_TYPE_UNSUPPORTED')]),
    kind: 'refused',
    code: 'google.tokenTypeUnsupported',
    says: /kind of token cannot be used/,
    job: 'dead-credential',
  },
  '401 without a reason': {
    status: 401,
    body: envelope(401, 'UNAUTHENTICATED', 'x'),
    kind: 'refused',
    code: 'google.tokenRejected',
    says: /does not accept the access token/,
    job: 'dead-credential',
  },
  'an unknown field': {
    status: 400,
    body: envelope(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unknown name "foo": Cannot find field.', [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description: 'x' }] },
    ]),
    kind: 'refused',
    code: 'google.invalidArgument',
    says: /Unknown name "foo"/,
  },
  'a reason without a type, after other details': {
    status: 403,
    body: envelope(403, 'PERMISSION_DENIED', 'x', [debugInfo, help, { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }]),
    kind: 'refused',
    code: 'google.scopeInsufficient',
    says: /no Data Portability scope/,
  },
  'the older errors[] and no details': {
    status: 403,
    body: { error: { code: 403, message: 'Access Not Configured.', errors: [{ domain: 'usageLimits', reason: 'x' }] } },
    kind: 'refused',
    code: 'google.permissionDenied',
    says: /Access Not Configured/,
  },
  'a page of 404': {
    status: 404,
    headers: html,
    body: '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>',
    kind: 'refused',
    code: 'google.notThisService',
    says: /page of status 404/,
  },
  'a page of 411': {
    status: 411,
    headers: html,
    body: '<!DOCTYPE html><title>Error 411 (Length Required)!!1</title>',
    kind: 'refused',
    code: 'google.notThisService',
    says: /page of status 411/,
  },
  'a page of 502': {
    status: 502,
    headers: html,
    body: '<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>',
    ...alive,
    job: 'unknown',
  },
  'an empty 400': { status: 400, body: '', kind: 'refused', code: 'google.notThisService', says: /page of status 400/ },
  'an empty 401': {
    status: 401,
    body: '',
    kind: 'refused',
    code: 'google.tokenRejected',
    says: /does not accept the access token/,
    job: 'dead-credential',
  },
  'an empty 500': { status: 500, body: '', ...alive, job: 'unknown' },
  UNAVAILABLE: {
    status: 503,
    body: envelope(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
    ...alive,
    job: 'unknown',
    patient: true,
  },
  INTERNAL: { status: 500, body: envelope(500, 'INTERNAL', 'Internal error encountered.'), ...alive, job: 'unknown' },
  UNKNOWN: { status: 500, body: envelope(500, 'UNKNOWN', 'Unknown Error.'), ...alive, job: 'unknown' },
  DEADLINE_EXCEEDED: { status: 504, body: envelope(504, 'DEADLINE_EXCEEDED', 'Late.'), ...alive, job: 'unknown' },
};

const job = (call: string, method = 'POST'): Route => ({ method, path: `/{version}/archiveJobs/{id}${call}` });
const routes = {
  initiate: { method: 'POST', path: '/{version}/portabilityArchive:initiate' },
  retry: job(':retry'),
  cancel: job(':cancel'),
  state: job('/portabilityArchiveState', 'GET'),
} as const satisfies Record<string, Route>;

for (const apiVersion of ['v1', 'v1beta'] as const) {
  describe(`the error rows of the contract, ${apiVersion}`, () => {
    let scene: ProviderScene;
    beforeEach(async () => {
      scene = await ProviderScene.open('googleDataPortability', { apiVersion });
    });
    afterEach(() => scene.close());

    const count = (route: Route): number => {
      const { method = '', path } = route;
      return scene.world.sandbox.control.requests.list({ method, path }).length;
    };

    async function atReset({ kind, code, says }: Row): Promise<void> {
      const { world } = scene;
      const outcome = await scene.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], [kind, code], world.text(outcome));
      assert.match(world.text(outcome), says);
      assert.match(world.text(outcome), /not reset|Nothing was (reset|done)|still/);
      const paths = world.resetRequests().map(({ path }) => path);
      assert.deepEqual(paths, [`/${apiVersion}/authorization:reset`]);
      const [entry, ...more] = await world.journal.recent(5);
      assert.deepEqual([entry?.stage, entry?.outcome?.kind, more], ['closed', kind, []]);
    }

    /** Nothing is sent for it; UNAVAILABLE is asked again, and a token that is not accepted is renewed once. */
    async function atReading({ kind, patient, job }: Row): Promise<void> {
      const before = count(scene.routes.read);
      const outcome = await scene.reset();
      assert.equal(outcome.kind, kind === 'refused' ? 'refused' : 'not-sent', scene.world.text(outcome));
      assert.equal(count(scene.routes.read) - before, patient ? 3 : job === 'dead-credential' ? 2 : 1);
      assert.equal(scene.world.resetRequests().length, 0);
    }

    async function atCallOfJob(call: keyof typeof routes, { job: ofJob = 'refused', patient }: Row): Promise<void> {
      const { jobOperations, texts } = scene.world;
      const before = count(routes[call]);
      const result =
        call === 'initiate'
          ? await jobOperations.start(scene.target, { resources: ['myactivity.search'] }, never)
          : call === 'state'
            ? await jobOperations.adopt(scene.target, '3f0c', never)
            : await jobOperations[call](scene.target, '3f0c', never);
      const isDead = ofJob === 'dead-credential';
      // A kept token may have died: a read is asked again with a renewed one. What has an effect never is.
      const reads = patient ? 3 : isDead ? 2 : 1;
      assert.equal(count(routes[call]) - before, call === 'state' ? reads : 1, call);
      const ofCancel = ofJob === 'exists' || ofJob === 'exhausted' ? 'refused' : ofJob;
      const kinds = { initiate: ofJob, retry: ofJob, cancel: ofCancel, state: isDead ? ofJob : 'failed' };
      assert.equal(result.kind, kinds[call], call);
      assert.ok('reason' in result);
      const text = reasonParagraph(result.reason, texts, untranslated);
      assert.doesNotMatch(text, /\{\w+\}|was not reset|whether the reset/);
      assert.ok(text.length > 30, text);
    }

    for (const [name, row] of Object.entries(rows)) {
      const { status, headers = json, body } = row;
      it(`fault 39: ${name}, at each method: told as what it is, and sent once`, async () => {
        const strikeAt = (route: Route): void => {
          scene.world.sandbox.control.faults.clear();
          scene.fault({ kind: 'answer', status, headers, body }, route);
        };
        for (const call of Object.keys(routes) as (keyof typeof routes)[]) {
          strikeAt(routes[call]);
          await atCallOfJob(call, row);
        }
        // With a token that is made just then: another window's reset may come in between, so it is renewed all the same.
        scene.world.clock.pass(2 * 3_600_000);
        strikeAt(scene.routes.read);
        await atReading(row);
        strikeAt(scene.routes.effect);
        await atReset(row);
        assert.equal(scene.world.consent('alice'), 'granted');
        assert.equal((await scene.world.vault.read(scene.target)).kind, 'present', 'the credential is kept');
      });
    }
  });
}

describe('what the endpoints of OAuth answer', () => {
  let scene: ProviderScene;
  beforeEach(async () => {
    scene = await ProviderScene.open('googleDataPortability');
  });
  afterEach(() => scene.close());

  const answer = (status: number, body: unknown, headers = json) =>
    ({ kind: 'answer', status, headers, body }) as const;
  const token = { method: 'POST', path: '/token' };
  const revoke = { method: 'POST', path: '/revoke' };
  const tokenInfo = { path: '/tokeninfo' };
  const revocations = () => scene.world.sandbox.control.requests.list({ path: '/revoke' });

  const refreshes: readonly (readonly [what: string, answer: ReturnType<typeof answer>, kind: string, code: string])[] =
    [
      [
        'invalid_grant',
        answer(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }),
        'refused',
        'google.invalidGrant',
      ],
      ['invalid_client', answer(401, { error: 'invalid_client' }), 'refused', 'google.invalidClient'],
      ['unauthorized_client', answer(400, { error: 'unauthorized_client' }), 'refused', 'google.invalidClient'],
      ['another error', answer(400, { error: 'invalid_request' }), 'not-sent', 'google.refreshFailed'],
      ['invalid_grant of a 500', answer(500, { error: 'invalid_grant' }), 'not-sent', 'google.refreshFailed'],
      ['a page', answer(200, '<html>', html), 'not-sent', 'google.refreshFailed'],
      ['503', answer(503, ''), 'not-sent', 'google.refreshFailed'],
    ];
  for (const [what, refused, kind, code] of refreshes) {
    it(`fault 39: ${what} at the refresh: one request, no reset, and the credential stays`, async () => {
      const { world } = scene;
      scene.fault(refused, token);
      const outcome = await scene.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], [kind, code], world.text(outcome));
      assert.equal(world.sandbox.control.requests.list(token).length, 1);
      assert.deepEqual([world.resetRequests().length, revocations().length], [0, 0]);
      assert.equal((await world.vault.read(scene.target)).kind, 'present');
    });
  }

  const ends: readonly (readonly [what: string, answer: ReturnType<typeof answer>, kind: string, code: string])[] = [
    [
      'invalid_token',
      answer(400, { error: 'invalid_token', error_description: 'Token expired or revoked' }),
      'refused',
      'google.revoke.invalidToken',
    ],
    ['another error', answer(400, { error: 'unsupported_token_type' }), 'refused', 'google.revoke.refused'],
    ['a page of 404', answer(404, '<html>', html), 'refused', 'google.revoke.refused'],
    ['a page of 200', answer(200, '<html>', html), 'not-reset', 'google.alive.refresh'],
    ['503', answer(503, ''), 'not-reset', 'google.alive.refresh'],
  ];
  for (const [what, ended, kind, code] of ends) {
    it(`fault 39: ${what} at the revocation: ${kind}, one POST, its token in no address`, async () => {
      const { world } = scene;
      scene.fault(ended, revoke);
      const outcome = await scene.reset('revoke');
      assert.deepEqual([outcome.kind, outcome.reason.code], [kind, code], world.text(outcome));
      assert.deepEqual(
        revocations().map(({ method, query }) => [method, query]),
        [['POST', {}]],
      );
      assert.equal(world.consent('alice'), 'granted');
    });
  }

  it('fault 39: invalid_token at tokeninfo: the access token is dead, and nothing is revoked', async () => {
    const { world } = scene;
    await world.signIn('alice', 'accessToken');
    scene.fault(answer(400, { error: 'invalid_token', error_description: 'Invalid Value' }), tokenInfo);
    const outcome = await scene.reset('revoke');
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'google.tokenRejected'], world.text(outcome));
    assert.equal(revocations().length, 0);
  });

  it('fault 39: invalid_grant after an answer that nobody could read: verified, and sent once', async () => {
    const { world } = scene;
    world.sandbox.control.google.fault('unavailable503', { route: 'reset', carryOut: true });
    const outcome = await scene.reset();
    assert.deepEqual(
      [outcome.kind, outcome.reason.code],
      ['verified', 'google.gone.invalidGrant'],
      world.text(outcome),
    );
    assert.equal(world.resetRequests().length, 1);
  });
});
