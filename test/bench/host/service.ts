/** The service of `server.ts`: its process, and what can be asked of it from wherever it is measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TestAuthority } from '../../unit/http/certificates';

export interface ServerAddresses {
  readonly origin: string;
  /** Without a delay, and not counted. */
  readonly control: string;
}

export interface HostCounts {
  readonly connections: number;
  readonly resets: number;
  /** How many connections these have come over. */
  readonly connectionsOfResets: number;
}

export class HostService {
  private constructor(
    readonly addresses: ServerAddresses,
    /** PEM file of the authority that its certificate is of. */
    readonly authorityFile: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<HostService> {
    const authority = await TestAuthority.create();
    const folder = mkdtempSync(join(tmpdir(), 'reconsent-bench-'));
    const authorityFile = join(folder, 'authority.pem');
    writeFileSync(authorityFile, authority.pem);
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'server.ts')], {
      env: { ...process.env, BENCH_CERTIFICATE: JSON.stringify(await authority.issue()) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return new HostService(JSON.parse(line) as ServerAddresses, authorityFile, child, folder);
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
