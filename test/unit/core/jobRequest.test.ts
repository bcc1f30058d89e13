import assert from 'node:assert/strict';
import { exportableResources, planJobs, readDay, readJobId, requestFor } from '../../../src/core/jobRequest';

const now = new Date(2026, 5, 15, 12, 30).getTime();

describe('what can be exported', () => {
  it('is named once each, what can be exported again first', () => {
    const groups = [
      { timeBased: ['maps.reviews'], oneTime: ['youtube.music', 'chrome.history'] },
      { timeBased: ['chrome.history', 'alerts'], oneTime: ['youtube.music'] },
    ];
    assert.deepEqual(exportableResources(groups), [
      { name: 'alerts', oneTime: false },
      { name: 'chrome.history', oneTime: false },
      { name: 'maps.reviews', oneTime: false },
      { name: 'youtube.music', oneTime: true },
    ]);
  });
});

describe('the jobs for a choice', () => {
  const first = { timeBased: ['a', 'b'], oneTime: ['x'] };
  const second = { timeBased: ['c'], oneTime: ['x', 'y'] };

  it('are one where one group has everything, and it says what it uses up', () => {
    assert.deepEqual(planJobs([first, second], ['a', 'x']), [{ resources: ['a', 'x'], usedUp: ['x'] }]);
  });

  it('are one for each group that is needed, and no resource is in two of them', () => {
    assert.deepEqual(planJobs([first, second], ['a', 'b', 'c', 'x', 'y']), [
      { resources: ['a', 'b', 'x'], usedUp: ['x'] },
      { resources: ['c', 'y'], usedUp: ['y'] },
    ]);
  });

  it('use up no consent where another group has the resource for good', () => {
    const once = { timeBased: ['a'], oneTime: ['c'] };
    assert.deepEqual(planJobs([once, second], ['a', 'c']), [
      { resources: ['a'], usedUp: [] },
      { resources: ['c'], usedUp: [] },
    ]);
  });

  it('leave out what no group has any more', () => {
    assert.deepEqual(planJobs([first], ['gone', 'a', 'a']), [{ resources: ['a'], usedUp: [] }]);
    assert.deepEqual(planJobs([], ['a']), []);
  });
});

describe('the request of a job', () => {
  const job = { resources: ['a'], usedUp: [] };

  it('names no time where everything is wanted', () => {
    assert.deepEqual(requestFor(job, { kind: 'all' }, now), { resources: ['a'] });
  });

  it('starts days ago, or at the named time', () => {
    assert.deepEqual(requestFor(job, { kind: 'last-days', days: 7 }, now), {
      resources: ['a'],
      startTime: now - 604_800_000,
    });
    assert.deepEqual(requestFor(job, { kind: 'from', startTime: 5 }, now), { resources: ['a'], startTime: 5 });
  });
});

describe('a day that is typed', () => {
  it('begins at its first moment here', () => {
    const startTime = new Date(2026, 0, 31).getTime();
    assert.deepEqual(readDay(' 2026-01-31 ', now), { kind: 'day', startTime });
    assert.equal(readDay('2026-06-15', now).kind, 'day', 'today');
  });

  for (const text of [
    '',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '31.01.2026',
    '2026-1-31',
    '0026-01-31',
    '2026-01-31T00',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readDay(text, now), { kind: 'problem', problem: 'not-a-day' });
    });
  }

  it('is not in the future', () => {
    assert.deepEqual(readDay('2026-06-16', now), { kind: 'problem', problem: 'in-the-future' });
  });
});

describe('the id of a job', () => {
  it('is taken as it is, without the space around it', () => {
    assert.equal(readJobId(' 3f0c-8ab1_x~y:z.w\n'), '3f0c-8ab1_x~y:z.w');
  });

  for (const text of ['', '   ', 'a b', 'a/b', '../x', '..', 'a?b', 'a%2f', 'x'.repeat(257)]) {
    it(`is not ${JSON.stringify(text.slice(0, 12))}`, () => assert.equal(readJobId(text), undefined));
  }
});
