/**
 * The sandbox from the editor's side: started in this window, or joined when one runs on the port already (another window,
 * or `npm run sandbox`), so that all of them see the same consents.
 */
import * as vscode from 'vscode';
import type { ClientVault } from '../auth/clientVault';
import type { CredentialVault } from '../auth/credentialVault';
import type { ConsentOperations } from '../core/consentOperations';
import type { ConsentStore } from '../core/consentStore';
import { type Project, type Target, targetKey } from '../core/model';
import type { Log } from '../core/ports';
import type { ProviderDescription } from '../core/provider';
import type { RunningSandbox } from '../sandbox/api';
import { commandIds } from './commandIds';
import { contextKeys, setContextKey } from './contextKeys';
import type { Network } from './network';
import type { Projects } from './projects';
import type { Prompts } from './prompts';
import {
  appleSample,
  googleSample,
  type PracticeClient,
  type SampleCredential,
  type SampleProject,
  type SampleUser,
  venafiSample,
  withSampleUsers,
} from './sandboxSamples';

interface Opened {
  readonly origin: string;
  readonly samples: readonly SampleProject[];
}

export interface SandboxPorts {
  readonly projects: Projects;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly vault: CredentialVault;
  readonly clients: ClientVault;
  readonly operations: ConsentOperations;
  readonly store: ConsentStore;
  readonly network: Network;
  readonly prompts: Prompts;
  readonly log: Log;
}

export class Sandbox implements vscode.Disposable {
  #running: RunningSandbox | undefined;
  #practice: PracticeClient | undefined;

  constructor(private readonly ports: SandboxPorts) {}

  /** For a project of the user's own in the sandbox; `undefined` when this window has none. */
  get practice(): PracticeClient | undefined {
    return this.#practice;
  }

  /** Starts or joins the sandbox and sees to it that the sample projects are there, with their identities signed in. */
  async start(): Promise<void> {
    // Of the machine alone: a workspace must not choose the program that is taken for the sandbox.
    const port = vscode.workspace.getConfiguration('reconsent').inspect<number>('sandbox.port')?.globalValue ?? 9400;
    const opened = await this.#opening(port);
    if (!opened) return;
    this.#practice = opened.samples.find(({ practice }) => practice)?.practice;
    try {
      await this.#addSamples(opened.samples);
      this.ports.log.info(`The sandbox runs at ${opened.origin}.`);
      await vscode.commands.executeCommand('reconsent.consents.focus');
    } catch (error) {
      this.ports.log.error(`The sample projects could not be added: ${messageOf(error)}`);
      const openSettings = vscode.l10n.t('Open Settings');
      const chosen = await this.ports.prompts.error(
        vscode.l10n.t(
          'The sandbox runs, but its sample projects could not be added to your settings: {0}',
          messageOf(error),
        ),
        openSettings,
      );
      if (chosen === openSettings) await vscode.commands.executeCommand(commandIds.editProjects);
    }
  }

  async #opening(port: number): Promise<Opened | undefined> {
    try {
      return await this.#open(port);
    } catch (error) {
      this.ports.log.error(`The sandbox could not be started: ${messageOf(error)}`);
      await this.ports.prompts.error(
        vscode.l10n.t(
          'The sandbox could not be started on port {0}. Nothing was changed. Choose another port in the setting "reconsent.sandbox.port".',
          port,
        ),
      );
      return undefined;
    }
  }

  /** Stops the sandbox of this window; the sample projects stay in the settings. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#practice = undefined;
    setContextKey(contextKeys.sandboxRunning, false);
    await running?.close();
  }

  dispose(): void {
    void this.stop();
  }

  async #open(port: number): Promise<Opened> {
    if (this.#running) return samplesOf(this.#running);
    const joined = await this.#join(`http://127.0.0.1:${port}`);
    if (joined) return joined;
    const { startSandbox } = await import('../sandbox/server');
    this.#running = await startSandbox({ port });
    setContextKey(contextKeys.sandboxRunning, true);
    return samplesOf(this.#running);
  }

  /** Asks whether a sandbox answers at `origin` already; anything else there is left alone. */
  async #join(origin: string): Promise<Opened | undefined> {
    const google = googleSample(origin, await this.#ask(origin, '/__sandbox/seed-sample'));
    if (!google) return undefined;
    // An older one may know no other service.
    const apple = appleSample(origin, await this.#ask(origin, '/__sandbox/identityPlatform/seed-sample'));
    const venafi = venafiSample(origin, await this.#ask(origin, '/__sandbox/venafi/seed-sample'));
    return { origin, samples: [google, apple, venafi].filter((sample) => sample !== undefined) };
  }

  /** The answer as JSON; `undefined` when there is none. */
  async #ask(origin: string, path: string): Promise<unknown> {
    const transport = await this.ports.network.transport();
    const result = await transport.send(
      {
        method: 'POST',
        url: new URL(path, origin),
        pathTemplate: path,
        body: { kind: 'json', value: {} },
        effect: 'read',
      },
      AbortSignal.timeout(3_000),
    );
    if (result.kind !== 'response' || result.status !== 200) return undefined;
    try {
      return JSON.parse(result.body);
    } catch {
      return undefined;
    }
  }

  /** The settings first: writing them paints the tree anew. */
  async #addSamples(samples: readonly SampleProject[]): Promise<void> {
    const saved: (readonly [Project, SampleProject])[] = [];
    for (const sample of samples) {
      const project = await this.ports.projects.save(sample.id, (existing) => ({
        name: sample.name,
        ...existing,
        id: sample.id,
        ...sample.keys,
        identities: withSampleUsers(existing?.['identities'], sample),
      }));
      saved.push([project, sample]);
    }
    for (const [project, sample] of saved) {
      const origins = this.ports.descriptions.get(project.provider)?.credentialOrigins(project) ?? [];
      const { client, users } = sample;
      if (client) await this.ports.clients.store(project, client.id, client.secret, origins);
      for (const user of users) await this.#signIn(project, user);
      if (sample.operator) await this.#signInOperator(project, sample.operator);
    }
  }

  async #signIn(project: Project, user: SampleUser): Promise<void> {
    const identity = project.identities.find(({ id }) => id === user.id);
    const form = this.#formOf(project, user);
    if (!identity) return;
    const target: Target = { project, identity };
    // Its credential is needed to settle an operation whose outcome is unknown.
    if (this.ports.store.get(targetKey(target)).unfinished) return;
    if (await this.#hasLivingConsent(target)) return;
    await this.ports.vault.replace(target, form, user.values, user.facts ?? {}, user.grants);
    this.ports.operations.credentialChanged(target, { kind: 'stored' });
    await this.ports.operations.probe(target, new AbortController().signal, { dropRejected: true });
    this.ports.log.trace(`The sandbox identity ${targetKey(target)} is signed in.`);
  }

  /** Whoever is signed in stays so; a sign-in of a sandbox that has ended is dead. */
  async #signInOperator(project: Project, operator: SampleCredential): Promise<void> {
    const { vault, operations, store } = this.ports;
    const form = this.#formOf(project, operator);
    const targets: readonly Target[] = project.identities.map((identity) => ({ project, identity }));
    const [first] = targets;
    if (!first) return;
    const { signal } = new AbortController();
    const probeAll = async (): Promise<void> => {
      for (const target of targets) await operations.probe(target, signal);
    };
    if ((await vault.read(first)).kind === 'present') {
      await probeAll();
      if (['granted', 'needs-consent'].includes(store.get(targetKey(first)).consent.kind)) return;
    }
    await vault.replace(first, form, operator.values, operator.facts ?? {}, operator.grants);
    for (const target of targets) operations.credentialChanged(target, { kind: 'stored' });
    await probeAll();
  }

  #formOf(project: Project, { form: wanted }: SampleCredential) {
    const forms = this.ports.descriptions.get(project.provider)?.credentialForms;
    const form = forms?.find(({ id }) => id === wanted);
    if (!form) throw new Error(`The provider has no form ${wanted}.`);
    return form;
  }

  /** Tokens that the user has signed in for in a sandbox that still runs are kept; those of one that has ended are dead. */
  async #hasLivingConsent(target: Target): Promise<boolean> {
    const { vault, operations, store } = this.ports;
    // What was accepted has ended in a sandbox, though no read can tell.
    if (store.get(targetKey(target)).lastOutcome?.kind === 'accepted') return false;
    if ((await vault.read(target)).kind !== 'present') return false;
    await operations.probe(target, new AbortController().signal);
    return store.get(targetKey(target)).consent.kind === 'granted';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

function samplesOf({ origin, control }: RunningSandbox): Opened {
  const samples = [
    googleSample(origin, control.seedSample()),
    appleSample(origin, control.identityPlatform.seedSample()),
    venafiSample(origin, control.venafi.seedSample()),
  ];
  return { origin, samples: samples.filter((sample) => sample !== undefined) };
}
