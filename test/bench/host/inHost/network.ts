/** The built network part and Google's provider on it, as the extension loads them: the very files, in the very process. */
import type { JobStore } from '../../../../src/core/archiveJobs';
import { mapLimited } from '../../../../src/core/mapLimited';
import type { Project } from '../../../../src/core/model';
import type { Log } from '../../../../src/core/ports';
import type { PreparedReset, Provider } from '../../../../src/core/provider';
import { BoundSecret } from '../../../../src/core/redact';
import type { Bulk } from '../../../../src/http/transport';
import { systemClock } from '../../../../src/vscode/systemPorts';

type TransportPart = typeof import('../../../../src/http/transport');
type ProviderPart = typeof import('../../../../src/providers/googleDataPortability/provider');

const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noJobs: JobStore = { list: async () => [], all: async () => new Map(), update: async () => undefined };

/** Sends what was previewed, over the connections that a bulk keeps. */
export class BuiltNetwork {
  readonly #origin: string;
  readonly #transport: ReturnType<TransportPart['createTransport']>;
  readonly #carrier: Bulk;
  readonly #provider: Provider;

  constructor(origin: string) {
    const { createTransport }: TransportPart = require('../dist/transport.js');
    const { createGoogleDataPortability }: ProviderPart = require('../dist/googleDataPortability.js');
    this.#origin = origin;
    this.#transport = createTransport({
      log: silent,
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
      userAgent: 'reconsent/bench',
    });
    this.#carrier = this.#transport.openBulk();
    this.#provider = createGoogleDataPortability({ transport: this.#transport, clock: systemClock, jobs: noJobs });
  }

  /** Reads what so many resets would do; each can be sent once. */
  async prepare(resets: number): Promise<readonly PreparedReset[]> {
    const project: Project = {
      id: 'bench',
      label: 'Bench',
      provider: 'googleDataPortability',
      endpoint: this.#origin,
      options: {},
      identities: [],
    };
    const secrets = { accessToken: new BoundSecret('ya29.bench-forever', [this.#origin]) };
    const credential = { form: 'accessToken', secrets, facts: {}, storedAt: 1 };
    const target = { project, identity: { id: 'one', label: 'one' }, credentials: [credential] as const };
    const all: PreparedReset[] = [];
    await mapLimited(Array.from({ length: resets }), 8, async () => {
      const result = await this.#provider.preview(target, 'reset', new AbortController().signal);
      if (result.kind !== 'ready') throw new Error(`not previewed: ${JSON.stringify(result)}`);
      all.push(result.prepared);
    });
    return all;
  }

  async send(prepared: PreparedReset): Promise<void> {
    const leaving = {
      mayLeave: () => true,
      onSent: () => undefined,
      another: async () => undefined,
      carrier: this.#carrier,
    };
    const answer = await prepared.send(leaving, new AbortController().signal);
    if (answer.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
