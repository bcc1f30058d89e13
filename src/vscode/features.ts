/**
 * What a window offers besides the views and the commands, one line each. A feature registers itself with the editor at
 * activation, asks the engine for its ports when it is used, and gives back what is disposed with the extension. What needs
 * no registration stands in `engine.ts`.
 */
import type * as vscode from 'vscode';
import type { Log } from '../core/ports';
import { FirstLook } from './firstLook';
import type { LateEngine } from './lateEngine';
import { SettingsWatch } from './settingsProblems/watchSettings';
import { registerResetTasks } from './tasks/provider';
import { registerTools } from './tools/register';

export interface FeaturePorts {
  readonly engine: LateEngine;
  readonly log: Log;
}

export function registerFeatures({ engine, log }: FeaturePorts): readonly vscode.Disposable[] {
  const authorities = { problems: async () => (await engine.ports()).authorities.problems() };
  return [
    registerResetTasks(engine.ports),
    new SettingsWatch({ authorities, log }),
    registerTools(engine.ports),
    new FirstLook(engine),
  ];
}
