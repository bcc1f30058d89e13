/** The network, loaded and built on first use, and the providers on top of it. */
import * as vscode from 'vscode';
import type { Project, Target } from '../core/model';
import type { Provider } from '../core/provider';
import type { Fetch } from '../http/fetchExchange';
import type { ProxySettings } from '../http/proxy';
import type { UndiciTransport } from '../http/transport';
import { type ProviderPorts, registeredProviders } from '../providers/registry';
import type { Authorities } from './authorities';

export class Network implements vscode.Disposable {
  #transport: Promise<UndiciTransport> | undefined;
  readonly #providers = new Map<string, Promise<Provider>>();

  constructor(
    private readonly ports: Omit<ProviderPorts, 'transport'>,
    private readonly authorities: Authorities,
    private readonly userAgent: string,
  ) {}

  /** Ready to be used with what the settings say now: files that they name were read. */
  async transport(): Promise<UndiciTransport> {
    await this.authorities.settled();
    this.#transport ??= this.#createTransport().catch((error: unknown) => {
      // The next use tries again.
      this.#transport = undefined;
      throw error;
    });
    return this.#transport;
  }

  /** What providers are made with, for commands that use further calls of one. */
  async providerPorts(): Promise<ProviderPorts> {
    return { ...this.ports, transport: await this.transport() };
  }

  /** Ready as {@link transport} is: settings may have changed since the last use. */
  async provider(id: string): Promise<Provider> {
    await this.authorities.settled();
    let provider = this.#providers.get(id);
    if (!provider) {
      provider = this.#loadProvider(id).catch((error: unknown) => {
        this.#providers.delete(id);
        throw error;
      });
      this.#providers.set(id, provider);
    }
    return provider;
  }

  /** Drops what the provider keeps in memory of the target's credential, if the provider is loaded at all. */
  forgetTokens(target: Target): void {
    this.#providers.get(target.project.provider)?.then(
      (provider) => provider.forget(target),
      () => undefined,
    );
  }

  /** Opens a connection for the next irreversible request, while the user is still being asked. */
  async warm({ id, endpoint }: Pick<Project, 'id' | 'endpoint'>): Promise<void> {
    (await this.transport()).warm(endpoint, id);
  }

  dispose(): void {
    void this.#transport?.then((transport) => transport.close());
  }

  async #createTransport(): Promise<UndiciTransport> {
    const { createTransport } = await import('../http/transport');
    return createTransport({
      log: this.ports.log,
      proxy: proxySettings,
      trust: {
        extraCertificates: (origin) => this.authorities.certificatesFor(origin),
        clientCertificate: (project, origin) => this.authorities.clientCertificateFor(project, origin),
      },
      userAgent: this.userAgent,
      editorFetch,
    });
  }

  async #loadProvider(id: string): Promise<Provider> {
    const registered = registeredProviders.find(({ description }) => description.id === id);
    if (!registered) throw new Error(`There is no provider ${id}.`);
    return registered.load(await this.providerPorts());
  }
}

/**
 * What the editor makes of `fetch`: it sends through the proxies of PAC scripts and of the operating system, and trusts the
 * system's authorities. Looked up at each use, as the editor and others may replace it at any time.
 */
function editorFetch(): Fetch | undefined {
  const http = vscode.workspace.getConfiguration('http');
  // Without it, it is nothing but Node's, which knows no proxy.
  if (http.get('fetchAdditionalSupport') === false) return undefined;
  // The editor would go by them.
  const ofWorkspace = ['proxy', 'proxySupport', 'noProxy'].some((name) => {
    const found = http.inspect(name);
    return found?.workspaceValue !== undefined || found?.workspaceFolderValue !== undefined;
  });
  return ofWorkspace ? undefined : globalThis.fetch;
}

/** User values only: a workspace must not send requests through a proxy of its own. */
function proxySettings(): ProxySettings {
  const http = vscode.workspace.getConfiguration('http');
  const own = <T>(name: string): T | undefined => {
    const found = http.inspect<T>(name);
    return found?.globalValue ?? found?.defaultValue;
  };
  const support = own<string>('proxySupport');
  const authorization = own<string>('proxyAuthorization');
  return {
    support: support === 'off' || support === 'on' || support === 'fallback' ? support : 'override',
    proxy: own<string>('proxy') ?? '',
    noProxy: own<string[]>('noProxy') ?? [],
    env: process.env,
    ...(authorization ? { authorization } : {}),
  };
}
