/** What is known about one request while it is under way. */
import type { HttpRequest, Log } from '../core/ports';
import type { Deadline } from './deadline';
import type { Outgoing } from './exchange';
import type { Prepared } from './outgoing';
import type { ProxyChoice } from './proxy';

/** How a request got its connection, for the log. */
export type ConnectionUse = 'none' | 'fresh' | 'warm' | 'reused' | 'editor';

export class Sending {
  readonly request: HttpRequest;
  readonly outgoing: Outgoing;
  readonly secrets: readonly string[];
  readonly proxy: ProxyChoice;
  readonly deadline: Deadline;
  readonly #log: Log;
  #told = false;
  connection: ConnectionUse = 'none';
  sent = false;

  constructor(
    request: HttpRequest,
    prepared: Extract<Prepared, { kind: 'prepared' }>,
    proxy: ProxyChoice,
    deadline: Deadline,
    log: Log,
  ) {
    this.request = request;
    this.outgoing = prepared.outgoing;
    this.secrets = prepared.secrets;
    this.proxy = proxy;
    this.deadline = deadline;
    this.#log = log;
  }

  /** Whether the request may still leave. A check that fails to say so keeps it: nothing is lost by that. */
  mayStart(): boolean {
    const { mayLeave } = this.request;
    if (mayLeave === undefined) return true;
    try {
      return mayLeave() === true;
    } catch {
      this.#log.error('network: a check before the start of a request failed');
      return false;
    }
  }

  start(connection: ConnectionUse): void {
    this.connection = connection;
    this.sent = true;
    if (this.#told) return;
    this.#told = true;
    try {
      this.request.onSent?.();
    } catch {
      this.#log.error('network: a listener for the start of a request failed');
    }
  }

  /** It was handed on, and is known not to have left after all. */
  neverLeft(): void {
    this.sent = false;
  }
}
