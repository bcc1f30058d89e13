import assert from 'node:assert/strict';
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
