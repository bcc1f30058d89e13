import assert from 'node:assert/strict';
import { OwnChanges } from '../../../src/auth/ownChanges';

describe('what this window has changed itself', () => {
  it('is known by the newest change of each secret', () => {
    const own = new OwnChanges();
    own.set('one', true);
    own.set('two', true);
    own.set('one', false);
    assert.deepEqual([own.get('one'), own.get('two'), own.get('three')], [false, true, undefined]);
  });

  it('does not pile up: of thousands the newest thousand are known', () => {
    const own = new OwnChanges();
    own.set('changed again', true);
    for (let at = 0; at < 999; at++) own.set(`${at}`, true);
    own.set('changed again', false);
    for (let at = 999; at < 1_500; at++) own.set(`${at}`, true);
    assert.deepEqual([own.get('changed again'), own.get('1499'), own.get('501')], [false, true, true]);
    assert.deepEqual([own.get('500'), own.get('0')], [undefined, undefined]);
  });
});
