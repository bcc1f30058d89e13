import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { companionFolder } from '../../scripts/host/companion';
import { freePort } from '../../scripts/host/freePort';
import { repoRoot } from '../../scripts/host/paths';
import type { HostVersion } from '../../scripts/host/provide';
import { type StandaloneSandbox, startStandaloneSandbox } from '../../scripts/host/standaloneSandbox';
import { openWire, type Wire } from '../faults/crash/wire';
import { openWorkbench, type Workbench } from '../ui/driver';
import type { TreeView } from '../ui/treeView';
import { waitUntil } from '../ui/waiting';
import { killExtensionHosts } from './extensionHosts';
import { type HostService, hostServices, type Ledger, ledgerOf } from './hostServices';

/** A step of a reset at which a real extension host can be held from outside, so that it is certain where it is killed. */
export type HeldAt = 'confirming' | 'rereading' | 'request' | 'answer' | 'verifying' | 'done';

export const resetIsVerified = 'needs consent · reset verified';

/** A real workbench whose way to the sandbox is a wire that can hold what is on it. */
export class KilledHost {
  private constructor(
    readonly workbench: Workbench,
    private readonly sandbox: StandaloneSandbox,
    private readonly wire: Wire,
    public tree: TreeView,
  ) {}

  /** Resolves when the sample users have consented. */
  static async open(version: HostVersion): Promise<KilledHost> {
    const sandbox = await startStandaloneSandbox(await freePort());
    const wire = await openWire(sandbox.port);
    const workbench = await openWorkbench({
      version,
      linked: [repoRoot, companionFolder],
      machineSettings: { 'reconsent.sandbox.port': Number(new URL(wire.origin).port) },
    });
    const tree = await workbench.window.openReconsent();
    const host = new KilledHost(workbench, sandbox, wire, tree);
    await workbench.window.widenSideBar(460);
    for (const { row } of hostServices) await host.state(row, /^granted/, 60_000);
    return host;
  }

  /** Waits until the row of the user says so. */
  state(row: string, state: string | RegExp, limitMs?: number): Promise<unknown> {
    const isThere = ({ description }: { readonly description: string }): boolean =>
      typeof state === 'string' ? description === state : state.test(description);
    return this.tree.waitForRow(row, isThere, limitMs);
  }

  ledger(service: HostService): Promise<Ledger> {
    return ledgerOf(`http://127.0.0.1:${this.sandbox.port}`, service);
  }

  /** Begins a reset and resolves when it stands still there. */
  async resetUpTo(at: HeldAt, { row, button, sends, rereads, verifies }: HostService): Promise<void> {
    const { modal } = this.workbench.window;
    await this.tree.inlineAction(row, 'Reset Consent');
    await modal.read();
    if (at === 'confirming') return;
    const held = this.#hold(at, { sends, verifies, ...(rereads ? { rereads } : {}) });
    await modal.press(button);
    if (!held) return void (await this.state(row, resetIsVerified));
    let isHeld = false;
    void held.then(() => {
      isHeld = true;
    });
    await waitUntil(`the reset of ${row} to be held: ${at}`, async () => isHeld);
  }

  #hold(at: HeldAt, { sends, rereads, verifies }: Pick<HostService, 'sends' | 'rereads' | 'verifies'>) {
    switch (at) {
      case 'request':
      case 'answer':
        return this.wire.holdNext({ path: sends, at });
      case 'rereading':
        if (!rereads) throw new Error('Nothing is read once more on this way.');
        return this.wire.holdNext({ path: rereads, at: 'request' });
      case 'verifying':
        return this.wire.holdNext({ path: verifies, at: 'request', after: sends });
      default:
        return undefined;
    }
  }

  kill(): Promise<void> {
    return killExtensionHosts();
  }

  /** Opens the window again, and with it an extension host. */
  async reload(): Promise<void> {
    await this.workbench.window.reload();
    this.tree = await this.workbench.window.openReconsent();
  }

  /** The locks that are there, and how long each has been without a sign of life, in milliseconds. */
  locks(): readonly number[] {
    const folder = join(this.workbench.server.dataFolder, 'user/User/globalStorage/reconsent.reconsent/locks');
    try {
      return readdirSync(folder).map((name) => Date.now() - statSync(join(folder, name)).mtimeMs);
    } catch {
      return [];
    }
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.wire.close();
    await this.sandbox.stop();
  }
}
