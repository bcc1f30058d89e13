import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { readTexts } from '../../../src/vscode/packedTexts';
import { textKey } from '../../../src/vscode/textKey';
import { translator } from '../../../src/vscode/translator';

describe('the texts of the package', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reconsent-texts-'));
    writeFileSync(join(folder, 'keys.bin'), keysOf('Reset', 'Sign in to {0}', 'new'));
    write('it', ['Ripristina', 'Accedi a {0}', null]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const keysOf = (...texts: readonly string[]): Buffer => {
    const keys = Buffer.alloc(4 * texts.length);
    for (const [index, text] of texts.entries()) keys.writeUInt32BE(textKey(text), 4 * index);
    return keys;
  };
  const put = (name: string, content: Uint8Array): void => writeFileSync(join(folder, `${name}.json.br`), content);
  const write = (name: string, value: unknown): void => put(name, brotliCompressSync(JSON.stringify(value)));

  it('are found by their English', () => {
    assert.deepEqual(
      [...readTexts(folder, 'it')],
      [
        [textKey('Reset'), 'Ripristina'],
        [textKey('Sign in to {0}'), 'Accedi a {0}'],
      ],
    );
  });

  it('are English where there is no such language, and in English itself', () => {
    for (const language of ['en', 'fr', 'zh-tw', '', '..', '../it', 'it/../it', 'IT\0'])
      assert.equal(readTexts(folder, language).size, 0, language);
  });

  const damages: Readonly<Record<string, () => void>> = {
    'not compressed': () => put('it', Buffer.from('["Ripristina", "Accedi a {0}", null]')),
    'cut off': () => put('it', brotliCompressSync('["Ripristina"').subarray(0, 5)),
    'no list': () => write('it', { Reset: 'Ripristina' }),
    'of other things than texts': () => write('it', ['Ripristina', 7, null]),
    'of another build': () => write('it', ['Ripristina']),
    'without its keys': () => rmSync(join(folder, 'keys.bin')),
    'with keys that were cut off': () => writeFileSync(join(folder, 'keys.bin'), keysOf('Reset').subarray(0, 3)),
    'a folder': () => {
      rmSync(join(folder, 'it.json.br'));
      mkdirSync(join(folder, 'it.json.br'));
    },
  };
  for (const [what, damage] of Object.entries(damages))
    it(`are English where the file is ${what}`, () => {
      damage();
      assert.equal(readTexts(folder, 'it').size, 0);
    });

  it('are looked up and filled in as the editor does it, in all forms of the call', () => {
    let reads = 0;
    const t = translator(() => {
      reads += 1;
      return readTexts(folder, 'it');
    });
    assert.equal(reads, 0);
    assert.equal(t('Reset'), 'Ripristina');
    assert.equal(t('Sign in to {0}', 'Shop'), 'Accedi a Shop');
    assert.equal(t({ message: 'Sign in to {0}', args: ['Shop'] }), 'Accedi a Shop');
    assert.equal(t('new'), 'new');
    assert.equal(t('{0} of {1}, {0}', 'a', 2), 'a of 2, a');
    assert.equal(t('{name} {0} {missing} {toString}', { name: '{0}' }), '{0} {0} {missing} {toString}');
    assert.equal(t({ message: '{on} $(icon) { }', args: { on: true } }), 'true $(icon) { }');
    assert.equal(t('{0}', { 0: 'zero' }), 'zero');
    assert.equal(reads, 1);
  });
});
