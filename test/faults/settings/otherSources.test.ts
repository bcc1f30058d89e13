/** Everybody who may put `reconsent.projects` into the editor's settings besides the user, as the editor tells of them. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { providerDescriptions } from '../../../src/providers/registry';
import type { Projects } from '../../../src/vscode/projects';
import { FakeEditor } from '../../fakes/editor';

interface Uri {
  readonly scheme: string;
  readonly path: string;
}

const fileAt = (path: string): Uri => ({ scheme: 'file', path });
const projectsTo = (host: string) => [
  { id: 'shop', provider: 'googleDataPortability', endpoint: `https://${host}`, identities: [{ id: 'alice' }] },
];
const evil = projectsTo('evil.example');
const own = projectsTo('own.example');

describe('fault 1: settings of a workspace, a folder, a language and a remote machine', () => {
  /** What the editor answers for the setting. */
  let told: Readonly<Record<string, unknown>>;
  let files: ReadonlyMap<string, string>;
  let workspaceFile: Uri | undefined;
  let written: readonly unknown[];
  let changed: () => void;
  let foldersChanged: () => void;
  let projects: Projects;

  beforeEach(async () => {
    told = {};
    files = new Map();
    workspaceFile = undefined;
    written = [];
    const editor = new FakeEditor();
    const bytesOf = ({ path }: Uri): Buffer => {
      const text = files.get(path);
      if (text === undefined) throw new Error('FileNotFound');
      return Buffer.from(text);
    };
    Object.assign(editor.api.workspace, {
      getConfiguration: () => ({
        get: () => assert.fail('what a workspace says was asked for, too'),
        inspect: () => ({ key: 'reconsent.projects', defaultValue: [], ...told }),
        update: async (...call: unknown[]) => {
          written = call;
        },
      }),
      onDidChangeConfiguration: (listener: (event: unknown) => void) => {
        changed = () => listener({ affectsConfiguration: () => true });
        return { dispose: () => undefined };
      },
      onDidChangeWorkspaceFolders: (listener: () => void) => {
        foldersChanged = listener;
        return { dispose: () => undefined };
      },
      fs: {
        stat: async (uri: Uri) => ({ size: bytesOf(uri).length }),
        readFile: async (uri: Uri) => bytesOf(uri),
      },
      textDocuments: [],
    });
    Object.defineProperty(editor.api.workspace, 'workspaceFile', { get: () => workspaceFile });
    Object.defineProperty(editor.api.workspace, 'workspaceFolders', {
      get: () => ['one', 'two'].map((name) => ({ name, uri: fileAt(`/${name}`) })),
    });
    Object.assign(editor.api.Uri, {
      joinPath: ({ scheme, path }: Uri, ...parts: string[]) => ({ scheme, path: [path, ...parts].join('/') }),
    });
    editor.use();
    const { Projects } = await import('../../../src/vscode/projects');
    projects = new Projects(providerDescriptions);
  });
  afterEach(() => projects.dispose());

  const endpoints = (): readonly string[] => projects.all.map(({ endpoint }) => endpoint);

  const sources: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'a workspace': { workspaceValue: evil },
    'a folder': { workspaceValue: evil, workspaceFolderValue: evil },
    'a language block of a workspace': { workspaceLanguageValue: evil, languageIds: ['json'] },
    'a language block of a folder': { workspaceFolderLanguageValue: evil, languageIds: ['json'] },
    'a language block of the user': { globalLanguageValue: evil, languageIds: ['json'] },
    // As VS Code 1.100 answers for nested keys in `Machine/settings.json`, where `devcontainer.json` may put them.
    'a remote machine': { globalValue: evil, globalRemoteValue: evil },
  };
  for (const [who, found] of Object.entries(sources)) {
    it(`${who} alone: no project`, () => {
      told = found;
      changed();
      assert.deepEqual([endpoints(), projects.problems, projects.targets.size], [[], [], 0]);
      assert.deepEqual([...projects.takenIds()], []);
      assert.equal(projects.entryOf('shop'), undefined);
    });

    it(`${who} beside the user: the user's own`, async () => {
      const values =
        who === 'a remote machine' ? { globalLocalValue: own } : { globalValue: own, globalLocalValue: own };
      told = { ...found, ...values };
      changed();
      assert.deepEqual(endpoints(), ['https://own.example']);
      // What is written back is the user's list, too: nothing of the others gets into it.
      await assert.rejects(projects.add(projectsTo('third.example').map((one) => ({ ...one, id: 'shop' }))), /shop/);
      await projects.add(projectsTo('third.example').map((one) => ({ ...one, id: 'third' })));
      assert.deepEqual(written, ['projects', [...own, { ...projectsTo('third.example')[0], id: 'third' }], 1]);
    });
  }

  const dotted = JSON.stringify({ 'reconsent.projects': evil });
  const nested = JSON.stringify({ reconsent: { projects: evil } });
  const texts: Readonly<Record<string, string>> = {
    dotted,
    nested,
    'with a byte order mark, comments and a comma too many': `\ufeff{ // ours\n "reconsent.projects": [],\n}`,
    'with an escape in the key': '{"\\u0072econsent.projects": []}',
    'with a text instead of a list': '{"reconsent": {"projects": "https://evil.example"}}',
    'cut off': dotted.slice(0, -20),
  };
  for (const [how, text] of Object.entries(texts)) {
    it(`is found in a file, ${how}, although the editor says nothing of it`, async () => {
      files = new Map([['/two/.vscode/settings.json', text]]);
      assert.deepEqual(await projects.ignoredPlaces(), ['two/.vscode/settings.json']);
      workspaceFile = fileAt('/srv/team.code-workspace');
      files = new Map([['/srv/team.code-workspace', `{"folders": [], "settings": ${text.replace('\ufeff', '')}`]]);
      assert.deepEqual(await projects.ignoredPlaces(), ['team.code-workspace']);
    });
  }

  const harmless: Readonly<Record<string, string>> = {
    'without a word of it': '{"editor.tabSize": 2}',
    'in which it is a comment': '{ // "reconsent.projects": []\n}',
    'that sets the port of the sandbox': '{"reconsent": {"sandbox": {"port": 1}}}',
    'that is empty': '',
    'that is nested deeper than anybody reads': `{"reconsent":${'['.repeat(200_000)}`,
    'of 6 MB': `{"reconsent.projects": "${'x'.repeat(6_000_000)}"}`,
  };
  for (const [how, text] of Object.entries(harmless)) {
    it(`a file ${how} is none`, async () => {
      files = new Map([['/one/.vscode/settings.json', text]]);
      assert.deepEqual(await projects.ignoredPlaces(), []);
    });
  }

  it('is named where the editor knows of it and no file says so, and for a remote machine', async () => {
    told = { workspaceValue: evil };
    assert.deepEqual(await projects.ignoredPlaces(), ['its settings']);
    told = { globalValue: evil, globalRemoteValue: evil };
    assert.deepEqual(await projects.ignoredPlaces(), ['the settings of the remote machine']);
  });

  it('is looked for again when a folder comes', () => {
    let heard = 0;
    projects.onDidChange(() => heard++);
    foldersChanged();
    assert.equal(heard, 1);
  });

  it('an untitled workspace has no file to look into', async () => {
    workspaceFile = { scheme: 'untitled', path: '/1555503116870' };
    assert.deepEqual(await projects.ignoredPlaces(), []);
  });
});
