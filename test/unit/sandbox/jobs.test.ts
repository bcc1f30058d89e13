import assert from 'node:assert/strict';
import type { Answered } from './sampleSandbox';
import { answered, SampleSandbox, sampleProject } from './sampleSandbox';

for (const version of ['v1', 'v1beta'] as const) {
  describe(`sandbox: archive jobs, ${version}`, () => {
    let sandbox: SampleSandbox;
    beforeEach(async () => {
      sandbox = await SampleSandbox.start();
    });
    afterEach(() => sandbox.running.close());

    const google = () => sandbox.running.control.google;

    async function call(path: string, body?: object, token = sandbox.bob.accessToken): Promise<Answered> {
      const method = path.endsWith('State') ? 'GET' : 'POST';
      const response = await fetch(`${sandbox.running.origin}/${version}/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return answered(response);
    }

    const initiate = () => call('portabilityArchive:initiate', { resources: ['play.installs'] });
    const idOf = (answer: Answered) => {
      assert.equal(answer.status, 200, answer.text);
      return answer.json<{ archiveJobId: string }>().archiveJobId;
    };
    const retry = (id: string) => call(`archiveJobs/${id}:retry`, {});
    const cancel = (id: string) => call(`archiveJobs/${id}:cancel`);
    const stateOf = async (id: string) =>
      (await call(`archiveJobs/${id}/portabilityArchiveState`)).json<{ state: string }>().state;
    const failedPrecondition = (answer: Answered) => {
      assert.equal(answer.status, 400);
      assert.equal(answer.json().error.status, 'FAILED_PRECONDITION');
    };

    it('retry: a new id for a failed job, three times in all, from whichever of the chain', async () => {
      const first = idOf(await initiate());
      failedPrecondition(await retry(first));
      const chain = [first];
      google().setJobState(first, 'FAILED');
      for (const from of [0, 0, 2]) {
        const id = idOf(await retry(chain[from] ?? ''));
        assert.ok(!chain.includes(id));
        google().setJobState(id, 'FAILED');
        chain.push(id);
      }
      for (const id of chain) failedPrecondition(await retry(id));
    });

    it('retry: names the retry that runs, and does nothing after one that succeeded', async () => {
      google().setSwitches({ jobDurationMs: 60_000 });
      const first = idOf(await initiate());
      failedPrecondition(await retry(first));
      google().setJobState(first, 'FAILED');
      const second = idOf(await retry(first));
      const running = await retry(first);
      assert.equal(running.status, 409);
      assert.deepEqual(running.json().error.details?.[0]?.metadata, { job_id: second });
      assert.equal(await stateOf(second), 'IN_PROGRESS');
      sandbox.running.control.clock.advance(60_000);
      assert.equal(await stateOf(second), 'COMPLETE');
      assert.equal(await stateOf(first), 'FAILED');
      failedPrecondition(await retry(first));
    });

    it('cancel: only while in progress', async () => {
      google().setSwitches({ jobDurationMs: 60_000 });
      const id = idOf(await initiate());
      const done = await cancel(id);
      assert.deepEqual([done.status, done.json<object>()], [200, {}]);
      assert.equal(await stateOf(id), 'CANCELLED');
      failedPrecondition(await cancel(id));
      failedPrecondition(await retry(id));
      for (const state of ['FAILED', 'COMPLETE'] as const) {
        google().setJobState(id, state);
        failedPrecondition(await cancel(id));
      }
    });

    for (const [cancelFreesResources, status] of [
      [false, 429],
      [true, 200],
    ] as const) {
      it(`cancel ${cancelFreesResources ? 'gives the resources back' : 'keeps the resources exhausted'}, as switched`, async () => {
        google().setSwitches({ jobDurationMs: 60_000, cancelFreesResources });
        await cancel(idOf(await initiate()));
        assert.equal((await initiate()).status, status);
        assert.equal(sandbox.state(sandbox.bob), 'exhausted');
      });
    }

    it("neither acts on anybody else's job", async () => {
      const id = idOf(await initiate());
      for (const state of ['FAILED', 'IN_PROGRESS'] as const) {
        google().setJobState(id, state);
        for (const path of [`${id}:retry`, `${id}:cancel`, 'made-up:retry', 'made-up:cancel']) {
          const answer = await call(`archiveJobs/${path}`, {}, sandbox.alice.accessToken);
          assert.equal(answer.status, 404, path);
          assert.equal(answer.json().error.status, 'NOT_FOUND');
        }
      }
      assert.deepEqual(
        google()
          .consents(sandbox.bob.user, sampleProject)
          .jobs.map(({ state }) => state),
        ['IN_PROGRESS'],
      );
    });
  });
}
