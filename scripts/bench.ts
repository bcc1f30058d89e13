import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bulkAgainstIdeal, bulkConnections } from '../test/bench/bulkReset';
import { journalGrowth, notesGrowth } from '../test/bench/growth';
import { hotReset } from '../test/bench/hotReset';
import { identityGrowth } from '../test/bench/identities';
import { activationImports } from '../test/bench/imports';
import { memory } from '../test/bench/memory';
import { complaint, isMet, isWrong, type Row, tableOf } from '../test/bench/row';
import { Service } from '../test/bench/service';
import { loadShipped } from '../test/bench/shipped';
import { sizes } from '../test/bench/sizes';
import { treeEvents } from '../test/bench/treeEvents';
import { packageExtension } from './host/build';
import { runProgram } from './host/failure';

const usage = `usage: npm run bench -- [--check] [--json <file>] [--profile <file>]
Measures Reconsent beside what else can send a reset, and prints a table of goals, peers, ours and ratios.

--check           quick, and installs nothing; fails where bytes, counts or imports are over, and where a ratio is over twice its goal
--json <file>     also writes the rows as JSON
--profile <file>  also writes a CPU profile of the first whole bulk, as .cpuprofile; its times are those of a profiled one`;

/** Times drift with the machine; ratios inside one run hold. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const rows = await measure(values.check, values.profile);
  console.log(`Node.js ${process.version}, ${process.platform}, ${availableParallelism()} processors\n`);
  console.log(tableOf(rows));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows.map(withVerdict), null, 2)}\n`);
  if (!values.check) return 0;
  const wrong = rows.filter(isWrong);
  for (const row of wrong) console.error(complaint(row));
  return wrong.length === 0 ? 0 : 1;
}

async function measure(quick: boolean, profile: string | undefined): Promise<readonly Row[]> {
  const say = (what: string): void => console.error(`${what} …`);
  const service = await Service.start();
  try {
    say('imports and bytes');
    // What the package weighs is held by a test, and making it takes the bundles away from whoever runs beside this.
    const rows = [...activationImports(), ...sizes(quick ? undefined : packageExtension())];
    say('hot resets');
    rows.push(
      ...(await hotReset(
        service,
        quick ? { rounds: 5, resets: 100, allPeers: false } : { rounds: 20, resets: 300, allPeers: true },
      )),
    );
    say('connections');
    rows.push(...(await bulkConnections(service, 500)));
    say('events of the tree');
    rows.push(await treeEvents(1000));
    say('bulks');
    const sent = quick ? { resets: 64, atOnce: [8], rounds: 5 } : { resets: 400, atOnce: [8, 32, 64], rounds: 1 };
    rows.push(...(await bulkAgainstIdeal(service, sent)));
    say('whole bulks');
    const whole = quick ? { resets: 64, atOnce: [8] } : { resets: 1000, atOnce: [8, 32, 64] };
    const bulks = join(__dirname, '..', 'test', 'bench', 'wholeBulk.ts');
    const { wholeBulks } = loadShipped<typeof import('../test/bench/wholeBulk')>(bulks, {
      minify: profile === undefined,
    });
    rows.push(...(await wholeBulks(service, { ...whole, profile })));
    say('growth');
    rows.push(...(await journalGrowth(quick ? 10_000 : 100_000, quick ? 20 : 40)));
    rows.push(await identityGrowth(10_000, quick ? 10 : 40));
    rows.push(await notesGrowth(quick ? 3000 : 10_000, 40));
    say('memory');
    rows.push(...(await memory(service, quick ? 3000 : 10_000)));
    return rows;
  } finally {
    await service.close();
  }
}

function withVerdict(row: Row): object {
  return { ...row, met: isMet(row) };
}

runProgram(main);
