import assert from 'node:assert/strict';
import type { HttpResult } from '../../../src/core/ports';
import { answer } from '../../../src/http/answer';

const secret = 'tok-123456';

function handed(status: number, statusText = `no ${secret}`): Extract<HttpResult, { kind: 'response' }> {
  const headers = { 'x-echo': [`a ${secret}`, 'b'], 'x-plain': 'c' };
  const end = { kind: 'answer', status, statusText, headers, raw: Buffer.alloc(0) } as const;
  const result = answer(end, `body ${secret}`, [secret]);
  assert.ok(result.kind === 'response');
  return result;
}

describe('what is handed on of an answer', () => {
  for (const status of [200, 399]) {
    it(`is all of a ${status}: it may be there to bring a token`, () => {
      assert.deepEqual(handed(status), {
        kind: 'response',
        status,
        statusText: `no ${secret}`,
        headers: { 'x-echo': `a ${secret}, b`, 'x-plain': 'c' },
        body: `body ${secret}`,
      });
    });
  }

  for (const status of [400, 401, 500]) {
    it(`is none of our own secrets of a ${status}`, () => {
      assert.deepEqual(handed(status), {
        kind: 'response',
        status,
        statusText: 'no [secret]',
        headers: { 'x-echo': 'a [secret], b', 'x-plain': 'c' },
        body: 'body [secret]',
      });
    });
  }

  it('is a readable status line, if there is one', () => {
    assert.equal(handed(400, 'a\tb\u202ec').statusText, 'a b c');
    assert.equal(handed(200, 'x'.repeat(5_000)).statusText?.length, 300);
    assert.equal('statusText' in handed(400, ''), false);
  });
});
