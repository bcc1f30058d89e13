import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SandboxAddresses } from '../../../src/sandbox/api';
import { SandboxStartError, startSandbox } from '../../../src/sandbox/server';

const root = join(__dirname, '../../..');

function node(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finished(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  assert(child.stdout && child.stderr);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, out, err };
}

describe('sandbox: start and stop', () => {
  it('listens on loopback only', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.com', '']) {
      await assert.rejects(startSandbox({ host }), (error) => {
        assert(error instanceof SandboxStartError);
        assert.equal(error.code, 'not-loopback');
        assert.match(error.message, /this machine only/);
        return true;
      });
    }
  });

  it('names the port that is in use', async () => {
    const first = await startSandbox();
    const port = Number(new URL(first.origin).port);
    await assert.rejects(startSandbox({ port }), (error) => {
      assert(error instanceof SandboxStartError);
      assert.equal(error.code, 'port-in-use');
      assert.match(error.message, new RegExp(`Port ${port} is in use`));
      return true;
    });
    await first.close();
    const second = await startSandbox({ port });
    assert.equal(second.origin, first.origin);
    await second.close();
  });

  it('ends idle and busy connections, and can be closed twice', async () => {
    const sandbox = await startSandbox();
    sandbox.control.faults.add({ match: {}, effect: { kind: 'delay', ms: 3_600_000 } });
    const { port } = new URL(sandbox.origin);
    const idle = connect(Number(port), '127.0.0.1');
    await once(idle, 'connect');
    const busy = assert.rejects(fetch(`${sandbox.origin}/token`, { method: 'POST' }));
    while (sandbox.control.requests.count() === 0) await new Promise((resolve) => setImmediate(resolve));
    const ended = once(idle, 'close');
    idle.on('error', () => undefined).resume();
    await sandbox.close();
    await sandbox.close();
    await Promise.all([ended, busy]);
    await assert.rejects(fetch(sandbox.origin));
  });

  it('leaves nothing behind that keeps a process alive', async () => {
    const script = `
      const { startSandbox } = require('./src/sandbox/server.ts');
      const { request } = require('node:http');
      (async () => {
        const open = () => process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout)/.test(name));
        const sandbox = await startSandbox();
        sandbox.control.seedSample();
        sandbox.control.faults.add({ match: { path: '/token' }, effect: { kind: 'delay', ms: 3600000 } });
        request(sandbox.origin + '/token', { method: 'POST' }).on('error', () => {}).end();
        while (sandbox.control.requests.count() === 0) await new Promise((resolve) => setImmediate(resolve));
        const whileOpen = open();
        await sandbox.close();
        for (let turn = 0; turn < 20 && open().length > 0; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        console.log(JSON.stringify({ whileOpen, left: open() }));
      })();`;
    const { code, out, err } = await finished(node('-e', script));
    assert.equal(code, 0, err);
    const { whileOpen, left } = JSON.parse(out) as { whileOpen: string[]; left: string[] };
    assert.ok(whileOpen.includes('TCPServerWrap') && whileOpen.includes('Timeout'), String(whileOpen));
    assert.deepEqual(left, []);
  });
});

describe('sandbox: on its own', () => {
  const script = join('scripts', 'sandbox.ts');

  it('prints one line of JSON, serves, and stops on SIGTERM', async () => {
    const child = node(script, '--seed-sample');
    const done = finished(child);
    assert(child.stdout);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const printed = JSON.parse(line.toString('utf8')) as SandboxAddresses & { sample: { users: unknown[] } };
    assert.match(printed.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(printed.google.oauth2TokenUrl, `${printed.origin}/token`);
    assert.equal(printed.sample.users.length, 2);
    assert.equal((await fetch(`${printed.origin}/__sandbox/clock`)).status, 200);
    child.kill('SIGTERM');
    const { code, out } = await done;
    assert.equal(code, 0);
    assert.equal(out.trim().split('\n').length, 1);
  });

  it('explains bad flags with exit code 2 and a port in use with 1', async () => {
    const taken = await startSandbox();
    const { port } = new URL(taken.origin);
    const [unknown, notANumber, foreign, inUse] = await Promise.all(
      [
        ['--prot', '1'],
        ['--port', '99999'],
        ['--host', '0.0.0.0'],
        ['--port', port],
      ].map((args) => finished(node(script, ...args))),
    );
    await taken.close();
    assert.deepEqual([unknown?.code, notANumber?.code, foreign?.code, inUse?.code], [2, 2, 2, 1]);
    assert.match(unknown?.err ?? '', /--prot[\s\S]*usage:/);
    assert.match(notANumber?.err ?? '', /0 to 65535/);
    assert.match(foreign?.err ?? '', /this machine only/);
    assert.match(inUse?.err ?? '', new RegExp(`Port ${port} is in use`));
    assert.deepEqual(
      [unknown, notANumber, foreign, inUse].map((run) => run?.out),
      ['', '', '', ''],
    );
  });
});
