/** Context keys that `when` clauses of package.json read; a test compares them. */
import * as vscode from 'vscode';

export const contextKeys = {
  hasProjects: 'reconsent.hasProjects',
  hasIdentities: 'reconsent.hasIdentities',
  settingsBroken: 'reconsent.settingsBroken',
  journalFiltered: 'reconsent.journalFiltered',
  sandboxRunning: 'reconsent.sandboxRunning',
  hasSampleProject: 'reconsent.hasSampleProject',
  hasOwnProject: 'reconsent.hasOwnProject',
  hasOwnIdentity: 'reconsent.hasOwnIdentity',
  hasReset: 'reconsent.hasReset',
  hasAllowance: 'reconsent.hasAllowance',
} as const;

/** What the welcome of the empty view, and the commands, depend on. */
export function setWelcomeKeys(projects: {
  readonly all: readonly unknown[];
  readonly targets: { readonly size: number };
  readonly problems: readonly unknown[];
}): void {
  setContextKey(contextKeys.hasProjects, projects.all.length > 0);
  setContextKey(contextKeys.hasIdentities, projects.targets.size > 0);
  setContextKey(contextKeys.settingsBroken, projects.problems.length > 0);
}

export function setContextKey(key: (typeof contextKeys)[keyof typeof contextKeys], value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
