import assert from 'node:assert/strict';
import type { JobStart } from '../../src/core/archiveJobs';
import { targetKey } from '../../src/core/model';
import { reasonSentences, untranslated } from '../../src/core/outcomeText';
import type { Preview } from '../../src/core/provider';
import type { Confirmation } from '../../src/core/resetSteps';
import { credentialForms } from '../../src/providers/googleDataPortability/credentialForms';
import type { AccessChoice, SampleWorld } from '../../src/sandbox/google/api';
import { ResetWorld } from '../fakes/resetWorld';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yes: Confirmation = { kind: 'confirmed', by: 'modal' };
const never = new AbortController().signal;

describe('archive jobs against the sandbox', () => {
  let world: ResetWorld;
  let sample: SampleWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
    const identities = [...world.project.identities, { id: 'carol', label: 'carol.test@example.com' }];
    world.project = { ...world.project, identities };
    sample = world.sandbox.control.seedSample();
  });
  afterEach(() => world.close());

  /** A consent of carol to these resources, with its refresh token stored here. */
  async function consent(resources: readonly string[], access: AccessChoice = '180-days'): Promise<void> {
    const { clientId, clientSecret } = sample;
    const { grants } = world.sandbox.control.seed({
      users: [{ email: 'carol.test@example.com' }],
      grants: [{ user: 'carol.test@example.com', clientId, scopes: resources, access }],
    });
    const refreshToken = grants[0]?.refreshToken;
    assert.ok(refreshToken);
    await world.vault.add(
      world.target('carol'),
      credentialForms.refreshToken,
      { clientId, clientSecret, refreshToken },
      { scopes: resources.join(' ') },
      resources,
    );
  }

  const carol = () => world.target('carol');
  const start = (...resources: readonly string[]) => world.jobOperations.start(carol(), { resources }, never);
  const jobs = () => world.store.get(targetKey(carol())).jobs;
  const jobIdOf = (answer: JobStart | { readonly kind: 'not-possible' }): string => {
    assert.ok(answer.kind === 'started', answer.kind);
    return answer.jobId;
  };
  const pass = (ms: number): void => world.sandbox.control.clock.advance(ms);
  const switches = (patch: Parameters<typeof world.sandbox.control.google.setSwitches>[0]): void =>
    void world.sandbox.control.google.setSwitches(patch);
  const told = ({ losses }: Preview): readonly string[] =>
    losses.map((loss) => reasonSentences(loss, world.texts, untranslated).happened);
  const initiations = () =>
    world.sandbox.control.requests.list({ method: 'POST', path: '/{version}/portabilityArchive:initiate' });

  it('run, complete, and are followed by their state', async () => {
    switches({ jobDurationMs: hourMs, archiveParts: 2 });
    await consent(['myactivity.search', 'chrome.history']);
    const jobId = jobIdOf(await start('myactivity.search', 'chrome.history'));
    assert.deepEqual(
      jobs().map((job) => [job.jobId, job.state]),
      [[jobId, 'in-progress']],
    );
    pass(hourMs);
    const refreshed = await world.jobOperations.refresh(carol(), never);
    assert.ok(refreshed.kind === 'refreshed');
    assert.deepEqual(
      refreshed.completed.map((job) => job.jobId),
      [jobId],
    );
    assert.equal(jobs()[0]?.parts.length, 2);
  });

  it('the same job again is adopted, not started twice', async () => {
    switches({ jobDurationMs: hourMs });
    await consent(['chrome.history']);
    const jobId = jobIdOf(await start('chrome.history'));
    await world.jobOperations.untrack(carol(), jobId);
    const again = await start('chrome.history');
    assert.ok(again.kind === 'exists');
    assert.equal(again.jobId, jobId);
    assert.deepEqual(
      jobs().map((job) => job.jobId),
      [jobId],
    );
  });

  it('an answer that was lost: asking again brings the id, and no second job', async () => {
    switches({ jobDurationMs: hourMs });
    await consent(['chrome.history']);
    world.sandbox.control.google.fault('connectionResetAfter', { route: 'initiate', times: 1 });
    assert.equal((await start('chrome.history')).kind, 'unknown');
    assert.equal(initiations().length, 1, 'it was repeated by itself');
    assert.deepEqual(jobs(), []);
    assert.equal((await start('chrome.history')).kind, 'exists');
    assert.equal(world.sandbox.control.google.consents('carol.test@example.com', '123456789012').jobs.length, 1);
  });

  it('exhausted: the old job is adopted, and only now a reset is offered', async () => {
    await consent(['chrome.history'], 'once');
    const jobId = jobIdOf(await start('chrome.history'));
    await world.jobOperations.untrack(carol(), jobId);
    const again = await start('chrome.history');
    assert.ok(again.kind === 'exhausted');
    assert.deepEqual(again.reason.actions, [{ kind: 'reset' }]);
    assert.deepEqual(
      jobs().map((job) => [job.jobId, job.state, job.oneTime]),
      [[jobId, 'complete', true]],
    );
  });

  for (const cooldownStatus of [429, 400] as const) {
    it(`cool-down of 24 h, told by ${cooldownStatus}: until when, and no reset; over after 24 h`, async () => {
      switches({ cooldownStatus });
      await consent(['chrome.history']);
      await start('chrome.history');
      const again = await start('chrome.history');
      assert.ok(again.kind === 'refused');
      assert.equal(again.reason.code, 'google.coolDown');
      assert.ok(!again.reason.actions.some(({ kind }) => kind === 'reset'));
      pass(dayMs - 1_000);
      assert.equal((await start('chrome.history')).kind, 'refused');
      pass(1_000);
      assert.equal((await start('chrome.history')).kind, 'started');
    });
  }

  it('a quota answer asks to wait, and offers no reset', async () => {
    await consent(['chrome.history']);
    world.sandbox.control.google.fault('rateLimitExceeded', { route: 'initiate', times: 1 });
    const answer = await start('chrome.history');
    assert.ok(answer.kind === 'refused');
    assert.ok(!answer.reason.actions.some(({ kind }) => kind === 'reset'));
    assert.match(reasonSentences(answer.reason, world.texts, untranslated).notHappened ?? '', /[Nn]othing was done/);
  });

  it('three retries of a failed job, not four; each is a job of its own', async () => {
    switches({ jobDurationMs: hourMs });
    await consent(['chrome.history']);
    let jobId = jobIdOf(await start('chrome.history'));
    for (let retry = 1; retry <= 3; retry++) {
      world.sandbox.control.google.setJobState(jobId, 'FAILED');
      await world.jobOperations.refresh(carol(), never);
      const next = jobIdOf((await world.jobOperations.retry(carol(), jobId, never)) as JobStart);
      assert.notEqual(next, jobId);
      assert.equal(jobs().find((job) => job.jobId === next)?.retries, retry);
      jobId = next;
    }
    world.sandbox.control.google.setJobState(jobId, 'FAILED');
    await world.jobOperations.refresh(carol(), never);
    assert.equal((await world.jobOperations.retry(carol(), jobId, never)).kind, 'refused');
  });

  it('cancel: one request, and the state that is read', async () => {
    switches({ jobDurationMs: hourMs });
    await consent(['chrome.history']);
    const jobId = jobIdOf(await start('chrome.history'));
    assert.equal((await world.jobOperations.cancel(carol(), jobId, never)).kind, 'cancelled');
    assert.equal(jobs()[0]?.state, 'cancelled');
    const { requests } = world.sandbox.control;
    assert.equal(requests.list({ method: 'POST', path: '/{version}/archiveJobs/{id}:cancel' }).length, 1);
  });

  it('an archive is gone 14 days after completion', async () => {
    switches({ expiredArchive: 'not-found' });
    await consent(['chrome.history']);
    await start('chrome.history');
    await world.jobOperations.refresh(carol(), never);
    assert.equal(jobs()[0]?.state, 'complete');
    pass(14 * dayMs - 1_000);
    await world.jobOperations.refresh(carol(), never);
    assert.equal(jobs()[0]?.state, 'complete');
    pass(2_000);
    const asked: Preview[] = [];
    world.confirm = async (preview) => {
      if (preview) asked.push(preview);
      return { kind: 'declined' };
    };
    await world.reset('carol');
    assert.deepEqual(asked[0]?.losses, []);
  });

  describe('what a reset would lose', () => {
    let previews: Preview[];
    beforeEach(() => {
      previews = [];
      world.confirm = async (preview) => {
        assert.ok(preview);
        previews.push(preview);
        return yes;
      };
    });

    it('names the running job and the archive that was not downloaded', async () => {
      await consent(['chrome.history', 'myactivity.search']);
      const complete = jobIdOf(await start('chrome.history'));
      switches({ jobDurationMs: hourMs });
      const running = jobIdOf(await start('myactivity.search'));
      assert.equal((await world.reset('carol')).kind, 'verified');
      const [preview] = previews;
      assert.ok(preview);
      const [sum, ...each] = told(preview);
      assert.match(sum ?? '', /job/);
      assert.match(sum ?? '', /archive/);
      assert.equal(each.length, 2);
      assert.ok(each.some((line) => line.includes(running) && line.includes('myactivity.search')));
      assert.ok(each.some((line) => line.includes(complete) && line.includes('chrome.history')));
      assert.deepEqual(jobs(), [], 'after the reset there is nothing left to follow');
    });

    it('asks again when a job has finished between preview and confirmation', async () => {
      switches({ jobDurationMs: hourMs });
      await consent(['chrome.history']);
      const jobId = jobIdOf(await start('chrome.history'));
      let asked = 0;
      world.confirm = async (preview, changed) => {
        assert.ok(preview);
        previews.push(preview);
        assert.equal(changed, asked > 0);
        if (++asked === 1) world.sandbox.control.google.setJobState(jobId, 'COMPLETE');
        assert.equal(world.resetRequests().length, 0);
        return yes;
      };
      assert.equal((await world.reset('carol')).kind, 'verified');
      assert.deepEqual(
        previews.map(({ losses }) => losses.map(({ code }) => code)),
        [['google.loss.running'], ['google.loss.undownloaded']],
      );
      assert.equal(world.resetRequests().length, 1);
    });

    it('asks again when another window has started a job meanwhile', async () => {
      switches({ jobDurationMs: hourMs });
      await consent(['chrome.history']);
      const other = world.secondWindow();
      let asked = 0;
      world.confirm = async (preview) => {
        assert.ok(preview);
        previews.push(preview);
        if (++asked > 1) return { kind: 'declined' };
        jobIdOf(
          (await other.jobOperations.start(
            other.target('carol'),
            { resources: ['chrome.history'] },
            never,
          )) as JobStart,
        );
        return yes;
      };
      assert.equal((await world.reset('carol')).kind, 'cancelled');
      assert.deepEqual(
        previews.map(({ losses }) => losses.length),
        [0, 1],
      );
      assert.equal(world.resetRequests().length, 0);
    });

    it('a job that cannot be read is no reason to keep silent about it', async () => {
      switches({ jobDurationMs: hourMs });
      await consent(['chrome.history']);
      const jobId = jobIdOf(await start('chrome.history'));
      world.sandbox.control.google.fault('internal500', { route: 'state' });
      world.confirm = async (preview) => {
        if (preview) previews.push(preview);
        return { kind: 'declined' };
      };
      await world.reset('carol');
      const [preview] = previews;
      assert.ok(preview && told(preview).some((line) => line.includes(jobId)));
    });
  });

  describe('several tokens of one identity', () => {
    it('one reset ends them all, and all are forgotten', async () => {
      await consent(['chrome.history']);
      await consent(['myactivity.search'], '30-days');
      await world.operations.probe(carol(), never);
      const { consent: state } = world.store.get(targetKey(carol()));
      assert.ok(state.kind === 'granted');
      assert.deepEqual([...state.grant.timeBased].sort(), ['chrome.history', 'myactivity.search']);
      assert.equal(state.grant.credentials.length, 2);
      const outcome = await world.reset('carol');
      assert.equal(outcome.kind, 'verified', outcome.reason.code);
      assert.equal(world.resetRequests().length, 1);
      assert.equal((await world.vault.read(carol())).kind, 'missing');
      assert.deepEqual([...(await world.vault.lastGrants(carol()))].sort(), ['chrome.history', 'myactivity.search']);
    });

    it('a job is started with the token that covers its resources', async () => {
      await consent(['chrome.history']);
      await consent(['myactivity.search']);
      jobIdOf(await start('chrome.history'));
      jobIdOf(await start('myactivity.search'));
      assert.equal((await start('chrome.history', 'myactivity.search')).kind, 'refused');
      assert.equal(initiations().length, 2);
    });

    it('ends as well when revocation takes its time', async () => {
      switches({ resetPropagationMs: 60_000 });
      await consent(['chrome.history']);
      await consent(['myactivity.search']);
      assert.equal((await world.reset('carol')).kind, 'verified');
      assert.equal((await world.vault.read(carol())).kind, 'missing');
    });
  });

  describe('revoke, where a reset is impossible', () => {
    it('the API is disabled: the reset is refused and offers it; revoke ends the grant, in the form body', async () => {
      await consent(['chrome.history']);
      world.sandbox.control.google.setProject('123456789012', { apiEnabled: false });
      const refused = await world.reset('carol');
      assert.equal(refused.kind, 'refused');
      assert.ok(refused.reason.actions.some((action) => action.kind === 'use-way' && action.way === 'revoke'));
      const outcome = await world.reset('carol', undefined, 'revoke');
      assert.equal(outcome.kind, 'verified', outcome.reason.code);
      const [request, ...more] = world.sandbox.control.requests.list({ method: 'POST', path: '/revoke' });
      assert.ok(request);
      assert.deepEqual([more.length, request.query], [0, {}]);
      assert.match(await world.journalText(), /"way":"revoke"/);
      assert.equal(world.resetRequests().length, 0);
    });

    it('does not lift exhaustion unless Google should do so: that is a switch', async () => {
      for (const clears of [false, true]) {
        switches({ revokeClearsExhaustion: clears });
        await consent(['chrome.history'], 'once');
        jobIdOf(await start('chrome.history'));
        assert.equal((await world.reset('carol', undefined, 'revoke')).kind, 'verified');
        await consent(['chrome.history'], 'once');
        assert.equal((await start('chrome.history')).kind, clears ? 'started' : 'exhausted');
        assert.equal((await world.reset('carol')).kind, 'verified');
      }
    });
  });

  it('tokens of a client in testing status end after 7 days, and the countdown says so', async () => {
    world.sandbox.control.google.setProject('123456789012', { testing: true });
    await consent(['chrome.history']);
    await world.operations.probe(carol(), never);
    const { consent: state } = world.store.get(targetKey(carol()));
    assert.ok(state.kind === 'granted');
    const [life] = state.grant.credentials;
    assert.ok(life?.expiresAt !== undefined);
    assert.ok(Math.abs(life.expiresAt - world.clock.now() - 7 * dayMs) < 60_000);
    pass(7 * dayMs);
    await world.operations.probe(carol(), never);
    assert.equal(world.store.get(targetKey(carol())).consent.kind, 'dead-credential');
  });
});
