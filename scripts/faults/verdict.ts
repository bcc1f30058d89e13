import type { Fault } from '../../test/faults/catalogue';
import { type FaultTitle, type Level, levels } from '../../test/faults/titles';
import type { FaultRunEnd } from './runs';

/** `absent`: no test there. `left-out`: there are tests, which this run was told to leave out. */
export type Mark = 'survived' | 'not-survived' | 'left-out' | 'absent';

export interface Verdict {
  readonly fault: Fault;
  readonly at: Readonly<Record<Level, Mark>>;
}

/** What the runs say about each fault. A run that broke off has shown nothing of what it left undone. */
export function verdicts(
  faults: readonly Fault[],
  titles: readonly FaultTitle[],
  ends: readonly FaultRunEnd[],
): readonly Verdict[] {
  return faults.map((fault) => {
    const mark = (level: Level): Mark => {
      if (!titles.some((title) => title.number === fault.number && title.level === level)) return 'absent';
      const runs = ends.filter(({ run }) => run.level === level);
      if (runs.length === 0) return 'left-out';
      return runs.every((end) => survivedIn(end, fault.number)) ? 'survived' : 'not-survived';
    };
    return { fault, at: Object.fromEntries(levels.map((level) => [level, mark(level)])) as Record<Level, Mark> };
  });
}

function survivedIn({ tests }: FaultRunEnd, number: number): boolean {
  const mine = tests.filter(({ fullTitle }) => numbersIn(fullTitle).includes(number));
  return mine.length > 0 && mine.every(({ state }) => state === 'passed');
}

/**
 * By the titles of a test, or of the hook before it. A test may stand within the suite of one fault and show another one,
 * too.
 */
export function numbersIn(fullTitle: string): readonly number[] {
  return [...fullTitle.matchAll(/(?:^|[\s"])fault (\d+): /g)].map(([, number]) => Number(number));
}

export function isSurvived({ at }: Verdict): boolean {
  return Object.values(at).includes('survived') && !Object.values(at).includes('not-survived');
}

/** All its tests were left out: nothing is known, and nothing was asked. */
export function isLeftOut({ at }: Verdict): boolean {
  const marks = Object.values(at);
  return marks.includes('left-out') && marks.every((mark) => mark === 'left-out' || mark === 'absent');
}

const signs: Readonly<Record<Mark, string>> = { survived: '✔', 'not-survived': '✘', 'left-out': '–', absent: ' ' };
const nameWidth = 66;

/** A table to print: a row for each fault, a column for each level. */
export function verdictTable(all: readonly Verdict[]): string {
  const line = (number: string, name: string, cells: readonly string[]): string =>
    `${number.padStart(4)}  ${name.padEnd(nameWidth)}  ${cells.join('  ')}`.trimEnd();
  const shorten = (name: string): string => (name.length <= nameWidth ? name : `${name.slice(0, nameWidth - 1)}…`);
  const rows = all.flatMap((verdict, index) => {
    const { fault, at } = verdict;
    const cells = levels.map((level) => signs[at[level]].padEnd(level.length));
    const missing = Object.values(at).every((mark) => mark === 'absent');
    const row = line(String(fault.number), shorten(fault.name), missing ? ['✘ no test'] : cells);
    return fault.family === all[index - 1]?.fault.family ? [row] : ['', line('', fault.family, levels), row];
  });
  return rows.join('\n');
}
