import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Order } from './killedWindow';

/** Processes that wait to become a window, so that no test waits for the start of one. */
export class WindowProcesses {
  readonly #waiting: ChildProcess[] = [];

  private constructor(
    private readonly folder: string,
    private readonly program: string,
  ) {}

  static async open(): Promise<WindowProcesses> {
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-killed-'));
    const program = join(folder, 'killedWindow.cjs');
    await build({
      entryPoints: [join(__dirname, 'killedWindow.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'warning',
    });
    const processes = new WindowProcesses(folder, program);
    processes.#start();
    return processes;
  }

  #start(): void {
    this.#waiting.push(spawn(process.execPath, [this.program], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Has a window reset, and resolves when it was killed: by itself, or as soon as `when` comes. */
  async reset(order: Order, when?: Promise<void>): Promise<void> {
    const child = this.#waiting.shift() ?? assert.fail('no process waits');
    this.#start();
    const exit = once(child, 'exit');
    child.stdin?.write(`${JSON.stringify(order)}\n`);
    if (when) {
      await Promise.race([when, exit]);
      child.kill('SIGKILL');
    }
    const [code, signal] = (await exit) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL', `the window ended with code ${code} instead of being killed`);
  }

  async close(): Promise<void> {
    const ends = this.#waiting.splice(0).map((child) => {
      child.kill('SIGKILL');
      return (child.exitCode ?? child.signalCode) === null ? once(child, 'exit') : undefined;
    });
    await Promise.all(ends);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
