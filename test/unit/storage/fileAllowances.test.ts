import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Allowance } from '../../../src/core/allowance';
import { createFileAllowances } from '../../../src/storage/fileAllowances';

describe('allowances on disk', () => {
  let folder: string;
  const warnings: string[] = [];
  const note = (line: string): void => void warnings.push(line);
  const log = { trace: note, info: note, warn: note, error: note };
  const open = () => createFileAllowances({ folder, log });
  const names = (): readonly string[] => readdirSync(join(folder, 'allowances'));
  const allowance = (changes: Partial<Allowance> = {}): Allowance => ({
    folder: 'file:///code/shop',
    project: 'shop',
    identity: 'alice',
    provider: 'scripted',
    endpoint: 'https://consent.example',
    options: '{}',
    way: 'reset',
    allowedAt: 1,
    ...changes,
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reconsent-allowances-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are none at first, and nothing is made by looking', async () => {
    assert.deepEqual(await open().list(), []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('are seen by other windows at once, and so is their end', async () => {
    const [one, other] = [open(), open()];
    await one.add(allowance({ allowedAt: 2 }));
    await other.add(allowance({ identity: 'bob' }));
    assert.deepEqual(await one.list(), [allowance({ identity: 'bob' }), allowance({ allowedAt: 2 })]);
    await other.remove(allowance());
    // A window that adds another one does not bring back what was withdrawn.
    await one.add(allowance({ identity: 'carol' }));
    assert.deepEqual((await one.list()).map(({ identity }) => identity).sort(), ['bob', 'carol']);
  });

  it('of the same folder, identity and way are replaced', async () => {
    await open().add(allowance());
    await open().add(allowance({ endpoint: 'https://elsewhere.example' }));
    assert.deepEqual(
      (await open().list()).map(({ endpoint }) => endpoint),
      ['https://elsewhere.example'],
    );
  });

  it('end quietly when they have ended already', async () => {
    await open().remove(allowance());
    assert.deepEqual(await open().list(), []);
  });

  it('that are damaged, newer or filed under another name allow nothing', async () => {
    await open().add(allowance());
    const [name = ''] = names();
    const path = join(folder, 'allowances', name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(join(folder, 'allowances', `${'0'.repeat(64)}.json`), text);
    for (const broken of ['', '{', text.replace('"v":1', '"v":2'), text.replace('"shop"', '"other"')]) {
      writeFileSync(path, broken);
      assert.deepEqual(await open().list(), [], broken);
    }
    writeFileSync(path, text);
    assert.deepEqual(await open().list(), [allowance()]);
    assert.ok(warnings.length > 0);
  });
});
