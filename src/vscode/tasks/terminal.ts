/** The terminal of a task: readable lines, and an exit code. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';

/** Colour never stands alone: the words say the same. */
export type Tone = 'plain' | 'quiet' | 'good' | 'bad';

/** Prints one line. Whatever the text holds, nothing in it can act on the terminal. */
export type Say = (text: string, tone?: Tone) => void;

const colours: Readonly<Record<Tone, string>> = { plain: '', quiet: '2', good: '32', bad: '31' };
const csi = '\u001b[';
const interrupt = '\u0003';
const longestLine = 2_000;

export class TaskTerminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number>();
  readonly #stop = new AbortController();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  /** `run` never rejects; it resolves with the exit code. */
  constructor(private readonly run: (say: Say, stop: AbortController) => Promise<number>) {}

  open(): void {
    void this.run((text, tone = 'plain') => this.#say(text, tone), this.#stop).then((code) => this.#close.fire(code));
  }

  /** The terminal was closed: as Ctrl+C, with nobody left to read the end. The journal and the row have it. */
  close(): void {
    this.#stop.abort();
  }

  handleInput(data: string): void {
    if (!data.includes(interrupt) || this.#stop.signal.aborted) return;
    this.#say(vscode.l10n.t('Stopping…'), 'quiet');
    this.#stop.abort();
  }

  #say(text: string, tone: Tone): void {
    const clean = plainText(text, longestLine);
    const colour = colours[tone];
    this.#write.fire(colour === '' ? `${clean}\r\n` : `${csi}${colour}m${clean}${csi}0m\r\n`);
  }
}
