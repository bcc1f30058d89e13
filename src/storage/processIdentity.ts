/** Who owns a lock or a journal file, and whether that process still lives. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import * as v from 'valibot';
import type { Clock } from '../core/ports';

/** A window's process. A bare pid will not do: the system hands the number to another process later. */
export interface ProcessOwner {
  readonly windowId: string;
  readonly pid: number;
  /** When the process started, in the system's own words; missing where that cannot be asked cheaply (Windows). */
  readonly startToken?: string;
  /** Epoch milliseconds at which the process first named itself. */
  readonly seenAt: number;
}

export const processOwnerSchema = v.object({
  windowId: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  startToken: v.exactOptional(v.string()),
  seenAt: v.number(),
});

export interface ProcessIdentity {
  readonly windowId: string;
  /** This process. Asks the system on first use only, so nothing runs at activation. */
  self(): Promise<ProcessOwner>;
  /** `false` only if the owner is proved to be gone. */
  isAlive(owner: ProcessOwner): Promise<boolean>;
}

/** How the system is asked. Replaced in tests. */
export interface ProcessProbe {
  readonly pid: number;
  /** Whether a process of this number exists, whoever it is. */
  exists(pid: number): boolean;
  /** The start of a process; `gone` if it ended (also if nobody has collected it yet), `undefined` if it cannot be told. */
  startOf(pid: number): Promise<string | 'gone' | undefined>;
  /** Epoch milliseconds of the machine's start. */
  bootedAt(): number;
}

/** The wall clock may have been corrected a little since the owner named itself. */
const bootSlackMs = 5 * 60_000;

export function createProcessIdentity(options: {
  /** Unique per window and start. */
  readonly windowId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly probe?: ProcessProbe;
}): ProcessIdentity {
  const { windowId, clock } = options;
  const probe = options.probe ?? systemProbe(clock);
  let self: Promise<ProcessOwner> | undefined;

  async function nameSelf(): Promise<ProcessOwner> {
    const seenAt = clock.now();
    const startToken = await probe.startOf(probe.pid);
    return {
      windowId,
      pid: probe.pid,
      seenAt,
      ...(startToken === undefined || startToken === 'gone' ? {} : { startToken }),
    };
  }

  return {
    windowId,
    self: () => {
      self ??= nameSelf();
      return self;
    },
    async isAlive(owner) {
      if (!probe.exists(owner.pid)) return false;
      const start = owner.startToken === undefined ? undefined : await probe.startOf(owner.pid);
      if (start === 'gone') return false;
      if (start !== undefined) return start === owner.startToken;
      // Without start times (Windows) a reused number can be told only across a restart of the machine. Erring towards
      // "alive" is safe: a lock can still be taken over by hand.
      return owner.seenAt + bootSlackMs >= probe.bootedAt();
    },
  };
}

export function systemProbe(clock: Pick<Clock, 'now'>): ProcessProbe {
  return {
    pid: process.pid,
    exists: processExists,
    startOf: process.platform === 'linux' ? startFromProc : process.platform === 'win32' ? startUnknown : startFromPs,
    bootedAt: () => clock.now() - uptime() * 1000,
  };
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function startUnknown(): Promise<undefined> {
  return undefined;
}

/**
 * Field 22 of `/proc/<pid>/stat` counts ticks since the machine's start, so the start's own id belongs to the token.
 * Source: proc_pid_stat(5).
 */
export async function startFromProc(pid: number): Promise<string | 'gone' | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone';
    return `proc:${bootId.trim()}:${fields[19]}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // ESRCH: it ended between opening and reading.
    if (code === 'ESRCH') return 'gone';
    return code === 'ENOENT' && !processExists(pid) ? 'gone' : undefined;
  }
}

/** `lstart` is in local time and language unless told otherwise; both may differ between two windows. */
export function startFromPs(pid: number): Promise<string | 'gone' | undefined> {
  return new Promise((resolve) => {
    execFile(
      'ps',
      ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)],
      { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, timeout: 5000, windowsHide: true },
      (error, stdout) => {
        const [, state, start] = /^\s*(\S+)\s+(\S.*?)\s*$/m.exec(error ? '' : stdout) ?? [];
        if (state === undefined || start === undefined) resolve(processExists(pid) ? undefined : 'gone');
        else resolve(state.startsWith('Z') ? 'gone' : `ps:${start.replace(/\s+/g, ' ')}`);
      },
    );
  });
}
