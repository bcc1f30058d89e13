/** Whom TLS connections trust: Node's roots, the system's, and those of the project, each added to the others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** The user's additional certificate authorities. Asked for every new connection, so a change takes effect at once. */
export interface TrustSettings {
  /** PEM texts of one certificate each, for connections to `origin`. Never replaces the roots. */
  extraCertificates(origin: string): readonly string[];
}

type Store = 'default' | 'system';

/** Absent before Node 22.15 and 23.10, thus in editors of the older line. */
type GetCertificates = (store: Store) => string[];

/**
 * Builds the contexts of TLS connections, and keeps them.
 *
 * The system's certificates are read only for an origin that Node's roots do not vouch for: reading them and building a
 * context of them stops the process for some hundred milliseconds, on Windows and macOS for longer.
 */
export class Trust {
  readonly #settings: TrustSettings;
  readonly #contexts = new Map<string, tls.SecureContext>();
  readonly #widened = new Set<string>();

  constructor(settings: TrustSettings) {
    this.#settings = settings;
  }

  /** The context for `origin`. Throws when an additional certificate cannot be read. */
  contextFor(origin: string): tls.SecureContext {
    const extra = this.#settings.extraCertificates(origin);
    const wide = this.#widened.has(origin);
    const key = `${wide} ${extra.join('\n')}`;
    const known = this.#contexts.get(key);
    if (known) return known;
    // Node's default context shares one store of roots and costs nothing; it serves when there is nothing to add.
    const context =
      wide || extra.length > 0
        ? tls.createSecureContext({ ca: [...rootCertificates(wide), ...extra] })
        : tls.createSecureContext();
    this.#contexts.set(key, context);
    return context;
  }

  /** Names what is added for `origin` now: a connection that was opened under another name is not used any more. */
  nameFor(origin: string): string {
    const extra = this.#settings.extraCertificates(origin);
    return extra.length === 0 ? '' : createHash('sha256').update(extra.join('\n')).digest('base64url');
  }

  /** Adds the system's certificates for an origin whose issuer is not known. `false` when that changes nothing. */
  widen(origin: string): boolean {
    if (getCertificates() === undefined || this.#widened.has(origin)) return false;
    this.#widened.add(origin);
    return true;
  }
}

function getCertificates(): GetCertificates | undefined {
  return (tls as { readonly getCACertificates?: GetCertificates }).getCACertificates;
}

function rootCertificates(withSystem: boolean): readonly string[] {
  const get = getCertificates();
  if (!get) return [...tls.rootCertificates, ...certificatesOfNodeExtraCaCerts()];
  return withSystem ? [...new Set([...get('default'), ...systemCertificates(get)])] : get('default');
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
