/**
 * `npm run test:windows [-- <rounds> [<seed>]]`: two windows that do the same things at the same moment, for many rounds: as
 * processes over one disk and keyring, and as two pages of a real workbench. Each prints what was on the wire.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildExtension } from './host/build';
import { repoRoot } from './host/paths';

const [rounds = '20', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
if (!/^[1-9]\d{0,3}$/.test(rounds) || !/^\d{1,9}$/.test(seed)) throw new Error('Give a number of rounds, and a seed.');
console.log(`${rounds} rounds; the same again: npm run test:windows -- ${rounds} ${seed}`);

buildExtension();
const mocha = join(repoRoot, 'node_modules', 'mocha', 'bin', 'mocha.js');
const env = { ...process.env, WINDOW_ROUNDS: rounds, WINDOW_SEED: seed };
const only = ['--grep', 'in both windows at the same moment', '--timeout', '120000'];
const files = ['test/faults/windows/races.test.ts', 'test/ui/flows/windows.test.ts'];
const { status } = spawnSync(process.execPath, [mocha, ...only, ...files], { stdio: 'inherit', env, cwd: repoRoot });
process.exitCode = status ?? 1;
