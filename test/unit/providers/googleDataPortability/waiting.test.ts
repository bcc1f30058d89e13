import assert from 'node:assert/strict';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../../src/core/outcomeText';
import { explainError, type Purpose, parseGoogleError } from '../../../../src/providers/googleDataPortability/errors';
import { reasonTexts } from '../../../../src/providers/googleDataPortability/reasonTexts';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const host = 'dataportability.googleapis.com';
const texts = collectReasonTexts([reasonTexts]);

const typed = (type: string, rest: object) => ({ '@type': `type.googleapis.com/google.rpc.${type}`, ...rest });
const info = (reason: string, metadata: object = {}, domain = 'googleapis.com') =>
  typed('ErrorInfo', { reason, domain, metadata });

function envelope(code: number, status: string, message: string, details?: readonly unknown[]) {
  return { error: { code, message, status, ...(details ? { details } : {}) } };
}

function explain(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  purpose: Purpose = 'consent',
) {
  const meaning = explainError(response(status, body, headers), host, noon, purpose);
  assert.ok(texts.has(meaning.reason.code), `${meaning.reason.code} has no text`);
  const paragraph = reasonParagraph(meaning.reason, texts, untranslated);
  assert.doesNotMatch(paragraph, /\{\w+\}/, 'a placeholder is not filled');
  return { ...meaning, told: `${meaning.kind}: ${meaning.reason.code}`, paragraph };
}

const quota = info('RATE_LIMIT_EXCEEDED', { service: host });
const retryIn = (retryDelay: string) => typed('RetryInfo', { retryDelay });

describe('how long to wait', () => {
  const seconds = (details: readonly unknown[], headers: Readonly<Record<string, string>> = {}) =>
    parseGoogleError(response(429, envelope(429, 'x', 'x', details), headers), noon).retryAfterSeconds;

  for (const [value, expected] of [
    ['3600', 3600],
    ['0', 0],
    [new Date(noon + 90_000).toUTCString(), 90],
    [new Date(noon - 90_000).toUTCString(), 0],
    ['99999999', 86_400],
    ['-5', undefined],
    ['abc', undefined],
    ['1.5', undefined],
    ['', undefined],
  ] as const) {
    it(`Retry-After "${value}": ${expected} s`, () => assert.equal(seconds([], { 'retry-after': value }), expected));
  }

  it('rounds the rest of a second up: a second too early is refused again', () => {
    const at = new Date(noon + 90_000).toUTCString();
    const error = parseGoogleError(response(429, '', { 'retry-after': at }), noon + 1);
    assert.equal(error.retryAfterSeconds, 90);
  });

  for (const [delay, expected] of [
    ['39s', 39],
    ['1.5s', 2],
    ['0s', 0],
    ['0.000000001s', 1],
    ['999999999s', 86_400],
    ['-5s', undefined],
    ['39', undefined],
    ['39m', undefined],
    ['9999999999s', undefined],
    ['', undefined],
  ] as const) {
    it(`RetryInfo "${delay}": ${expected} s`, () => assert.equal(seconds([quota, retryIn(delay)]), expected));
  }

  it('RetryInfo goes before Retry-After, and a broken one does not hide it', () => {
    assert.equal(seconds([retryIn('39s')], { 'retry-after': '5' }), 39);
    assert.equal(seconds([retryIn('soon')], { 'retry-after': '5' }), 5);
  });

  it('is shown with whole seconds', () => {
    const body = envelope(429, 'x', 'Quota exceeded.', [quota]);
    const { told, paragraph } = explain(429, body, { 'retry-after': '7' });
    assert.equal(told, 'refused: google.quotaWait');
    assert.match(paragraph, /Try again in 7 seconds\./);
    const other = explain(429, envelope(429, 'x', 'No.'), { 'retry-after': '3600' });
    assert.equal(other.told, 'refused: google.tooManyRequestsWait');
    assert.match(other.paragraph, /in 3600 seconds/);
  });
});
