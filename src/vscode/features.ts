/**
 * What a window offers besides the tree and the commands, one line each. A feature registers itself with the editor at
 * activation, asks the engine for its ports when it is used, and gives back what is disposed with the extension. What needs
 * no registration stands in `engine.ts`.
 */
import type * as vscode from 'vscode';
import type { ConsentStore } from '../core/consentStore';
import type { ReasonTexts } from '../core/outcomeText';
import type { Log } from '../core/ports';
import { providerProfiles } from '../providers/profiles';
import type { ActiveIdentity } from './activeIdentity';
import { FirstLook } from './firstLook';
import { JournalPages } from './journal/pages';
import type { LateEngine } from './lateEngine';
import type { Projects } from './projects';
import { SettingsWatch } from './settingsProblems/watchSettings';
import { QuickResetItem } from './statusBar';
import { registerResetTasks } from './tasks/provider';
import { registerTools } from './tools/register';
import type { JournalView } from './views/journalView';

export interface FeaturePorts {
  readonly active: ActiveIdentity;
  readonly engine: LateEngine;
  readonly journalView: JournalView;
  readonly log: Log;
  readonly projects: Projects;
  readonly store: ConsentStore;
  readonly texts: ReasonTexts;
}

export function registerFeatures({ engine, ...early }: FeaturePorts): readonly vscode.Disposable[] {
  const { active, journalView, log, projects, store, texts } = early;
  const authorities = { problems: async () => (await engine.ports()).authorities.problems() };
  return [
    new QuickResetItem(active, store, texts),
    journalView,
    new JournalPages(journalView, engine.ports),
    registerResetTasks(projects, engine.ports),
    new SettingsWatch({ authorities, descriptions: providerProfiles, log }),
    registerTools(engine.ports),
    new FirstLook({ engine, projects }),
  ];
}
