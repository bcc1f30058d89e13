/** Which rows of the tree are made anew. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { TreeItem } from 'vscode';
import { type ConsentState, ConsentStore, type IdentityState } from '../../../src/core/consentStore';
import { type Project, type TargetKey, targetKey } from '../../../src/core/model';
import type { Projects } from '../../../src/vscode/projects';
import type { ConsentTree, IdentityNode } from '../../../src/vscode/views/consentTree';
import { FakeEditor } from '../../fakes/editor';
import { project } from '../../fakes/resetStage';

const twoOf = (changes: Partial<Project> = {}): Project =>
  project({ identities: ['alice', 'bob'].map((id) => ({ id, label: `${id}@example.com` })), ...changes });

describe('rows of the Consents view', () => {
  let store: ConsentStore;
  let tree: ConsentTree;
  let configured: Project;
  let save: () => void;

  beforeEach(async () => {
    new FakeEditor().use();
    configured = twoOf();
    store = new ConsentStore((error) => assert.fail(String(error)));
    const projects = {
      get all() {
        return [configured];
      },
      onDidChange: (listener: () => void) => {
        save = listener;
        return { dispose: () => undefined };
      },
    } as unknown as Projects;
    const { ConsentTree } = await import('../../../src/vscode/views/consentTree');
    tree = new ConsentTree(projects, store, new Map(), () => []);
  });
  afterEach(() => tree.dispose());

  const nodes = async (): Promise<readonly IdentityNode[]> => {
    const [root] = await tree.getChildren();
    return (await tree.getChildren(root)).filter((node) => node.kind === 'identity');
  };
  const rows = async (): Promise<readonly TreeItem[]> => (await nodes()).map((node) => tree.getTreeItem(node));
  const keyOf = (at: number): TargetKey => {
    const identity = configured.identities[at];
    assert.ok(identity);
    return targetKey({ project: configured, identity });
  };
  const become = (change: (state: IdentityState) => IdentityState): void => store.update(keyOf(0), change);
  /** Which rows are others than `before`. */
  const anew = async (before: readonly TreeItem[]): Promise<readonly boolean[]> =>
    (await rows()).map((row, at) => row !== before[at]);

  it('are the same again while they say the same, also after settings were read anew', async () => {
    const before = await rows();
    assert.deepEqual(await anew(before), [false, false]);
    configured = twoOf({ options: { version: 'v1beta' } });
    save();
    assert.deepEqual(await anew(before), [false, false]);
  });

  it('are made anew for another state, and for that one only', async () => {
    const before = await rows();
    become((state) => ({ ...state, consent: { kind: 'stored' } }));
    assert.deepEqual(await anew(before), [true, false]);
    assert.equal((await rows())[0]?.description, 'signed in · not checked yet');
  });

  it('are made anew for another name of identity or project', async () => {
    const before = await rows();
    configured = twoOf({ identities: [{ id: 'alice', label: 'Alice' }, ...twoOf().identities.slice(1)] });
    save();
    assert.deepEqual(await anew(before), [true, false]);
    const renamed = await rows();
    configured = { ...configured, label: 'Market' };
    save();
    assert.deepEqual(await anew(renamed), [true, true]);
    assert.match((await rows())[1]?.accessibilityInformation?.label ?? '', /project Market/);
  });

  it('are made anew each time where they tell how much time is left', async () => {
    const grant = { timeBased: ['maps'], oneTime: [], credentials: [] };
    const granted = (expires: object): ConsentState => ({
      kind: 'granted',
      grant: { ...grant, ...expires },
      readAt: Date.now(),
      unusable: [],
    });
    become((state) => ({ ...state, consent: granted({ credentialExpiresAt: Date.now() + 3_600_000 }) }));
    assert.deepEqual(await anew(await rows()), [true, false]);
    become((state) => ({ ...state, consent: granted({}) }));
    assert.deepEqual(await anew(await rows()), [false, false]);
  });

  it('get no tooltip for good: what is asked for later tells of another time', async () => {
    const [node] = await nodes();
    assert.ok(node);
    const row = tree.getTreeItem(node);
    const resolved = tree.resolveTreeItem(row, node);
    assert.ok(resolved.tooltip);
    assert.deepEqual([resolved.id, resolved.label], [row.id, row.label]);
    assert.equal(tree.getTreeItem(node).tooltip, undefined);
  });
});
