/** Two extension hosts that share a disk and a keyring, with one sign-in whose refresh token works once. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunningSandbox } from '../../src/sandbox/api';
import { startSandbox } from '../../src/sandbox/server';
import type { Answer, Task } from '../fakes/venafiHost';

const script = join(__dirname, '../fakes/venafiHost.ts');
const rounds = 5;

describe('two extension hosts with one sign-in', function () {
  this.timeout(60_000);
  let sandbox: RunningSandbox;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    sandbox = await startSandbox();
    folder = await mkdtemp(join(tmpdir(), 'reconsent-hosts-'));
  });
  afterEach(async () => {
    const ended = children.map((child) => (child.exitCode ?? child.signalCode) === null && once(child, 'exit'));
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(ended);
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(clientId: string): Promise<(task: Task) => Promise<Answer>> {
    const args = ['--import', 'tsx', script, folder, sandbox.origin, clientId];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const line = await lines.next();
      return line.done ? assert.fail('a host has ended') : JSON.parse(line.value);
    };
    assert.equal(await next(), 'ready');
    return (task) => {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      return next();
    };
  }

  // The second kind of server ends the whole grant when a spent token is shown to it: one refresh too many would be seen.
  for (const refreshReuse of ['refused', 'revokes-grant'] as const) {
    it(`fault 13: refresh it once on the wire, and both go on with the new token (a spent one is ${refreshReuse})`, async () => {
      const { venafi, requests } = sandbox.control;
      venafi.setSwitches({ refreshReuse });
      const { clientId } = venafi.seedSample();
      const [one, other] = await Promise.all([start(clientId), start(clientId)]);
      for (let round = 1; round <= rounds; round++) {
        // Another sign-in each time.
        const { accessToken, refreshToken } = venafi.seedSample().administrator;
        venafi.expireAccessTokens({ grantee: 'tpp-admin' });
        const before = requests.list({ path: '/vedauth/authorize/token' }).length;
        const task = { storedAt: round, accessToken, refreshToken, beginAt: Date.now() + 100 };
        const [first, second] = await Promise.all([one(task), other(task)]);
        assert.deepEqual(first, second, `round ${round}`);
        assert.ok('accessToken' in first, JSON.stringify(first));
        assert.deepEqual([first.kind, first.generation], ['token', 1]);
        assert.notEqual(first.accessToken, accessToken);
        assert.equal(requests.list({ path: '/vedauth/authorize/token' }).length - before, 1, `round ${round}`);
        const self = await fetch(`${sandbox.origin}/vedsdk/Identity/Self`, {
          headers: { authorization: `Bearer ${first.accessToken}` },
        });
        assert.equal(self.status, 200, 'the grant lives, and so does the token');
      }
      assert.deepEqual(await readdir(join(folder, 'locks')), []);
    });
  }
});
