/** A reset is killed before its answer, and then something befalls the only record of it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { KilledReset } from '../crash/killedReset';
import { points } from '../crash/points';
import { services } from '../crash/services';
import { WindowProcesses } from '../crash/windowProcesses';

/** What is done to the lines: the window's own, `sending`, and `sent` where there was time for it. */
interface Damage {
  readonly name: string;
  readonly edit: (text: string) => string;
  /** Whether the entry is offered all the same. */
  readonly offered: boolean;
  /** What the log says of it; nothing where all can be read. */
  readonly logged?: RegExp;
  /** The file stays as it is, byte by byte, for a later version. */
  readonly kept?: true;
}

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');
const elsewhere = 'http://127.0.0.1:9';

const damages: readonly Damage[] = [
  {
    name: 'truncated in a line after it',
    edit: (text) => `${text}{"v":1,"type":"sent","operationId":"kil`,
    offered: true,
    logged: /1 damaged lines were skipped; the file is kept/,
  },
  {
    name: 'truncated within it',
    edit: (text) => text.slice(0, text.indexOf('"type":"sending"') + 60),
    offered: false,
    logged: /1 damaged lines were skipped; the file is kept/,
  },
  {
    name: 'written by a later version',
    edit: (text) => text.replaceAll('"v":1', '"v":2'),
    offered: false,
    logged: /\d lines of a newer version were skipped; the file is kept/,
    kept: true,
  },
  {
    name: 'with lines of a later version after it',
    edit: (text) => `${text}{"v":2,"type":"paused","operationId":"killed-operation-1","note":{"deep":[1]}}\n`,
    offered: true,
    logged: /1 lines of a newer version were skipped; the file is kept/,
    kept: true,
  },
  {
    name: 'edited by hand: comments, blank lines, other line ends, fields that nobody knows',
    edit: (text) =>
      `// mine\r\n\r\n${linesOf(text)
        .map((line) => `  ${line.replace(/\}$/, ',"mine":{"note":"[x](command:y)"}}')}  `)
        .join('\r\n')}\r\n`,
    offered: true,
    logged: /damaged lines were skipped; the file is kept/,
  },
  {
    name: 'edited by hand: its service is another one',
    edit: (text) => text.replaceAll(/"origin":"[^"]+"/g, `"origin":"${elsewhere}"`),
    offered: false,
  },
];

describe('fault 53: the journal of a killed reset', () => {
  const point = points.find(({ name }) => name === 'before the answer') ?? assert.fail();
  let processes: WindowProcesses;
  let killed: KilledReset;
  before(async () => {
    processes = await WindowProcesses.open();
  });
  after(() => processes.close());
  afterEach(() => killed.close());

  for (const service of services) {
    describe(service.id, () => {
      for (const { name, edit, offered, logged, kept } of damages) {
        it(name, async () => {
          killed = await KilledReset.at(point, service, processes);
          const { window, journalFile } = killed;
          const edited = edit(readFileSync(journalFile, 'utf8'));
          writeFileSync(journalFile, edited);
          // Whoever has made a file without a readable first line is judged by its age.
          killed.pass(31_000);
          const before = killed.requests();
          await window.operations.load(window.targets);
          assert.equal(killed.requests(), before, 'opening a window sends nothing');
          assert.equal(killed.row().description === 'outcome unknown', offered);
          const said = window.lines.join('\n');
          if (logged) assert.match(said, logged);
          else assert.doesNotMatch(said, /skipped/);
          if (offered) {
            const verified = await killed.verify();
            assert.equal(verified.kind, 'verified', killed.text(verified));
          }
          // What is not in the record is found out by reading, and never by sending once more.
          const next = await killed.reset();
          const known = offered || service.id === 'venafiTpp';
          assert.equal(next.kind, known ? 'already-reset' : 'refused', killed.text(next));
          assert.deepEqual(killed.ledger(), { sent: 1, carriedOut: 1, consented: false });
          if (offered) assert.deepEqual(await window.journal.unfinished(), []);

          await killed.consentAgain();
          const anew = await killed.reset();
          assert.equal(anew.kind, 'verified', killed.text(anew));
          assert.deepEqual(killed.ledger(), { sent: 2, carriedOut: 2, consented: false });
          // Files of dead windows are archived in the background, and that has ended by then.
          await window.journal.dispose();
          if (kept) assert.equal(readFileSync(journalFile, 'utf8'), edited);
        });
      }
    });
  }
});
