/** The setting as the window lives with it: however many entries it has, and whatever is in them. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { providerDescriptions } from '../../../src/providers/registry';
import type { Projects } from '../../../src/vscode/projects';
import { systemClock } from '../../../src/vscode/systemPorts';
import { FakeEditor } from '../../fakes/editor';

describe('fault 6: a setting of 10,000 entries', () => {
  let value: unknown;
  /** How often the editor was asked for the whole setting: each answer is a copy of it. */
  let asked: number;
  /** How often an entry was looked at for its id. */
  let looks: number;
  let changed: () => void;
  let warnings: string[];
  let projects: Projects;

  beforeEach(async () => {
    asked = 0;
    looks = 0;
    warnings = [];
    value = undefined;
    const editor = new FakeEditor();
    editor.use();
    Object.assign(editor.api.window, { showWarningMessage: async (text: string) => void warnings.push(text) });
    Object.assign(editor.api.workspace, {
      getConfiguration: () => ({
        inspect: () => {
          asked++;
          return { globalValue: value };
        },
      }),
      onDidChangeConfiguration: (listener: (event: unknown) => void) => {
        changed = () => listener({ affectsConfiguration: () => true });
        return { dispose: () => undefined };
      },
      onDidChangeWorkspaceFolders: () => ({ dispose: () => undefined }),
    });
    const { Projects } = await import('../../../src/vscode/projects');
    projects = new Projects(providerDescriptions);
  });
  afterEach(() => projects.dispose());

  /** An entry that counts who looks at its id. */
  function counted(entry: Readonly<Record<string, unknown>>): object {
    const { id, ...rest } = entry;
    return Object.defineProperty({ ...rest }, 'id', {
      enumerable: true,
      get: () => {
        looks++;
        return id;
      },
    });
  }

  function set(count: number, entry: (at: number) => Readonly<Record<string, unknown>>): void {
    value = Array.from({ length: count }, (_, at) => counted(entry(at)));
    asked = 0;
    looks = 0;
    changed();
  }

  const tpp = (at: number) => ({
    id: `p${at}`,
    provider: 'venafiTpp',
    endpoint: 'https://tpp.example',
    clientId: 'reconsent',
    identities: [{ id: 'alice' }],
  });

  /** What is done for all projects: how often each entry is looked at, and the whole setting is asked for. */
  function costOfAll(count: number, entry: (at: number) => Readonly<Record<string, unknown>>) {
    set(count, entry);
    for (const { id } of projects.all) {
      projects.pathOf(id);
      projects.entryOf(id);
    }
    return { asked, perEntry: looks / count };
  }

  const shapes: Readonly<Record<string, (at: number) => Readonly<Record<string, unknown>>>> = {
    'of good ones': tpp,
    'of which half have an unknown provider': (at) => (at % 2 ? tpp(at) : { ...tpp(at), provider: 'unknown' }),
    'of which half have unknown keys': (at) => (at % 2 ? tpp(at) : { ...tpp(at), colour: 'red' }),
    'of wrong types': (at) => ({ ...tpp(at), endpoint: at, identities: 'alice' }),
    'that are all one project': () => tpp(0),
    'of one id that cannot be read, and a few that can': (at) =>
      at % 100 === 99 ? tpp(0) : { ...tpp(0), endpoint: 'ftp://tpp.example' },
  };
  for (const [what, entry] of Object.entries(shapes)) {
    it(`${what} costs each entry as much as one of 100 does, and is asked for once`, () => {
      const small = costOfAll(100, entry);
      const large = costOfAll(10_000, entry);
      assert.ok(large.perEntry <= small.perEntry * 1.1, `${small.perEntry} → ${large.perEntry} looks at each entry`);
      assert.deepEqual([small.asked, large.asked], [1, 1]);
    });
  }

  it('is told in one notification, however many of its entries are wrong', async () => {
    const { StartUp } = await import('../../../src/vscode/startUp');
    const { Prompts } = await import('../../../src/vscode/prompts');
    const { Authorities } = await import('../../../src/vscode/authorities');
    const lines: string[] = [];
    const authorities = new Authorities({ projects, descriptions: providerDescriptions, clock: systemClock });
    const nothing = { load: async () => undefined } as never;
    const write = (line: string): void => void lines.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    const ports = { projects, authorities, operations: nothing, jobs: nothing, prompts: new Prompts(new Map()), log };
    const startUp = new StartUp(ports);
    const wrong = [
      { id: 5, provider: 'venafiTpp' },
      { ...tpp(0), provider: 'unknown' },
      { ...tpp(0), colour: 'red', accessToken: 'planted-4b1d' },
      { ...tpp(0), endpoint: ['https://tpp.example'] },
      { ...tpp(0), identities: {} },
      { ...tpp(0), id: '' },
    ];
    set(10_000, (at) => wrong[at % wrong.length] ?? {});
    while (warnings.length === 0) await new Promise((soon) => setImmediate(soon));
    assert.deepEqual(warnings, [
      '10000 entries of "reconsent.projects" cannot be used. Nothing was changed; the log says which and why.',
    ]);
    assert.ok(lines.length >= 10_000);
    assert.ok(!lines.join('\n').includes('planted-4b1d'));
    changed();
    for (let turn = 0; turn < 20; turn++) await new Promise((soon) => setImmediate(soon));
    assert.equal(warnings.length, 1, 'and not again');
    startUp.dispose();
    authorities.dispose();
  });
});
