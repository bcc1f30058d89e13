/** The parts of a window that follow the store: tree, badge and status bar, on an editor that is stood in for. */
import { ConsentStore } from '../../src/core/consentStore';
import { type Project, type Target, type TargetKey, targetKey } from '../../src/core/model';
import { providerFlags } from '../../src/core/presentation';
import { providerProfiles } from '../../src/providers/profiles';
import type { ActiveIdentity } from '../../src/vscode/activeIdentity';
import type { Projects } from '../../src/vscode/projects';
import { FakeEditor } from '../fakes/editor';

export interface BenchWindow {
  readonly store: ConsentStore;
  readonly keys: readonly TargetKey[];
  /** Events of the tree so far: each makes the editor ask for rows again. */
  treeEvents(): number;
  close(): void;
}

/** A project with that many identities. */
export function benchProject(size: number, endpoint = 'https://dataportability.googleapis.com'): Project {
  const identities = Array.from({ length: size }, (_, at) => ({ id: `user${at}`, label: `user${at}@example.com` }));
  return { id: 'bench', label: 'Bench', provider: 'googleDataPortability', endpoint, options: {}, identities };
}

export async function openWindow(project: Project, store = newStore()): Promise<BenchWindow> {
  standIn();
  const { ConsentTree } = await import('../../src/vscode/views/consentTree');
  const { attentionBadge } = await import('../../src/vscode/views/consentView');
  const { QuickResetItem } = await import('../../src/vscode/statusBar');
  const all: readonly Target[] = project.identities.map((identity) => ({ project, identity }));
  const keys = all.map(targetKey);
  const onDidChange = () => ({ dispose: () => undefined });
  const targets = new Map(all.map((target, at) => [keys[at], target]));
  const projects = { all: [project], targets, onDidChange } as unknown as Projects;
  const [profile] = providerProfiles.values();
  const flags = profile ? providerFlags(profile) : [];
  const tree = new ConsentTree(projects, store, new Map(), () => flags);
  let events = 0;
  tree.onDidChangeTreeData(() => {
    events += 1;
  });
  const badge = attentionBadge({ badge: undefined }, projects, store);
  const active = { anyIdentity: true, current: all[0], onDidChange } as unknown as ActiveIdentity;
  const item = new QuickResetItem(active, store, new Map());
  return {
    store,
    keys,
    treeEvents: () => events,
    close: () => {
      for (const one of [tree, badge, item]) one.dispose();
    },
  };
}

export function newStore(): ConsentStore {
  return new ConsentStore((error) => {
    throw error;
  });
}

function standIn(): void {
  new FakeEditor().use();
}
