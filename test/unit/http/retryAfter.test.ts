import assert from 'node:assert/strict';
import { parseRetryAfter } from '../../../src/http/retryAfter';

const now = Date.UTC(2030, 0, 2, 3, 4, 5);
const hour = 3_600_000;

describe('parseRetryAfter', () => {
  const cases: [string | undefined, number | undefined][] = [
    ['3600', hour],
    ['0', 0],
    [' 5 ', 5000],
    ['86400', 24 * hour],
    ['86401', 24 * hour],
    ['99999999999999999999999', 24 * hour],
    ['Wed, 02 Jan 2030 04:04:05 GMT', hour],
    ['Wednesday, 02-Jan-30 04:04:05 GMT', hour],
    ['Wed Jan  2 04:04:05 2030', hour],
    ['Tue, 01 Jan 2030 04:04:05 GMT', 0],
    ['Wed, 02 Jan 2036 04:04:05 GMT', 24 * hour],
    ['Wed, 99 Foo 2030 04:04:05 GMT', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['5, 10', undefined],
    ['abc', undefined],
    ['2030-01-02T04:04:05Z', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  for (const [value, expected] of cases) {
    it(`${value}: ${expected}`, () => assert.equal(parseRetryAfter(value, now), expected));
  }

  it('takes the form without a zone for GMT wherever it is read', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'America/New_York';
    try {
      assert.equal(parseRetryAfter('Wed Jan  2 04:04:05 2030', now), hour);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
