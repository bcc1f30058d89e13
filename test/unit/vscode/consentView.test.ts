/** The badge of the view, which counts the identities that need attention. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { ConsentStore } from '../../../src/core/consentStore';
import { type Project, reason, type Target, targetKey } from '../../../src/core/model';
import type { Projects } from '../../../src/vscode/projects';
import { FakeEditor } from '../../fakes/editor';

const identities = ['alice', 'bob', 'carol'].map((id) => ({ id, label: id }));
const project: Project = {
  id: 'shop',
  label: 'Shop',
  provider: 'scripted',
  endpoint: 'https://a.example',
  options: {},
  identities,
};
const all: readonly Target[] = identities.map((identity) => ({ project, identity }));

describe('the badge of the Consents view', () => {
  let badges: unknown[];
  let view: { badge: { value: number; tooltip: string } | undefined; dispose(): void };
  let store: ConsentStore;
  let targets: Map<ReturnType<typeof targetKey>, Target>;
  let reads: number;
  let changed: () => void;

  beforeEach(async () => {
    const editor = new FakeEditor();
    editor.use();
    badges = [];
    let badge: typeof view.badge;
    view = {
      get badge() {
        return badge;
      },
      set badge(value) {
        badges.push(value?.value ?? 0);
        badge = value;
      },
      dispose: () => undefined,
    };
    store = new ConsentStore((error) => assert.fail(String(error)));
    reads = 0;
    const get = store.get.bind(store);
    store.get = (key) => {
      reads += 1;
      return get(key);
    };
    targets = new Map(all.map((target) => [targetKey(target), target]));
    const projects = {
      get targets() {
        return targets;
      },
      onDidChange: (listener: () => void) => {
        changed = listener;
        return { dispose: () => undefined };
      },
    } as unknown as Projects;
    const { attentionBadge } = await import('../../../src/vscode/views/consentView');
    attentionBadge(view, projects, store);
  });

  const die = (...ids: readonly string[]): void => {
    const consent = { kind: 'dead-credential', reason: reason('test') } as const;
    for (const target of all.filter(({ identity }) => ids.includes(identity.id)))
      store.update(targetKey(target), (state) => ({ ...state, consent }));
  };
  const recover = (id: string): void => {
    for (const target of all.filter(({ identity }) => identity.id === id))
      store.update(targetKey(target), (state) => ({ ...state, consent: { kind: 'stored' } }));
  };

  it('counts up and down, and goes with the last', () => {
    die('alice', 'bob');
    assert.equal(view.badge?.tooltip, '2 identities need attention');
    recover('alice');
    assert.equal(view.badge?.tooltip, '1 identity needs attention');
    recover('bob');
    assert.equal(view.badge, undefined);
    assert.deepEqual(badges, [1, 2, 1, 0]);
  });

  it('is left alone by what changes nothing about it', () => {
    die('alice');
    die('alice');
    recover('carol');
    assert.deepEqual(badges, [1]);
  });

  it('follows the settings: who is taken out does not count, and counts again when put back', () => {
    die('alice', 'bob');
    const [first] = all;
    const before = targets;
    targets = new Map([...targets].filter(([, target]) => target !== first));
    changed();
    assert.equal(view.badge?.value, 1);
    targets = before;
    changed();
    assert.equal(view.badge?.value, 2);
  });

  it('looks at nobody but those that have changed', () => {
    reads = 0;
    die('bob');
    // Once to change it, and once for the badge.
    assert.equal(reads, 2);
  });
});
