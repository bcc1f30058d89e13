/** Where the files of one archive come from: addresses that grow old, on a network that is away now and then. */
import type { JobReading } from './archiveJobs';
import type { DownloadAnswer, DownloadBody, DownloadRequest, Downloads } from './downloadPorts';
import {
  addressRefused,
  brokeOff,
  cancelled,
  type DownloadEnding,
  notThere,
  partsChanged,
  type Unserved,
  unread,
  unservedEnding,
} from './downloadReasons';
import type { Clock, NotSentCause } from './ports';
import type { BoundSecret } from './redact';

export interface SourcePorts {
  /** Reads the job's state, and with it fresh addresses of its files. */
  readonly askAddresses: (signal: AbortSignal) => Promise<JobReading>;
  readonly downloads: Downloads;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** How often a file may break off and be gone on with. */
export const triesPerPart = 5;
const firstPauseMs = 1_000;

/** One file, and what became of asking for it so far. */
export interface Wanted {
  /** From 0. */
  readonly index: number;
  /** Attempts that broke off. */
  broken: number;
}

export type Served = DownloadBody | Extract<DownloadAnswer, { kind: 'range-not-satisfiable' }>;
export type Service =
  | { readonly kind: 'served'; readonly answer: Served }
  | { readonly kind: 'ended'; readonly ending: DownloadEnding };

/** What passes by itself: a network that is away for a while. */
const passing: ReadonlySet<NotSentCause> = new Set([
  'dns',
  'refused',
  'unreachable',
  'connect-timeout',
  'proxy-unreachable',
]);

export class ArchiveSource {
  readonly #ports: SourcePorts;
  readonly #signal: AbortSignal;
  #addresses: readonly BoundSecret[] = [];
  /** The addresses were asked for anew, and none of them has been good for anything yet. */
  #untried = false;
  /** Something has been reached, so a failure to connect is not the settings' fault. */
  #reached = false;

  constructor(ports: SourcePorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  /** How many files the archive has; 0 before it was asked for. */
  get parts(): number {
    return this.#addresses.length;
  }

  /** Asks where the files are. Their number must stay `expected`, if that is given. */
  async ask(expected: number | undefined): Promise<DownloadEnding | undefined> {
    const reading = await this.#ports.askAddresses(this.#signal);
    if (reading.kind !== 'state') return unread(reading);
    if (reading.state !== 'complete') return notThere(reading.state);
    const { addresses } = reading;
    if (addresses.length === 0) return notThere('gone');
    if (expected !== undefined && addresses.length !== expected) return partsChanged(expected, addresses.length);
    this.#addresses = addresses;
    return undefined;
  }

  /** Asks until there is an answer to work with, or none is to be hoped for. */
  async serve(wanted: Wanted, range: Omit<DownloadRequest, 'address'>): Promise<Service> {
    for (;;) {
      const address = this.#addresses[wanted.index];
      if (!address) throw new Error('no address for a file of the archive');
      const answer = await this.#ports.downloads.download({ address, ...range }, this.#signal);
      switch (answer.kind) {
        case 'body':
        case 'range-not-satisfiable':
          this.#untried = false;
          this.#reached = true;
          return { kind: 'served', answer };
        case 'aborted':
          return { kind: 'ended', ending: cancelled() };
        case 'gone':
          return { kind: 'ended', ending: notThere('gone') };
        case 'expired': {
          this.#reached = true;
          if (this.#untried) return { kind: 'ended', ending: addressRefused(answer.status) };
          this.#untried = true;
          const unasked = await this.ask(this.#addresses.length);
          if (unasked) return { kind: 'ended', ending: unasked };
          break;
        }
        default: {
          const ending = mayPass(answer, this.#reached)
            ? await this.breakOff(wanted, answer)
            : unservedEnding(answer, this.host(wanted));
          if (ending) return { kind: 'ended', ending };
        }
      }
    }
  }

  /** Waits before the next attempt, longer each time. Ends it all when that was the last one. */
  async breakOff(wanted: Wanted, why: Unserved): Promise<DownloadEnding | undefined> {
    this.#reached = true;
    wanted.broken += 1;
    if (wanted.broken > triesPerPart) return brokeOff(wanted.broken, why, this.host(wanted));
    try {
      await this.#ports.clock.sleep(firstPauseMs * 2 ** (wanted.broken - 1), this.#signal);
      return undefined;
    } catch {
      return cancelled();
    }
  }

  host({ index }: Wanted): string {
    const [origin = ''] = this.#addresses[index]?.boundTo ?? [];
    return URL.canParse(origin) ? new URL(origin).host : '';
  }
}

function mayPass(answer: Unserved, reached: boolean): boolean {
  switch (answer.kind) {
    case 'broken':
      return reached || answer.cause !== 'malformed';
    case 'refused':
      return answer.status === 408 || answer.status === 429 || answer.status >= 500;
    case 'not-sent':
      return reached && passing.has(answer.cause);
    case 'redirect':
      return false;
  }
}
