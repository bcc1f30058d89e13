import assert from 'node:assert/strict';
import type { JobCancel, JobStart } from '../../../../src/core/archiveJobs';
import {
  access,
  accessCredential,
  api,
  broken,
  byAccess,
  byToken,
  GoogleScene,
  never,
  noName,
  page,
  quota,
  rejected,
  targetWith,
  unavailable,
} from '../../../fakes/googleScene';
import { type Answer, response } from '../../../fakes/scriptedTransport';
import { archivesOf, cooling, failure, info, paragraph, told } from './jobStage';

describe('Google Data Portability: retrying and cancelling a job', () => {
  const precondition = failure(400, 'FAILED_PRECONDITION', 'Only some jobs.');
  const notFound = failure(404, 'NOT_FOUND', 'Requested entity was not found.');
  const call = async (verb: 'retry' | 'cancel', answer: Answer, jobId = 'a=1') => {
    const scene = new GoogleScene({ [`/v1/archiveJobs/${encodeURIComponent(jobId)}:${verb}`]: [answer] });
    const result: JobStart | JobCancel = await archivesOf(scene)[verb](targetWith(byAccess), jobId, never);
    const sent = scene.transport.requests.filter(({ url }) => url.endsWith(`:${verb}`));
    return { result, sent, scene };
  };

  for (const verb of ['retry', 'cancel'] as const) {
    it(`${verb} posts once, on a connection of its own; the log sees no id`, async () => {
      const { sent } = await call(verb, response(200, verb === 'retry' ? { archiveJobId: 'b' } : {}));
      assert.deepEqual(sent, [
        {
          method: 'POST',
          url: `${api}/v1/archiveJobs/a%3D1:${verb}`,
          pathTemplate: `/v1/archiveJobs/{id}:${verb}`,
          effect: 'irreversible',
          bearer: 'ya29.stored',
          contentType: 'application/json',
          body: '{}',
        },
      ]);
    });

    it(`${verb} of an id that could lead elsewhere sends nothing at all`, async () => {
      for (const id of ['../authorization:reset', 'a/b', '..', 'a:cancel', '', 'a?x', 'a b']) {
        const scene = new GoogleScene({});
        const result = await archivesOf(scene)[verb](targetWith(byAccess), id, never);
        assert.equal(told(result), 'refused: google.job.badId', id);
        assert.deepEqual(scene.paths, []);
      }
    });
  }

  it('a retry has an id of its own', async () => {
    assert.deepEqual((await call('retry', response(200, { archiveJobId: 'b' }))).result, {
      kind: 'started',
      jobId: 'b',
    });
  });

  const rows: readonly (readonly ['retry' | 'cancel', string, Answer, string, RegExp?])[] = [
    [
      'retry',
      'of a job that has not failed',
      precondition,
      'refused: google.job.retryRefused',
      /Only some jobs\. No job was started/,
    ],
    ['retry', 'of a job nobody knows', notFound, 'refused: google.job.notFound'],
    [
      'retry',
      'that runs already',
      failure(409, 'x', 'x', [info('ALREADY_EXISTS_ONE_TIME', { job_id: 'b' })]),
      'exists: google.jobExists',
    ],
    ['retry', 'while cooling down', failure(400, 'FAILED_PRECONDITION', 'x', [cooling]), 'refused: google.coolDown'],
    ['retry', 'with 503', unavailable, 'unknown: google.job.retryUnknown < google.unavailable: retry', /started again/],
    ['retry', 'with no way', noName, 'not-sent: http.dns: retry'],
    ['retry', 'aborted', { kind: 'aborted', sent: true }, 'aborted'],
    ['cancel', 'carried out', response(200, {}), 'cancelled'],
    ['cancel', 'with an empty answer', response(200), 'cancelled'],
    [
      'cancel',
      'of a job that is complete',
      precondition,
      'refused: google.job.cancelRefused',
      /The job stays as it is/,
    ],
    ['cancel', 'of a job nobody knows', notFound, 'refused: google.job.notFound'],
    ['cancel', 'refused', quota, 'refused: google.tooManyRequests'],
    [
      'cancel',
      'with a dead token',
      rejected,
      'dead-credential: google.job.deadCredential < google.tokenExpired: sign-in, replace-credential',
    ],
    [
      'cancel',
      'with a page',
      page,
      'unknown: google.job.cancelUnknown < google.unexpectedAnswer: retry',
      /whether the job was cancelled/,
    ],
    ['cancel', 'with a broken connection', broken, 'unknown: google.job.cancelUnknown < http.connection-reset: retry'],
    ['cancel', 'with no way', noName, 'not-sent: http.dns: retry'],
    ['cancel', 'aborted', { kind: 'aborted', sent: false }, 'aborted'],
  ];
  for (const [verb, name, answer, expected, text] of rows) {
    it(`${verb} ${name}: ${expected}, after one request`, async () => {
      const { result, sent } = await call(verb, answer);
      assert.equal(told(result), expected);
      assert.equal(sent.length, 1);
      if ('reason' in result) assert.doesNotMatch(paragraph(result), /was not reset|reset was carried out/);
      if (text) assert.match(paragraph(result as never), text);
    });
  }

  for (const verb of ['retry', 'cancel'] as const) {
    it(`${verb}: shows no token that the refusal holds`, async () => {
      const { result } = await call(verb, failure(400, 'FAILED_PRECONDITION', `No: 1//${'planted'.repeat(9)}`));
      assert.equal(result.kind, 'refused');
      assert.doesNotMatch(JSON.stringify(result), /planted/);
    });
  }

  it('is made with any living credential', async () => {
    const scene = new GoogleScene({
      '/v1/accessType:check': [byToken({ one: rejected, two: access })],
      '/v1/archiveJobs/a:cancel': [response(200, {})],
    });
    const target = targetWith(accessCredential('one', 0), accessCredential('two', 1));
    assert.equal((await archivesOf(scene).cancel(target, 'a', never)).kind, 'cancelled');
    assert.equal(scene.transport.requests.at(-1)?.bearer, 'ya29.two');
  });
});
