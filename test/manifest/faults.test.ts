import assert from 'node:assert/strict';
import type { EndedTest, FaultRunEnd } from '../../scripts/faults/runs';
import { isLeftOut, isSurvived, verdicts } from '../../scripts/faults/verdict';
import { families, faults } from '../faults/catalogue';
import { faultTable, titleProblems, unshown } from '../faults/table';
import { type FaultTitle, faultTitles, titlesIn } from '../faults/titles';

const title = (number: number, changes: Partial<FaultTitle> = {}): FaultTitle => {
  const file = 'test/faults/windows/x.test.ts';
  return { number, level: 'contract', file, title: `fault ${number}: x`, skipped: false, ...changes };
};

describe('the suite of faults', () => {
  it('has a number for each, and a family for each number', () => {
    assert.deepEqual(
      faults.map(({ number }) => number),
      Array.from({ length: 53 }, (_, index) => index + 1),
    );
    const sizes = families.map((family) => faults.filter((fault) => fault.family === family).length);
    assert.deepEqual(sizes, [6, 6, 9, 10, 13, 5, 4]);
    for (const { name } of faults) assert.doesNotMatch(name, /[|\n]/);
  });

  it('has no title with a number that is none, and none that is skipped', () => {
    assert.deepEqual(titleProblems(faultTitles()), []);
  });

  it('finds the titles that formatted sources have', () => {
    const source = [
      "describe('fault 13: both refresh', () => {",
      '  for (const provider of providers) {',
      `    it(\`fault 16: \${provider.name}\`, async () => {`,
      "    describe.skip('fault 17: double click', () => {",
      "    xit('fault 18: kill -9', () => {",
      '    it(',
      '      "fault 47: another identity than the project\'s",',
      "  // it('fault 19: only spoken of', () => {",
      "    assert.match(text, 'fault 20: no title');",
    ].join('\n');
    assert.deepEqual(
      titlesIn(source).map(({ number, title, skipped }) => [number, title, skipped]),
      [
        [13, 'fault 13: both refresh', false],
        [16, `fault 16: \${provider.name}`, false],
        [17, 'fault 17: double click', true],
        [18, 'fault 18: kill -9', true],
        [47, "fault 47: another identity than the project's", false],
      ],
    );
  });

  it('says which fault has no test, which number is none, and what is skipped', () => {
    const all = faults.map(({ number }) => title(number));
    const without17 = all.filter(({ number }) => number !== 17);
    assert.deepEqual([unshown(all), titleProblems(all)], [[], []]);
    assert.deepEqual(
      unshown([...without17, title(17, { skipped: true })]).map(({ name }) => name),
      ['double click'],
    );
    assert.deepEqual(titleProblems([...all, title(54), title(0), title(17, { skipped: true })]), [
      'test/faults/windows/x.test.ts: there is no fault 54',
      'test/faults/windows/x.test.ts: there is no fault 0',
      'test/faults/windows/x.test.ts: "fault 17: x" is skipped',
    ]);
  });

  it('has a row for each fault, with its levels and a link to each file', () => {
    const rows = faultTable([title(17), title(17), title(17, { level: 'UI', file: 'test/ui/flows/twice.test.ts' })])
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    assert.equal(rows.length, 53);
    assert.equal(
      rows[16],
      '| 17 | double click | contract, UI | [x](windows/x.test.ts), [twice](../ui/flows/twice.test.ts) |',
    );
  });
});

describe('the verdict on a fault', () => {
  const [twice] = faults.filter(({ number }) => number === 17);
  const titles = [title(17), title(17, { level: 'UI' })];
  const end = (level: FaultRunEnd['run']['level'], tests: readonly EndedTest[]): FaultRunEnd => ({
    run: { name: level, level, command: [] },
    tests,
    output: '',
  });
  const ended = (state: EndedTest['state'], fullTitle = 'a suite fault 17: x by mouse'): EndedTest => ({
    fullTitle,
    state,
  });
  const verdictOn = (...ends: readonly FaultRunEnd[]) => {
    assert.ok(twice);
    const [verdict] = verdicts([twice], titles, ends);
    assert.ok(verdict);
    return [verdict.at.contract, verdict.at.UI, isSurvived(verdict), isLeftOut(verdict)];
  };
  const good = end('UI', [ended('passed')]);

  it('is good only where all of its tests have run and passed', () => {
    assert.deepEqual(verdictOn(end('contract', [ended('passed')]), good), ['survived', 'survived', true, false]);
    const rows: readonly (readonly EndedTest[])[] = [
      [],
      [ended('passed', 'fault 1: x fault 171: y')],
      [ended('passed'), ended('failed')],
      [ended('passed'), ended('pending')],
      [ended('passed'), ended('failed', 'a suite "before all" hook for "fault 17: x"')],
    ];
    for (const tests of rows) {
      assert.deepEqual(verdictOn(end('contract', tests), good), ['not-survived', 'survived', false, false]);
    }
  });

  it('is given where a level was left out, but not where all were', () => {
    assert.deepEqual(verdictOn(end('contract', [ended('passed')])), ['survived', 'left-out', true, false]);
    assert.deepEqual(verdictOn(), ['left-out', 'left-out', false, true]);
  });

  it('counts a test for each fault in its titles', () => {
    assert.deepEqual(verdictOn(end('contract', [ended('passed', 'fault 16: x fault 17: y')])).slice(0, 1), [
      'survived',
    ]);
  });
});
