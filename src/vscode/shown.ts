/** What a window shows of the projects, and follows them: rows, badge, status bar, welcome. */
import * as vscode from 'vscode';
import { ConsentStore } from '../core/consentStore';
import { providerFlags } from '../core/presentation';
import { providerProfiles } from '../providers/profiles';
import { ActiveIdentity } from './activeIdentity';
import { allReasonTexts } from './allReasonTexts';
import { setWelcomeKeys } from './contextKeys';
import type { EarlyPorts } from './engine';
import type { JournalReadPorts } from './journal/ports';
import { listIdentities, tellResets } from './listing';
import { Projects } from './projects';
import { QuickResetItem } from './statusBar';
import { ConsentTree } from './views/consentTree';
import { attentionBadge } from './views/consentView';
import { JournalView } from './views/journalView';

export type Shown = ReturnType<typeof show>;

/** `reading`: what the journal's rows are made with. */
export function show(early: EarlyPorts, reading: () => JournalReadPorts) {
  const { consents, context, journal, log, pages, resets } = early;
  const texts = new Map(allReasonTexts);
  const projects = new Projects(providerProfiles);
  const store = new ConsentStore((error) => log.error(`A view failed: ${String(error)}`));
  const flags = new Map([...providerProfiles].map(([id, profile]) => [id, providerFlags(profile)]));
  const tree = new ConsentTree(projects, store, texts, (id) => flags.get(id) ?? []);
  const active = new ActiveIdentity(projects, context.workspaceState);
  const journalView = new JournalView({ store, storage: context.globalStorageUri, view: journal.view, reading });
  const welcome = (): void => setWelcomeKeys(projects);
  const parts = vscode.Disposable.from(
    projects,
    tree,
    attentionBadge(consents.view, projects, store),
    active,
    new QuickResetItem(active, store, texts),
    journalView,
    journalView.onDidChange(() => pages.refresh()),
    tellResets({ projects, store }, resets),
    projects.onDidChange(welcome),
  );
  /** When all is there that the rows lead to. */
  const begin = (): void => {
    welcome();
    consents.show(tree);
    journal.show(journalView);
  };
  const list = () => listIdentities({ projects, store, texts });
  return { active, begin, journalView, list, projects, store, texts, tree, dispose: () => parts.dispose() } as const;
}
