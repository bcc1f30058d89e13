/**
 * A window as a process of its own, for the tests that need two: started with a folder, a name and how many milliseconds
 * its clock is ahead. Does what the lines on stdin say and answers each with one line of JSON.
 */
import { createInterface } from 'node:readline';
import type { TargetKey } from '../../../src/core/model';
import type { LockResult, Log } from '../../../src/core/ports';
import { createFileJournal } from '../../../src/storage/fileJournal';
import { createFileLocks } from '../../../src/storage/fileLocks';
import { createProcessIdentity } from '../../../src/storage/processIdentity';

const [folder = '', windowId = '', ahead = '0'] = process.argv.slice(2);
const clock = { now: () => Date.now() + Number(ahead) };
const silent: Log = { trace() {}, info() {}, warn() {}, error() {} };
const owner = createProcessIdentity({ windowId, clock });
const locks = createFileLocks({ folder, clock, owner });
const journal = createFileJournal({ folder, clock, owner, log: silent });
const held: LockResult[] = [];

function address(index: number) {
  return { provider: 'p', origin: 'https://service.example.com', target: `project/${index}` as TargetKey };
}

async function answer(command: string, argument: string): Promise<unknown> {
  switch (command) {
    case 'lock': {
      const results = await Promise.all(
        Array.from({ length: Number(argument) }, (_, index) => locks.acquire(address(index))),
      );
      held.push(...results);
      return results.map(({ kind }) => kind);
    }
    case 'release':
      await Promise.all(held.splice(0).map((result) => (result.kind === 'acquired' ? result.release() : undefined)));
      return 'released';
    case 'open':
      await journal.open({
        operationId: argument,
        address: address(0),
        projectLabel: 'Project',
        identityLabel: 'alice.test@example.com',
        confirmedBy: 'modal',
        confirmedAt: 1,
        credentialStoredAt: 1,
        hints: {},
        openedAt: clock.now(),
      });
      return 'opened';
    case 'unfinished':
      return (await journal.unfinished()).map((entry) => entry.operationId);
    default:
      throw new Error(`no such command: ${command}`);
  }
}

async function serve(): Promise<void> {
  process.stdout.write('"ready"\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [command = '', argument = ''] = line.split(' ');
    process.stdout.write(`${JSON.stringify(await answer(command, argument))}\n`);
  }
}

void serve();
