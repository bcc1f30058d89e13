/** A workspace that sets endpoints in every form there is. Used by the runner, which opens it, and by the suites in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Settings = Readonly<Record<string, unknown>>;

/** How a settings file may spell it, by the names of the tests. */
export const forms = {
  'dotted, in a folder': { file: 'one/.vscode/settings.json', settings: (to: string) => dotted(to) },
  'nested, in a folder': { file: 'two/.vscode/settings.json', settings: (to: string) => nested(to) },
  'dotted, in the .code-workspace': { file: 'team.code-workspace', settings: (to: string) => dotted(to) },
  'nested, in the .code-workspace': { file: 'team.code-workspace', settings: (to: string) => nested(to) },
} as const;

export type Form = (typeof forms)[keyof typeof forms];

/** In the block of a language, where the editor does not look for settings of this scope. */
export const overrides = (to: string): Settings => ({ '[json]': { ...dotted(to), ...nested(to) } });

/** Keys that package.json does not declare have no scope: a workspace sets them as it likes. */
export const undeclared = (to: string): Settings => ({
  'reconsent.endpoint': to,
  'reconsent.venafiTpp.endpoint': to,
  'reconsent.projects.shop': { endpoint: to },
  reconsent: { oauthEndpoint: to, endpoints: [to] },
});

/** Shows that the editor has read a file: a setting that a workspace may set. */
export const markKey = 'editor.wordWrapColumn';

/** Until a suite listens. */
const nobody = 'http://127.0.0.1:9';

/** The workspace with all forms at once; gives the file to open. */
export function writeForeignWorkspace(folder: string, to = nobody): string {
  const mark = { [markKey]: portOf(to) };
  write(folder, 'team.code-workspace', workspace({ ...mark, ...dotted(to), ...nested(to), ...overrides(to) }));
  write(folder, 'one/.vscode/settings.json', { ...mark, ...dotted(to), ...overrides(to) });
  write(folder, 'two/.vscode/settings.json', { ...mark, ...nested(to) });
  return join(folder, 'team.code-workspace');
}

/** The same workspace with that form alone, or none. */
export function writeOnly(folder: string, form: Form | undefined, to = nobody): void {
  for (const file of ['one/.vscode/settings.json', 'two/.vscode/settings.json', 'team.code-workspace']) {
    const own = form?.file === file ? form.settings(to) : {};
    write(folder, file, file.endsWith('.code-workspace') ? workspace(own) : own);
  }
}

/** Those of one folder; `mark`: what {@link markKey} is then. */
export function writeFolder(folder: string, settings: Settings, mark: number): void {
  write(folder, 'one/.vscode/settings.json', { ...settings, [markKey]: mark });
}

function workspace(settings: Settings): object {
  return { folders: [{ path: 'one' }, { path: 'two' }], settings };
}

function portOf(to: string): number {
  return Number(new URL(to).port);
}

function dotted(to: string): Settings {
  return { 'reconsent.projects': projects(to), 'reconsent.sandbox.port': portOf(to) };
}

function nested(to: string): Settings {
  return { reconsent: { projects: projects(to), sandbox: { port: portOf(to) } } };
}

/** Under the ids of the user's own, with every address that gets a secret. */
function projects(to: string): readonly object[] {
  const identities = [{ id: 'alice', name: 'alice.test@example.com' }];
  return [
    { id: 'shop', provider: 'googleDataPortability', endpoint: to, oauthEndpoint: to, identities },
    {
      id: 'app',
      provider: 'identityPlatform',
      endpoint: to,
      secureTokenEndpoint: to,
      appleEndpoint: to,
      identities,
    },
    { id: 'tpp', provider: 'venafiTpp', endpoint: to, authEndpoint: to, clientId: 'reconsent', identities },
  ];
}

function write(folder: string, file: string, content: object): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content, null, 2));
}
