/**
 * The second half of the composition: what reads, sends and asks, and all commands. Activation registers; this is loaded by
 * `LateEngine` when there is something to show or to do.
 */
import * as vscode from 'vscode';
import { ConsentOperations } from '../core/consentOperations';
import type { ConsentStore } from '../core/consentStore';
import { credentialKey } from '../core/credentialSource';
import { presentDetails } from '../core/detailRows';
import { JobOperations } from '../core/jobOperations';
import type { Target } from '../core/model';
import type { Log } from '../core/ports';
import type { ReasonText } from '../core/provider';
import { RequestPauses } from '../core/requestPause';
import { type ProviderPorts, providerDescriptions } from '../providers/registry';
import type { ActiveIdentity } from './activeIdentity';
import { allReasonTexts } from './allReasonTexts';
import { Authorities } from './authorities';
import { commandRunner } from './commands/allCommands';
import { ResetCommand } from './commands/resetConsent';
import { FirstSteps } from './firstSteps';
import { RunningDownloads } from './jobs/runningDownloads';
import { JobWatcher } from './jobs/watcher';
import { Network } from './network';
import type { Projects } from './projects';
import { Prompts } from './prompts';
import { Sandbox } from './sandbox';
import { sharing } from './sharing';
import { StartUp } from './startUp';
import { createStores } from './stores';
import { systemClock, systemRandom } from './systemPorts';
import { Targets } from './targets';
import { UnattendedNotes } from './tasks/notes';
import type { ConsentNode, ConsentTree } from './views/consentTree';
import { revealIdentity } from './views/consentView';
import type { JournalView } from './views/journalView';

/** What activation has made already. */
export interface EarlyPorts {
  readonly context: vscode.ExtensionContext;
  readonly active: ActiveIdentity;
  readonly channel: vscode.LogOutputChannel;
  readonly journalView: JournalView;
  readonly log: Log;
  readonly projects: Projects;
  readonly store: ConsentStore;
  /** To be filled: nothing that needs a text can be in the store before. */
  readonly texts: Map<string, ReasonText>;
  readonly tree: ConsentTree;
  readonly view: vscode.TreeView<ConsentNode>;
}

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(early: EarlyPorts) {
  const { context, log, projects, store, texts, tree, view } = early;
  const clock = systemClock;
  for (const [code, text] of allReasonTexts) texts.set(code, text);

  const prompts = new Prompts(texts);
  const descriptions = providerDescriptions;
  const describe = (id: string) => descriptions.get(id);
  const byOperator = ({ project }: Target) => describe(project.provider)?.credentialOwner === 'project';
  const ownerKey = (target: Target) => credentialKey(target, byOperator(target));
  const stores = createStores(context, { clock, log, random: systemRandom, describe });
  const { vault, clients, journal, locks, jobStore } = stores;
  const isStored = (one: Parameters<ProviderPorts['isStored']>[0]) => vault.isStored(one.key, one.storedAt);
  const authorities = new Authorities({ projects, descriptions, clock });
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
    sharing: (target) => sharing(target, { descriptions, projects }),
    credentialOrigins: ({ project }: Target) => describe(project.provider)?.credentialOrigins(project) ?? [],
  });
  const credentialChanged = async (secretKey: string): Promise<void> => {
    const changed = await vault.changed(secretKey);
    const touched = [...projects.targets.values()].filter((target) => ownerKey(target) === changed);
    for (const target of touched) await operations.credentialChangedElsewhere(target);
  };
  const selection = () => view.selection;
  const targets = new Targets(projects, store, prompts, texts, selection);
  const ports = { ...early, clients, clock, descriptions, jobs, network, operations, prompts, vault };
  const resetCommand = new ResetCommand({ ...ports, currentTarget: (key) => projects.targets.get(key) });
  const sandbox = new Sandbox(ports);
  const startUp = new StartUp({ ...ports, authorities });
  const recent = context.globalState;
  const downloads = new RunningDownloads();
  const pauses = new RequestPauses(clock);
  const reveal = (target: Target) => revealIdentity(view, tree, target);
  const ofWindow = {
    authorities,
    downloads,
    pauses,
    recent,
    resetCommand,
    reveal,
    sandbox,
    selection,
    stores,
    targets,
  };
  const everything = { ...ports, ...ofWindow, journal };

  const parts = vscode.Disposable.from(
    authorities,
    { dispose: () => void journal.dispose() },
    locks,
    network,
    resetCommand,
    sandbox,
    startUp,
    downloads,
    context.secrets.onDidChange(({ key }) => {
      credentialChanged(key).catch((error: unknown) => log.warn(`A changed credential was not read: ${String(error)}`));
    }),
    new JobWatcher(everything, view),
    new UnattendedNotes(everything, view),
    new FirstSteps(everything),
  );
  startUp.begin();
  return { ports: everything, run: commandRunner(everything), presentDetails, dispose: () => parts.dispose() } as const;
}
