/** Which steps of the walkthrough count as done, and when. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { ConsentStore } from '../../../src/core/consentStore';
import { type Project, type Target, type TargetKey, targetKey } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import { FakeEditor } from '../../fakes/editor';

const identity = { id: 'alice', label: 'alice' };
const project = (id: string, identities: Project['identities'] = []): Project => ({
  id,
  label: id,
  provider: 'scripted',
  endpoint: 'https://a.example',
  options: {},
  identities,
});
const shop = project('shop', [identity]);
const sample = project('reconsent-sandbox', [identity]);

describe('the steps of the walkthrough', () => {
  let keys: string[];
  let all: readonly Project[];
  let changed: () => void;
  let store: ConsentStore;

  beforeEach(() => {
    keys = [];
    all = [];
    store = new ConsentStore(() => assert.fail('a view failed'));
    const editor = new FakeEditor();
    editor.use();
    Object.assign(editor.api.commands, {
      executeCommand: async (command: string, key: string, value: unknown) => {
        assert.deepEqual([command, value], ['setContext', true]);
        keys.push(key.replace('reconsent.', ''));
      },
    });
  });

  async function open(): Promise<{ dispose(): void }> {
    const { FirstSteps } = await import('../../../src/vscode/firstSteps');
    const projects = {
      get all() {
        return all;
      },
      get targets() {
        const targets = all.flatMap((one) => one.identities.map((of) => ({ project: one, identity: of })));
        return new Map<TargetKey, Target>(targets.map((target) => [targetKey(target), target]));
      },
      onDidChange: (listener: () => void) => {
        changed = listener;
        return { dispose: () => undefined };
      },
    };
    return new FirstSteps({ projects, store });
  }

  const configure = (...projects: readonly Project[]): void => {
    all = projects;
    changed();
  };
  const signIn = (of: Project): void =>
    store.update(targetKey({ project: of, identity }), (state) => ({ ...state, consent: { kind: 'stored' } }));
  const end = (kind: OutcomeKind): void => {
    const reason = { code: 'test', params: {}, actions: [] };
    store.update(targetKey({ project: shop, identity }), (state) => ({
      ...state,
      lastOutcome: { kind, reason, at: 1 },
    }));
  };

  it('are all open at first', async () => {
    await open();
    assert.deepEqual(keys, []);
  });

  it('are done by projects and identities of the user, and not by those of the sandbox', async () => {
    await open();
    configure(sample);
    assert.deepEqual(keys, ['hasSampleProject']);
    configure(sample, project('shop'));
    assert.deepEqual(keys.slice(1), ['hasOwnProject']);
    configure(sample, shop);
    signIn(sample);
    assert.deepEqual(keys.slice(2), [], 'it has not consented yet');
    signIn(shop);
    assert.deepEqual(keys.slice(2), ['hasOwnIdentity']);
  });

  it('are done at start where all of it is there', async () => {
    all = [sample, shop];
    signIn(shop);
    end('verified');
    await open();
    assert.deepEqual(keys, ['hasSampleProject', 'hasOwnProject', 'hasOwnIdentity', 'hasReset']);
  });

  it('are done by a reset that did something, and by no other outcome', async () => {
    all = [shop];
    await open();
    keys = [];
    for (const kind of ['not-reset', 'refused', 'not-sent', 'unknown', 'unsupported', 'cancelled'] as const) end(kind);
    assert.deepEqual(keys, []);
    end('accepted');
    assert.deepEqual(keys, ['hasReset']);
  });

  it('are done by what the user allows tasks', async () => {
    all = [shop];
    await open();
    keys = [];
    store.update(targetKey({ project: shop, identity }), (state) => ({ ...state, unattended: ['reset'] }));
    assert.deepEqual(keys, ['hasAllowance']);
  });

  it('are told once', async () => {
    await open();
    configure(shop);
    configure();
    configure(shop);
    signIn(shop);
    signIn(shop);
    end('verified');
    end('verified');
    assert.deepEqual(keys, ['hasOwnProject', 'hasOwnIdentity', 'hasReset']);
  });
});
