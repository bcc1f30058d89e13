/** What a measurement ends in, and the one table of all. */

export interface Row {
  readonly what: string;
  /** Of `ours`, or of `ratio` where there is one: the largest that meets the goal. */
  readonly goal: number;
  /** The smallest ratio or number that anybody reaches, and who. */
  readonly peer?: { readonly name: string; readonly value: number };
  readonly ours: number;
  /** Ours by the peer's; medians over rounds in which both took turns. */
  readonly ratio?: number;
  readonly unit: string;
  /**
   * `exact`: bytes and counts, which are the same on every machine. `timed`: CI calls it wrong only beyond twice the goal.
   * `quiet`: judged by its goal, which a busy machine cannot meet, so CI does not. `told`: no goal; it is there to be read.
   */
  readonly kind: 'exact' | 'timed' | 'quiet' | 'told';
  /** What was counted, where it has names. */
  readonly found?: readonly string[];
}

export function isMet({ kind, goal, ours, ratio }: Row): boolean {
  return kind === 'told' || (ratio ?? ours) <= goal;
}

/** Wrong even on a busy machine. */
export function isWrong(row: Row): boolean {
  if (row.kind === 'quiet') return false;
  if (row.kind === 'timed') return !((row.ratio ?? row.ours) <= 2 * row.goal);
  return !isMet(row);
}

/** What is wrong with such a row, in one line. */
export function complaint(row: Row): string {
  const [, goal, , ours, ratio] = cellsOf(row);
  const value = ratio ? `${ratio} times` : ours?.trim();
  const found = row.found && row.found.length > 0 ? `: ${row.found.join(', ')}` : '';
  return `too much: ${row.what}: ${value}, goal ${goal}${found}`;
}

const columns = ['what', 'goal', 'best peer', 'ours', 'ratio', 'met'] as const;

export function tableOf(rows: readonly Row[]): string {
  const cells = [columns, ...rows.map(cellsOf)];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const { what, kind, goal, peer, ours, ratio, unit } = row;
  return [
    what,
    kind === 'told' ? '' : `≤ ${short(goal)}${ratio === undefined ? ` ${unit}` : ''}`.trimEnd(),
    peer ? `${peer.name} ${short(peer.value)}` : '',
    `${short(ours)} ${unit}`,
    ratio === undefined ? '' : short(ratio),
    kind === 'told' ? '' : isMet(row) ? 'met' : 'NOT met',
  ];
}

function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
