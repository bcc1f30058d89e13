import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanPastedSecret, type PastedSecretProblem, pastedSecretProblemTexts } from '../../../src/core/pastedSecret';

describe('cleanPastedSecret', () => {
  for (const [name, text] of [
    ['as it is', '1//0gAbC-dEf_1.2~3+4/5=='],
    ['with white space around it', ' \t\r\n1//0gAbC-dEf_1.2~3+4/5==\r\n'],
    ['with "Bearer " before it', 'Bearer 1//0gAbC-dEf_1.2~3+4/5=='],
    ['with "bearer" and more space', '  bearer \t 1//0gAbC-dEf_1.2~3+4/5== '],
    ['with a byte order mark before it', '\ufeff1//0gAbC-dEf_1.2~3+4/5=='],
  ] as const) {
    it(`takes a token ${name}`, () =>
      assert.deepEqual(cleanPastedSecret(text), { kind: 'secret', value: '1//0gAbC-dEf_1.2~3+4/5==' }));
  }

  it('takes a token of exactly 16 kB, and one that begins with "Bearer" itself', () => {
    assert.equal(cleanPastedSecret('x'.repeat(16 * 1024)).kind, 'secret');
    assert.deepEqual(cleanPastedSecret('Bearerx'), { kind: 'secret', value: 'Bearerx' });
  });

  const refused: Readonly<Record<PastedSecretProblem, readonly string[]>> = {
    empty: ['', ' \n ', 'Bearer', ' Bearer ', 'bearer \n'],
    'too-long': ['x'.repeat(16 * 1024 + 1), 'x'.repeat(1024 * 1024), `${' '.repeat(1024 * 1024)}x`],
    quotes: ['"planted-1"', "'planted-1'", '`planted-1`', 'planted"1'],
    'control-characters': ['planted\n-1', 'planted\r\n-1', 'planted\u0000', 'planted\u0085x', 'planted\t1'],
    'foreign-characters': [
      'planted\u200b-1',
      'planted-1\u200b',
      'plant\u00e9d',
      'pl\u0430nted',
      'planted\u202e1',
      '“planted-1”',
    ],
    'inner-space': ['planted 1', 'Bearer Bearer planted-1', 'Basic planted'],
  };
  for (const [problem, texts] of Object.entries(refused)) {
    for (const [at, text] of texts.entries()) {
      it(`refuses ${problem}, example ${at + 1}, without repeating it`, () => {
        const result = cleanPastedSecret(text);
        assert.deepEqual(result, { kind: 'problem', problem });
        const words = pastedSecretProblemTexts[problem as PastedSecretProblem];
        assert.ok(words.endsWith('.') && !words.includes('plant'));
      });
    }
  }

  it('gives nothing that a header or a form could carry wrongly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const result = cleanPastedSecret(text);
        if (result.kind === 'secret') assert.match(result.value, /^[\x21\x23-\x26\x28-\x5f\x61-\x7e]+$/);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
