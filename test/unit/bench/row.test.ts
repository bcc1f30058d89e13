/** The verdict on a measurement, and its line in the table. */
import assert from 'node:assert/strict';
import { isMet, isWrong, median, type Row, tableOf } from '../../bench/row';

const row = (more: Partial<Row>): Row => ({ what: 'it', goal: 10, ours: 9, unit: 'ms', kind: 'exact', ...more });

describe('a row of the bench', () => {
  it('is judged by the ratio where there is one, otherwise by the number', () => {
    assert.equal(isMet(row({ ours: 10 })), true);
    assert.equal(isMet(row({ ours: 10.1 })), false);
    assert.equal(isMet(row({ goal: 1.2, ours: 500, ratio: 1.1 })), true);
    assert.equal(isMet(row({ goal: 1.2, ours: 1, ratio: 1.3 })), false);
  });

  it('of bytes or counts is wrong as soon as its goal is not met', () => {
    assert.equal(isWrong(row({ ours: 10.1 })), true);
    assert.equal(isWrong(row({ ours: 10 })), false);
  });

  it('of time is wrong beyond twice its goal, and one for a quiet machine never', () => {
    assert.equal(isWrong(row({ kind: 'timed', goal: 1.2, ratio: 2.3 })), false);
    assert.equal(isWrong(row({ kind: 'timed', goal: 1.2, ratio: 2.5 })), true);
    assert.equal(isWrong(row({ kind: 'quiet', goal: 1.2, ratio: 9 })), false);
    assert.equal(isMet(row({ kind: 'quiet', goal: 1.2, ratio: 9 })), false);
  });

  it('that could not be measured is not met', () => {
    assert.equal(isMet(row({ ratio: Number.NaN })), false);
    assert.equal(isWrong(row({ ratio: Number.NaN })), true);
    assert.equal(isWrong(row({ kind: 'timed', ratio: Number.NaN })), true);
  });

  it('says goal, peer, ours, ratio and verdict in one line', () => {
    const peer = { name: 'undici', value: 0.1234 };
    const [heads = '', , line = ''] = tableOf([row({ goal: 1.25, peer, ours: 0.2, ratio: 1.62 })]).split('\n');
    assert.deepEqual(heads.split(/ {2,}/), ['what', 'goal', 'best peer', 'ours', 'ratio', 'met']);
    assert.deepEqual(line.split(/ {2,}/), ['it', '≤ 1.25', 'undici 0.123', '0.2 ms', '1.62', 'NOT met']);
  });

  it('takes medians', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });
});
