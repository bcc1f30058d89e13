/** The status bar item of quick reset, as far as when it is made anew; what it says is seen in the UI tests. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { ConsentStore } from '../../../src/core/consentStore';
import { type Project, type Target, targetKey } from '../../../src/core/model';
import type { ActiveIdentity } from '../../../src/vscode/activeIdentity';
import { FakeEditor } from '../../fakes/editor';

const identities = ['alice', 'bob'].map((id) => ({ id, label: id }));
const project: Project = {
  id: 'shop',
  label: 'Shop',
  provider: 'scripted',
  endpoint: 'https://a.example',
  options: {},
  identities,
};

describe('the item of quick reset', () => {
  it('is made anew when its own identity changes, and not when another does', async () => {
    const editor = new FakeEditor();
    editor.use();
    const { QuickResetItem } = await import('../../../src/vscode/statusBar');
    const store = new ConsentStore((error) => assert.fail(String(error)));
    const [alice, bob] = identities.map((identity): Target => ({ project, identity }));
    assert.ok(alice && bob);
    const onDidChange = () => ({ dispose: () => undefined });
    const active = { anyIdentity: true, current: alice, onDidChange } as unknown as ActiveIdentity;
    const item = new QuickResetItem(active, store, new Map());
    const [shown] = editor.statusItems;
    assert.ok(shown);
    const begin = (target: Target): void =>
      store.update(targetKey(target), (state) => ({ ...state, activity: { kind: 'checking' } }));
    const { tooltip: before } = shown;
    begin(bob);
    assert.equal(shown.tooltip, before);
    assert.match(shown.text, /debug-restart.*alice/);
    begin(alice);
    assert.notEqual(shown.tooltip, before);
    assert.match(shown.text, /loading.*alice/);
    item.dispose();
  });
});
