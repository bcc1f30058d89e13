/**
 * The second half of the composition: what shows, reads, sends and asks, and all commands. Activation registers; this is
 * loaded by `LateEngine` when there is something to show or to do.
 */
import * as vscode from 'vscode';
import { ConsentOperations } from '../core/consentOperations';
import { credentialKey } from '../core/credentialSource';
import { JobOperations } from '../core/jobOperations';
import type { Target } from '../core/model';
import type { Log } from '../core/ports';
import { RequestPauses } from '../core/requestPause';
import { type ProviderPorts, providerDescriptions } from '../providers/registry';
import { Authorities } from './authorities';
import { commandRunner } from './commands/allCommands';
import { ResetCommand } from './commands/resetConsent';
import { FirstSteps } from './firstSteps';
import { RunningDownloads } from './jobs/runningDownloads';
import { JobWatcher } from './jobs/watcher';
import type { JournalPages } from './journal/pages';
import type { LateView } from './lateView';
import { Network } from './network';
import { Prompts } from './prompts';
import type { ResetEvent } from './publicApi';
import { Sandbox } from './sandbox';
import { sharing } from './sharing';
import { type Shown, show } from './shown';
import { StartUp } from './startUp';
import { createStores } from './stores';
import { systemClock, systemRandom } from './systemPorts';
import { Targets } from './targets';
import { UnattendedNotes } from './tasks/notes';
import type { ConsentNode } from './views/consentTree';
import { revealIdentity } from './views/consentView';
import type { JournalNode } from './views/journalView';

/** What activation has made already. */
export interface EarlyPorts {
  readonly context: vscode.ExtensionContext;
  readonly channel: vscode.LogOutputChannel;
  readonly consents: LateView<ConsentNode>;
  readonly journal: LateView<JournalNode>;
  readonly log: Log;
  readonly pages: JournalPages;
  readonly resets: vscode.EventEmitter<ResetEvent>;
}

export type Engine = ReturnType<typeof compose>;

export function createEngine(early: EarlyPorts): Engine {
  const shown = show(early, () => engine.ports);
  const engine = withoutRest(shown, () => compose(early, shown));
  return engine;
}

/** What could not be composed leaves nothing on the screen that the next attempt would show a second time. */
function withoutRest(shown: Shown, work: () => Engine): Engine {
  try {
    return work();
  } catch (error) {
    shown.dispose();
    throw error;
  }
}

function compose(early: EarlyPorts, shown: Shown) {
  const { channel, context, log } = early;
  const { view } = early.consents;
  const clock = systemClock;
  const { active, journalView, projects, store, texts, tree } = shown;

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
  const window = { active, channel, context, journalView, log, projects, store, texts };
  const ports = { ...window, clients, clock, descriptions, jobs, network, operations, prompts, vault };
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
    shown,
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
  shown.begin();
  startUp.begin();
  const run = commandRunner(everything);
  return { ports: everything, run, list: shown.list, dispose: () => parts.dispose() } as const;
}
