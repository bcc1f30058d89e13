/** The setting `reconsent.projects` as the editor has it, unread. */
import * as vscode from 'vscode';

export const section = 'reconsent';
export const key = 'projects';

/** What the editor answers, and has no type for. */
interface Inspected {
  readonly globalValue?: unknown;
  readonly globalLocalValue?: unknown;
  readonly globalRemoteValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

export function inspected(): Inspected {
  return vscode.workspace.getConfiguration(section).inspect<unknown>(key) ?? {};
}

/**
 * What the user has set on their own computer. VS Code 1.100 lets settings of a remote machine go before it where the key is
 * nested, and those may come with a repository (`devcontainer.json`).
 */
export function ownValue(): unknown {
  const { globalValue, globalLocalValue, globalRemoteValue } = inspected();
  return globalRemoteValue === undefined ? globalValue : globalLocalValue;
}

/** Whether there is a project, or something wrong where one should be: reading any other value finds neither. */
export function isConfigured(): boolean {
  const value = ownValue() ?? [];
  return !Array.isArray(value) || value.length > 0;
}
