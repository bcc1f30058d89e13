import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cleanFieldInput,
  cleanPastedSecret,
  type PastedSecretProblem,
  pastedSecretProblemTexts,
} from '../../../src/core/pastedSecret';

describe('fault 11: a pasted token', () => {
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

  const refused: Readonly<Partial<Record<PastedSecretProblem, readonly string[]>>> = {
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

describe('cleanFieldInput', () => {
  const refuses = (text: string, content: 'text' | 'password' | 'pem', problem: PastedSecretProblem): void =>
    assert.deepEqual(cleanFieldInput(text, content), { kind: 'problem', problem });
  const value = (text: string, content?: 'token' | 'text' | 'password' | 'pem'): string => {
    const result = cleanFieldInput(text, content);
    return result.kind === 'secret' ? result.value : assert.fail(result.problem);
  };

  it('takes a token unless something else is said', () => {
    assert.equal(value(' Bearer planted '), 'planted');
    assert.deepEqual(cleanFieldInput('two words'), { kind: 'problem', problem: 'inner-space' });
  });

  it('trims a text, and keeps what is inside it', () => {
    assert.equal(value(' it\'s a "name" of é \n', 'text'), 'it\'s a "name" of é');
    refuses('  ', 'text', 'empty');
    refuses('two\nlines', 'text', 'invisible-characters');
    refuses('zero\u200bwidth', 'text', 'invisible-characters');
  });

  it('takes a password exactly as it is typed', () => {
    assert.equal(value(' Bearer "it\'s" ', 'password'), ' Bearer "it\'s" ');
    assert.equal(value(' ', 'password'), ' ');
    refuses('', 'password', 'empty');
    refuses('tab\there', 'password', 'invisible-characters');
    refuses('x'.repeat(16 * 1024 + 1), 'password', 'too-long');
  });

  const body = 'MIGHAgEA'.repeat(20);
  const pem = `-----BEGIN PRIVATE KEY-----\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  for (const [how, text] of [
    ['as in its file', pem],
    [
      'with the line breaks of another system, and what an editor puts before them',
      `\ufeff${pem.replaceAll('\n', '\r\n')}`,
    ],
    ['on one line, as an input box leaves it', pem.replaceAll('\n', '')],
    ['on one line, with spaces', ` ${pem.replaceAll('\n', ' ')}`],
    ['as a settings file spells it', pem.replaceAll('\n', '\\n')],
  ] as const) {
    it(`reads a key ${how}`, () => assert.equal(value(text, 'pem'), pem));
  }

  for (const [what, text] of [
    ['a token', 'planted'],
    ['half a key', pem.slice(0, 100)],
    ['two keys', pem + pem],
    ['a key with other dashes', pem.replaceAll('-----', '—')],
    ['a key that ends as another one', pem.replace('END PRIVATE', 'END PUBLIC')],
    ['an encrypted key of the old form', pem.replace('MIGH', 'Proc-Type: 4,ENCRYPTED\n\nMIGH')],
  ] as const) {
    it(`refuses ${what}`, () => refuses(text, 'pem', 'not-pem'));
  }
});
