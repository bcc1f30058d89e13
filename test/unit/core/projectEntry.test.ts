import assert from 'node:assert/strict';
import { sameEntry, withClient } from '../../../src/core/projectEntry';

describe('the entry of a project in the settings', () => {
  const web = { id: 'shop', provider: 'p', clientId: 'old', redirectUri: 'http://127.0.0.1:8085/', scopes: ['a.b'] };

  it('loses the redirect address of an earlier client, and nothing else', () => {
    const desktop = withClient(web, 'shop', { clientId: 'new' });
    assert.deepEqual(desktop, { id: 'shop', provider: 'p', clientId: 'new', scopes: ['a.b'] });
    const redirectUri = 'http://localhost:9000/';
    assert.deepEqual(withClient(web, 'shop', { clientId: 'new', redirectUri }), {
      ...web,
      clientId: 'new',
      redirectUri,
    });
    assert.deepEqual(withClient(undefined, 'shop', { clientId: 'new' }), { id: 'shop', clientId: 'new' });
  });

  it('is the same in another order, and another when a key is gone, new or changed', () => {
    const { redirectUri, ...rest } = web;
    assert.ok(sameEntry(web, { redirectUri, ...rest }));
    assert.ok(!sameEntry(web, rest));
    assert.ok(!sameEntry(rest, web));
    assert.ok(!sameEntry(web, { ...web, scopes: ['a.c'] }));
  });
});
