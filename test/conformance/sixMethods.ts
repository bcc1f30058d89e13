/** One life of a one-time consent that calls all six methods, on whichever client it is given. */
import assert from 'node:assert/strict';
import type { RunningSandbox } from '../../src/sandbox/api';
import type { Answer, DataPortability } from './officialClient';

const hourMs = 3_600_000;

/** The client must own a fresh one-time consent to `myactivity.search` and `chrome.history`. */
export async function callSixMethods(api: DataPortability, version: string, sandbox: RunningSandbox): Promise<void> {
  const { control } = sandbox;
  control.google.setSwitches({ jobDurationMs: hourMs });
  control.requests.clear();
  const state = (id: string) =>
    api.archiveJobs.getPortabilityArchiveState({ name: `archiveJobs/${id}/portabilityArchiveState` }).then(dataOf);

  const access = dataOf(await api.accessType.check());
  assert.deepEqual([...(access.oneTimeResources ?? [])].sort(), ['chrome.history', 'myactivity.search']);

  const search = { requestBody: { resources: ['myactivity.search'], startTime: '2026-01-01T00:00:00Z' } };
  const { archiveJobId: failed } = dataOf(await api.portabilityArchive.initiate(search));
  assert.equal((await state(failed)).state, 'IN_PROGRESS');
  control.google.setJobState(failed, 'FAILED');
  const { archiveJobId: retried } = dataOf(await api.archiveJobs.retry({ name: `archiveJobs/${failed}` }));
  assert.notEqual(retried, failed);

  const history = { requestBody: { resources: ['chrome.history'] } };
  const { archiveJobId: unwanted } = dataOf(await api.portabilityArchive.initiate(history));
  assert.deepEqual(dataOf(await api.archiveJobs.cancel({ name: `archiveJobs/${unwanted}` })), {});
  assert.equal((await state(unwanted)).state, 'CANCELLED');

  control.clock.advance(hourMs - 1);
  assert.equal((await state(retried)).urls, undefined);
  control.clock.advance(1);
  // The access token's hour is over too; the client was given a refresh token and comes back by itself.
  const done = await state(retried);
  assert.equal(done.state, 'COMPLETE');
  assert.equal(done.startTime, '2026-01-01T00:00:00Z');
  assert.ok(done.urls && done.urls.length > 0);
  for (const url of done.urls) {
    const archive = await fetch(url);
    assert.equal(archive.status, 200);
    assert.equal(Buffer.from(await archive.arrayBuffer()).toString('latin1', 0, 4), 'PK\x03\x04');
  }

  assert.deepEqual(dataOf(await api.authorization.reset()), {});
  for (const url of done.urls) assert.equal((await fetch(url)).status, 404);

  const called = control.requests.list({ path: `/${version}/*` }).map(({ path }) => path.replace(/[0-9a-f-]{36}/, '*'));
  assert.deepEqual([...new Set(called)].sort(), [
    `/${version}/accessType:check`,
    `/${version}/archiveJobs/*/portabilityArchiveState`,
    `/${version}/archiveJobs/*:cancel`,
    `/${version}/archiveJobs/*:retry`,
    `/${version}/authorization:reset`,
    `/${version}/portabilityArchive:initiate`,
  ]);
}

function dataOf<Data>(answer: Answer<Data>): Data {
  assert.equal(answer.status, 200);
  return answer.data;
}
