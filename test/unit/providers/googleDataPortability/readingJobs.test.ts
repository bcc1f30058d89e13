import assert from 'node:assert/strict';
import type { JobReading } from '../../../../src/core/archiveJobs';
import type { Credential } from '../../../../src/core/model';
import {
  accessCredential,
  api,
  byAccess,
  byRefresh,
  byToken,
  GoogleScene,
  invalidGrant,
  jobState,
  never,
  noName,
  quota,
  refreshCredential,
  rejected,
  type Service,
  targetWith,
  unavailable,
} from '../../../fakes/googleScene';
import { type Answer, response } from '../../../fakes/scriptedTransport';
import { archivesOf, failure, paragraph, told } from './jobStage';

describe('Google Data Portability: reading a job', () => {
  const path = '/v1/archiveJobs/a/portabilityArchiveState';
  const read = async (answer: Answer, credential: Credential = byAccess, service: Service = {}) => {
    const scene = new GoogleScene({ ...service, [path]: [answer] });
    const result = await archivesOf(scene).read(targetWith(credential), 'a', never);
    return { result, scene };
  };
  const withUrls = (...urls: readonly string[]) => response(200, { state: 'COMPLETE', urls });
  const signed = 'https://storage.googleapis.com/bucket/a.zip?X-Goog-Signature=planted-77';

  const rows: readonly (readonly [string, Answer, string])[] = [
    ['in progress', jobState('IN_PROGRESS'), 'state: in-progress 0'],
    ['complete', jobState('COMPLETE', 2), 'state: complete 2'],
    ['complete, without addresses', jobState('COMPLETE'), 'state: complete 0'],
    ['failed', jobState('FAILED'), 'state: failed 0'],
    ['cancelled', jobState('CANCELLED'), 'state: cancelled 0'],
    ['unknown to the service', failure(404, 'NOT_FOUND', 'No.'), 'no-such-job: google.job.notFound'],
    ['a page of 404', response(404, '<html>'), 'failed: google.job.unread < google.notThisService: retry'],
    ['a state of tomorrow', jobState('PAUSED'), 'failed: google.job.unread < google.unexpectedAnswer: retry'],
    ['quota', quota, 'failed: google.job.unread < google.tooManyRequests: retry'],
    ['503', unavailable, 'failed: google.job.unread < google.unavailable: retry'],
    ['no way', noName, 'failed: google.job.unread < http.dns: retry'],
    ['401', rejected, 'dead-credential: google.job.deadCredential < google.tokenExpired: sign-in, replace-credential'],
    ['aborted', { kind: 'aborted', sent: true }, 'aborted'],
  ];
  const toldOf = (result: JobReading) =>
    result.kind === 'state' ? `state: ${result.state} ${result.addresses.length}` : told(result);
  for (const [name, answer, expected] of rows) {
    it(`${name}: ${expected}`, async () => {
      const { result, scene } = await read(answer);
      assert.equal(toldOf(result), expected);
      assert.ok(scene.transport.requests.every(({ effect }) => effect === 'read'));
      if ('reason' in result) paragraph(result);
    });
  }

  it('asks for the state alone, by a path that the log does not see', async () => {
    const { scene } = await read(jobState('IN_PROGRESS'));
    assert.deepEqual(
      scene.transport.requests.map(({ method, url, pathTemplate, bearer }) => [method, url, pathTemplate, bearer]),
      [['GET', `${api}${path}`, '/v1/archiveJobs/{id}/portabilityArchiveState', 'ya29.stored']],
    );
  });

  it('seals each address, bound to its own origin', async () => {
    const { result } = await read(withUrls(signed, 'https://other.example/b'));
    assert.ok(result.kind === 'state');
    assert.deepEqual(
      result.addresses.map(({ boundTo }) => boundTo),
      [['https://storage.googleapis.com'], ['https://other.example']],
    );
    assert.deepEqual(result.addresses[0]?.revealFor(new URL(signed)), { kind: 'revealed', value: signed });
    assert.ok(!JSON.stringify(result).includes('planted'));
  });

  for (const url of [
    'http://storage.googleapis.com/a?x=planted',
    'http://127.0.0.1:80/a?x=planted',
    'https://user@storage.googleapis.com/planted',
    'https://:word@storage.googleapis.com/planted',
    'file:///etc/passwd',
    'planted',
    'data:text/plain,planted',
  ]) {
    it(`takes none when one is ${url.slice(0, 24)}…: the others would get the wrong numbers`, async () => {
      const { result } = await read(withUrls(signed, url));
      assert.equal(told(result as never), 'failed: google.job.unread < google.job.badAddress: retry');
      assert.ok(!JSON.stringify(result).includes('planted'));
    });
  }

  it('takes plain addresses of this computer from a service on this computer', async () => {
    const local = 'http://127.0.0.1:9400';
    const { credentials, ...rest } = targetWith(accessCredential('local', 0, [local]));
    const project = { ...rest.project, endpoint: local };
    const taken = async (url: string) => {
      const scene = new GoogleScene({ [path]: [withUrls(url)] });
      const result = await archivesOf(scene).read({ ...rest, project, credentials }, 'a', never);
      return result.kind === 'state' && result.addresses.length;
    };
    assert.equal(await taken(`${local}/a.zip?signature=x`), 1);
    for (const url of ['http://storage.googleapis.com/a', 'ftp://127.0.0.1/a', 'file:///etc/passwd']) {
      assert.equal(await taken(url), false, url);
    }
  });

  it('renews a kept token that died, once', async () => {
    const scene = new GoogleScene({ [path]: [jobState('IN_PROGRESS'), rejected, jobState('FAILED'), rejected] });
    const archives = archivesOf(scene);
    const target = targetWith(byRefresh);
    await archives.read(target, 'a', never);
    assert.equal(toldOf(await archives.read(target, 'a', never)), 'state: failed 0');
    assert.deepEqual(scene.paths, ['/token', path, path, '/token', path]);
    assert.equal((await archives.read(target, 'a', never)).kind, 'dead-credential');
  });

  it('goes on with the next credential when one is dead or cannot be renewed', async () => {
    const [one, two, three] = [refreshCredential('one', 2), refreshCredential('two', 1), accessCredential('three', 3)];
    const service: Service = { '/token': [byToken({ '1//one': invalidGrant, '1//two': response(500) })] };
    const scene = new GoogleScene({ ...service, [path]: [jobState('FAILED')] });
    const result = await archivesOf(scene).read(targetWith(one, two, three), 'a', never);
    assert.equal(toldOf(result), 'state: failed 0');
    assert.equal(scene.transport.requests.at(-1)?.bearer, 'ya29.three');
    const without = await archivesOf(new GoogleScene(service)).read(targetWith(one, two), 'a', never);
    assert.equal(told(without as never), 'failed: google.job.notReady < google.refreshFailed: retry');
    const dead = new GoogleScene({ '/token': [invalidGrant] });
    assert.equal((await archivesOf(dead).read(targetWith(one, two), 'a', never)).kind, 'dead-credential');
  });

  it('does not ask with every credential when the service itself fails', async () => {
    const scene = new GoogleScene({ [path]: [quota] });
    const target = targetWith(accessCredential('one', 0), accessCredential('two', 1));
    assert.equal((await archivesOf(scene).read(target, 'a', never)).kind, 'failed');
    assert.deepEqual(scene.paths, [path]);
  });

  it('an id that cannot be one is no job, and nobody is asked', async () => {
    const scene = new GoogleScene({});
    assert.equal(
      told((await archivesOf(scene).read(targetWith(byAccess), '../x', never)) as never),
      'no-such-job: google.job.badId',
    );
    assert.deepEqual(scene.paths, []);
  });
});

describe('Google Data Portability: what can be exported', () => {
  const checked = (oneTimeResources: string[], timeBasedResources: string[]) =>
    response(200, { oneTimeResources, timeBasedResources });
  const exportable = (answers: Readonly<Record<string, ReturnType<typeof checked>>>) => {
    const [first, ...more] = Object.keys(answers).map((name, index) => accessCredential(name, index));
    assert.ok(first);
    const scene = new GoogleScene({ '/v1/accessType:check': [byToken(answers)] });
    return archivesOf(scene).exportable(targetWith(first, ...more), never);
  };

  it('a group for each living credential; equal ones are one, empty ones none', async () => {
    const result = await exportable({
      one: checked(['a.b'], ['c.d', 'e.f']),
      two: checked([], ['g.h']),
      three: checked(['a.b'], ['e.f', 'c.d']),
      four: checked([], []),
      five: rejected,
      six: unavailable,
    });
    assert.deepEqual(result, {
      kind: 'groups',
      groups: [
        { oneTime: ['a.b'], timeBased: ['c.d', 'e.f'] },
        { oneTime: [], timeBased: ['g.h'] },
      ],
    });
  });

  it('nothing when all are dead, or none can be read', async () => {
    assert.equal((await exportable({ one: rejected, two: rejected })).kind, 'dead-credential');
    assert.equal((await exportable({ one: rejected, two: unavailable })).kind, 'failed');
    assert.equal((await exportable({ one: quota })).kind, 'failed');
  });
});
