import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SandboxAddresses } from '../../../../src/sandbox/api';
import type { VenafiSample } from '../../../../src/sandbox/venafi/api';

const root = join(__dirname, '../../../..');

describe('venafi sandbox: on its own', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-sandbox-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function start(...flags: string[]): ChildProcess {
    const args = ['--import', 'tsx', join('scripts', 'sandbox.ts'), ...flags];
    return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function ended(child: ChildProcess): Promise<{ code: number | null; err: string }> {
    assert(child.stderr);
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    return { code: code as number | null, err };
  }

  it('listens over https, writes its authority and prints the sample', async () => {
    const caFile = join(folder, 'ca.pem');
    const child = start('--https-port', '0', '--ca-file', caFile, '--seed-sample');
    const done = ended(child);
    assert(child.stdout);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { venafi, venafiSample } = JSON.parse(line.toString()) as SandboxAddresses & { venafiSample: VenafiSample };
    assert.match(venafi.https?.webSdk ?? '', /^https:\/\/127\.0\.0\.1:\d+\/vedsdk\/$/);
    assert.ok(new X509Certificate(await readFile(caFile)).ca);
    const headers = { authorization: `Bearer ${venafiSample.administrator.accessToken}` };
    assert.equal((await fetch(`${venafi.webSdk}Identity/Self`, { headers })).status, 200);
    child.kill('SIGTERM');
    assert.equal((await done).code, 0);
  });

  it('explains a port that is none, and a file that cannot be written', async () => {
    const [port, file] = await Promise.all([
      ended(start('--https-port', 'x')),
      ended(start('--ca-file', join(folder, 'none', 'ca.pem'))),
    ]);
    assert.deepEqual([port.code, file.code], [2, 1]);
    assert.match(port.err, /--https-port must be a number/);
    assert.match(file.err, /The authority cannot be written: ENOENT/);
  });
});
