/** Windows as processes of their own: started, told what to do, killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answered, Order } from './windowHost';

export interface WindowProcess {
  tell(order: Order): Promise<Answered>;
  /** As when the computer ends it: nothing is tidied up. */
  kill(): Promise<void>;
  /** It lives and does nothing, as one that hangs, until it is let go on. */
  freeze(): void;
  thaw(): void;
}

interface Message {
  readonly id: number;
  readonly answer?: Answered;
  readonly failed?: string;
}

const script = join(__dirname, 'windowHost.ts');

export class WindowProcesses {
  readonly #children = new Set<ChildProcess>();

  async start(): Promise<WindowProcess> {
    const child = fork(script, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#children.add(child);
    const waiting = new Map<number, (message: Message) => void>();
    child.on('message', (message: Message) => waiting.get(message.id)?.(message));
    child.on('exit', () => {
      for (const [id, end] of waiting) end({ id, failed: 'the window has ended' });
    });
    const answerTo = (id: number): Promise<Answered> =>
      new Promise((resolve, reject) => {
        waiting.set(id, ({ answer, failed }) => {
          waiting.delete(id);
          if (answer) resolve(answer);
          else reject(new Error(failed));
        });
      });
    await answerTo(0);
    let orders = 0;
    return {
      tell: (order) => {
        const id = ++orders;
        child.send({ id, order });
        return answerTo(id);
      },
      kill: () => this.#kill(child),
      freeze: () => void child.kill('SIGSTOP'),
      thaw: () => void child.kill('SIGCONT'),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#kill(child)));
  }

  async #kill(child: ChildProcess): Promise<void> {
    this.#children.delete(child);
    if ((child.exitCode ?? child.signalCode) !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
