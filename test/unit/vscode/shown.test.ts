/** What a window shows of the settings, and how it follows them. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { targetKey } from '../../../src/core/model';
import type { EarlyPorts } from '../../../src/vscode/engine';
import type { ResetEvent } from '../../../src/vscode/publicApi';
import type { Shown } from '../../../src/vscode/shown';
import { FakeEditor } from '../../fakes/editor';

const alice = { id: 'alice', name: 'alice.test@example.com' };
const shop = { id: 'shop', provider: 'googleDataPortability', identities: [alice] };

describe('what a window shows', () => {
  let editor: FakeEditor;
  let keys: Record<string, unknown>;
  let setting: unknown;
  let changed: () => void;
  let attached: unknown[];
  let resets: ResetEvent[];
  /** The pages of the journal were. */
  let refreshed: Promise<void>;
  let view: { badge?: { readonly value: number } | undefined };
  let shown: Shown;
  let early: EarlyPorts;
  /** How many listen to the settings. */
  let listening: number;

  beforeEach(async () => {
    setting = [shop];
    attached = [];
    resets = [];
    keys = {};
    listening = 0;
    let refresh: () => void = () => undefined;
    refreshed = new Promise((resolve) => {
      refresh = resolve;
    });
    view = {};
    editor = new FakeEditor();
    editor.use();
    const nothing = { dispose: () => undefined };
    Object.assign(editor.api.commands, {
      executeCommand: async (_id: string, key: string, value: unknown) => {
        keys[key] = value;
      },
    });
    Object.assign(editor.api.workspace, {
      getConfiguration: () => ({ inspect: () => ({ globalValue: setting }) }),
      onDidChangeConfiguration: (listener: (event: unknown) => void) => {
        changed = () => listener({ affectsConfiguration: (section: string) => section === 'reconsent.projects' });
        listening += 1;
        return { dispose: () => void listening-- };
      },
      onDidChangeWorkspaceFolders: () => nothing,
    });
    const attach = (rows: unknown) => void attached.push(rows);
    early = {
      consents: { view, show: attach },
      context: { workspaceState: { get: () => undefined }, globalStorageUri: {} },
      journal: { view: { visible: false, onDidChangeVisibility: () => nothing }, show: attach },
      log: { error: (text: string) => assert.fail(text) },
      pages: { refresh: () => refresh() },
      resets: { fire: (event: ResetEvent) => void resets.push(event) },
    } as unknown as EarlyPorts;
    const { show } = await import('../../../src/vscode/shown');
    shown = show(early, () => assert.fail('nobody reads the journal'));
  });
  afterEach(() => shown.dispose());

  it('shows no row and no welcome before all is there that they lead to', () => {
    assert.deepEqual([attached, keys], [[], {}]);
    shown.begin();
    assert.deepEqual(attached, [shown.tree, shown.journalView]);
    assert.deepEqual(keys, {
      'reconsent.hasProjects': true,
      'reconsent.hasIdentities': true,
      'reconsent.settingsBroken': false,
    });
  });

  it('follows the settings: welcome, rows, status bar and list', () => {
    shown.begin();
    assert.equal(editor.statusItems[0]?.visible, true);
    setting = ['?'];
    changed();
    assert.deepEqual(keys, {
      'reconsent.hasProjects': false,
      'reconsent.hasIdentities': false,
      'reconsent.settingsBroken': true,
    });
    assert.deepEqual([shown.tree.getChildren(), shown.list(), editor.statusItems[0]?.visible], [[], [], false]);
    setting = [{ ...shop, identities: [] }];
    changed();
    assert.deepEqual(keys, {
      'reconsent.hasProjects': true,
      'reconsent.hasIdentities': false,
      'reconsent.settingsBroken': false,
    });
  });

  it('is taken away again when the engine it belongs to cannot be composed', async () => {
    const { createEngine } = await import('../../../src/vscode/engine');
    const before = listening;
    assert.ok(before > 0);
    // There is no folder to keep anything in.
    assert.throws(() => createEngine(early), /path/);
    assert.deepEqual([listening, attached], [before, []]);
  });

  it('tells other extensions of each outcome once, and the badge and the pages of the journal', async () => {
    const [target] = shown.projects.targets.values();
    assert.ok(target);
    assert.deepEqual(
      shown.list().map(({ identity, state }) => [identity, state]),
      [['alice', 'not-signed-in']],
    );
    const lastOutcome = { kind: 'unknown', at: 7 } as never;
    shown.store.update(targetKey(target), (state) => ({ ...state, lastOutcome }));
    shown.store.update(targetKey(target), (state) => ({ ...state, consent: { kind: 'stored' } }));
    assert.deepEqual(resets, [{ project: 'shop', identity: 'alice', outcome: 'unknown', at: 7 }]);
    assert.equal(view.badge?.value, 1);
    await refreshed;
  });
});
