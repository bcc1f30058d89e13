import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freshFolder } from './support';

const script = fileURLToPath(new URL('./windowProcess.ts', import.meta.url));
const targets = 40;

describe('storage: windows as processes', function () {
  this.timeout(60_000);
  let children: ChildProcess[] = [];
  const folder = freshFolder(async () => {
    const ended = children.map((child) => (child.exitCode ?? child.signalCode) === null && once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ended);
    children = [];
  });

  /** Starts a window; gives how to ask it and how to kill it. */
  async function start(windowId: string, clockAheadMs = 0) {
    const args = ['--import', 'tsx', script, folder(), windowId, String(clockAheadMs)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => {
      const line = await lines.next();
      return line.done ? assert.fail(`window ${windowId} ended`) : JSON.parse(line.value);
    };
    assert.equal(await next(), 'ready');
    return {
      ask: (command: string) => {
        child.stdin.write(`${command}\n`);
        return next();
      },
      async kill() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }

  /** How many windows got each target. */
  function owners(answers: readonly unknown[]): number[] {
    const all = answers as string[][];
    return Array.from({ length: targets }, (_, index) => all.filter((kinds) => kinds[index] === 'acquired').length);
  }
  const each = (count: number) => Array.from({ length: targets }, () => count);

  it('gives each target to exactly one of two, and to nobody else while one of them lives', async () => {
    const [a, b] = await Promise.all([start('a'), start('b')]);
    const first = await Promise.all([a.ask(`lock ${targets}`), b.ask(`lock ${targets}`)]);
    assert.deepEqual(owners(first), each(1));
    // A window whose clock says that nobody has shown life for long.
    const late = await start('late', 31_000);
    assert.deepEqual(owners([await late.ask(`lock ${targets}`)]), each(0));
    await Promise.all([a.ask('release'), b.ask('release')]);
    assert.deepEqual(await readdir(join(folder(), 'locks')), []);
    assert.deepEqual(owners([await late.ask(`lock ${targets}`)]), each(1));
  });

  it('frees what a killed window held after 30 s, for exactly one of two that want it', async () => {
    const a = await start('a');
    assert.deepEqual(owners([await a.ask(`lock ${targets}`)]), each(1));
    await a.kill();
    const [soon, b, c] = await Promise.all([start('soon'), start('b', 31_000), start('c', 31_000)]);
    assert.deepEqual(owners([await soon.ask(`lock ${targets}`)]), each(0));
    assert.deepEqual(owners(await Promise.all([b.ask(`lock ${targets}`), c.ask(`lock ${targets}`)])), each(1));
    assert.equal((await readdir(join(folder(), 'locks'))).length, targets);
  });

  it('offers what a killed window was sending, and nothing of a living one', async () => {
    const [a, b, c] = await Promise.all([start('a'), start('b'), start('c')]);
    await Promise.all([a.ask('open of-a'), b.ask('open of-b')]);
    assert.deepEqual(await c.ask('unfinished'), []);
    await a.kill();
    assert.deepEqual(await c.ask('unfinished'), ['of-a']);
    assert.deepEqual(await b.ask('unfinished'), ['of-a']);
    await c.kill();
    assert.deepEqual(await b.ask('unfinished'), ['of-a']);
  });
});
