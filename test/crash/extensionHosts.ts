import { execFileSync } from 'node:child_process';
import { waitUntil } from '../ui/waiting';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes that extensions run in, one for each window of the servers that this process has started. */
export function extensionHosts(): readonly number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const all = new Map<number, Process>();
  for (const line of listed.split('\n')) {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid !== undefined) all.set(Number(pid), { pid: Number(pid), parent: Number(parent), command });
  }
  const isOurs = (one: Process | undefined): boolean =>
    one !== undefined && (one.parent === process.pid || isOurs(all.get(one.parent)));
  return [...all.values()]
    .filter((one) => one.command.includes('--type=extensionHost') && isOurs(one))
    .map(({ pid }) => pid);
}

/** Kills them as they stand, as the system does when memory runs out. */
export async function killExtensionHosts(): Promise<void> {
  const running = extensionHosts();
  if (running.length === 0) throw new Error('No extension host is running.');
  for (const pid of running) process.kill(pid, 'SIGKILL');
  await waitUntil('the extension hosts to be gone', async () => !extensionHosts().some((pid) => running.includes(pid)));
}
