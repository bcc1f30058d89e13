/**
 * Tasks of the type `reconsent`: one for each identity, and those that a tasks.json describes. A task never asks anything: what
 * would need a question is allowed beforehand or fails with its reason.
 */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { isConfigured } from '../projectsValue';
import type { TaskPorts } from './ports';

export const taskType = 'reconsent';

/** `ports`: what a run works with, loaded on first use. */
export function registerResetTasks(ports: () => Promise<TaskPorts>): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, {
    provideTasks: async () => {
      if (!vscode.workspace.isTrusted || !isConfigured()) return [];
      // Of a failure the user was told.
      const targets = (await ports().catch(() => undefined))?.projects.targets.values() ?? [];
      return [...targets].map((target) => taskOf(target, ports));
    },
    // What is wrong with a definition its run says, with an exit code: a task that is not there only says so.
    resolveTask: ({ definition, scope, name }) =>
      resetTask(definition, scope ?? vscode.TaskScope.Workspace, name, ports),
  });
}

function taskOf(target: Target, ports: () => Promise<TaskPorts>): vscode.Task {
  const { project, identity } = target;
  const definition = { type: taskType, project: project.id, identity: identity.id };
  const name = vscode.l10n.t('reset {0} in {1}', plainText(identity.label, 80), plainText(project.label, 80));
  const task = resetTask(definition, vscode.TaskScope.Workspace, name, ports);
  task.detail = vscode.l10n.t('Needs your allowance. Sent to {0}', plainText(project.endpoint, 120));
  return task;
}

function resetTask(
  definition: vscode.TaskDefinition,
  scope: vscode.WorkspaceFolder | vscode.TaskScope,
  name: string,
  ports: () => Promise<TaskPorts>,
): vscode.Task {
  const execution = new vscode.CustomExecution(async (resolved) => {
    const { taskActions } = await import('./taskActions');
    return taskActions.terminal(resolved, await ports());
  });
  // Without a list of problem matchers VS Code asks for one when the task is run for the first time.
  const task = new vscode.Task(definition, scope, name, 'Reconsent', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, showReuseMessage: false, clear: true };
  return task;
}
