/** Reconsent as it is used by hand: its settings, its commands, and a user who answers at once or after a while. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { commandIds } from '../../../../src/vscode/commandIds';
import type { ReconsentApi, ReconsentExports } from '../../../../src/vscode/publicApi';
import { waitFor } from '../../../host/suite/scripted';
import { ScriptedCrowd } from '../../../soak/scriptedCrowd';
import { reconsentId } from '../ids';
import { recorder } from './recorder';
import { Spy } from './spy';

export const projectId = 'bench';

const beforeClassification = 'waiting for the answer…';

export interface TimedReset {
  /** From the answer to the question until what the service said is classified. */
  readonly ms: number;
  /** Of it on the way, as the log says: from the call of the transport to its end. */
  readonly requestMs: number;
  /** From the command to the question. */
  readonly previewMs: number;
  readonly connection: string;
  readonly secretReads: number;
}

export class Consents {
  readonly #user = new ScriptedCrowd();
  #holdMs = 0;
  #asked = (): void => undefined;
  #consents = 0;

  private constructor(
    readonly api: ReconsentApi,
    readonly spy: Spy,
  ) {
    this.#user.use();
    const { showWarningMessage } = vscode.window;
    const ask = async (...question: Parameters<typeof showWarningMessage>): Promise<unknown> => {
      if (this.#holdMs > 0) await delay(this.#holdMs);
      const answer = await showWarningMessage(...question);
      this.#asked();
      return answer;
    };
    Object.assign(vscode.window, { showWarningMessage: ask });
  }

  /** Activates Reconsent, which must not be active yet. */
  static async open(spy = new Spy()): Promise<Consents> {
    recorder().spy = spy;
    const extension = vscode.extensions.getExtension<ReconsentExports>(reconsentId);
    if (!extension || extension.isActive) throw new Error('Reconsent is active already, or not installed.');
    return new Consents((await extension.activate()).getAPI(1), spy);
  }

  async configure(origin: string, identities: readonly string[], label = 'Bench'): Promise<void> {
    const people = identities.map((id) => ({ id }));
    const project = {
      id: projectId,
      name: label,
      provider: 'googleDataPortability',
      endpoint: origin,
      clientId: 'bench.apps.googleusercontent.com',
      identities: people,
    };
    const settings = vscode.workspace.getConfiguration('reconsent');
    await settings.update('projects', [project], vscode.ConfigurationTarget.Global);
    await waitFor('the identities', () => (this.api.list().length === people.length ? true : undefined));
  }

  /** Consents anew and signs in with it; the token is kept by then, unless it is about to end. */
  async signIn(identity: string): Promise<void> {
    const refreshToken = `1//bench-${identity}-${process.pid}-${++this.#consents}`;
    const typed = { 'Client secret': 'GOCSPX-bench', 'Refresh token': refreshToken };
    this.#user.typed.set(identity, new Map(Object.entries(typed)));
    await vscode.commands.executeCommand(commandIds.setCredential, rowOf(identity));
    this.#user.typed.delete(identity);
    this.#refuseSurprises();
  }

  async check(identity: string): Promise<void> {
    await vscode.commands.executeCommand(commandIds.checkConsent, rowOf(identity));
  }

  /** By the command; the question is open for `holdMs`. Rejects unless the reset was verified. */
  async reset(identity: string, holdMs: number): Promise<TimedReset> {
    const readsBefore = this.spy.secretReads.length;
    this.#holdMs = holdMs;
    let answeredAt = 0;
    this.#asked = () => {
      answeredAt = performance.now();
    };
    const begunAt = performance.now();
    const answered = this.spy.line(/authorization:reset/);
    const whole = vscode.commands.executeCommand(commandIds.resetConsent, rowOf(identity));
    const told = await Promise.race([answered, whole.then(() => undefined)]);
    if (!told) throw new Error(`Nothing was sent for ${identity}: ${this.#describe(identity)}`);
    const { line } = told;
    let ms = 0;
    do {
      await new Promise((soon) => setImmediate(soon));
      // What the list says holds since before it is asked for; of hundreds of identities it takes milliseconds.
      ms = performance.now() - answeredAt;
    } while (this.#describe(identity) === beforeClassification);
    const secretReads = this.spy.secretReads.length - readsBefore;
    await whole;
    this.#refuseSurprises();
    const described = this.#describe(identity);
    if (!described.includes('reset verified')) throw new Error(`${identity}: ${described}; ${line}`);
    const [, requestMs = Number.NaN, connection = ''] = / 200 (\d+) ms (\w+)$/.exec(line) ?? [];
    const previewMs = answeredAt - holdMs - begunAt;
    return { ms, requestMs: Number(requestMs), previewMs, connection, secretReads };
  }

  /** Of all of them, behind one question. Resolves with how long it took in all. */
  async resetAll(identities: readonly string[]): Promise<number> {
    this.#holdMs = 0;
    const rows = identities.map(rowOf);
    const begun = performance.now();
    await vscode.commands.executeCommand(commandIds.resetConsents, rows[0], rows);
    const took = performance.now() - begun;
    this.#refuseSurprises();
    const wanted = new Set(identities);
    const left = this.api.list().filter((one) => wanted.has(one.identity) && one.lastOutcome !== 'verified');
    if (left.length > 0) throw new Error(`${left.length} were not reset: ${left[0]?.description}`);
    return took;
  }

  #describe(identity: string): string {
    return this.api.list().find((one) => one.identity === identity)?.description ?? '';
  }

  #refuseSurprises(): void {
    const [unanswered] = this.#user.unanswered;
    if (unanswered !== undefined) throw new Error(`Nobody has an answer to: ${unanswered}`);
  }
}

function rowOf(identity: string) {
  return { kind: 'identity', target: { project: { id: projectId }, identity: { id: identity, label: identity } } };
}
