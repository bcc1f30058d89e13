/** The composition root: builds, wires and registers; knows everybody; holds no logic. */
import * as vscode from 'vscode';
import { ConsentOperations } from './core/consentOperations';
import { ConsentStore } from './core/consentStore';
import { credentialKey } from './core/credentialSource';
import { JobOperations } from './core/jobOperations';
import type { Target } from './core/model';
import { providerFlags } from './core/presentation';
import { type ProviderPorts, providerDescriptions } from './providers/registry';
import { ActiveIdentity } from './vscode/activeIdentity';
import { allReasonTexts } from './vscode/allReasonTexts';
import { createExports } from './vscode/api';
import { Authorities } from './vscode/authorities';
import { registerCommands } from './vscode/commands/register';
import { ResetCommand } from './vscode/commands/resetConsent';
import { registerFeatures } from './vscode/features';
import { RunningDownloads } from './vscode/jobs/runningDownloads';
import { scrubbedLog } from './vscode/log';
import { Network } from './vscode/network';
import { Projects } from './vscode/projects';
import { Prompts } from './vscode/prompts';
import type { ReconsentExports } from './vscode/publicApi';
import { Sandbox } from './vscode/sandbox';
import { sharing } from './vscode/sharing';
import { StartUp } from './vscode/startUp';
import { createStores } from './vscode/stores';
import { systemClock, systemRandom } from './vscode/systemPorts';
import { Targets } from './vscode/targets';
import { ConsentTree } from './vscode/views/consentTree';
import { createConsentView, revealIdentity } from './vscode/views/consentView';
import { JournalView } from './vscode/views/journalView';

export function activate(context: vscode.ExtensionContext): ReconsentExports {
  const channel = vscode.window.createOutputChannel('Reconsent', { log: true });
  const log = scrubbedLog(channel);
  const clock = systemClock;
  const texts = allReasonTexts;

  const projects = new Projects(providerDescriptions);
  const store = new ConsentStore((error) => log.error(`A view failed: ${String(error)}`));
  const prompts = new Prompts(texts);
  const describe = (id: string) => providerDescriptions.get(id);
  const byOperator = ({ project }: Target) => describe(project.provider)?.credentialOwner === 'project';
  const ownerKey = (target: Target) => credentialKey(target, byOperator(target));
  const stores = createStores(context, { clock, log, random: systemRandom, describe });
  const { vault, clients, journal, locks, jobStore } = stores;
  const isStored = (one: Parameters<ProviderPorts['isStored']>[0]) => vault.isStored(one.key, one.storedAt);
  const authorities = new Authorities({ projects, descriptions: providerDescriptions, clock });
  const network = new Network(
    { ...stores, clock, log, jobs: jobStore, ownerKey, isStored },
    authorities,
    `reconsent/${context.extension.packageJSON.version}`,
  );
  const provider = (id: string) => network.provider(id);
  const jobs = new JobOperations({ store, jobs: jobStore, credentials: vault, provider, clock, log });
  const operations = new ConsentOperations({
    store,
    credentials: vault,
    journal,
    locks,
    clock,
    log,
    random: systemRandom,
    provider,
    currentTarget: (key) => projects.targets.get(key),
    forgetTokens: (target) => network.forgetTokens(target),
    consentGone: (target) => jobs.consentGone(target),
    byOperator,
    sharing: (target) => sharing(target, { descriptions: providerDescriptions, projects }),
    credentialOrigins: ({ project }: Target) => describe(project.provider)?.credentialOrigins(project) ?? [],
  });
  const credentialChanged = async (secretKey: string): Promise<void> => {
    const changed = await vault.changed(secretKey);
    const touched = [...projects.targets.values()].filter((target) => ownerKey(target) === changed);
    for (const target of touched) await operations.credentialChangedElsewhere(target);
  };
  const flags = new Map([...providerDescriptions].map(([id, description]) => [id, providerFlags(description)]));
  const tree = new ConsentTree(projects, store, texts, (id) => flags.get(id) ?? []);
  const view = createConsentView(tree, projects, store);
  const active = new ActiveIdentity(projects, context.workspaceState);
  const selection = () => view.selection;
  const targets = new Targets(projects, store, prompts, texts, selection);
  const descriptions = providerDescriptions;
  const ports = { clients, descriptions, jobs, log, network, operations, projects, prompts, store, texts, vault };
  const resetCommand = new ResetCommand({ ...ports, currentTarget: (key) => projects.targets.get(key) });
  const sandbox = new Sandbox(ports);
  const api = createExports({ ...ports, clock, resetCommand });
  const startUp = new StartUp({ ...ports, authorities });
  const recent = context.globalState;
  const downloads = new RunningDownloads();
  const reveal = (target: Target) => revealIdentity(view, tree, target);
  const ofWindow = { active, channel, clock, downloads, recent, resetCommand, reveal, sandbox, selection, targets };
  const journalView = new JournalView({ ...ports, clock, journal, storage: context.globalStorageUri });
  const everything = { ...ports, ...ofWindow, authorities, context, journalView, stores, view };

  context.subscriptions.push(
    channel,
    projects,
    authorities,
    { dispose: () => void journal.dispose() },
    locks,
    network,
    tree,
    view,
    active,
    resetCommand,
    sandbox,
    startUp,
    downloads,
    api,
    context.secrets.onDidChange(({ key }) => {
      credentialChanged(key).catch((error: unknown) => log.warn(`A changed credential was not read: ${String(error)}`));
    }),
    ...registerFeatures(everything),
    ...registerCommands(everything),
  );
  startUp.begin();
  return api.exports;
}
