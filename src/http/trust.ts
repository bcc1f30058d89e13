/** Whom TLS connections trust: Node's roots, the system's, and those of the project, each added to the others. */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** The user's additional certificate authorities. Asked for every new connection, so a change takes effect at once. */
export interface TrustSettings {
  /** PEM texts of one certificate each, for connections to `origin`. Never replaces the roots. */
  extraCertificates(origin: string): readonly string[];
}

/** Builds the contexts of TLS connections, and keeps them: reading some 300 certificates takes tens of milliseconds. */
export class Trust {
  readonly #settings: TrustSettings;
  readonly #contexts = new Map<string, tls.SecureContext>();
  #roots: readonly string[] | undefined;

  constructor(settings: TrustSettings) {
    this.#settings = settings;
  }

  /** The context for `origin`. Throws when an additional certificate cannot be read. */
  contextFor(origin: string): tls.SecureContext {
    const extra = this.#settings.extraCertificates(origin);
    const key = extra.join('\n');
    const known = this.#contexts.get(key);
    if (known) return known;
    this.#roots ??= rootCertificates();
    // Node's default context shares one store of roots and costs nothing; it serves when there is nothing to add.
    const context =
      this.#roots === undefined && extra.length === 0
        ? tls.createSecureContext()
        : tls.createSecureContext({ ca: [...(this.#roots ?? bundledCertificates()), ...extra] });
    this.#contexts.set(key, context);
    return context;
  }
}

type Store = 'default' | 'system';

/** Absent before Node 22.15 and 23.10, thus in editors of the older line. */
type GetCertificates = (store: Store) => string[];

/** The roots of Node and of the system; `undefined` where Node cannot list the latter. */
function rootCertificates(): readonly string[] | undefined {
  const get = (tls as { readonly getCACertificates?: GetCertificates }).getCACertificates;
  if (!get) return undefined;
  return [...new Set([...get('default'), ...systemCertificates(get)])];
}

function systemCertificates(get: GetCertificates): readonly string[] {
  try {
    return get('system');
  } catch {
    return []; // A system store that cannot be read must not take the public roots with it.
  }
}

function bundledCertificates(): readonly string[] {
  return [...tls.rootCertificates, ...certificatesOfNodeExtraCaCerts()];
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
