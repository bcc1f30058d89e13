import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasInvisibleCharacters, plainText } from '../../../src/core/foreignText';

const invisible: Readonly<Record<string, string>> = {
  NUL: '\u0000',
  ESC: '\u001b',
  DEL: '\u007f',
  'C1 control': '\u009b',
  'soft hyphen': '\u00ad',
  'Arabic letter mark': '\u061c',
  'zero-width space': '\u200b',
  'zero-width joiner': '\u200d',
  'right-to-left mark': '\u200f',
  'line separator': '\u2028',
  'right-to-left override': '\u202e',
  'word joiner': '\u2060',
  'right-to-left isolate': '\u2067',
  'byte order mark': '\ufeff',
};

describe('plainText', () => {
  for (const [name, character] of Object.entries(invisible)) {
    it(`takes out a ${name}`, () => {
      assert.equal(plainText(`user${character}gpj.exe`), 'user gpj.exe');
      assert.ok(hasInvisibleCharacters(`a${character}b`));
      assert.ok(hasInvisibleCharacters(`a${character}b`), 'the second look sees the same');
    });
  }

  it('makes one line of several', () => assert.equal(plainText('  one\r\n\ttwo\n\nthree '), 'one two three'));

  it('keeps what people write', () => {
    for (const text of ['Zoë Müller', 'اختبار', '测试用户', 'a & b <c> [d](e) $(f)', '👩🏽 test', 'e\u0301']) {
      assert.equal(plainText(text), text);
      assert.ok(!hasInvisibleCharacters(text));
    }
  });

  it('is never longer than allowed, and shows where it was cut', () => {
    assert.equal(plainText('x'.repeat(300)), 'x'.repeat(300));
    assert.equal(plainText('x'.repeat(301)), `${'x'.repeat(299)}…`);
    assert.equal(plainText('x'.repeat(10_240), 120), `${'x'.repeat(119)}…`);
    assert.ok(plainText('\u202e'.repeat(1_000_000)).length <= 300);
  });

  it('gives one line without invisible characters, and no more the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (text, max) => {
        const clean = plainText(text, max);
        assert.ok(clean.length <= max);
        assert.ok(!hasInvisibleCharacters(clean));
        assert.equal(clean, clean.trim());
        assert.equal(plainText(clean, max), clean);
      }),
      { seed: 42, numRuns: 300 },
    );
  });
});
