import assert from 'node:assert/strict';
import {
  idOfEntry,
  sameEntry,
  withClient,
  withIdentity,
  withIdentityChanged,
  withoutIdentity,
} from '../../../src/core/projectEntry';

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

describe('the identities of an entry', () => {
  const entry = {
    id: 'shop',
    identities: [{ id: 'alice', name: 'Alice', note: 1 }, { name: 'bob' }, 'odd', { id: 'alice' }],
  };

  it('are named by their id or, without one, by their name', () => {
    assert.deepEqual([{ id: 'a', name: 'b' }, { name: 'b' }, {}, null, 'a', 5].map(idOfEntry), [
      'a',
      'b',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are one more with a new one, whose name is written only where it says more', () => {
    const added = (id: string, name: string) => withIdentity({ identities: [{ id: 'x' }] }, { id, name })['identities'];
    assert.deepEqual(added('carol', 'Carol'), [{ id: 'x' }, { id: 'carol', name: 'Carol' }]);
    assert.deepEqual(added('carol', 'carol'), [{ id: 'x' }, { id: 'carol' }]);
    assert.deepEqual(added('carol', ''), [{ id: 'x' }, { id: 'carol' }]);
    assert.deepEqual(withIdentity({}, { id: 'a', name: '' }), { identities: [{ id: 'a' }] });
    assert.deepEqual(withIdentity({ identities: 'odd' }, { id: 'a', name: '' }), { identities: [{ id: 'a' }] });
  });

  it('keep all else when one is changed: the first of that id', () => {
    assert.deepEqual(withIdentityChanged(entry, 'alice', { id: 'alice2', name: 'Alice B' }), {
      id: 'shop',
      identities: [{ id: 'alice2', name: 'Alice B', note: 1 }, { name: 'bob' }, 'odd', { id: 'alice' }],
    });
    assert.deepEqual(withIdentityChanged(entry, 'bob', { id: 'bob', name: 'Bob' })['identities'], [
      { id: 'alice', name: 'Alice', note: 1 },
      { id: 'bob', name: 'Bob' },
      'odd',
      { id: 'alice' },
    ]);
    assert.deepEqual(withIdentityChanged(entry, 'nobody', { id: 'x', name: '' }), entry);
  });

  it('lose every one of an id', () => {
    assert.deepEqual(withoutIdentity(entry, 'alice'), { id: 'shop', identities: [{ name: 'bob' }, 'odd'] });
    assert.deepEqual(withoutIdentity(entry, 'bob')['identities'], [entry.identities[0], 'odd', { id: 'alice' }]);
  });

  it('make the same entry in whatever order its keys stand, several of them too', () => {
    assert.ok(sameEntry({ a: 1, b: 2, c: 3 }, { c: 3, a: 1, b: 2 }));
    assert.ok(!sameEntry({ a: 1, b: 2, c: 3 }, { c: 3, a: 2, b: 1 }));
  });
});
