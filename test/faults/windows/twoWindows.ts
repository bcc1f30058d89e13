/** A sandbox, a folder with a keyring, and two windows that share them: each a process of its own, as extension hosts are. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { type WindowProcess, WindowProcesses } from './processes';
import { resetsOnWire, type Scene, type Service } from './services';
import type { Answered, Order } from './windowHost';

/** Both are told to begin at the same moment: this long from now, so that the message has arrived. */
const leadMs = 15;

export class TwoWindows {
  private constructor(
    private readonly processes: WindowProcesses,
    readonly one: WindowProcess,
    readonly other: WindowProcess,
    readonly sandbox: RunningSandbox,
    private folders: string[],
  ) {}

  /** Starting processes takes a second: for all tests of a suite at once. */
  static async start(): Promise<TwoWindows> {
    const processes = new WindowProcesses();
    const [one, other, sandbox] = await Promise.all([processes.start(), processes.start(), startSandbox()]);
    return new TwoWindows(processes, one, other, sandbox, []);
  }

  get folder(): string {
    return this.folders.at(-1) ?? assert.fail('not opened');
  }

  /** Nothing is left of what was before: an empty disk and keyring, an empty service. */
  async openAnew(): Promise<void> {
    this.folders.push(await mkdtemp(join(tmpdir(), 'reconsent-windows-')));
    this.sandbox.control.reset();
    const { folder } = this;
    await Promise.all([this.one.tell({ kind: 'open', folder }), this.other.tell({ kind: 'open', folder })]);
  }

  /** A third window over the same disk, which the test may kill. */
  async third(aheadMs = 0): Promise<WindowProcess> {
    const third = await this.processes.start();
    await third.tell({ kind: 'open', folder: this.folder, aheadMs });
    return third;
  }

  /** Tells both at the same moment; `laterMs` holds the other one back. */
  async atOnce(
    first: { readonly kind: 'reset' | 'check' | 'sign-out'; readonly scene: Scene },
    second: { readonly kind: 'reset' | 'check' | 'sign-out'; readonly scene: Scene },
    laterMs = 0,
  ): Promise<readonly [Answered, Answered]> {
    const at = Date.now() + leadMs;
    const withTime = (order: typeof first, begin: number): Order => ({ ...order, at: begin });
    return Promise.all([this.one.tell(withTime(first, at)), this.other.tell(withTime(second, at + laterMs))]);
  }

  /** Resolves when that many resets have reached the service. */
  async untilSent(service: Service, count: number): Promise<void> {
    const end = performance.now() + 5_000;
    while (resetsOnWire(service, this.sandbox) < count) {
      if (performance.now() > end) assert.fail('nothing was sent');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Resolves when the service has done what it was asked for, whether or not it still shows the consent. */
  async untilCarriedOut({ service }: Scene): Promise<void> {
    const { google, identityPlatform, venafi } = this.sandbox.control;
    const done = {
      googleDataPortability: () => google.resets().length,
      identityPlatform: () => identityPlatform.revocations().length,
      venafiTpp: () => venafi.revocations().length,
    }[service];
    const end = performance.now() + 5_000;
    while (done() === 0) {
      if (performance.now() > end) assert.fail('nothing was carried out');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async locksLeft(): Promise<readonly string[]> {
    return readdir(join(this.folder, 'locks')).catch(() => []);
  }

  async secretsLeft(): Promise<readonly string[]> {
    return readdir(join(this.folder, 'keyring')).catch(() => []);
  }

  async stop(): Promise<void> {
    await this.processes.stop();
    await this.sandbox.close();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
