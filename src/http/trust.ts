/** Whom TLS connections trust: Node's roots, the system's, and those of the project, each added to the others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import type { BoundSecret } from '../core/redact';

/** The user's additional certificate authorities. Asked for every new connection, so a change takes effect at once. */
export interface TrustSettings {
  /** PEM texts of one certificate each, for connections to `origin`. Never replaces the roots. */
  extraCertificates(origin: string): readonly string[];
  /** What a request in the name of the project shows at `origin`; nothing where this is absent. */
  clientCertificate?(project: string, origin: string): ClientCertificate;
}

export type ClientCertificate =
  | { readonly kind: 'none' }
  /** PEM texts. The key reveals itself for the project's own origins alone. */
  | { readonly kind: 'pair'; readonly certificates: string; readonly key: BoundSecret }
  /** `detail` is safe to show. */
  | { readonly kind: 'unusable'; readonly detail: string };

type OwnPair = Extract<ClientCertificate, { kind: 'pair' }>;

/** `tls.getCACertificates`, which is absent before Node 22.15 and 23.10, thus in editors of the older line. */
export type GetCertificates = (store: 'default' | 'system') => readonly string[];

/**
 * Builds the contexts of TLS connections, and keeps them.
 *
 * The system's certificates are read only for an origin that Node's roots do not vouch for: reading them and building a
 * context of them stops the process for some hundred milliseconds, on Windows and macOS for longer.
 */
export class Trust {
  readonly #settings: TrustSettings;
  readonly #get: GetCertificates | undefined;
  readonly #contexts = new Map<string, tls.SecureContext>();
  /** By project and origin. */
  readonly #own = new Map<string, { readonly name: string; readonly context: tls.SecureContext }>();
  readonly #widened = new Set<string>();
  #named: { readonly pem: string; readonly name: string } | undefined;

  /** @param get what Node itself offers, if not given */
  constructor(settings: TrustSettings, { get }: { readonly get: GetCertificates | undefined } = ofNode()) {
    this.#settings = settings;
    this.#get = get;
  }

  /** What is shown at `origin` in the name of the project. */
  clientCertificate(origin: string, project: string | undefined): ClientCertificate {
    return (
      (project === undefined ? undefined : this.#settings.clientCertificate?.(project, origin)) ?? { kind: 'none' }
    );
  }

  /** The context for `origin`. Throws when a certificate or a key cannot be read. */
  contextFor(origin: string, project: string | undefined): tls.SecureContext {
    const own = this.clientCertificate(origin, project);
    return own.kind === 'pair' ? this.#contextWith(own, origin, project) : this.#contextWithout(origin);
  }

  /** Kept for the newest certificate of the project alone. */
  #contextWith(own: OwnPair, origin: string, project: string | undefined): tls.SecureContext {
    const place = `${project} ${origin}`;
    const name = `${this.#widened.has(origin)} ${this.nameFor(origin, project)}`;
    const known = this.#own.get(place);
    if (known?.name === name) return known.context;
    const key = own.key.revealFor(new URL(origin));
    if (key.kind !== 'revealed') throw new Error('A client certificate was asked for at an origin of another project.');
    const extra = this.#settings.extraCertificates(origin);
    const wide = this.#widened.has(origin);
    const context = tls.createSecureContext({
      cert: own.certificates,
      key: key.value,
      ...(wide || extra.length > 0 ? { ca: [...this.#roots(wide), ...extra] } : {}),
    });
    this.#own.set(place, { name, context });
    return context;
  }

  #contextWithout(origin: string): tls.SecureContext {
    const extra = this.#settings.extraCertificates(origin);
    const wide = this.#widened.has(origin);
    const key = `${wide} ${extra.join('\n')}`;
    const known = this.#contexts.get(key);
    if (known) return known;
    // Node's default context shares one store of roots and costs nothing; it serves when there is nothing to add.
    const context =
      wide || extra.length > 0
        ? tls.createSecureContext({ ca: [...this.#roots(wide), ...extra] })
        : tls.createSecureContext();
    this.#contexts.set(key, context);
    return context;
  }

  /**
   * Names what is added for `origin` now, and the project if it has a client certificate: a connection that was opened
   * under another name is not used any more.
   */
  nameFor(origin: string, project: string | undefined): string {
    const extra = this.#settings.extraCertificates(origin);
    const own = this.clientCertificate(origin, project);
    const shown = own.kind === 'pair' ? fingerprint(own.certificates) : own.kind;
    const added = extra.length === 0 ? '' : this.#fingerprintOf(extra.join('\n'));
    return own.kind === 'none' ? added : `${added} ${JSON.stringify(project)} ${shown}`;
  }

  /** Asked for with each request; mostly it is the same as before. */
  #fingerprintOf(pem: string): string {
    if (this.#named?.pem !== pem) this.#named = { pem, name: fingerprint(pem) };
    return this.#named.name;
  }

  /** Whether something of the project's own, which nobody else knows, is trusted or shown at `origin`. */
  isOwn(origin: string, project: string | undefined): boolean {
    if (this.#settings.extraCertificates(origin).length > 0) return true;
    return this.clientCertificate(origin, project).kind !== 'none';
  }

  /** Whether {@link widen} can add the system's certificates at all. */
  knowsSystem(): boolean {
    return this.#get !== undefined;
  }

  /** Adds the system's certificates for an origin whose issuer is not known. `false` when that changes nothing. */
  widen(origin: string): boolean {
    if (!this.knowsSystem() || this.#widened.has(origin)) return false;
    this.#widened.add(origin);
    return true;
  }

  #roots(withSystem: boolean): readonly string[] {
    const get = this.#get;
    if (!get) return [...tls.rootCertificates, ...certificatesOfNodeExtraCaCerts()];
    return withSystem ? [...new Set([...get('default'), ...systemCertificates(get)])] : get('default');
  }
}

/** Of what is public; keys are never part of a name. */
function fingerprint(pem: string): string {
  return createHash('sha256').update(pem).digest('base64url');
}

function ofNode(): { readonly get: GetCertificates | undefined } {
  return { get: (tls as { readonly getCACertificates?: GetCertificates }).getCACertificates };
}

function systemCertificates(get: GetCertificates): readonly string[] {
  try {
    return get('system');
  } catch {
    return []; // A system store that cannot be read must not take the public roots with it.
  }
}

/** Naming `ca` switches off Node's own reading of `NODE_EXTRA_CA_CERTS`. */
function certificatesOfNodeExtraCaCerts(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '') return [];
  try {
    return readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  } catch {
    return []; // Node itself has already warned about it at its start.
  }
}
