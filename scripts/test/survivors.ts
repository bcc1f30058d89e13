/** What Stryker's JSON report says, as far as it is read here. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Lines and columns count from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

const unnoticed = new Set(['Survived', 'NoCoverage']);

/** The changes that no test has noticed: `file:line: what stood there → what was put there`. */
export function survivorLines({ files }: MutationReport): readonly string[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => unnoticed.has(status))
      .sort(
        (a, b) => a.location.start.line - b.location.start.line || a.location.start.column - b.location.start.column,
      )
      .map(({ location: { start, end }, replacement, mutatorName, status }) => {
        const rest = lines[start.line - 1] ?? '';
        const was =
          start.line === end.line ? rest.slice(start.column - 1, end.column - 1) : rest.slice(start.column - 1);
        const uncovered = status === 'NoCoverage' ? ' (no test comes here)' : '';
        return `${file}:${start.line}: ${short(was)} → ${short(replacement ?? mutatorName)}${uncovered}`;
      });
  });
}

function short(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
