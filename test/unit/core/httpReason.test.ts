import assert from 'node:assert/strict';
import { unansweredReason } from '../../../src/core/httpReason';
import { type RemedyAction, reason } from '../../../src/core/model';

const verify: readonly RemedyAction[] = [{ kind: 'verify' }];
const host = 'api.example';

describe('why a request has no answer', () => {
  it('is its cause, at that host, with what may be done', () => {
    assert.deepEqual(
      unansweredReason({ kind: 'broken', cause: 'timeout', detail: 'no end' }, host, verify),
      reason('http.timeout', { host, detail: 'no end' }, verify),
    );
    assert.deepEqual(
      unansweredReason({ kind: 'not-sent', cause: 'dns', detail: 'ENOTFOUND' }, host, []),
      reason('http.dns', { host, detail: 'ENOTFOUND' }),
    );
  });

  it('is a redirect, and where it would go', () => {
    const redirect = (location: string | undefined) =>
      unansweredReason({ kind: 'redirect', status: 307, location }, host, verify);
    const params = { host, status: '307', location: 'https://b.example' };
    assert.deepEqual(redirect('https://b.example'), reason('http.redirect', params, verify));
    assert.equal(redirect(undefined).params['location'], '?');
  });

  for (const [detail, shown] of [
    ['api.example:8443: ECONNRESET', 'ECONNRESET'],
    ['api.example:443: a: b', 'a: b'],
    ['api.example: ECONNRESET', 'ECONNRESET'],
    ['proxy.example:3128: ECONNREFUSED', 'proxy.example:3128: ECONNREFUSED'],
    ['proxy of api.example:443: no', 'proxy of api.example:443: no'],
    ['api.example.evil:443: no', 'api.example.evil:443: no'],
    ['api.example:x: no', 'api.example:x: no'],
    ['api.example', 'api.example'],
    ['api.example:443: two\nlines', 'api.example:443: two lines'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
  ] as const) {
    it(`names the host once: ${JSON.stringify(detail.slice(0, 40))}`, () => {
      const why = unansweredReason({ kind: 'not-sent', cause: 'unreachable', detail }, host, []);
      assert.equal(why.params['detail'], shown);
    });
  }
});
