/**
 * The composition root: registers everything with the editor, and loads the rest later (`engine.ts`); knows everybody; holds
 * no logic.
 */
import * as vscode from 'vscode';
import { ConsentStore } from './core/consentStore';
import { providerFlags } from './core/presentation';
import type { ReasonText } from './core/provider';
import { providerProfiles } from './providers/profiles';
import { ActiveIdentity } from './vscode/activeIdentity';
import { createExports } from './vscode/api';
import { registerCommands } from './vscode/commands/registration';
import type { EarlyPorts } from './vscode/engine';
import { registerFeatures } from './vscode/features';
import { LateEngine } from './vscode/lateEngine';
import { scrubbedLog } from './vscode/log';
import { Projects } from './vscode/projects';
import type { ReconsentExports } from './vscode/publicApi';
import { ConsentTree } from './vscode/views/consentTree';
import { createConsentView } from './vscode/views/consentView';
import { JournalView } from './vscode/views/journalView';

export function activate(context: vscode.ExtensionContext): ReconsentExports {
  const channel = vscode.window.createOutputChannel('Reconsent', { log: true });
  const log = scrubbedLog(channel);
  const texts = new Map<string, ReasonText>();

  const projects = new Projects(providerProfiles);
  const store = new ConsentStore((error) => log.error(`A view failed: ${String(error)}`));
  const engine = new LateEngine(async () => (await import('./vscode/engine')).createEngine(early), log);
  const flags = new Map([...providerProfiles].map(([id, profile]) => [id, providerFlags(profile)]));
  const tree = new ConsentTree(projects, store, texts, (id) => flags.get(id) ?? [], engine.details);
  const view = createConsentView(tree, projects, store);
  const active = new ActiveIdentity(projects, context.workspaceState);
  const journalView = new JournalView({ store, storage: context.globalStorageUri, reading: engine.ports });
  const early: EarlyPorts = { context, active, channel, journalView, log, projects, store, texts, tree, view };
  const api = createExports({ projects, store, texts, engine: engine.ports });

  context.subscriptions.push(
    channel,
    projects,
    engine,
    tree,
    view,
    active,
    api,
    ...registerFeatures({ ...early, engine }),
    ...registerCommands(engine, channel),
  );
  return api.exports;
}
