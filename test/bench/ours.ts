/** Our reset alone: the provider's call over the connections that a bulk keeps. */
import type { Log } from '../../src/core/ports';
import { BoundSecret } from '../../src/core/redact';
import { createTransport } from '../../src/http/transport';
import { resetAuthorization } from '../../src/providers/googleDataPortability/api';
import { googleAddresses } from '../../src/providers/googleDataPortability/settings';
import { systemClock } from '../../src/vscode/systemPorts';

/** As long as those of Google. */
export const token = 'ya29.bench-token-that-is-as-long-as-those-of-google-0123456789-abcdefghijklmnopqrstuvwxyz';

interface Where {
  readonly origin: string;
  /** PEM of the authority that the server's certificate is of. */
  readonly authority: string;
}

const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function ours({ origin, authority }: Where): { readonly reset: () => Promise<void>; close(): Promise<void> } {
  const project = { id: 'bench', label: 'Bench', provider: 'googleDataPortability', endpoint: origin, options: {} };
  const transport = createTransport({
    log: silent,
    proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [authority] },
    userAgent: 'reconsent/bench',
  });
  const carrier = transport.openBulk();
  const secret = new BoundSecret(token, [origin]);
  const leaving = { mayLeave: () => true, onSent: () => undefined, another: async () => undefined, carrier };
  const { signal } = new AbortController();
  // The preview has made it by then.
  const api = { addresses: googleAddresses({ ...project, identities: [] }), transport, clock: systemClock };
  return {
    reset: async () => {
      const answer = await resetAuthorization(api, secret, leaving, signal);
      if (answer.kind !== 'accepted') throw new Error(`not accepted: ${answer.kind}`);
    },
    close: () => transport.close(),
  };
}
