/**
 * The sandbox from the editor's side: started in this window, or joined when one runs on the port already (another window,
 * or `npm run sandbox`), so that all of them see the same consents.
 */
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ClientVault } from '../auth/clientVault';
import type { CredentialVault } from '../auth/credentialVault';
import type { ConsentOperations } from '../core/consentOperations';
import type { ConsentStore } from '../core/consentStore';
import { type Target, targetKey } from '../core/model';
import type { Log } from '../core/ports';
import type { ProviderDescription } from '../core/provider';
import type { RunningSandbox } from '../sandbox/api';
import { commandIds } from './commandIds';
import { contextKeys, setContextKey } from './contextKeys';
import type { Network } from './network';
import type { Projects } from './projects';
import type { Prompts } from './prompts';

const scopePrefix = 'https://www.googleapis.com/auth/dataportability.';

/** Id of the project that *Start Sandbox* adds. */
export const sampleProjectId = 'reconsent-sandbox';

const sampleSchema = v.object({
  clientId: v.string(),
  clientSecret: v.string(),
  users: v.pipe(
    v.array(
      v.object({
        user: v.string(),
        refreshToken: v.string(),
        scopes: v.optional(v.pipe(v.array(v.string()), v.readonly()), []),
      }),
    ),
    v.readonly(),
  ),
});

type Sample = v.InferOutput<typeof sampleSchema>;

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

  constructor(private readonly ports: SandboxPorts) {}

  /** Starts or joins the sandbox and sees to it that the sample project is there, with its identities signed in. */
  async start(): Promise<void> {
    const port = vscode.workspace.getConfiguration('reconsent').get('sandbox.port', 9400);
    const opened = await this.#opening(port);
    if (!opened) return;
    try {
      await this.#addSample(opened.origin, opened.sample);
      this.ports.log.info(`The sandbox runs at ${opened.origin}.`);
      await vscode.commands.executeCommand('reconsent.consents.focus');
    } catch (error) {
      this.ports.log.error(`The sample project could not be added: ${messageOf(error)}`);
      const openSettings = vscode.l10n.t('Open Settings');
      const chosen = await this.ports.prompts.error(
        vscode.l10n.t(
          'The sandbox runs, but its sample project could not be added to your settings: {0}',
          messageOf(error),
        ),
        openSettings,
      );
      if (chosen === openSettings) await vscode.commands.executeCommand(commandIds.editProjects);
    }
  }

  async #opening(port: number): Promise<{ readonly origin: string; readonly sample: Sample } | undefined> {
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

  /** Stops the sandbox of this window; the sample project stays in the settings. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    setContextKey(contextKeys.sandboxRunning, false);
    await running?.close();
  }

  dispose(): void {
    void this.stop();
  }

  async #open(port: number): Promise<{ readonly origin: string; readonly sample: Sample }> {
    if (this.#running) return { origin: this.#running.origin, sample: this.#running.control.seedSample() };
    const joined = await this.#join(`http://127.0.0.1:${port}`);
    if (joined) return joined;
    const { startSandbox } = await import('../sandbox/server');
    this.#running = await startSandbox({ port });
    setContextKey(contextKeys.sandboxRunning, true);
    return { origin: this.#running.origin, sample: this.#running.control.seedSample() };
  }

  /** Asks whether a sandbox answers at `origin` already; anything else there is left alone. */
  async #join(origin: string): Promise<{ readonly origin: string; readonly sample: Sample } | undefined> {
    const transport = await this.ports.network.transport();
    const url = new URL('/__sandbox/seed-sample', origin);
    const result = await transport.send(
      { method: 'POST', url, pathTemplate: url.pathname, body: { kind: 'json', value: {} }, effect: 'read' },
      AbortSignal.timeout(3_000),
    );
    if (result.kind !== 'response' || result.status !== 200) return undefined;
    const sample = v.safeParse(v.pipe(v.string(), v.parseJson(), sampleSchema), result.body);
    return sample.success ? { origin, sample: sample.output } : undefined;
  }

  async #addSample(origin: string, sample: Sample): Promise<void> {
    const project = await this.ports.projects.save(sampleProjectId, (existing) => ({
      name: vscode.l10n.t('Sandbox'),
      ...existing,
      id: sampleProjectId,
      provider: 'googleDataPortability',
      endpoint: origin,
      clientId: sample.clientId,
      identities: withSampleUsers(existing?.['identities'], sample),
    }));
    const form = this.ports.descriptions
      .get('googleDataPortability')
      ?.credentialForms.find(({ id }) => id === 'refreshToken');
    if (!form) throw new Error('The provider has no form for a refresh token.');
    const { clientId, clientSecret } = sample;
    const origins = this.ports.descriptions.get(project.provider)?.credentialOrigins(project) ?? [];
    await this.ports.clients.store(project, clientId, clientSecret, origins);
    for (const { user, refreshToken, scopes } of sample.users) {
      const identity = project.identities.find(({ id }) => id === user);
      if (!identity) continue;
      const target: Target = { project, identity };
      // Its credential is needed to settle an operation whose outcome is unknown.
      if (this.ports.store.get(targetKey(target)).unfinished) continue;
      if (await this.#hasLivingConsent(target)) continue;
      const resources = scopes.map((scope) => scope.replace(scopePrefix, ''));
      const values = { clientId, clientSecret, refreshToken };
      await this.ports.vault.replace(target, form, values, { scopes: resources.join(' ') }, resources);
      this.ports.operations.credentialChanged(target, { kind: 'stored' });
      await this.ports.operations.probe(target, new AbortController().signal, { dropRejected: true });
      this.ports.log.trace(`The sandbox identity ${targetKey(target)} is signed in.`);
    }
  }

  /** Tokens that the user has signed in for in a sandbox that still runs are kept; those of one that has ended are dead. */
  async #hasLivingConsent(target: Target): Promise<boolean> {
    const { vault, operations, store } = this.ports;
    if ((await vault.read(target)).kind !== 'present') return false;
    await operations.probe(target, new AbortController().signal);
    return store.get(targetKey(target)).consent.kind === 'granted';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

/** The identities of the sample project: those the user has added stay, missing sample users come back. */
function withSampleUsers(existing: unknown, sample: Sample): readonly unknown[] {
  const kept: readonly unknown[] = Array.isArray(existing) ? existing : [];
  const ids = new Set(kept.map((entry) => (v.is(v.object({ id: v.string() }), entry) ? entry.id : undefined)));
  return [...kept, ...sample.users.filter(({ user }) => !ids.has(user)).map(({ user }) => ({ id: user }))];
}
