/**
 * What a window offers besides the tree and the commands, one line each. A feature gets the ports it needs, registers itself
 * with the editor, and gives back what is disposed with the extension.
 */
import type * as vscode from 'vscode';
import type { Authorities } from './authorities';
import type { CommandPorts } from './commands/register';
import { FirstSteps } from './firstSteps';
import { JobWatcher } from './jobs/watcher';
import { JournalPages } from './journal/pages';
import { SettingsWatch } from './settingsProblems/watchSettings';
import { QuickResetItem } from './statusBar';
import type { Stores } from './stores';
import { UnattendedNotes } from './tasks/notes';
import { registerResetTasks } from './tasks/provider';
import { registerTools } from './tools/register';
import type { ConsentNode } from './views/consentTree';

export interface FeaturePorts extends CommandPorts {
  readonly authorities: Authorities;
  readonly stores: Stores;
  readonly view: vscode.TreeView<ConsentNode>;
}

export function registerFeatures(ports: FeaturePorts): readonly vscode.Disposable[] {
  return [
    new JobWatcher(ports, ports.view),
    new QuickResetItem(ports.active, ports.store, ports.texts),
    ports.journalView,
    new JournalPages(ports),
    registerResetTasks(ports),
    new UnattendedNotes(ports, ports.view),
    new SettingsWatch(ports),
    registerTools(ports),
    new FirstSteps(ports),
  ];
}
