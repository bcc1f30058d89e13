import assert from 'node:assert/strict';
import type { TrackedJob } from '../../../../src/core/archiveJobs';
import { collectReasonTexts, reasonSentences, untranslated } from '../../../../src/core/outcomeText';
import type { Reread } from '../../../../src/core/provider';
import { reasonTexts } from '../../../../src/providers/googleDataPortability/reasonTexts';
import {
  byAccess,
  byRefresh,
  GoogleScene,
  jobState,
  lines,
  never,
  noName,
  rejected,
  type Service,
  trackedJob,
  unavailable,
} from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { type Answer, response } from '../../../fakes/scriptedTransport';

const notFound = response(404, {
  error: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' },
});
const stateOf = (answers: Readonly<Record<string, Answer>>): Service =>
  Object.fromEntries(
    Object.entries(answers).map(([id, answer]) => [`/v1/archiveJobs/${id}/portabilityArchiveState`, [answer]]),
  );
const statePaths = (scene: GoogleScene) => scene.paths.filter((path) => path.endsWith('State'));

async function previewed(service: Service, ...jobs: readonly TrackedJob[]) {
  const scene = new GoogleScene(service);
  await scene.track(...jobs);
  const { preview, prepared } = await scene.ready(byRefresh);
  return { scene, prepared, losses: lines(preview.losses), reasons: preview.losses };
}

describe('Google Data Portability: what a reset would lose', () => {
  it('nothing is asked where nothing is tracked, or everything is settled', async () => {
    const { losses, scene } = await previewed(
      {},
      trackedJob('done', { state: 'complete', parts: [{ downloadedAt: noon }] }),
      trackedJob('failed', { state: 'failed' }),
      trackedJob('stopped', { state: 'cancelled' }),
      trackedJob('unknown', { state: 'gone' }),
      trackedJob('expired', { state: 'complete', completeSince: noon - 15 * 86_400_000, parts: [{}] }),
    );
    assert.deepEqual(losses, []);
    assert.deepEqual(statePaths(scene), []);
  });

  it('a running job, read with the token of the preview', async () => {
    const { losses, scene } = await previewed(stateOf({ a: jobState('IN_PROGRESS') }), trackedJob('a'));
    assert.deepEqual(losses, ['google.loss.running | a | maps.reviews']);
    const request = scene.transport.requests.at(-1);
    assert.deepEqual(
      [request?.method, request?.bearer, request?.pathTemplate, request?.effect],
      ['GET', 'ya29.fresh-1', '/v1/archiveJobs/{id}/portabilityArchiveState', 'read'],
    );
    assert.equal((await scene.tracked('a'))?.checkedAt, noon);
  });

  it('a job that has completed since: its archive, noted with the number of its files', async () => {
    const { losses, scene } = await previewed(stateOf({ a: jobState('COMPLETE', 3) }), trackedJob('a'));
    assert.deepEqual(losses, ['google.loss.undownloaded | a | maps.reviews | 3']);
    const job = await scene.tracked('a');
    assert.deepEqual([job?.state, job?.completeSince, job?.parts], ['complete', noon, [{}, {}, {}]]);
  });

  it('only the files that are missing; none when all are there', async () => {
    const parts = [{ downloadedAt: noon - 1, bytes: 5 }, {}];
    const job = trackedJob('a', { state: 'complete', completeSince: noon - 5, parts });
    const service = stateOf({ a: jobState('COMPLETE', 2) });
    const { losses, scene } = await previewed(service, job);
    assert.deepEqual(losses, ['google.loss.undownloaded | a | maps.reviews | 1']);
    assert.equal((await scene.tracked('a'))?.completeSince, noon - 5);
  });

  it('an archive that is over only by a clock that may be a day ahead', async () => {
    const job = trackedJob('a', { state: 'complete', completeSince: noon - 15 * 86_400_000 + 1, parts: [{}] });
    const there = await previewed(stateOf({ a: jobState('COMPLETE', 1) }), job);
    assert.deepEqual(there.losses, ['google.loss.undownloaded | a | maps.reviews | 1']);
    assert.deepEqual((await previewed(stateOf({ a: notFound }), job)).losses, []);
  });

  it('an archive without addresses counts as there', async () => {
    const { losses } = await previewed(stateOf({ a: jobState('COMPLETE') }), trackedJob('a', { resources: [] }));
    assert.deepEqual(losses, ['google.loss.undownloadedById | a | ?']);
  });

  it('a job of which only the id is known', async () => {
    const { losses } = await previewed(stateOf({ a: jobState('IN_PROGRESS') }), trackedJob('a', { resources: [] }));
    assert.deepEqual(losses, ['google.loss.runningById | a']);
  });

  it('not what has failed, was cancelled or is unknown to the service by now', async () => {
    const { losses, scene } = await previewed(
      stateOf({ a: jobState('FAILED'), b: jobState('CANCELLED'), c: notFound }),
      ...['a', 'b', 'c'].map((id) => trackedJob(id)),
    );
    assert.deepEqual(losses, []);
    const states = await Promise.all(['a', 'b', 'c'].map(async (id) => (await scene.tracked(id))?.state));
    assert.deepEqual(states, ['failed', 'cancelled', 'gone']);
  });

  for (const [name, answer] of [
    ['503', unavailable],
    ['401', rejected],
    ['403', response(403, { error: { code: 403, status: 'PERMISSION_DENIED', message: 'No.' } })],
    ['no way', noName],
    ['a page of somebody else', response(404, '<html>')],
    ['a state nobody knows', jobState('PAUSED')],
    ['nonsense', response(200, '[]')],
  ] as const) {
    it(`${name}: a job that cannot be read counts as a loss, and stays as it was`, async () => {
      const before = trackedJob('a');
      const { losses, reasons, scene } = await previewed(stateOf({ a: answer }), before);
      assert.deepEqual(losses, ['google.loss.unreadJob | a']);
      assert.ok(reasons[0]?.cause);
      assert.deepEqual(await scene.tracked('a'), before);
    });
  }

  it('is told although it cannot be noted', async () => {
    const scene = new GoogleScene(stateOf({ a: jobState('COMPLETE', 1) }));
    await scene.track(trackedJob('a'));
    scene.jobs.broken = true;
    const { preview } = await scene.ready(byAccess);
    assert.deepEqual(lines(preview.losses), ['google.loss.undownloaded | a | maps.reviews | 1']);
  });

  it('of other identities, nothing', async () => {
    const scene = new GoogleScene({});
    const elsewhere = {
      provider: 'googleDataPortability',
      origin: 'https://other.example',
      target: 'shop/alice' as never,
    };
    await scene.jobs.update(elsewhere, 'a', () => trackedJob('a'));
    assert.deepEqual((await scene.ready(byAccess)).preview.losses, []);
  });

  it('aborted while reading is aborted', async () => {
    const scene = new GoogleScene(stateOf({ a: { kind: 'aborted', sent: true } }));
    await scene.track(trackedJob('a'));
    assert.equal((await scene.preview('reset', byAccess)).kind, 'aborted');
  });

  describe('the sum of several comes first', () => {
    const running = jobState('IN_PROGRESS');
    const complete = jobState('COMPLETE', 1);
    const rows: readonly (readonly [string, readonly Answer[], string])[] = [
      ['two running', [running, running], '2 running jobs would be lost.'],
      ['two archives', [complete, complete], '2 archives that are not downloaded would be lost.'],
      ['one of each', [running, complete], 'A running job and an archive that is not downloaded would be lost.'],
      [
        'one and two',
        [running, complete, complete],
        'Would be lost: running jobs: 1; archives that are not downloaded: 2.',
      ],
      [
        'two unread',
        [unavailable, unavailable],
        '2 jobs may still run or have an archive; that could not be read, and they would be lost.',
      ],
      [
        'one running, one unread',
        [running, unavailable],
        'Would be lost: running jobs: 1; archives that are not downloaded: 0; jobs whose state could not be read: 1.',
      ],
    ];
    const texts = collectReasonTexts([reasonTexts]);
    for (const [name, answers, sentence] of rows) {
      it(`${name}: ${sentence}`, async () => {
        const named = answers.map((answer, index) => [`job-${index}`, answer] as const);
        const jobs = named.map(([id], index) => trackedJob(id, { trackedAt: noon - 100 + index }));
        const { reasons } = await previewed(stateOf(Object.fromEntries(named)), ...jobs);
        const sentences = reasons.map((loss) => reasonSentences(loss, texts, untranslated).happened);
        assert.equal(sentences[0], sentence);
        assert.equal(sentences.length, answers.length + 1);
        for (const { jobId } of jobs) assert.equal(sentences.filter((one) => one.includes(jobId)).length, 1, jobId);
        for (const one of sentences) assert.doesNotMatch(one, /\{\w+\}/);
      });
    }
  });
});

describe('Google Data Portability: reading once more before sending', () => {
  /** What the service says of each job can change in between. */
  async function stage(first: Readonly<Record<string, Answer>>, ...jobs: readonly TrackedJob[]) {
    const now = new Map(Object.entries(first));
    const answer =
      (id: string): Answer =>
      (request) => {
        const said = now.get(id) ?? notFound;
        return typeof said === 'function' ? said(request) : said;
      };
    const scene = new GoogleScene(stateOf({ a: answer('a'), b: answer('b') }));
    await scene.track(...jobs);
    const { prepared } = await scene.ready(byRefresh);
    const before = scene.transport.requests.length;
    const reread = async () => {
      const result = await prepared.reread(never);
      return { told: toldOf(result), result };
    };
    const requests = () => scene.transport.requests.slice(before);
    return { scene, now, reread, requests, prepared };
  }

  const toldOf = (result: Reread): readonly string[] => [
    result.kind,
    ...(result.kind === 'changed' ? lines(result.preview.losses) : []),
    ...(result.kind === 'failed' ? [result.reason.code] : []),
  ];

  it('asks nobody when no job is unfinished', async () => {
    const { reread, requests } = await stage({});
    assert.deepEqual((await reread()).told, ['unchanged']);
    assert.deepEqual(requests(), []);
  });

  it('unchanged while the same job runs; read with the very same token', async () => {
    const { reread, requests } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    assert.deepEqual((await reread()).told, ['unchanged']);
    assert.deepEqual(
      requests().map(({ bearer, url }) => [bearer, new URL(url).pathname]),
      [['ya29.fresh-1', '/v1/archiveJobs/a/portabilityArchiveState']],
    );
  });

  it('a job that was started in another window', async () => {
    const { reread, scene, now } = await stage({});
    now.set('a', jobState('IN_PROGRESS'));
    await scene.track(trackedJob('a'));
    const { told, result } = await reread();
    assert.deepEqual(told, ['changed', 'google.loss.running | a | maps.reviews']);
    assert.ok(result.kind === 'changed' && result.preview.effects.length > 0);
    assert.deepEqual(result.preview.grant.timeBased, ['maps.reviews']);
  });

  it('a job that has finished since', async () => {
    const { reread, now } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    now.set('a', jobState('COMPLETE', 2));
    assert.deepEqual((await reread()).told, ['changed', 'google.loss.undownloaded | a | maps.reviews | 2']);
  });

  it('a job that has failed since: less is lost, and that is confirmed anew, too', async () => {
    const { reread, now } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    now.set('a', jobState('FAILED'));
    assert.deepEqual((await reread()).told, ['changed']);
  });

  it('compares with what was told last, not with the beginning', async () => {
    const { reread, now } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    now.set('a', jobState('COMPLETE', 1));
    assert.equal((await reread()).result.kind, 'changed');
    assert.deepEqual((await reread()).told, ['unchanged']);
  });

  it('a download in another window', async () => {
    const { reread, scene } = await stage({ a: jobState('COMPLETE', 1) }, trackedJob('a'));
    await scene.track(trackedJob('a', { state: 'complete', completeSince: noon, parts: [{ downloadedAt: noon }] }));
    assert.deepEqual((await reread()).told, ['changed']);
  });

  it('fails when a job cannot be read that could be read before', async () => {
    const { reread, now } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    for (const answer of [unavailable, noName, rejected]) {
      now.set('a', answer);
      const { told } = await reread();
      assert.equal(told[0], 'failed');
    }
  });

  it('does not fail for one that was confirmed as not readable; reading it now is a change', async () => {
    const { reread, now } = await stage({ a: unavailable }, trackedJob('a'));
    assert.deepEqual((await reread()).told, ['unchanged']);
    now.set('a', noName);
    assert.deepEqual((await reread()).told, ['unchanged']);
    now.set('a', jobState('IN_PROGRESS'));
    assert.deepEqual((await reread()).told, ['changed', 'google.loss.running | a | maps.reviews']);
    now.set('a', unavailable);
    assert.equal((await reread()).result.kind, 'failed');
  });

  it('aborted is aborted', async () => {
    const { reread, now } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    now.set('a', { kind: 'aborted', sent: false });
    assert.deepEqual((await reread()).told, ['aborted']);
  });

  it('never renews a token, even when the kept one has little life left', async () => {
    const { reread, requests, scene } = await stage({ a: jobState('IN_PROGRESS') }, trackedJob('a'));
    scene.wall += 3_590_000;
    await reread();
    assert.ok(requests().every(({ url }) => !url.endsWith('/token')));
  });
});
