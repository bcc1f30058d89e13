/** Which faults the tests say they show: read from the titles in their sources, so that no suite has to run for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../scripts/host/paths';

/** What has to run for a test: nothing, the sandbox, an extension host, a window. */
export const levels = ['unit', 'contract', 'host', 'UI'] as const;

export type Level = (typeof levels)[number];

const folders: Readonly<Record<string, Level>> = {
  unit: 'unit',
  manifest: 'unit',
  contract: 'contract',
  conformance: 'contract',
  faults: 'contract',
  host: 'host',
  ui: 'UI',
};

/** A test, or several, of one file that show a fault. */
export interface FaultTitle {
  readonly number: number;
  readonly level: Level;
  /** From the root of the repository, with forward slashes. */
  readonly file: string;
  /** The title, or as much of it as stands in the first literal. */
  readonly title: string;
  /** It is written down, and left out of every run. */
  readonly skipped: boolean;
}

/** The titles of all suites, by number, level and file. */
export function faultTitles(): readonly FaultTitle[] {
  const found = Object.entries(folders).flatMap(([folder, level]) =>
    testFiles(`test/${folder}`).flatMap((file) =>
      titlesIn(readFileSync(join(repoRoot, file), 'utf8')).map((title) => ({ ...title, level, file })),
    ),
  );
  return found.sort(
    (a, b) => a.number - b.number || levels.indexOf(a.level) - levels.indexOf(b.level) || (a.file < b.file ? -1 : 1),
  );
}

/** A title that begins a line, as the formatter writes it; the number has to be a literal. */
const titled =
  /^[ \t]*(?<call>x?(?:describe|context|it|specify)(?<skip>\.skip)?)\(\s*(?<quote>['"`])(?<title>fault (?<number>\d+): .*?)\k<quote>/gms;

/** The titles in the source of a test. */
export function titlesIn(source: string): readonly Pick<FaultTitle, 'number' | 'title' | 'skipped'>[] {
  return [...source.matchAll(titled)].map(({ groups }) => ({
    number: Number(groups?.['number']),
    title: groups?.['title'] ?? '',
    skipped: groups?.['skip'] !== undefined || groups?.['call']?.startsWith('x') === true,
  }));
}

function testFiles(folder: string): string[] {
  return readdirSync(join(repoRoot, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts') && !file.includes('/node_modules/'))
    .sort();
}
