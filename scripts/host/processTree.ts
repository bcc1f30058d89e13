import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

/** A child process together with everything it starts. */
export interface ProcessTree {
  readonly child: ChildProcess;
  /** Resolves with the exit code, or null when a signal ended it. Never rejects: a failed start is `exit(-1)`. */
  readonly ended: Promise<number | null>;
  /** Ends the whole tree and waits until the first process is gone. Calling it again is harmless. */
  stop(): Promise<void>;
}

const graceMs = 3_000;

/**
 * Starts a program at the head of a process group of its own, so that its children can be ended with it, also when
 * this process exits for whatever reason.
 */
export function spawnTree(file: string, args: readonly string[], options: SpawnOptions = {}): ProcessTree {
  const child = spawn(file, [...args], { windowsHide: true, ...options, detached: process.platform !== 'win32' });
  const killNow = (): void => signalTree(child, 'SIGKILL');
  process.on('exit', killNow);
  const ended = new Promise<number | null>((done) => {
    child.once('error', () => done(-1));
    child.once('exit', (code) => done(code));
  });
  const stop = async (): Promise<void> => {
    signalTree(child, 'SIGTERM');
    const timer = setTimeout(killNow, graceMs);
    await ended;
    clearTimeout(timer);
    // Whatever outlived the first process is still in its group.
    killNow();
    process.off('exit', killNow);
  };
  return { child, ended, stop };
}

function signalTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** How a program ended that was run for its output. */
export interface EndedRun {
  /** As {@link ProcessTree.ended}; `late` when it was stopped at the limit. */
  readonly code: number | null | 'late';
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Runs a program to its end, or to the limit, and leaves nothing of its tree. */
export async function runToEnd(
  file: string,
  args: readonly string[],
  limitMs: number,
  options: Pick<SpawnOptions, 'cwd' | 'env'> = {},
): Promise<EndedRun> {
  const tree = spawnTree(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  tree.child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  tree.child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void tree.stop();
  }, limitMs);
  const code = await tree.ended;
  clearTimeout(timer);
  await tree.stop();
  return { code: late ? 'late' : code, output: Buffer.concat(chunks).toString('utf8') };
}
