import assert from 'node:assert/strict';
import {
  isEmptyAnswer,
  parseJson,
  parseToolkitError,
  type ToolkitError,
} from '../../../../src/providers/identityPlatform/errorEnvelope';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const parse = (body: unknown, headers: Readonly<Record<string, string>> = {}, status = 400): ToolkitError =>
  parseToolkitError(response(status, body, headers), noon);

const nothing: ToolkitError = {
  httpStatus: 400,
  retryAfterSeconds: undefined,
  code: '',
  detail: '',
  message: '',
  reason: '',
  status: '',
  metadata: {},
  isEnvelope: true,
};

describe('the error envelope of Identity Toolkit', () => {
  for (const body of ['', '<html>', '[]', 'null', '{}', { error: 'x' }, { error: null }, { error: [] }]) {
    it(`is not there in ${JSON.stringify(body)}`, () => {
      const isEnvelope = typeof body === 'object' && Array.isArray(body.error);
      assert.deepEqual(parse(body), { ...nothing, isEnvelope });
    });
  }

  it('may say nothing, or nonsense', () => {
    assert.deepEqual(parse({ error: {} }), nothing);
    assert.deepEqual(parse({ error: { message: 7, status: [], errors: 'x', details: {} } }), nothing);
    assert.deepEqual(parse({ error: { details: [null, 7, {}, { reason: 7 }], errors: [null, { reason: 'other' }] } }), {
      ...nothing,
    });
  });

  const messages: readonly (readonly [string, string, string, string])[] = [
    ['INVALID_ID_TOKEN', 'INVALID_ID_TOKEN', '', 'INVALID_ID_TOKEN'],
    ['CODE : why: because', 'CODE', 'why: because', 'CODE : why: because'],
    ['CODE:why', 'CODE', 'why', 'CODE:why'],
    [' CODE_2 :', 'CODE_2', '', 'CODE_2 :'],
    [`A${'B'.repeat(79)}`, `A${'B'.repeat(79)}`, '', `A${'B'.repeat(79)}`],
    [`A${'B'.repeat(80)}`, '', '', `A${'B'.repeat(80)}`],
    ['AB', '', '', 'AB'],
    ['ABC', 'ABC', '', 'ABC'],
    ['1ABC', '', '', '1ABC'],
    ['ABc', '', '', 'ABc'],
    ['xABC', '', '', 'xABC'],
    ['ABC x', '', '', 'ABC x'],
    ['A sentence: with a colon.', '', '', 'A sentence: with a colon.'],
    [': nothing before', '', '', ': nothing before'],
  ];
  for (const [raw, code, detail, message] of messages) {
    it(`has the code "${code}" in "${raw.slice(0, 30)}"`, () => {
      assert.deepEqual(parse({ error: { message: raw } }), { ...nothing, code, detail, message });
    });
  }

  it('is cleaned, scrubbed and cut', () => {
    const { detail, message } = parse({ error: { message: 'CODE : a\u202e\nb access_token=planted-token-123 c' } });
    assert.deepEqual([detail, message], ['a b access_token=[secret] c', 'CODE : a b access_token=[secret] c']);
    const long = parse({ error: { message: `CODE : ${'x'.repeat(400)}`, status: 'S'.repeat(70) } });
    assert.deepEqual([long.detail.length, long.message.length, long.status.length], [300, 300, 60]);
  });

  it('has a reason: that of the first detail that has any, else the older one of the key', () => {
    const info = { reason: 'SERVICE_DISABLED', metadata: { service: 'x', odd: 7, echo: 'access_token=planted-1234' } };
    const metadata = { service: 'x', echo: 'access_token=[secret]' };
    const old = [{ reason: 'other' }, { reason: 'keyInvalid' }];
    assert.deepEqual(parse({ error: { details: [{ x: 1 }, info, { reason: 'B' }], errors: old } }), {
      ...nothing,
      reason: 'SERVICE_DISABLED',
      metadata,
    });
    assert.deepEqual(parse({ error: { errors: old } }), { ...nothing, reason: 'API_KEY_INVALID' });
    assert.deepEqual(parse({ error: { details: [{ reason: 'B', metadata: 7 }] } }), { ...nothing, reason: 'B' });
    assert.equal(parse({ error: { details: [{ reason: 'R'.repeat(90) }] } }).reason.length, 80);
    assert.equal(parse({ error: { details: [{ reason: '', metadata: {} }], errors: old } }).reason, 'API_KEY_INVALID');
  });

  it('says how long to wait, in whole seconds, whatever the body is', () => {
    const soon = new Date(noon + 1_500).toUTCString();
    assert.equal(parse('', { 'retry-after': '7' }).retryAfterSeconds, 7);
    assert.equal(parse({ error: {} }, { 'retry-after': soon }, 429).retryAfterSeconds, 1);
    assert.equal(parseToolkitError(response(429, '', { 'retry-after': soon }), noon - 500).retryAfterSeconds, 2);
    assert.equal(parse('', { 'retry-after': 'later' }).retryAfterSeconds, undefined);
  });
});

describe('an answer that says nothing', () => {
  for (const body of ['', ' \n', '{}', ' { } ']) {
    it(`is ${JSON.stringify(body)}`, () => assert.equal(isEmptyAnswer(body), true));
  }
  for (const body of ['[]', 'null', '0', '""', '{"error":{}}', '{', '<html>']) {
    it(`is not ${body}`, () => assert.equal(isEmptyAnswer(body), false));
  }

  it('is no JSON where it is none', () => {
    assert.equal(parseJson('{'), undefined);
    assert.deepEqual(parseJson('{"a":1}'), { a: 1 });
  });
});
