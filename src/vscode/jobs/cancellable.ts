import * as vscode from 'vscode';

/** Does something that can take a while, with a notification that can stop it. */
export async function cancellable<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return work(stop.signal);
    },
  );
}
