/** Registers every command at activation; what it does is loaded when the first of them is used. */
import * as vscode from 'vscode';
import { commandIds } from '../commandIds';
import type { LateEngine } from '../lateEngine';

export function registerCommands(
  engine: LateEngine,
  channel: Pick<vscode.LogOutputChannel, 'show'>,
): readonly vscode.Disposable[] {
  return Object.values(commandIds).map((id) =>
    vscode.commands.registerCommand(id, async (argument: unknown, selected: unknown) => {
      // To be had also when nothing else can be loaded.
      if (id === commandIds.showLog) return channel.show(true);
      const loaded = await engine.get().catch(() => undefined);
      // Otherwise the user was told.
      await loaded?.run(id, argument, selected);
    }),
  );
}
