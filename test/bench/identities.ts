/** What the change of one identity costs with few and with many configured: store, tree, badge and status bar, in one window. */

import { ConsentStore } from '../../src/core/consentStore';
import { presentDetails } from '../../src/core/detailRows';
import { type Project, type Target, targetKey } from '../../src/core/model';
import { providerFlags } from '../../src/core/presentation';
import { providerProfiles } from '../../src/providers/profiles';
import type { ActiveIdentity } from '../../src/vscode/activeIdentity';
import type { Projects } from '../../src/vscode/projects';
import { FakeEditor } from '../fakes/editor';
import { median, type Row } from './row';

/** Changes in one measurement: a single one is too short for the clock. */
const changes = 200;

export async function identityGrowth(most: number, rounds: number): Promise<Row> {
  const editor = new FakeEditor();
  editor.use();
  const view = { badge: undefined, dispose: () => undefined };
  Object.assign(editor.api.window, { createTreeView: () => view });
  const [few, many] = [await openWindow(10), await openWindow(most)];
  const times: { readonly few: number; readonly many: number }[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) times.push({ few: few.change(), many: many.change() });
  for (const one of [few, many]) one.close();
  const measured = times.slice(1);
  const perChange = (all: readonly number[]): number => (median(all) * 1000) / changes;
  return {
    what: `a change of one identity among ${most}`,
    goal: 1.2,
    peer: { name: 'among 10', value: perChange(measured.map((one) => one.few)) },
    ours: perChange(measured.map((one) => one.many)),
    ratio: median(measured.map((one) => one.many / one.few)),
    unit: 'µs',
    kind: 'timed',
  };
}

interface BenchWindow {
  /** Milliseconds for {@link changes} changes, each of another identity. */
  change(): number;
  close(): void;
}

/** The parts of a window that follow the store. */
async function openWindow(size: number): Promise<BenchWindow> {
  const { ConsentTree } = await import('../../src/vscode/views/consentTree');
  const { createConsentView } = await import('../../src/vscode/views/consentView');
  const { QuickResetItem } = await import('../../src/vscode/statusBar');
  const identities = Array.from({ length: size }, (_, at) => ({ id: `user${at}`, label: `user${at}@example.com` }));
  const project: Project = {
    id: 'bench',
    label: 'Bench',
    provider: 'googleDataPortability',
    endpoint: 'https://dataportability.googleapis.com',
    options: {},
    identities,
  };
  const all: readonly Target[] = identities.map((identity) => ({ project, identity }));
  const keys = all.map(targetKey);
  const onDidChange = () => ({ dispose: () => undefined });
  const targets = new Map(all.map((target, at) => [keys[at], target]));
  const projects = { all: [project], targets, onDidChange } as unknown as Projects;
  const store = new ConsentStore((error) => {
    throw error;
  });
  const [profile] = providerProfiles.values();
  const flags = profile ? providerFlags(profile) : [];
  const tree = new ConsentTree(
    projects,
    store,
    new Map(),
    () => flags,
    async () => presentDetails,
  );
  const view = createConsentView(tree, projects, store);
  const active = { anyIdentity: true, current: all[0], onDidChange } as unknown as ActiveIdentity;
  const item = new QuickResetItem(active, store, new Map());
  let now = 0;
  return {
    change: () => {
      const begun = performance.now();
      for (let at = 0; at < changes; at++) {
        const key = keys[now++ % keys.length];
        if (key) store.update(key, (state) => ({ ...state, consent: { kind: 'needs-consent', since: now } }));
      }
      return performance.now() - begun;
    },
    close: () => {
      for (const one of [tree, view, item]) one.dispose();
    },
  };
}
