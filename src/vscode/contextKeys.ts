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

export function setContextKey(key: (typeof contextKeys)[keyof typeof contextKeys], value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
