import assert from 'node:assert/strict';
import { operatorKey, type Target, targetKey } from '../../../src/core/model';
import { project } from '../../fakes/resetStage';

describe('targetKey', () => {
  const target = (id: string, identity: string): Target => ({
    project: project({ id }),
    identity: { id: identity, label: identity },
  });

  it('is made of both ids, with what could be taken for their border encoded', () => {
    assert.equal(targetKey(target('shop', 'alice')), 'shop/alice');
    assert.equal(targetKey(target('a/b', 'c')), 'a%2Fb/c');
    assert.equal(targetKey(target('a', 'b%2Fc')), 'a/b%252Fc');
    assert.equal(targetKey(target('50%', 'x/y%')), '50%25/x%2Fy%25');
    assert.equal(operatorKey({ id: 'a/b%' }), 'a%2Fb%25/');
  });

  it('is never the same for two targets', () => {
    const ids = ['a', 'a/', '/a', 'a/b', 'a%', 'a%2F', '%2F', '%252F', '%', '/', 'b'];
    const keys = ids.flatMap((one) => ids.map((other) => targetKey(target(one, other))));
    assert.equal(new Set(keys).size, ids.length ** 2);
  });
});
