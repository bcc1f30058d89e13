/** Journal entries → JSON Lines and CSV, for people and programs outside. Pure. */
import { plainText } from './foreignText';
import { type EntryState, entryStateWord } from './journalPresentation';
import { type ReasonTexts, reasonParagraph, type Translate } from './outcomeText';
import type { JournalEntry } from './ports';

/** The allow-list: nothing else of an entry leaves, whatever it may gain. The order is that of the columns. */
export interface ExportRow {
  readonly operationId: string;
  readonly project: string;
  readonly identity: string;
  /** `<project id>/<identity id>`. */
  readonly target: string;
  readonly provider: string;
  readonly origin: string;
  readonly way: string;
  readonly state: EntryState;
  readonly stage: JournalEntry['stage'];
  /** Empty where the user did. */
  readonly requestedBy: string;
  readonly confirmedBy: string;
  /** ISO 8601 in UTC, as all times here; empty where there is none. */
  readonly confirmedAt: string;
  readonly recordedAt: string;
  readonly sentAt: string;
  readonly closedAt: string;
  readonly reason: string;
  readonly outcome: string;
  readonly explanation: string;
}

export interface ExportContext {
  readonly texts: ReasonTexts;
  readonly translate: Translate;
}

export function exportRow(entry: JournalEntry, state: EntryState, { texts, translate }: ExportContext): ExportRow {
  const { address, outcome } = entry;
  return {
    operationId: plainText(entry.operationId),
    project: plainText(entry.projectLabel),
    identity: plainText(entry.identityLabel),
    target: plainText(address.target),
    provider: plainText(address.provider),
    origin: plainText(address.origin),
    way: plainText(entry.way ?? ''),
    state,
    stage: entry.stage,
    requestedBy: plainText(entry.requestedBy ?? ''),
    confirmedBy: entry.confirmedBy,
    confirmedAt: isoTime(entry.confirmedAt),
    recordedAt: isoTime(entry.openedAt),
    sentAt: isoTime(entry.sentAt),
    closedAt: isoTime(outcome?.at),
    reason: plainText(outcome?.reason.code ?? ''),
    outcome: entryStateWord(state, translate),
    explanation: outcome ? reasonParagraph(outcome.reason, texts, translate) : '',
  };
}

/** A file edited by hand may hold times that no calendar has. */
function isoTime(epochMs: number | undefined): string {
  if (epochMs === undefined) return '';
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** One object a line; what is empty is left out. */
export function toJsonLines(rows: readonly ExportRow[]): string {
  const line = (row: ExportRow): string =>
    JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')));
  return rows.map((row) => `${line(row)}\n`).join('');
}

const columns: readonly (keyof ExportRow)[] = [
  'operationId',
  'project',
  'identity',
  'target',
  'provider',
  'origin',
  'way',
  'state',
  'stage',
  'requestedBy',
  'confirmedBy',
  'confirmedAt',
  'recordedAt',
  'sentAt',
  'closedAt',
  'reason',
  'outcome',
  'explanation',
];

/** RFC 4180. It begins with a byte order mark, without which spreadsheets take the text for another encoding. */
export function toCsv(rows: readonly ExportRow[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return `\ufeff${lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')}`;
}

/**
 * Always quoted. Spreadsheets run a cell that begins like a formula, in wide characters and after spaces, too: an
 * apostrophe before it makes it text (OWASP, CSV Injection). Where their list separator is a semicolon, one in the middle of
 * a text begins a cell as well.
 */
function csvCell(text: string): string {
  const whole = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  const inert = whole.replace(/([;\t][\s"]*)(?=[=+\-@＝＋－＠])/g, "$1'");
  return `"${inert.replaceAll('"', '""')}"`;
}
