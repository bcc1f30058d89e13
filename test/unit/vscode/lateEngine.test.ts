/** What is not needed at activation: loaded when it is first asked for, and told when it cannot be. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { commandIds } from '../../../src/vscode/commandIds';
import type { Engine } from '../../../src/vscode/engine';
import type { LateEngine } from '../../../src/vscode/lateEngine';
import { FakeEditor } from '../../fakes/editor';

describe('the engine behind what activation registers', () => {
  let editor: FakeEditor;
  let told: string[];
  let logged: string[];
  let executed: string[];
  let loads: number;
  let broken: boolean;
  let answer: (button: string | undefined) => void;
  let disposed: boolean;
  let late: LateEngine;
  let ran: unknown[];
  let registered: Map<string, (argument?: unknown, selected?: unknown) => Promise<void>>;

  const engine = {
    ports: { clock: 'the clock' },
    run: async (...given: unknown[]) => void ran.push(given),
    dispose: () => {
      disposed = true;
    },
  } as unknown as Engine;

  beforeEach(async () => {
    told = [];
    logged = [];
    executed = [];
    ran = [];
    loads = 0;
    broken = false;
    disposed = false;
    registered = new Map();
    editor = new FakeEditor();
    editor.use();
    Object.assign(editor.api.window, {
      showErrorMessage: (text: string) => {
        told.push(text);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    Object.assign(editor.api.commands, {
      executeCommand: async (id: string) => void executed.push(id),
      registerCommand: (id: string, run: () => Promise<void>) => {
        registered.set(id, run);
        return { dispose: () => undefined };
      },
    });
    const { LateEngine } = await import('../../../src/vscode/lateEngine');
    const load = (): Engine => {
      loads += 1;
      if (broken) throw new Error('Cannot find module ./engine.js');
      return engine;
    };
    late = new LateEngine(load, { error: (message) => void logged.push(message) });
  });

  it('is not loaded before somebody asks, and once for all who ask', async () => {
    assert.equal(loads, 0);
    const [first, second] = await Promise.all([late.get(), late.ports()]);
    assert.equal(first, engine);
    assert.equal(second, engine.ports);
    assert.equal(loads, 1);
  });

  it('that cannot be loaded is told once, in fixed words, with the error in the log', async () => {
    broken = true;
    const asked = await Promise.allSettled([late.get(), late.get(), late.ports()]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    await assert.rejects(late.get(), /Cannot find module/);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /could not be loaded\. Nothing was done, and nothing was sent\. Reload the window/);
    assert.match(logged[0] ?? '', /Cannot find module/);
  });

  it('can be had after a failure, when it can be loaded again; a later failure is told anew', async () => {
    broken = true;
    await assert.rejects(late.get());
    answer(undefined);
    await turn();
    await assert.rejects(late.get());
    assert.equal(told.length, 2);
    assert.equal(late.isLoaded, false);
    broken = false;
    assert.equal(await late.get(), engine);
  });

  it('offers to reload the window, and the log', async () => {
    broken = true;
    await assert.rejects(late.get());
    answer('Reload Window');
    await turn();
    await assert.rejects(late.get());
    answer('Show Log');
    await turn();
    assert.deepEqual(executed, ['workbench.action.reloadWindow', commandIds.showLog]);
  });

  it('is there at once for who cannot wait, and the same for all', async () => {
    assert.equal(late.isLoaded, false);
    assert.equal(late.now(), engine);
    assert.equal(late.isLoaded, true);
    assert.equal(await late.get(), engine);
    assert.equal(loads, 1);
  });

  it('is disposed with the extension, and not loaded after that', async () => {
    await late.get();
    late.dispose();
    assert.equal(disposed, true);
    const { LateEngine } = await import('../../../src/vscode/lateEngine');
    const other = new LateEngine(() => assert.fail('loaded'), { error: () => undefined });
    other.dispose();
    await assert.rejects(other.get(), /stopped/);
    assert.deepEqual(told, []);
  });

  it('runs every command with what the editor gave; the log can be shown without it', async () => {
    const { registerCommands } = await import('../../../src/vscode/commands/registration');
    let shown = 0;
    registerCommands(late, { show: () => void shown++ });
    assert.deepEqual([...registered.keys()].sort(), Object.values(commandIds).sort());
    await registered.get(commandIds.showLog)?.();
    assert.deepEqual([shown, loads], [1, 0]);
    await registered.get(commandIds.resetConsents)?.('row', ['rows']);
    assert.deepEqual(ran, [[commandIds.resetConsents, 'row', ['rows']]]);
  });

  it('that cannot be loaded leaves a command without a second message', async () => {
    broken = true;
    const { registerCommands } = await import('../../../src/vscode/commands/registration');
    registerCommands(late, { show: () => undefined });
    await registered.get(commandIds.resetConsent)?.();
    assert.equal(told.length, 1);
    assert.deepEqual(ran, []);
  });

  describe('at the first look at a window', () => {
    let setting: unknown;
    let elsewhere: unknown;
    let keys: unknown[];
    let changed: (key: string) => void;

    const begun = (): Promise<unknown> => new Promise((soon) => setImmediate(soon));

    async function look(): Promise<{ dispose(): void }> {
      const first = await create();
      await begun();
      await turn();
      return first;
    }

    async function create(): Promise<{ dispose(): void }> {
      const { FirstLook } = await import('../../../src/vscode/firstLook');
      return new FirstLook(late);
    }

    beforeEach(() => {
      setting = undefined;
      elsewhere = undefined;
      keys = [];
      const nothing = { dispose: () => undefined };
      Object.assign(editor.api.commands, {
        executeCommand: async (_id: string, ...given: unknown[]) => void keys.push(given),
      });
      Object.assign(editor.api.workspace, {
        getConfiguration: () => ({ inspect: () => ({ globalValue: setting, workspaceValue: elsewhere }) }),
        onDidChangeConfiguration: (listener: (event: unknown) => void) => {
          changed = (key) => listener({ affectsConfiguration: (section: string) => section === key });
          return nothing;
        },
        onDidChangeWorkspaceFolders: () => nothing,
      });
    });

    it('is not loaded where nothing is configured', async () => {
      for (const empty of [undefined, null, []]) {
        setting = empty;
        await look();
      }
      assert.equal(loads, 0);
    });

    it('is loaded for a project, for one that cannot be read, and for one in a workspace, which has no effect', async () => {
      const { LateEngine } = await import('../../../src/vscode/lateEngine');
      for (const [own, workspace] of [[[{}]], [['?']], [{}], ['?'], [false], [undefined, [{}]]]) {
        setting = own;
        elsewhere = workspace;
        late = new LateEngine(
          () => {
            loads += 1;
            return engine;
          },
          { error: () => undefined },
        );
        loads = 0;
        await look();
        assert.equal(loads, 1, JSON.stringify({ own, workspace }));
      }
    });

    it('is loaded when a project is added later', async () => {
      await look();
      setting = [{}];
      changed('reconsent.sandbox');
      assert.equal(loads, 0);
      changed('reconsent.projects');
      assert.equal(loads, 1);
    });

    it('begins when activation is over, and not in an extension that was stopped by then', async () => {
      setting = [{}];
      const stopped = await create();
      stopped.dispose();
      await begun();
      assert.equal(loads, 0);
      await create();
      assert.equal(loads, 0);
      await begun();
      assert.equal(loads, 1);
    });

    it('tells the welcome that there is nothing; the engine tells what there is, and nobody after it', async () => {
      await look();
      const nothing = ['hasProjects', 'hasIdentities', 'settingsBroken'].map((key) => [`reconsent.${key}`, false]);
      assert.deepEqual(keys, nothing);
      setting = [{}];
      changed('reconsent.projects');
      setting = [];
      changed('reconsent.projects');
      assert.deepEqual(keys, nothing);
    });

    it('that cannot be loaded leaves out the welcome, which would say that there is no project', async () => {
      broken = true;
      setting = [{}];
      await look();
      assert.deepEqual(keys, [['reconsent.hasProjects', true]]);
      assert.equal(told.length, 1);
    });
  });
});
