import assert from 'node:assert/strict';
import type { JobStart } from '../../../src/core/archiveJobs';
import { type RemedyAction, reason } from '../../../src/core/model';
import { noon } from '../../fakes/resetStage';
import { JobDesk, type Shown } from './jobDesk';

const day = 86_400_000;
const started = (jobId: string): JobStart => ({ kind: 'started', jobId, oneTime: false });
const because = (code: string, ...kinds: ('retry' | 'verify' | 'reset' | 'replace-credential' | 'sign-in')[]) =>
  reason(
    code,
    {},
    kinds.map((kind): RemedyAction => ({ kind })),
  );

describe('Start Archive Job', () => {
  let desk: JobDesk;
  let resources: readonly string[];
  let range: string;
  /** What is pressed in notifications and modals, each time one is shown that has it. */
  let presses: string[];
  before(async function () {
    this.timeout(30_000);
    await import('../../../src/vscode/jobs/jobActions');
  });
  beforeEach(() => {
    desk = new JobDesk();
    resources = ['maps'];
    range = 'All data';
    presses = [];
    desk.person = ({ kind, choices }) => {
      if (kind === 'several') return resources;
      if (kind === 'pick') return range;
      const next = presses.find((one) => choices.includes(one));
      if (next !== undefined) presses.splice(presses.indexOf(next), 1);
      return next;
    };
  });

  const run = (): Promise<void> => desk.commands['reconsent.startJob'](undefined);
  const notifications = (): readonly Shown[] =>
    desk.shown.filter(({ kind }) => !['several', 'pick', 'input', 'confirm'].includes(kind));

  it('shows a started job in place, and says nothing', async () => {
    desk.starts = [started('job-1')];
    await run();
    assert.deepEqual(desk.calls, ['start maps']);
    assert.deepEqual(desk.kinds(), ['several', 'pick']);
    assert.deepEqual(
      desk.tracked.map(({ jobId, state }) => [jobId, state]),
      [['job-1', 'in-progress']],
    );
    assert.deepEqual(desk.revealed, ['revealed']);
  });

  it('asks for what can be exported, and from when on', async () => {
    desk.starts = [started('job-1')];
    range = 'Last 7 days';
    await run();
    assert.deepEqual(desk.shown[0]?.choices, ['maps', 'search', 'music']);
    assert.deepEqual(desk.shown[1]?.choices, ['All data', 'Last 7 days', 'Last 30 days', 'From a date…']);
    assert.deepEqual(desk.calls, [`start maps from ${7 * day}`]);
  });

  it('takes a day, and not what is none', async () => {
    const entered = ['2029-02-30', '2029-12-31'];
    const { person } = desk;
    desk.person = (shown) => (shown.kind === 'input' ? entered.shift() : person(shown));
    desk.starts = [started('job-1')];
    range = 'From a date…';
    await run();
    assert.deepEqual([desk.last().text, desk.calls], ['Write the day as YYYY-MM-DD.', []]);
    await run();
    assert.deepEqual(desk.calls, [`start maps from ${noon - new Date(2029, 11, 31).getTime()}`]);
  });

  it('is silent at each Escape, and sends nothing', async () => {
    const { person } = desk;
    for (const escaped of ['several', 'pick', 'confirm'] as const) {
      resources = ['music'];
      desk.shown.length = 0;
      desk.person = (shown) => (shown.kind === escaped ? undefined : person(shown));
      await run();
      assert.equal(desk.kinds().at(-1), escaped);
    }
    assert.deepEqual(desk.calls, []);
  });

  it('asks before it uses up a consent, and says which', async () => {
    desk.starts = [started('job-1')];
    resources = ['maps', 'music'];
    presses = ['Start Job'];
    await run();
    assert.equal(desk.last().kind, 'confirm');
    assert.match(desk.last().text, /uses up one-time consent of alice\.test@example\.com\?\nUsed up by it: music\./);
    assert.match(desk.last().text, /A job with one-time data is a one-time job as a whole\./);
    assert.deepEqual(desk.calls, ['start maps+music']);
  });

  it('starts a job for each consent that is needed, and says so', async () => {
    desk.groups = {
      kind: 'groups',
      groups: [
        { timeBased: ['maps'], oneTime: [] },
        { timeBased: ['search'], oneTime: [] },
      ],
    };
    desk.starts = [started('job-1'), started('job-2')];
    resources = ['maps', 'search'];
    await run();
    assert.deepEqual(desk.calls, ['start maps', 'start search']);
    assert.match(desk.last().text, /^The chosen data belongs to 2 consents of alice/);
    assert.equal(desk.tracked.length, 2);
  });

  it('follows the job that runs already', async () => {
    desk.starts = [{ kind: 'exists', jobId: 'job-9', reason: because('test.exists') }];
    await run();
    assert.deepEqual([desk.last().kind, desk.last().choices], ['information', ['Show Log']]);
    assert.deepEqual(
      desk.tracked.map(({ jobId }) => jobId),
      ['job-9'],
    );
  });

  it('offers a reset for what is used up, once the jobs that did it are followed', async () => {
    desk.starts = [{ kind: 'exhausted', jobIds: ['old-1', 'old-2'], reason: because('test.exhausted', 'reset') }];
    presses = ['Reset Consent'];
    await run();
    assert.deepEqual(
      desk.tracked.map(({ jobId }) => jobId),
      ['old-1', 'old-2'],
    );
    assert.deepEqual(desk.last().choices, ['Reset Consent', 'Show Log']);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.resetConsent'],
    );
  });

  it('offers no reset for a refusal that none would mend', async () => {
    desk.starts = [{ kind: 'refused', reason: because('test.coolDown') }];
    await run();
    assert.deepEqual([desk.last().kind, desk.last().choices], ['warning', ['Show Log']]);
  });

  it('offers to sign in where the credential is dead', async () => {
    desk.starts = [{ kind: 'dead-credential', reason: because('test.dead', 'replace-credential') }];
    presses = ['Sign In…'];
    await run();
    assert.deepEqual(desk.last().choices, ['Sign In…', 'Set Credential…', 'Show Log']);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.signIn'],
    );
  });

  it('asks again only when told to, with the very same request, after an unknown answer', async () => {
    range = 'Last 30 days';
    desk.starts = [
      { kind: 'unknown', reason: because('test.unknown', 'verify', 'retry') },
      { kind: 'exists', jobId: 'job-1', reason: because('test.exists') },
    ];
    presses = ['Ask Again'];
    await run();
    assert.deepEqual(notifications()[0]?.choices, ['Ask Again', 'Show Log']);
    assert.deepEqual(desk.calls, [`start maps from ${30 * day}`, `start maps from ${30 * day}`]);
    assert.equal(desk.tracked[0]?.jobId, 'job-1');
  });

  it('tells a stop after the request had left, and is silent about one before', async () => {
    desk.starts = [
      { kind: 'aborted', sent: false },
      { kind: 'aborted', sent: true },
      { kind: 'exists', jobId: 'job-1', reason: because('test.exists') },
    ];
    await run();
    assert.deepEqual(notifications(), []);
    presses = ['Ask Again'];
    await run();
    assert.match(notifications()[0]?.text ?? '', /^You stopped waiting after the request had left/);
    assert.equal(desk.calls.length, 3);
  });

  it('can be tried again where nothing was sent', async () => {
    desk.starts = [{ kind: 'not-sent', reason: because('http.refused', 'retry') }, started('job-1')];
    presses = ['Retry'];
    await run();
    assert.deepEqual(desk.calls, ['start maps', 'start maps']);
  });

  it('tells why nothing can be read, and that there is nothing', async () => {
    desk.groups = { kind: 'groups', groups: [] };
    await run();
    assert.match(desk.last().text, /has no data that can be exported/);
    desk.groups = { kind: 'failed', reason: because('test.down') };
    await run();
    assert.equal(desk.last().kind, 'error');
    desk.groups = { kind: 'dead-credential', reason: because('test.dead') };
    await run();
    assert.deepEqual(desk.last().choices, ['Sign In…', 'Show Log']);
    assert.deepEqual(desk.calls, []);
  });
});

describe('the other commands of archive jobs', () => {
  let desk: JobDesk;
  let press: string | undefined;
  beforeEach(() => {
    desk = new JobDesk();
    press = undefined;
    desk.person = ({ choices }) => choices.find((one) => one === press);
  });

  it('follow a job by its id, if the service knows it', async () => {
    desk.person = () => ' job-7 ';
    await desk.commands['reconsent.followJob'](undefined);
    assert.deepEqual(
      desk.tracked.map(({ jobId }) => jobId),
      ['job-7'],
    );
    desk.reading = { kind: 'no-such-job', reason: because('test.noSuchJob') };
    desk.person = ({ kind }) => (kind === 'input' ? 'job-8' : undefined);
    await desk.commands['reconsent.followJob'](undefined);
    assert.deepEqual([desk.last().kind, desk.tracked.length], ['warning', 1]);
  });

  it('send nothing for what cannot be an id', async () => {
    desk.person = () => '../reset';
    await desk.commands['reconsent.followJob'](undefined);
    assert.deepEqual([desk.last().text, desk.calls], ['This cannot be the id of a job.', []]);
  });

  it('tell each archive that has become complete once', async () => {
    await desk.follows('job-1');
    desk.hasArchive('zip');
    press = 'Download…';
    await desk.commands['reconsent.checkJobs'](undefined);
    assert.equal(desk.last().text, 'Archive of alice.test@example.com is complete (Job: maps).');
    assert.deepEqual(desk.editor.executed, [
      {
        id: 'reconsent.downloadArchive',
        argument: { kind: 'detail', parent: { kind: 'identity', target: desk.target }, job: { jobId: 'job-1' } },
      },
    ]);
    desk.shown.length = 0;
    await desk.commands['reconsent.checkJobs'](undefined);
    assert.deepEqual(desk.shown, []);
  });

  it('say where there is no job, and how one gets here', async () => {
    await desk.commands['reconsent.checkJobs'](undefined);
    assert.match(desk.last().text, /^No archive job of alice/);
    await desk.commands['reconsent.retryJob'](undefined);
    assert.equal(desk.last().text, 'No archive job of this identity can be retried.');
    assert.deepEqual(desk.calls, []);
  });

  it('ask which job, of those that fit', async () => {
    await desk.follows('runs', { resources: ['maps'] });
    await desk.follows('failed', { state: 'failed', resources: ['search'] });
    await desk.follows('failed-too', { state: 'failed', resources: ['music'], retries: 3 });
    desk.starts = [started('job-2')];
    press = 'Job: search';
    await desk.commands['reconsent.retryJob'](undefined);
    assert.deepEqual(desk.shown[0]?.choices, ['Job: search']);
    assert.deepEqual(desk.calls, ['retry failed']);
    const [before, after] = ['failed', 'job-2'].map((id) => desk.tracked.find(({ jobId }) => jobId === id));
    assert.deepEqual([before?.retriedAs, after?.retryOf, after?.retries], ['job-2', 'failed', 1]);
  });

  it('take the job of the row, or of the selected one, without asking', async () => {
    const row = await desk.follows('one');
    await desk.follows('two');
    await desk.commands['reconsent.copyJobId'](row);
    desk.selected = [{ kind: 'detail', job: { jobId: 'two' } }];
    await desk.commands['reconsent.copyJobId'](undefined);
    assert.deepEqual([desk.copied, desk.shown], [['one', 'two'], []]);
    await desk.commands['reconsent.copyJobId']({ kind: 'detail', job: { jobId: 'let go' } });
    assert.equal(desk.last().text, 'This archive job is no longer followed here.');
  });

  it('cancel after a question, and read what has become of it', async () => {
    const row = await desk.follows('job-1');
    await desk.commands['reconsent.cancelJob'](row);
    assert.deepEqual(desk.calls, [], 'Escape');
    desk.reading = { kind: 'state', state: 'cancelled', addresses: [] };
    press = 'Cancel Job';
    await desk.commands['reconsent.cancelJob'](row);
    assert.deepEqual(desk.calls, ['cancel job-1', 'read job-1']);
    assert.deepEqual([desk.kinds(), desk.tracked[0]?.state], [['confirm', 'confirm'], 'cancelled']);
    await desk.commands['reconsent.cancelJob'](row);
    assert.equal(desk.calls.length, 2, 'it does not run any more');
  });

  it('offer to look after a cancel with unknown answer, and never send it again', async () => {
    const row = await desk.follows('job-1');
    desk.cancelled = { kind: 'unknown', reason: because('test.unknown', 'verify', 'retry') };
    desk.person = ({ choices }) => choices[0];
    await desk.commands['reconsent.cancelJob'](row);
    assert.deepEqual(desk.last().choices, ['Check Jobs', 'Show Log']);
    assert.deepEqual(desk.calls, ['cancel job-1', 'read job-1', 'read job-1']);
  });

  it('let go of a job, and ask where a loss would then not be told', async () => {
    const runs = await desk.follows('runs');
    const failed = await desk.follows('failed', { state: 'failed' });
    await desk.commands['reconsent.untrackJob'](failed);
    assert.deepEqual(desk.shown, []);
    await desk.commands['reconsent.untrackJob'](runs);
    assert.match(desk.last().text, /no longer warns that it would be lost\. Its id: runs$/);
    assert.equal(desk.tracked.length, 1);
    press = 'Stop Following';
    await desk.commands['reconsent.untrackJob'](runs);
    assert.deepEqual([desk.tracked, await desk.onDisk(), desk.calls], [[], [], []]);
  });
});
