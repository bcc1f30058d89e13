import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Bench } from './bench';
import { TestAuthority } from './certificates';

const run = promisify(execFile);
const here = 'test/unit/http';

describe('transport: the process it runs in', () => {
  let bench: Bench;
  let folder: string;
  beforeEach(async () => {
    bench = new Bench();
    folder = await mkdtemp(join(tmpdir(), 'reconsent-http-'));
  });
  afterEach(async () => {
    await bench.close();
    await rm(folder, { recursive: true });
  });

  async function bundle(entry: string, outfile: string): Promise<number> {
    const result = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      minify: true,
      write: true,
      metafile: true,
    });
    return Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  }

  async function assertUnchanged(module: string): Promise<void> {
    const server = await bench.listen(http.createServer((_request, response) => response.end('ok')));
    const { stdout } = await run(process.execPath, [
      '--import',
      'tsx',
      `${here}/processProbe.ts`,
      resolve(module),
      server.origin,
    ]);
    assert.deepEqual(JSON.parse(stdout), { kinds: ['response', 'response'], changed: [] });
  }

  it('is left as it was found, run from source', () => assertUnchanged('src/http/transport.ts')).timeout(30_000);

  it('is left as it was found, run from the bundle', async () => {
    const outfile = join(folder, 'transport.js');
    await bundle('src/http/transport.ts', outfile);
    await assertUnchanged(outfile);
  }).timeout(30_000);

  it('notices what importing undici whole does', async () => {
    const entry = join(folder, 'whole.ts');
    const source = (path: string) => JSON.stringify(resolve(path));
    await writeFile(
      entry,
      `import ${source('node_modules/undici')};\nexport * from ${source('src/http/transport')};\n`,
    );
    const outfile = join(folder, 'whole.js');
    await bundle(entry, outfile);
    await assert.rejects(assertUnchanged(outfile), /undici\.globalDispatcher/);
  }).timeout(30_000);

  it('pays at most 350 kB for the network', async () => {
    const bytes = await bundle('src/http/transport.ts', join(folder, 'size.js'));
    assert.ok(bytes <= 350_000, `${bytes} bytes`);
  }).timeout(30_000);

  /** Asks servers of several authorities in a process of its own; says how each request ended. */
  async function askFromChild(authorities: TestAuthority[], addedPem: string, env: Record<string, string>) {
    const origins: string[] = [];
    for (const authority of authorities) {
      const server = https.createServer(await authority.issue(), (_request, response) => response.end('ok'));
      origins.push((await bench.listen(server, 'https')).origin);
    }
    const script = `
      const { createTransport } = require(${JSON.stringify(resolve('src/http/transport.ts'))});
      const log = () => undefined;
      const transport = createTransport({
        log: { trace: log, info: log, warn: log, error: log },
        proxy: () => ({ support: 'on', proxy: '', noProxy: [], env: {} }),
        trust: { extraCertificates: () => process.env.ADDED_PEM ? [process.env.ADDED_PEM] : [] },
      });
      const ask = (origin) => transport.send(
        { method: 'GET', url: new URL(origin), pathTemplate: '/', effect: 'read' },
        new AbortController().signal,
      );
      Promise.all(${JSON.stringify(origins)}.map(ask)).then(async (results) => {
        await transport.close();
        process.stdout.write(results.map(({ kind, cause }) => cause ?? kind).join(' '));
      });`;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=commonjs', '--eval', script], {
      env: { ...process.env, ...env, ADDED_PEM: addedPem },
    });
    return stdout;
  }

  it('adds certificates to those the process already trusts', async () => {
    const trusted = await TestAuthority.create('CN=Trusted By The Process');
    const added = await TestAuthority.create('CN=Added By The Project');
    const file = join(folder, 'trusted.pem');
    await writeFile(file, trusted.pem);
    const ends = await askFromChild([trusted, added], added.pem, { NODE_EXTRA_CA_CERTS: file });
    assert.equal(ends, 'response response');
  }).timeout(30_000);

  // OpenSSL's variable for the system's certificates, which Node heeds on Linux.
  if ('getCACertificates' in tls && process.platform === 'linux') {
    for (const added of ['', 'another']) {
      it(`falls back to the certificates of the system${added && ', beside added ones'}`, async () => {
        const system = await TestAuthority.create('CN=Trusted By The System');
        const other = await TestAuthority.create('CN=Added By The Project');
        const stranger = await TestAuthority.create('CN=Trusted By Nobody');
        const file = join(folder, 'system.pem');
        await writeFile(file, system.pem);
        const ends = await askFromChild([system, other, stranger], added && other.pem, { SSL_CERT_FILE: file });
        assert.equal(ends, `response ${added ? 'response' : 'tls-untrusted'} tls-untrusted`);
      }).timeout(30_000);
    }
  }
});
