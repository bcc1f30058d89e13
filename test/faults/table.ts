import { posix } from 'node:path';
import { type Fault, faults } from './catalogue';
import { type FaultTitle, levels } from './titles';

/** Where the table stands, from the root of the repository. */
export const tableFile = 'test/faults/README.md';

/** The faults that no test shows. */
export function unshown(titles: readonly FaultTitle[]): readonly Fault[] {
  const shown = new Set(titles.filter(({ skipped }) => !skipped).map(({ number }) => number));
  return faults.filter(({ number }) => !shown.has(number));
}

/** What is wrong with the titles that there are: a number that is none, a test that never runs. */
export function titleProblems(titles: readonly FaultTitle[]): readonly string[] {
  return [
    ...titles
      .filter(({ number }) => number < 1 || number > faults.length)
      .map(({ number, file }) => `${file}: there is no fault ${number}`),
    ...titles.filter(({ skipped }) => skipped).map(({ file, title }) => `${file}: "${title}" is skipped`),
  ];
}

/** The README: one row for each fault, with the files that show it. */
export function faultTable(titles: readonly FaultTitle[]): string {
  const rows = faults.map((fault) => row(fault, titles));
  return `# Faults that are survived

What may go wrong around a reset, and the tests that show what becomes of it: each has a title that begins with
\`fault N: \`. \`npm run test:faults\` runs them, \`npm run faults:table\` writes this page.

| | fault | level | tests |
|---|---|---|---|
${rows.join('\n')}
`;
}

function row({ number, name }: Fault, titles: readonly FaultTitle[]): string {
  const mine = titles.filter((title) => title.number === number);
  const at = levels.filter((level) => mine.some((title) => title.level === level));
  const files = [...new Set(mine.map(({ file }) => file))].map(
    (file) => `[${posix.basename(file, '.test.ts')}](${posix.relative(posix.dirname(tableFile), file)})`,
  );
  return `| ${number} | ${name} | ${at.join(', ')} | ${files.join(', ')} |`;
}
