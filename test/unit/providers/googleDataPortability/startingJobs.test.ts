import assert from 'node:assert/strict';
import { localTime } from '../../../../src/core/localTime';
import type { Credential } from '../../../../src/core/model';
import {
  access,
  accessCredential,
  api,
  broken,
  byAccess,
  byRefresh,
  byToken,
  GoogleScene,
  never,
  noName,
  page,
  quota,
  rejected,
  type Service,
  targetWith,
  unavailable,
} from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { type Answer, response } from '../../../fakes/scriptedTransport';
import { archivesOf, coolDownEnd, cooling, disabled, failure, info, paragraph, told } from './jobStage';

const initiatePath = '/v1/portabilityArchive:initiate';

const startedAnswer = response(200, { archiveJobId: 'new-1', accessType: 'ACCESS_TYPE_ONE_TIME' });

async function start(answer: Answer, resources = ['maps.reviews']) {
  const scene = new GoogleScene({ [initiatePath]: [answer] });
  const result = await archivesOf(scene).start(targetWith(byAccess), { resources }, never);
  const sent = scene.transport.requests.filter(({ url }) => url.includes('initiate'));
  return { result, sent, scene };
}

describe('Google Data Portability: starting a job', () => {
  it('posts once, on a connection of its own, after a read that consumes nothing', async () => {
    const { result, sent, scene } = await start(startedAnswer, ['maps.reviews', 'myactivity.maps']);
    assert.deepEqual(result, { kind: 'started', jobId: 'new-1', oneTime: true });
    assert.deepEqual(scene.paths, ['/v1/accessType:check', initiatePath]);
    assert.deepEqual(sent, [
      {
        method: 'POST',
        url: `${api}${initiatePath}`,
        pathTemplate: initiatePath,
        effect: 'irreversible',
        bearer: 'ya29.stored',
        contentType: 'application/json',
        body: '{"resources":["maps.reviews","myactivity.maps"]}',
      },
    ]);
  });

  it('tells whether it uses a one-time consent up, where the service says so', async () => {
    for (const [accessType, oneTime] of [
      ['ACCESS_TYPE_ONE_TIME', true],
      ['ACCESS_TYPE_TIME_BASED', false],
      ['ACCESS_TYPE_NEW', undefined],
      [undefined, undefined],
    ] as const) {
      const { result } = await start(response(200, { archiveJobId: 'n', accessType }));
      assert.deepEqual(result, { kind: 'started', jobId: 'n', ...(oneTime === undefined ? {} : { oneTime }) });
    }
  });

  it('sends the limits of the data as times of the service', async () => {
    const scene = new GoogleScene({ [initiatePath]: [startedAnswer] });
    const request = { resources: ['maps.reviews'], startTime: noon, endTime: noon + 1_500 };
    await archivesOf(scene).start(targetWith(byAccess), request, never);
    assert.deepEqual(JSON.parse(scene.transport.requests.at(-1)?.body ?? ''), {
      resources: ['maps.reviews'],
      startTime: '2030-01-02T12:00:00.000Z',
      endTime: '2030-01-02T12:00:01.500Z',
    });
  });

  const exhausted = failure(429, 'RESOURCE_EXHAUSTED', 'x', [
    info('RESOURCE_EXHAUSTED_ONE_TIME', { previous_job_ids: '3f0c, 8ab1,3f0c,../x,' }),
  ]);
  const exists = (id: unknown, type = 'ONE_TIME') =>
    failure(409, 'ALREADY_EXISTS', 'x', [info(`ALREADY_EXISTS_${type}`, { job_id: id })]);
  const rateLimit = failure(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [
    info('RATE_LIMIT_EXCEEDED', {}),
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '39s' },
  ]);

  const rows: readonly (readonly [name: string, answer: Answer, told: string, text?: RegExp])[] = [
    ['time-based', response(200, { archiveJobId: 'n', accessType: 'ACCESS_TYPE_TIME_BASED' }), 'started'],
    ['an access type nobody knows', response(200, { archiveJobId: 'n', accessType: 'ACCESS_TYPE_NEW' }), 'started'],
    ['409, one time', exists('3f0c'), 'exists: google.jobExists', /job 3f0c.*Do not reset/],
    ['409, time-based', exists('3f0c', 'TIME_BASED'), 'exists: google.jobExists'],
    ['409 without an id', exists(undefined), 'refused: google.jobExists'],
    ['409 with an id that is a path', exists('../x'), 'refused: google.jobExists'],
    ['429, used up', exhausted, 'exhausted: google.exhaustedOneTime: reset', /used up by the jobs 3f0c/],
    [
      '429, cooling down',
      failure(429, 'RESOURCE_EXHAUSTED', 'x', [cooling]),
      'refused: google.coolDown',
      new RegExp(`Wait until ${localTime(coolDownEnd, noon)}\\. Do not reset`),
    ],
    ['400, cooling down', failure(400, 'FAILED_PRECONDITION', 'x', [cooling]), 'refused: google.coolDown'],
    ['quota', rateLimit, 'refused: google.quotaWait', /Nothing was done.*in 39 seconds/],
    ['429 of another kind', quota, 'refused: google.tooManyRequests'],
    [
      'resource not in the token',
      failure(403, 'PERMISSION_DENIED', 'x', [{ '@type': 'type.googleapis.com/google.rpc.DebugInfo' }]),
      'refused: google.resourceNotAuthorized: replace-credential',
    ],
    ['API disabled', failure(403, 'PERMISSION_DENIED', 'x', [disabled]), 'refused: google.apiDisabled: open-url'],
    ['403', failure(403, 'PERMISSION_DENIED', 'No.'), 'refused: google.permissionDenied'],
    [
      '400',
      failure(400, 'INVALID_ARGUMENT', 'Unknown resource.'),
      'refused: google.job.invalidArgument',
      /Unknown resource\. No job was started\. Check the resources/,
    ],
    [
      '401',
      rejected,
      'dead-credential: google.job.deadCredential < google.tokenExpired: sign-in, replace-credential',
      /Nothing was done\. Let the test user consent again/,
    ],
    [
      '503',
      unavailable,
      'unknown: google.job.startUnknown < google.unavailable: retry',
      /not known whether the job was started\. Start it again: .* answers with its id/,
    ],
    ['500', response(500), 'unknown: google.job.startUnknown < google.gatewayPage: retry'],
    ['a broken connection', broken, 'unknown: google.job.startUnknown < http.connection-reset: retry'],
    ['a page', page, 'unknown: google.job.startUnknown < google.unexpectedAnswer: retry'],
    ['200 without an id', response(200, {}), 'unknown: google.job.startUnknown < google.unexpectedAnswer: retry'],
    [
      '200 with an id that is a path',
      response(200, { archiveJobId: '../../x' }),
      'unknown: google.job.startUnknown < google.unexpectedAnswer: retry',
    ],
    [
      'a redirect',
      { kind: 'redirect', status: 307, location: 'https://evil.example' },
      'unknown: google.job.startUnknown < http.redirect: retry',
    ],
    ['no way', noName, 'not-sent: http.dns: retry', /Nothing was sent/],
    ['aborted', { kind: 'aborted', sent: true }, 'aborted'],
  ];
  for (const [name, answer, expected, text] of rows) {
    it(`${name}: ${expected}, after one request`, async () => {
      const { result, sent } = await start(answer);
      assert.equal(told(result), expected);
      assert.equal(sent.length, 1);
      if ('reason' in result) assert.doesNotMatch(paragraph(result), /was not reset|reset was carried out/);
      if (text) assert.match(paragraph(result as never), text);
    });
  }

  it('names the jobs that used the consent up, and that of the same export', async () => {
    const used = (await start(exhausted)).result;
    assert.deepEqual(used.kind === 'exhausted' && used.jobIds, ['3f0c', '8ab1']);
    const same = (await start(exists('3f0c'))).result;
    assert.equal(same.kind === 'exists' && same.jobId, '3f0c');
  });

  it('shows no token that the service echoes', async () => {
    const { result } = await start(failure(400, 'INVALID_ARGUMENT', 'bad ya29.stored'));
    assert.ok(!JSON.stringify(result).includes('ya29'));
  });

  describe('the credential it is started with', () => {
    const checked = (...timeBased: string[]) => response(200, { timeBasedResources: timeBased });
    const service: Service = {
      '/v1/accessType:check': [
        byToken({ one: checked('maps.reviews', 'maps.starred'), two: checked('chrome.history') }),
      ],
      [initiatePath]: [startedAnswer],
    };
    const one = accessCredential('one', 0);
    const two = accessCredential('two', 1);
    const startWith = async (
      resources: readonly string[],
      given: Service,
      ...credentials: readonly [Credential, ...Credential[]]
    ) => {
      const scene = new GoogleScene(given);
      const result = await archivesOf(scene).start(targetWith(...credentials), { resources }, never);
      const sent = scene.transport.requests.find(({ url }) => url.includes('initiate'));
      return { told: told(result), bearer: sent?.bearer, text: 'reason' in result ? paragraph(result) : '' };
    };

    it('owns all resources', async () => {
      assert.equal((await startWith(['maps.starred', 'maps.reviews'], service, one, two)).bearer, 'ya29.one');
      assert.equal((await startWith(['chrome.history'], service, one, two)).bearer, 'ya29.two');
    });

    it('is none when they belong to several; nothing is started then', async () => {
      const result = await startWith(['maps.reviews', 'chrome.history'], service, one, two);
      assert.deepEqual([result.told, result.bearer], ['refused: google.job.noCredentialFor', undefined]);
      assert.match(result.text, /covers all of maps\.reviews, chrome\.history\. No job was started\./);
    });

    it('is known by what was noted at the sign-in when the service no longer lists it', async () => {
      const scopes = 'youtube.public';
      const noted = { ...two, facts: { scopes } };
      assert.equal((await startWith([scopes], service, one, noted)).bearer, 'ya29.two');
    });

    it('is the only one there is, whatever it covers: the service knows best', async () => {
      assert.equal((await startWith(['chrome.history'], service, one)).bearer, 'ya29.one');
    });

    it('is a living one', async () => {
      const half = { ...service, '/v1/accessType:check': [byToken({ one: rejected, two: checked('chrome.history') })] };
      assert.equal((await startWith(['chrome.history'], half, one, two)).bearer, 'ya29.two');
    });

    const rows: readonly (readonly [string, Answer, string])[] = [
      [
        'all dead',
        rejected,
        'dead-credential: google.job.deadCredential < google.tokenExpired: sign-in, replace-credential',
      ],
      [
        'one unread, the other of other resources',
        byToken({ one: unavailable, two: checked('chrome.history') }),
        'not-sent: google.job.notReady < consent.unreadable: retry',
      ],
      ['all unread', unavailable, 'not-sent: google.job.notReady < consent.unreadable: retry'],
      ['API disabled', failure(403, 'PERMISSION_DENIED', 'x', [disabled]), 'refused: google.apiDisabled: open-url'],
      ['aborted', { kind: 'aborted', sent: true }, 'aborted'],
    ];
    for (const [name, answer, expected] of rows) {
      it(`${name}: ${expected}; nothing is started`, async () => {
        const result = await startWith(['maps.reviews'], { ...service, '/v1/accessType:check': [answer] }, one, two);
        assert.deepEqual([result.told, result.bearer], [expected, undefined]);
      });
    }

    it('is renewed when its kept token died, before the job is started', async () => {
      const scene = new GoogleScene({ ...service, '/v1/accessType:check': [access, rejected, access] });
      const target = targetWith(byRefresh);
      await archivesOf(scene).exportable(target, never);
      await archivesOf(scene).start(target, { resources: ['maps.reviews'] }, never);
      assert.equal(scene.transport.requests.at(-1)?.bearer, 'ya29.fresh-2');
    });
  });
});
