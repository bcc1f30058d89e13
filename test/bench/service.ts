/** The service of `server.ts`, from the side of whoever measures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { TestAuthority } from '../unit/http/certificates';

export interface Counts {
  readonly connections: number;
  /** Those of them that carried a reset. */
  readonly resetConnections: number;
  /** By path. */
  readonly requests: Readonly<Record<string, number>>;
}

export class Service {
  private constructor(
    readonly origin: string,
    /** PEM of the authority that its certificate is of. */
    readonly authority: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<Service> {
    const authority = await TestAuthority.create();
    const certificate = await authority.issue();
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'server.ts')], {
      env: { ...process.env, BENCH_CERTIFICATE: JSON.stringify(certificate) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [origin] = (await once(lines, 'line')) as [string];
    return new Service(origin, authority.pem, async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    });
  }

  /** From now on every answer comes that much later, and counting begins anew. */
  async begin({ delayMs }: { readonly delayMs: number }): Promise<void> {
    await this.#ask(`begin?delay=${delayMs}`);
  }

  /** Without the connection that asks. */
  async counts(): Promise<Counts> {
    const counts = (await this.#ask('counts')) as Counts;
    return { ...counts, connections: counts.connections - 1 };
  }

  close(): Promise<void> {
    return this.stop();
  }

  /** Each on a connection of its own, which is closed: none is left to be taken for one of the measured. */
  async #ask(what: string): Promise<unknown> {
    const asked = request(`${this.origin}/__bench/${what}`, { ca: this.authority, agent: false }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return JSON.parse(await text(answer));
  }
}
