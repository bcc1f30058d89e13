import assert from 'node:assert/strict';
import { localTime } from '../../../../src/core/localTime';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../../src/core/outcomeText';
import { explainError, type Purpose } from '../../../../src/providers/googleDataPortability/errors';
import { reasonTexts } from '../../../../src/providers/googleDataPortability/reasonTexts';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const host = 'dataportability.googleapis.com';
const texts = collectReasonTexts([reasonTexts]);

const typed = (type: string, rest: object) => ({ '@type': `type.googleapis.com/google.rpc.${type}`, ...rest });
const info = (reason: string, metadata: object = {}, domain = 'googleapis.com') =>
  typed('ErrorInfo', { reason, domain, metadata });
const help = typed('Help', { links: [{ description: 'x', url: 'https://evil.example' }] });
const debug = typed('DebugInfo', { detail: '[ORIGINAL ERROR] generic::permission_denied' });

function envelope(code: number, status: string, message: string, details?: readonly unknown[]) {
  return { error: { code, message, status, ...(details ? { details } : {}) } };
}

function explain(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  purpose: Purpose = 'consent',
) {
  const meaning = explainError(response(status, body, headers), host, noon, purpose);
  assert.ok(texts.has(meaning.reason.code), `${meaning.reason.code} has no text`);
  const paragraph = reasonParagraph(meaning.reason, texts, untranslated);
  assert.doesNotMatch(paragraph, /\{\w+\}/, 'a placeholder is not filled');
  return { ...meaning, told: `${meaning.kind}: ${meaning.reason.code}`, paragraph };
}

const activation = `https://console.developers.google.com/apis/api/${host}/overview?project=123456789012`;
const disabled = (activationUrl: unknown) =>
  envelope(403, 'PERMISSION_DENIED', 'Data Portability API has not been used in project 123456789012 before.', [
    info('SERVICE_DISABLED', { service: host, consumer: 'projects/123456789012', activationUrl }),
    help,
  ]);
const revoke = { kind: 'use-way', way: 'revoke' };
const exhausted = info('RESOURCE_EXHAUSTED_ONE_TIME', { previous_job_ids: '3f0c,8ab1' }, host);
const cooling = info(
  'RESOURCE_EXHAUSTED_TIME_BASED',
  { previous_job_ids: '3f0c', timestamp_after_24hrs: '2026-06-06T04:00:11.532Z' },
  host,
);
const quota = info('RATE_LIMIT_EXCEEDED', { service: host });
const retryIn = (retryDelay: string) => typed('RetryInfo', { retryDelay });

describe('explainError: the rows of the contract', () => {
  const rows: readonly (readonly [
    name: string,
    status: number,
    body: unknown,
    told: string,
    params?: Readonly<Record<string, string>>,
  ])[] = [
    [
      'used up, one time',
      429,
      envelope(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted under previous job(s): 3f0c,8ab1.', [exhausted]),
      'refused: google.exhaustedOneTime',
      { jobs: '3f0c, 8ab1' },
    ],
    [
      'cooling down, 429',
      429,
      envelope(429, 'RESOURCE_EXHAUSTED', 'Please retry after 2026-06-06T04:00:11.532Z.', [cooling]),
      'refused: google.coolDown',
      { until: localTime(Date.parse('2026-06-06T04:00:11.532Z'), noon) },
    ],
    [
      'cooling down, 400 as documented',
      400,
      envelope(400, 'FAILED_PRECONDITION', 'x', [cooling]),
      'refused: google.coolDown',
      { until: localTime(Date.parse('2026-06-06T04:00:11.532Z'), noon) },
    ],
    ...(['ONE_TIME', 'TIME_BASED'] as const).map(
      (type) =>
        [
          `already running, ${type}`,
          409,
          envelope(409, 'ALREADY_EXISTS', 'x', [info(`ALREADY_EXISTS_${type}`, { job_id: '3f0c' })]),
          'refused: google.jobExists',
          { job: '3f0c' },
        ] as const,
    ),
    [
      'quota with RetryInfo',
      429,
      envelope(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [quota, retryIn('39s')]),
      'refused: google.quotaWait',
      { seconds: '39' },
    ],
    ['quota', 429, envelope(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [quota]), 'refused: google.quota', {}],
    [
      'resource not in the token',
      403,
      envelope(403, 'PERMISSION_DENIED', 'The requested resources are not authorized by the OAuth token.', [debug]),
      'refused: google.resourceNotAuthorized',
    ],
    [
      'no such scope',
      403,
      envelope(403, 'PERMISSION_DENIED', 'x', [info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')]),
      'refused: google.scopeInsufficient',
    ],
    ['API disabled', 403, disabled(activation), 'refused: google.apiDisabled', { project: '123456789012' }],
    [
      'token expired, reset or revoked',
      401,
      envelope(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.', [
        info('ACCESS_TOKEN_EXPIRED'),
      ]),
      'dead-token: google.tokenExpired',
    ],
    [
      'no token arrived',
      401,
      envelope(401, 'UNAUTHENTICATED', 'x', [info('CREDENTIALS_MISSING')]),
      'dead-token: google.credentialsMissing',
    ],
    [
      'another kind of token',
      401,
      envelope(401, 'UNAUTHENTICATED', 'x', [info('ACCESS_TOKEN_TYPE_UNSUPPORTED')]),
      'dead-token: google.tokenTypeUnsupported',
    ],
    ['401 without a reason', 401, envelope(401, 'UNAUTHENTICATED', 'x'), 'dead-token: google.tokenRejected'],
    [
      'unknown field',
      400,
      envelope(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unknown name "foo": Cannot find field.', [
        typed('BadRequest', { fieldViolations: [{ description: 'x' }] }),
      ]),
      'refused: google.invalidArgument',
      { host, status: '400', message: 'Invalid JSON payload received. Unknown name "foo": Cannot find field.' },
    ],
    ['403 of another kind', 403, envelope(403, 'PERMISSION_DENIED', 'No.'), 'refused: google.permissionDenied'],
    ['404', 404, envelope(404, 'NOT_FOUND', 'No.'), 'refused: google.otherRefusal'],
    ['409 of another kind', 409, envelope(409, 'ABORTED', 'No.'), 'refused: google.otherRefusal'],
    ['429 of another kind', 429, envelope(429, 'RESOURCE_EXHAUSTED', 'No.'), 'refused: google.tooManyRequests', {}],
    ...[408, 421, 425, 499].map(
      (status) => [`${status}`, status, envelope(status, 'x', 'Hm.'), 'unknown: google.unexpectedAnswer'] as const,
    ),
    ['500', 500, envelope(500, 'INTERNAL', 'Oops.'), 'unknown: google.serverError'],
    ['501', 501, envelope(501, 'UNIMPLEMENTED', 'Oops.'), 'unknown: google.serverError'],
    ['503', 503, envelope(503, 'UNAVAILABLE', 'Soon.'), 'unknown: google.unavailable'],
    ['504', 504, envelope(504, 'DEADLINE_EXCEEDED', 'Slow.'), 'unknown: google.serverError'],
  ];
  for (const [name, status, body, told, params] of rows) {
    it(`${name}: ${told}`, () => {
      const meaning = explain(status, body);
      assert.equal(meaning.told, told);
      if (params) assert.deepEqual(meaning.reason.params, params);
    });

    it(`${name}: the same with other details before and after it`, () => {
      const { error } = body as { error: { details?: readonly unknown[] } };
      const noise = [help, typed('LocalizedMessage', { locale: 'en' }), null, 5, 'x', [], {}];
      const details = [...noise, ...(error.details ?? []), ...noise];
      assert.equal(explain(status, { error: { ...error, details } }).told, told);
    });
  }

  it('the families of 409 and 429 are told by their reason, never by the message or the status alone', () => {
    const misleading = envelope(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted under previous job(s): 1.', [
      quota,
    ]);
    assert.equal(explain(429, misleading).told, 'refused: google.quota');
    assert.equal(explain(409, envelope(409, 'ALREADY_EXISTS', 'x', [exhausted])).told, 'refused: google.otherRefusal');
    assert.equal(explain(403, envelope(403, 'x', 'ACCESS_TOKEN_EXPIRED')).told, 'refused: google.permissionDenied');
  });

  it('an ErrorInfo is known by its type before anything else that has a reason', () => {
    const details = [{ reason: 'SERVICE_DISABLED' }, info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')];
    assert.equal(explain(403, envelope(403, 'x', 'x', details)).told, 'refused: google.scopeInsufficient');
  });

  it('a detail with a reason counts without a type', () => {
    const details = [debug, { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }];
    assert.equal(explain(403, envelope(403, 'x', 'x', details)).told, 'refused: google.scopeInsufficient');
  });
});

describe('explainError: answers that are not Google’s envelope', () => {
  const page = '<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>';
  for (const [status, told] of [
    [200, 'unknown: google.unexpectedAnswer'],
    [202, 'unknown: google.unexpectedAnswer'],
    [204, 'unknown: google.unexpectedAnswer'],
    [401, 'dead-token: google.tokenRejected'],
    [404, 'refused: google.notThisService'],
    [411, 'refused: google.notThisService'],
    [408, 'unknown: google.unexpectedAnswer'],
    [421, 'unknown: google.unexpectedAnswer'],
    [429, 'refused: google.notThisService'],
    [499, 'unknown: google.unexpectedAnswer'],
    [500, 'unknown: google.gatewayPage'],
    [502, 'unknown: google.gatewayPage'],
    [503, 'unknown: google.gatewayPage'],
  ] as const) {
    for (const body of [page, '', '[]', '{}', 'null', '{"error":', '{"error":"x"}', '\ufeff{}']) {
      it(`${status} ${JSON.stringify(body.slice(0, 12))}: ${told}`, () =>
        assert.equal(explain(status, body).told, told));
    }
  }

  it('a 200 that carries an envelope is no success', () => {
    assert.equal(explain(200, envelope(401, 'UNAUTHENTICATED', 'x')).told, 'unknown: google.unexpectedAnswer');
  });

  it('reads the legacy envelope with errors[] and no details', () => {
    const legacy = {
      error: { code: 403, message: 'Access Not Configured.', errors: [{ domain: 'usageLimits', reason: 'x' }] },
    };
    const meaning = explain(403, legacy);
    assert.equal(meaning.told, 'refused: google.permissionDenied');
    assert.match(meaning.paragraph, /Access Not Configured/);
  });

  it('survives details of wrong types', () => {
    const strange = [
      { '@type': 5, reason: ['x'] },
      { reason: 'ACCESS_TOKEN_EXPIRED', metadata: { a: 5, b: 'x' } },
    ];
    assert.equal(explain(401, envelope(401, 'x', 'x', strange)).told, 'dead-token: google.tokenExpired');
  });
});

describe('explainError: what comes from outside', () => {
  it('a token that the message echoes is not shown', () => {
    for (const token of ['ya29.planted-3b19', '1//planted-a81c']) {
      const { paragraph, reason } = explain(400, envelope(400, 'INVALID_ARGUMENT', `bad token ${token}`));
      assert.ok(!JSON.stringify(reason).includes('planted'));
      assert.match(paragraph, /bad token \[secret\]/);
    }
  });

  for (const [status, name, field] of [
    [409, 'ALREADY_EXISTS_ONE_TIME', 'job_id'],
    [429, 'RESOURCE_EXHAUSTED_ONE_TIME', 'previous_job_ids'],
    [403, 'SERVICE_DISABLED', 'consumer'],
  ] as const) {
    it(`a token that the metadata of ${name} echoes is not shown`, () => {
      const token = 'ya29.a0AfB_byC-planted-token-0123456789';
      const { reason, paragraph } = explain(status, envelope(status, 'x', '', [info(name, { [field]: token })]));
      assert.ok(!`${JSON.stringify(reason)} ${paragraph}`.includes('planted'));
    });
  }

  it('a long or hostile message becomes one bounded line', () => {
    const { reason } = explain(500, envelope(500, 'x', `a\nb\u202e${'x'.repeat(10_240)}`));
    const message = reason.params['message'] ?? '';
    assert.ok(message.startsWith('a b xxx') && message.length <= 300);
  });

  it('hostile metadata becomes bounded text', () => {
    const job = `[x](command:quit)\n\u202e${'y'.repeat(10_240)}`;
    const { reason } = explain(409, envelope(409, 'x', 'x', [info('ALREADY_EXISTS_ONE_TIME', { job_id: job })]));
    assert.ok((reason.params['job'] ?? '').length <= 80);
    assert.doesNotMatch(reason.params['job'] ?? '', /[\n\u202e]/);
  });

  it('metadata that is missing leaves no gap in the sentence', () => {
    for (const [status, name] of [
      [429, 'RESOURCE_EXHAUSTED_ONE_TIME'],
      [429, 'RESOURCE_EXHAUSTED_TIME_BASED'],
      [409, 'ALREADY_EXISTS_ONE_TIME'],
      [403, 'SERVICE_DISABLED'],
    ] as const) {
      const { reason } = explain(status, envelope(status, 'x', 'x', [{ ...info(name), metadata: undefined }]));
      assert.deepEqual([...new Set(Object.values(reason.params))], ['?'], name);
    }
  });

  it('offers the activation page of Google’s console', () => {
    assert.deepEqual(explain(403, disabled(activation)).reason.actions, [
      { kind: 'open-url', url: activation },
      revoke,
    ]);
    const cloud = 'https://console.cloud.google.com/apis?project=1';
    assert.deepEqual(explain(403, disabled(cloud)).reason.actions, [{ kind: 'open-url', url: cloud }, revoke]);
  });

  for (const url of [
    'https://evil.example/console.developers.google.com',
    'https://console.developers.google.com.evil.example/',
    'https://evil.example?console.cloud.google.com',
    'https://user@console.developers.google.com/',
    'https://console.developers.google.com@evil.example/',
    'https://console.developers.google.com:8443/',
    'http://console.developers.google.com/',
    'javascript:alert(1)//console.developers.google.com',
    'vscode://x',
    'command:workbench.action.quit',
    '',
    5,
    undefined,
  ]) {
    it(`does not offer ${String(url)}`, () => assert.deepEqual(explain(403, disabled(url)).reason.actions, [revoke]));
  }

  it('offers Verify after what is unknown, and a new credential for a dead token', () => {
    assert.deepEqual(explain(500, '').reason.actions, [{ kind: 'verify' }]);
    assert.deepEqual(explain(401, '').reason.actions, [{ kind: 'replace-credential' }]);
  });
});

describe('explainError: what is offered next', () => {
  const kinds = (status: number, body: unknown, purpose: Purpose) =>
    explain(status, body, {}, purpose).reason.actions.map(({ kind }) => kind);
  const insufficient = envelope(403, 'PERMISSION_DENIED', 'x', [info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')]);

  it('where a reset is impossible, the other way; for jobs it would be no way out', () => {
    const denied = envelope(403, 'PERMISSION_DENIED', 'No.');
    assert.deepEqual(kinds(403, denied, 'consent'), ['use-way']);
    assert.deepEqual(kinds(403, insufficient, 'consent'), ['replace-credential', 'use-way']);
    assert.deepEqual(kinds(403, denied, 'job'), []);
    assert.deepEqual(kinds(403, insufficient, 'job'), ['replace-credential']);
    assert.deepEqual(kinds(403, disabled(activation), 'job'), ['open-url']);
  });

  it('a reset for used up consents alone', () => {
    const offers = (details: readonly unknown[], status = 429) =>
      kinds(status, envelope(status, 'x', 'x', details), 'job');
    assert.deepEqual(offers([exhausted]), ['reset']);
    assert.deepEqual(offers([cooling]), []);
    assert.deepEqual(offers([cooling], 400), []);
    assert.deepEqual(offers([quota]), []);
    assert.deepEqual(offers([info('ALREADY_EXISTS_ONE_TIME', { job_id: '3f0c' })], 409), []);
  });

  it('a cool-down ends at a time of this computer', () => {
    const { paragraph } = explain(429, envelope(429, 'x', 'x', [cooling]), {}, 'job');
    assert.match(paragraph, /Wait until 2026-06-0\d \d\d:\d\d:11\./);
    const soon = info('RESOURCE_EXHAUSTED_TIME_BASED', { timestamp_after_24hrs: 'soon' });
    assert.equal(explain(429, envelope(429, 'x', 'x', [soon])).reason.params['until'], 'soon');
  });

  it('an unknown field of a job is no matter of settings', () => {
    assert.equal(
      explain(400, envelope(400, 'INVALID_ARGUMENT', 'x'), {}, 'job').told,
      'refused: google.job.invalidArgument',
    );
  });
});
