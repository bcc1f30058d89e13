/**
 * A window as a process of its own, as an extension host is. Gets one {@link Order} a message and answers each with what
 * became of it. Folder, keyring and service are shared with the other windows; memory, connections and clock are its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { targetKey } from '../../../src/core/model';
import type { Clock } from '../../../src/core/ports';
import { systemClock } from '../../../src/vscode/systemPorts';
import { fileKeyring } from '../../fakes/fileKeyring';
import { OneWindow } from './oneWindow';
import type { Scene } from './services';

/** What a window is told to do. `at`: epoch milliseconds at which to begin. */
export type Order =
  /** Begins anew, in that folder, with a clock that is so far ahead. */
  | { readonly kind: 'open'; readonly folder: string; readonly aheadMs?: number }
  | { readonly kind: 'sign-in' | 'check' | 'sign-out'; readonly scene: Scene; readonly at?: number }
  | {
      readonly kind: 'reset';
      readonly scene: Scene;
      readonly at?: number;
      readonly takeOver?: boolean;
      readonly hangs?: true;
    }
  /** Lets a reset go on that hangs: with the lock, and before its journal entry. */
  | { readonly kind: 'go-on' }
  /** Verifies what is shown as unknown. */
  | { readonly kind: 'verify'; readonly scene: Scene }
  | { readonly kind: 'unfinished' };

export interface Answered {
  /** Outcome, consent or end of a sign-out. */
  readonly kind: string;
  readonly code?: string;
  readonly text?: string;
  readonly actions?: readonly string[];
}

const never = new AbortController().signal;

let window: OneWindow | undefined;
const waiting: (() => void)[] = [];

function clockAhead(ms: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ms };
}

async function carryOut(order: Order): Promise<Answered> {
  if (order.kind === 'open') {
    await window?.close();
    const { folder, aheadMs = 0 } = order;
    window = new OneWindow({ folder, secrets: fileKeyring(folder), clock: clockAhead(aheadMs) });
    return { kind: 'opened' };
  }
  if (!window) throw new Error('not opened');
  const one = window;
  if ('at' in order && order.at !== undefined) await delay(Math.max(0, order.at - Date.now()));
  switch (order.kind) {
    case 'sign-in':
      await one.signIn(order.scene);
      return { kind: 'signed-in' };
    case 'check': {
      const consent = await one.check(order.scene);
      return { kind: consent.kind, ...('reason' in consent && { code: consent.reason.code }) };
    }
    case 'sign-out':
      return { kind: await one.signOut(order.scene) };
    case 'reset': {
      const target = one.target(order.scene);
      let hangs = order.hangs === true;
      const recheck = async () => {
        if (hangs) await new Promise<void>((resume) => void waiting.push(resume));
        hangs = false;
        return one.operations.whyVerifyFirst(target);
      };
      const outcome = await one.reset(order.scene, {
        takeOver: order.takeOver === true,
        // As the question does that has said nothing of an earlier one.
        confirm: async () => ({ kind: 'confirmed', by: 'modal', recheck }),
      });
      const actions = outcome.reason.actions.map(({ kind }) => kind);
      return { kind: outcome.kind, code: outcome.reason.code, text: one.text(outcome), actions };
    }
    case 'go-on':
      for (const resume of waiting.splice(0)) resume();
      return { kind: 'gone-on' };
    case 'verify': {
      const target = one.target(order.scene);
      await one.operations.load([target]);
      const { unfinished } = one.store.get(targetKey(target));
      const { kind, reason } = await one.operations.verify(target, unfinished?.operationId ?? '', never);
      return { kind, code: reason.code };
    }
    case 'unfinished':
      return { kind: (await one.stores.journal.unfinished()).map(({ stage }) => stage).join() };
  }
}

process.on('message', ({ id, order }: { readonly id: number; readonly order: Order }) => {
  carryOut(order).then(
    (answer) => process.send?.({ id, answer }),
    (error: Error) => process.send?.({ id, failed: error.stack }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, answer: { kind: 'ready' } });
