/**
 * Two real windows of one user that do the same things at the same moment, round after round, in an order that a seed gives.
 *
 * In VS Code's server build each page reads the secrets when it loads and hears of no change after that, so the second window
 * always sees the tokens of before a rotation: a stale read that lasts. On the desktop it lasts some 100 ms. What both know
 * in time, and a sign-out in one of them, is raced by processes that share a keyring (`test/faults/windows/races.test.ts`).
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxView } from './sandboxView';
import type { TreeView } from './treeView';
import type { WorkbenchWindow } from './window';

export interface ShownWindow {
  readonly window: WorkbenchWindow;
  readonly tree: TreeView;
}

export interface Racer {
  readonly label: string;
  /** The button of the question. */
  readonly verb: string;
}

const wire = {
  'resets sent': /\/authorization:reset$|\/accounts:revokeToken$|\/OAuth\/RevokeGrants$/i,
  'refresh tokens spent': /\/vedauth\/authorize\/token$/i,
} as const;
type Operation = keyof typeof wire;

export class TwoWindowRounds {
  rounds = 0;
  races = 0;
  doubleSends = 0;
  signOuts = 0;
  readonly #onWire = new Map<Operation, number>();

  constructor(
    private readonly one: ShownWindow,
    private readonly other: ShownWindow,
    private readonly sandbox: SandboxView,
    private readonly random: () => number,
  ) {}

  /** The same reset in both: both questions are open, and both are answered. */
  async sameReset({ label, verb }: Racer): Promise<void> {
    await this.sandbox.forgetRequests();
    const [first, second] = this.#inSomeOrder();
    for (const { tree, window } of [first, second]) {
      await tree.menuAction(label, 'Reset Consent');
      await window.modal.read();
    }
    const lag = Math.round(this.random() * 150);
    await Promise.all([first.window.modal.press(verb), delay(lag).then(() => second.window.modal.press(verb))]);
    // One has verified it, and the other says why it has not sent: by its row or by a notification.
    const verified = await first.window.waitUntil(`one window to reset ${label}`, async () => {
      for (const shown of [first, second]) {
        const row = (await shown.tree.rows()).find((one) => one.label === label);
        if (row?.description.startsWith('needs consent · reset verified')) return shown;
      }
      return undefined;
    });
    const loser = verified === first ? second : first;
    await loser.window.waitUntil(`the other window to end the reset of ${label}`, async () => {
      if ((await loser.window.notifications()).some((text) => text.includes(label))) return true;
      const row = (await loser.tree.rows()).find((one) => one.label === label);
      return row?.description.startsWith('needs consent');
    });
    this.races += 1;
    const sent = await this.#count('resets sent');
    this.doubleSends += sent - 1;
    assert.equal(sent, 1, `${label}: resets on the wire, ${lag} ms apart`);
    assert.equal(await this.sandbox.isOperatorSignedIn(), true);
    for (const { window } of [first, second]) {
      if ((await window.notifications()).length > 0) await window.clearNotifications();
    }
  }

  /** Both need another access token, and the refresh token works once. */
  async refresh(user: string): Promise<void> {
    await this.sandbox.forgetRequests();
    await this.sandbox.expireOperatorTokens();
    const [first, second] = this.#inSomeOrder();
    await first.tree.menuAction(user, 'Check Consent');
    await delay(Math.round(this.random() * 100));
    await second.tree.menuAction(user, 'Check Consent');
    // What the slower one reads is from before the rotation: it waits for the new tokens for five seconds.
    for (const { tree } of [first, second]) {
      const settled = await tree.waitForRow(
        user,
        ({ description }) => description !== '' && !/checking|…$/i.test(description),
        30_000,
      );
      if (/not signed in|sign in again|rejected/i.test(settled.description)) this.signOuts += 1;
      assert.doesNotMatch(settled.description, /not signed in|sign in again|rejected/i);
    }
    this.races += 1;
    const spent = await this.#count('refresh tokens spent');
    this.doubleSends += Math.max(0, spent - 1);
    assert.equal(spent, 1, 'refresh tokens on the wire');
    assert.equal(await this.sandbox.isOperatorSignedIn(), true, 'nobody is signed out by a lost race');
  }

  summary(): string {
    const counted = [...this.#onWire].map(([operation, count]) => `${operation}: ${count}`);
    return [
      `two windows: ${this.rounds} rounds, ${this.races} races`,
      ...counted,
      `double sends: ${this.doubleSends}`,
      `sign-outs by a lost race: ${this.signOuts}`,
    ].join(', ');
  }

  #inSomeOrder(): readonly [ShownWindow, ShownWindow] {
    return this.random() < 0.5 ? [this.one, this.other] : [this.other, this.one];
  }

  async #count(operation: Operation): Promise<number> {
    const count = (await this.sandbox.paths()).filter((path) => wire[operation].test(path)).length;
    this.#onWire.set(operation, (this.#onWire.get(operation) ?? 0) + count);
    return count;
  }
}
