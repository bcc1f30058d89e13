/** A loopback listener with a clock of its own, and the redirect that it waits for. */
import assert from 'node:assert/strict';
import {
  type LoopbackOptions,
  type OpenedLoopback,
  openLoopback,
  type RedirectResult,
} from '../../../src/auth/loopback';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { ask } from './rawConnection';

export const state = 'planted-state-5e1c';
export const code = '4/0planted-code-91bd';
export const tokenUrl = new URL('https://oauth2.googleapis.com/token');
export const right = `/callback?state=${state}&code=${encodeURIComponent(code)}&scope=x`;

type Listening = Extract<OpenedLoopback, { kind: 'listening' }>;

export class LoopbackStage {
  readonly clock = new ManualClock(noon);
  readonly stop = new AbortController();
  readonly options: LoopbackOptions = {
    state,
    codeFor: [tokenUrl.origin],
    redirect: { kind: 'any-port' },
    timeoutMs: 300_000,
    clock: this.clock,
  };
  listener: Listening | undefined;
  result: RedirectResult | undefined;
  port = 0;

  async open(redirect: LoopbackOptions['redirect'] = { kind: 'any-port' }): Promise<Listening> {
    const opened = await openLoopback({ ...this.options, redirect }, this.stop.signal);
    assert.ok(opened.kind === 'listening', opened.kind);
    this.listener = opened;
    this.port = Number(new URL(opened.redirectUri).port);
    void opened.result.then((result) => {
      this.result = result;
    });
    return opened;
  }

  /** The listener waits as before, and the right request still gets through. */
  async stillWaits(): Promise<void> {
    assert.equal(this.result, undefined);
    assert.equal((await ask(this.port, right)).status, 200);
    assert.equal((await this.listener?.result)?.kind, 'code');
  }

  /** Ends the listener, and sees to it that no timer is left. */
  async close(): Promise<void> {
    await this.listener?.close();
    assert.equal(this.clock.sleeping, 0, 'no timer is left');
  }
}
