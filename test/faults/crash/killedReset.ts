/** One reset whose window is killed at one point, and what the next window makes of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project } from '../../../src/core/model';
import { targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { presentIdentity } from '../../../src/core/presentation';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { FakeClock } from '../../fakes/clock';
import type { Point } from './points';
import type { Seeded, Service } from './services';
import { openWindow, type Window } from './window';
import type { WindowProcesses } from './windowProcesses';
import { openWire, type Wire } from './wire';

const never = new AbortController().signal;
const texts = collectReasonTexts([reasonTexts, ...[...providerDescriptions.values()].map((one) => one.reasonTexts)]);

/** A service, the disk of one user, and the window that is opened after the other was killed. */
export class KilledReset {
  private constructor(
    private readonly folder: string,
    private readonly sandbox: RunningSandbox,
    private readonly wire: Wire,
    private readonly service: Service,
    private seeded: Seeded,
    private readonly clock: FakeClock,
    readonly window: Window,
  ) {}

  /** Signs in, has another process reset, and kills it there. `prepare` may have the service answer otherwise. */
  static async at(
    point: Pick<Point, 'at'>,
    service: Service,
    processes: WindowProcesses,
    prepare: (sandbox: RunningSandbox) => void = () => {},
  ): Promise<KilledReset> {
    const sandbox = await startSandbox({ port: 0 });
    const wire = await openWire(Number(new URL(sandbox.origin).port));
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-crash-'));
    const seeded = service.seed(sandbox);
    const project: Project = {
      id: 'killed',
      label: 'Killed',
      provider: service.id,
      endpoint: wire.origin,
      options: seeded.options,
      identities: [seeded.identity],
    };
    const clock = new FakeClock(sandbox.control.clock);
    const window = openWindow({ folder, windowId: 'next', clock, project });
    const killed = new KilledReset(folder, sandbox, wire, service, seeded, clock, window);
    await killed.#signIn();
    prepare(sandbox);
    const order = { folder, project, way: service.way };
    if (typeof point.at === 'string') await processes.reset({ ...order, at: point.at });
    else await processes.reset({ ...order, at: 'nowhere' }, wire.holdNext({ path: service.path, at: point.at.wire }));
    return killed;
  }

  async #signIn(): Promise<void> {
    const { form, values, facts } = this.seeded;
    await this.window.vault.replace(this.target, form, values, facts);
  }

  /** The user consents again, and signs in with what comes of it. */
  async consentAgain(): Promise<void> {
    this.clock.pass(1_000);
    this.seeded = this.service.seed(this.sandbox);
    await this.#signIn();
  }

  get target() {
    return this.window.targets[0] ?? assert.fail('nobody');
  }

  /** Requests that came to the service's door, resets that it carried out, and whether it has the consent. */
  ledger(): { readonly sent: number; readonly carriedOut: number; readonly consented: boolean } {
    const all = this.sandbox.control.requests.list();
    const sent = all.filter(({ method, path }) => this.service.path.test(`${method} ${path}`)).length;
    return { sent, carriedOut: this.seeded.carriedOut(), consented: this.seeded.consented() };
  }

  /** All requests. */
  requests(): number {
    return this.sandbox.control.requests.count();
  }

  /** The file that the killed window has left. */
  get journalFile(): string {
    const folder = join(this.folder, 'journal');
    const name = readdirSync(folder).find((one) => one.startsWith('window-killed')) ?? assert.fail('no journal');
    return join(folder, name);
  }

  locks(): readonly string[] {
    try {
      return readdirSync(join(this.folder, 'locks'));
    } catch {
      return [];
    }
  }

  /** What the row of the identity offers, as `when` clauses read it. */
  row(): { readonly description: string; readonly flags: readonly string[] } {
    const state = this.window.store.get(targetKey(this.target));
    const context = { now: this.clock.now(), texts, translate: untranslated };
    const { description, contextValue } = presentIdentity(this.target, state, context);
    return { description, flags: contextValue.split(';') };
  }

  /** The operation that the row offers to verify or to dismiss. */
  get unfinished() {
    return this.window.store.get(targetKey(this.target)).unfinished;
  }

  async dismiss(): Promise<void> {
    await this.window.operations.dismiss(this.target, this.unfinished?.operationId ?? 'none');
  }

  verify(): Promise<Outcome> {
    return this.window.operations.verify(this.target, this.unfinished?.operationId ?? 'none', never);
  }

  reset(): Promise<Outcome> {
    const confirm = async () => ({ kind: 'confirmed', by: 'modal' }) as const;
    return this.window.operations.reset(this.target, { signal: never, way: this.service.way, confirm });
  }

  pass(ms: number): void {
    this.clock.pass(ms);
  }

  /** The sentences of an outcome, or of what is said of one that is not known. */
  text(outcome: { readonly reason: Outcome['reason'] }): string {
    return reasonParagraph(outcome.reason, texts, untranslated);
  }

  async close(): Promise<void> {
    await this.window.close();
    await this.wire.close();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
