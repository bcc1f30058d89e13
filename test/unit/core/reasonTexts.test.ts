/** Every reason that the code can give has a text, every text is used, and every placeholder is filled. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import { downloadTexts } from '../../../src/core/downloadTexts';
import type { BrokenCause, NotSentCause } from '../../../src/core/ports';
import type { ReasonText } from '../../../src/core/provider';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { requestTexts } from '../../../src/core/requestTexts';
import { unattendedTexts } from '../../../src/core/unattendedTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import { reasonCalls } from '../../fakes/reasonCalls';

const src = join(__dirname, '../../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  // The sandbox speaks for the service, not for us.
  (file) => file.endsWith('.ts') && !file.startsWith('sandbox'),
);
const calls = files.flatMap((file) =>
  reasonCalls(readFileSync(join(src, file), 'utf8')).map((call) => ({ ...call, file })),
);

/** Exhaustive by type: a new cause that is missing here does not compile. */
const causes: Record<NotSentCause | BrokenCause, true> = {
  dns: true,
  refused: true,
  unreachable: true,
  'connect-timeout': true,
  'tls-untrusted': true,
  'tls-name-mismatch': true,
  'tls-expired': true,
  'tls-not-yet-valid': true,
  'tls-other': true,
  'client-certificate-missing': true,
  'client-certificate-refused': true,
  'client-certificate-unusable': true,
  'client-certificate': true,
  'proxy-unreachable': true,
  'proxy-refused': true,
  'foreign-origin': true,
  'invalid-request': true,
  withdrawn: true,
  'connection-reset': true,
  timeout: true,
  'cut-body': true,
  'too-large': true,
  malformed: true,
};
const causeCodes = Object.keys(causes).map((cause) => `http.${cause}`);

const sources = [
  reasonTexts,
  downloadTexts,
  unattendedTexts,
  requestTexts,
  signInReasonTexts,
  ...[...providerDescriptions.values()].map((one) => one.reasonTexts),
];
const texts = new Map(sources.flatMap((source) => Object.entries(source)));

const placeholders = (text: ReasonText): readonly string[] =>
  [text.happened, text.notHappened ?? '', text.remedy ?? ''].flatMap((sentence) =>
    [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
  );

describe('texts of reasons', () => {
  it('the scan finds the calls it is meant for', () => {
    const found = new Set(calls.map(({ code }) => code));
    for (const code of ['reset.crashed', 'reset.crashedBefore', 'lock.held', 'google.quotaWait', 'credential.lost']) {
      assert.ok(found.has(code), code);
    }
    assert.ok(found.size > 60, `only ${found.size} codes`);
  });

  it('every code has a text', () => {
    const missing = [
      ...calls.filter(({ code }) => !texts.has(code)).map(({ code, file }) => `${code} (in ${file})`),
      ...causeCodes.filter((code) => !texts.has(code)),
    ];
    assert.deepEqual(missing, []);
  });

  it('no text is unused', () => {
    const used = new Set([...calls.map(({ code }) => code), ...causeCodes]);
    assert.deepEqual(
      [...texts.keys()].filter((code) => !used.has(code)),
      [],
    );
  });

  it('no code has two texts', () => {
    assert.equal(
      texts.size,
      sources.reduce((count, source) => count + Object.keys(source).length, 0),
    );
  });

  it('every placeholder is among the parameters that the code gives', () => {
    const unfilled = calls.flatMap(({ code, params, file }) => {
      const text = texts.get(code);
      if (!text || !params) return [];
      return placeholders(text)
        .filter((name) => name !== 'cause' && name !== 'causeRemedy' && !params.includes(name))
        .map((name) => `{${name}} of ${code} (in ${file})`);
    });
    assert.deepEqual(unfilled, []);
    const unfilledCauses = causeCodes.flatMap((code) =>
      placeholders(texts.get(code) ?? { happened: '' }).filter((name) => !['host', 'detail'].includes(name)),
    );
    assert.deepEqual(unfilledCauses, []);
  });

  it('every text is of whole sentences', () => {
    const odd = [...texts].filter(([, { happened, notHappened, remedy }]) =>
      [happened, notHappened, remedy].some(
        (sentence) => sentence !== undefined && !/^[\p{Lu}{"].*([.?]|\}|: \{\w+\})$/su.test(sentence),
      ),
    );
    assert.deepEqual(
      odd.map(([code]) => code),
      [],
    );
  });
});
