/** Which documents may hold `reconsent.projects`, and whether it has an effect there. Knows nothing of the editor. */

/** Only the user's own settings count, those of the default profile: the setting has application scope. */
export type SettingsPlace = 'user' | 'profile' | 'folder' | 'workspace' | 'machine';

/** By scheme and path of a document's address; `undefined` for all that are no settings. */
export function settingsPlace({
  scheme,
  path,
}: {
  readonly scheme: string;
  readonly path: string;
}): SettingsPlace | undefined {
  if (path.endsWith('.code-workspace')) return 'workspace';
  if (path.endsWith('/.vscode/settings.json')) return 'folder';
  if (path.endsWith('/Machine/settings.json')) return 'machine';
  if (/\/User\/profiles\/[^/]+\/settings\.json$/.test(path)) return 'profile';
  // The editor gives the user's files a scheme of their own, whatever disk they are on.
  return scheme === 'vscode-userdata' || /\/User\/settings\.json$/.test(path)
    ? path.endsWith('/settings.json')
      ? 'user'
      : undefined
    : undefined;
}
