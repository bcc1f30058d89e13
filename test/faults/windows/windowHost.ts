/**
 * A window as a process of its own, as an extension host is. Gets one {@link Order} a message and answers each with what
 * became of it. Folder, keyring and service are shared with the other windows; memory, connections and clock are its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
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
  | { readonly kind: 'reset'; readonly scene: Scene; readonly at?: number; readonly takeOver?: boolean }
  | { readonly kind: 'unfinished' };

export interface Answered {
  /** Outcome, consent or end of a sign-out. */
  readonly kind: string;
  readonly code?: string;
  readonly text?: string;
}

let window: OneWindow | undefined;

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
      const outcome = await one.reset(order.scene, { takeOver: order.takeOver === true });
      return { kind: outcome.kind, code: outcome.reason.code, text: one.text(outcome) };
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
