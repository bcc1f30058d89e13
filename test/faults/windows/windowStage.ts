/** Windows in this process, over a real disk: with a clock and a disk that the test has in its hands. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import type { JournalEntry } from '../../../src/core/ports';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { frozenClock } from '../../../src/sandbox/clock';
import { startSandbox } from '../../../src/sandbox/server';
import type { StorageFs } from '../../../src/storage/fileSystem';
import { FakeClock } from '../../fakes/clock';
import { noon } from '../../fakes/resetStage';
import { MemorySecretStore } from '../../fakes/storage';
import { OneWindow } from './oneWindow';
import { resetsOnWire, type Scene, type Service, sceneOf } from './services';

export const hour = 3_600_000;
export const day = 24 * hour;

export class WindowStage {
  /** How far the clock of this computer is from that of the services. */
  aheadMs = 0;
  readonly clock: FakeClock;
  /** In memory: here a time limit takes no time, and would be over before the disk has answered. */
  readonly secrets = new MemorySecretStore();
  readonly #windows: OneWindow[] = [];

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly folder: string,
  ) {
    const services = sandbox.control.clock;
    this.clock = new FakeClock({ now: () => services.now() + this.aheadMs, advance: (ms) => services.advance(ms) });
  }

  static async open(): Promise<WindowStage> {
    const folder = await mkdtemp(join(tmpdir(), 'reconsent-windows-'));
    return new WindowStage(await startSandbox({ clock: frozenClock(noon) }), folder);
  }

  window(fs?: StorageFs): OneWindow {
    const { folder, clock, secrets } = this;
    const window = new OneWindow({ folder, secrets, clock, ...(fs && { fs }) });
    this.#windows.push(window);
    return window;
  }

  /** A user who has consented, signed in with in that window. */
  async signedIn(service: Service, window: OneWindow): Promise<Scene> {
    const scene = sceneOf(service, this.sandbox);
    await window.signIn(scene);
    return scene;
  }

  /** The computer sleeps: for the services time goes on, and here the clock of the wall does; the monotonic one may not. */
  sleep(ms: number, monotonicToo: boolean): void {
    if (monotonicToo) this.clock.pass(ms);
    else this.sandbox.control.clock.advance(ms);
  }

  posts(service: Service): number {
    return resetsOnWire(service, this.sandbox);
  }

  /** The newest entry of the journal, as another window reads it. */
  async entry(): Promise<JournalEntry | undefined> {
    const [entry] = await this.window().stores.journal.recent(1);
    return entry;
  }

  async close(): Promise<void> {
    for (const window of this.#windows) await window.close();
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const told = ({ kind, reason }: Outcome): string => `${kind}: ${reason.code}`;

/** A text of an error says what happened, what did not, and what to do. */
export function assertNothingSent(text: string): void {
  assert.match(text, /Nothing was sent|was not sent/, text);
  assert.ok(text.split(/[.:!?] /).length >= 3, `too short: ${text}`);
}

/** The credential is where it was, and the row does not say that anybody was signed out. */
export async function assertStillSignedIn(scene: Scene, window: OneWindow): Promise<void> {
  const target = window.target(scene);
  assert.equal((await window.stores.vault.read(target)).kind, 'present');
  const { consent } = window.store.get(targetKey(target));
  assert.ok(!['dead-credential', 'unusable-credential'].includes(consent.kind), consent.kind);
}
