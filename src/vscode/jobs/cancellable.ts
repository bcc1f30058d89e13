import * as vscode from 'vscode';
import type { Clock } from '../../core/ports';

/** What is done sooner is not told: a notification that comes and goes says nothing. */
const quickMs = 400;

/** Does something that can take a while, with a notification that can stop it once it does. */
export async function cancellable<T>(
  title: string,
  clock: Pick<Clock, 'sleep'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const working = work(stop.signal);
  if (await isQuick(working, clock)) return working;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => {
    token.onCancellationRequested(() => stop.abort());
    return working;
  });
}

/** Whether it is done before anybody would read of it. */
export async function isQuick(working: Promise<unknown>, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
  const over = new AbortController();
  const done = (): boolean => true;
  try {
    return await Promise.race([working.then(done, done), clock.sleep(quickMs, over.signal).then(() => false, done)]);
  } finally {
    over.abort();
  }
}
