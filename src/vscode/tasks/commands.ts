/** Commands that allow tasks to reset an identity without asking, and that take it back. */
import * as vscode from 'vscode';
import { commandIds } from '../commandIds';
import { noteAllowances } from './notes';
import type { TaskCommandPorts } from './ports';

export type { TaskCommandPorts } from './ports';

type Run = (argument: unknown) => Promise<void>;

export function taskCommands(
  ports: TaskCommandPorts,
): Readonly<Record<typeof commandIds.allowUnattended | typeof commandIds.withdrawUnattended, Run>> {
  const load = async () => (await import('./taskActions')).taskActions;
  return {
    [commandIds.allowUnattended]: async (argument) => {
      const target = await ports.targets.resolve(argument, vscode.l10n.t('Allow unattended reset'));
      if (!target) return;
      await (await load()).allow(target, ports);
      await noteAllowances(ports);
    },
    [commandIds.withdrawUnattended]: async (argument) => {
      const target = ports.targets.ofNode(argument);
      await (await load()).withdraw(target, ports);
      await noteAllowances(ports);
    },
  };
}
