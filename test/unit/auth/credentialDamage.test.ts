import assert from 'node:assert/strict';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import { noon, origin } from '../../fakes/resetStage';
import type { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';
import { alice, form, nameAt, quarantineAt, VaultStage, values, withToken } from '../../fakes/vaultStage';

const record = {
  schema: 1,
  provider: 'scripted',
  target: 'shop/alice',
  origins: [origin],
  form: 'refreshToken',
  storedAt: noon,
  secrets: { refreshToken: 'planted-51ce' },
  facts: {},
};
const damages: Readonly<Record<string, string>> = {
  'cut off': JSON.stringify(record).slice(0, -20),
  empty: '',
  'no object': '5',
  null: 'null',
  'a list': '[]',
  'of an older schema': JSON.stringify({ ...record, schema: 0 }),
  'without a schema': JSON.stringify({ ...record, schema: undefined }),
  'with its time as text': JSON.stringify({ ...record, storedAt: String(noon) }),
  'of another time': JSON.stringify({ ...record, storedAt: noon + 1 }),
  'with origins as text': JSON.stringify({ ...record, origins: origin }),
  'with a number as secret': JSON.stringify({ ...record, secrets: { refreshToken: 5 } }),
  'without secrets': JSON.stringify({ ...record, secrets: undefined }),
  'of another target': JSON.stringify({ ...record, target: 'shop/bob' }),
};

describe('fault 8: a damaged record of a credential', () => {
  const name = nameAt(noon);
  const key = targetKey(alice);
  let stage: VaultStage;
  let secrets: MemorySecretStore;
  let markers: MemoryMarkerStore;
  let vault: CredentialVault;
  beforeEach(async () => {
    stage = new VaultStage();
    ({ secrets, markers, vault } = stage);
    await markers.set(key, { form: 'refreshToken', storedAt: noon, origins: [origin] });
  });

  it('(the whole one is read)', async () => {
    secrets.values.set(name, JSON.stringify(record));
    assert.deepEqual(await stage.tokens(), ['planted-51ce']);
  });

  for (const [what, text] of Object.entries(damages)) {
    it(`${what}: put aside, not deleted, and its text is not logged`, async () => {
      secrets.values.set(name, text);
      assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
      assert.deepEqual([...secrets.values], [[quarantineAt(noon), text]]);
      for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), { kind: 'corrupt' });
      assert.equal(await vault.storedGeneration(alice), undefined);
      assert.deepEqual((await markers.list(key))[0]?.ended, { by: 'damage', at: noon });
      assert.equal(stage.logLines.length, 1);
      assert.ok(!stage.logLines.join().includes('planted'));
    });
  }

  it('of a later version of the extension is left to it', async () => {
    const text = JSON.stringify({ ...record, schema: 2, secrets: 'in another form' });
    secrets.values.set(name, text);
    assert.deepEqual(await vault.read(alice), { kind: 'newer' });
    assert.deepEqual([...secrets.values], [[name, text]]);
    assert.equal(await vault.storedGeneration(alice), String(noon));
  });

  it('that cannot be put aside stays where it is', async () => {
    secrets.values.set(name, 'damaged');
    secrets.failNextStore();
    assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
    assert.deepEqual([...secrets.values], [[name, 'damaged']]);
    assert.equal(await vault.storedGeneration(alice), String(noon));
  });

  it('that cannot be marked stays where it is, too', async () => {
    secrets.values.set(name, 'damaged');
    markers.failNextWrite();
    assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
    assert.equal(secrets.values.get(name), 'damaged');
  });

  it('that is whole at the second look is not deleted', async () => {
    const store = secrets.store.bind(secrets);
    secrets.values.set(name, 'damaged');
    secrets.store = async (at, value) => {
      await store(at, value);
      secrets.values.set(name, JSON.stringify(record));
    };
    await vault.read(alice);
    assert.deepEqual(await stage.tokens(), ['planted-51ce']);
  });

  it('keeps its place aside when others are added, until the user forgets', async () => {
    secrets.values.set(name, 'damaged');
    await vault.read(alice);
    const next = await vault.add(alice, form, values);
    secrets.values.set(nameAt(next), 'damaged again');
    await vault.changed(nameAt(next));
    await vault.read(alice);
    assert.deepEqual([...secrets.values.keys()], [quarantineAt(noon), quarantineAt(next)]);
    await vault.forget(alice);
    assert.deepEqual(secrets.values, new Map());
    for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), { kind: 'missing' });
  });

  it('can be forgotten alone', async () => {
    secrets.values.set(name, 'damaged');
    await vault.read(alice);
    await vault.add(alice, form, values);
    await vault.forgetOne(alice, noon);
    assert.ok(!secrets.values.has(quarantineAt(noon)));
    assert.deepEqual(await stage.tokens(), [values.refreshToken]);
  });

  describe('beside good ones', () => {
    beforeEach(async () => {
      for (const token of ['second', 'third']) {
        stage.wall += 1;
        await vault.add(alice, form, withToken(token));
      }
    });

    it('leaves them usable, and the set is another one', async () => {
      secrets.values.set(name, 'damaged');
      const first = await stage.reading();
      assert.deepEqual(first.unusable, [{ kind: 'corrupt' }]);
      assert.equal(first.generation, `${noon + 1} ${noon + 2}`);
      assert.equal(await vault.storedGeneration(alice), first.generation);
      for (const from of [vault, stage.otherWindow()]) {
        const { unusable } = await stage.reading(alice, from);
        assert.deepEqual(unusable, [], 'put aside');
        assert.deepEqual(await stage.tokens(alice, from), ['second', 'third']);
      }
      assert.equal(secrets.values.get(quarantineAt(noon)), 'damaged');
    });

    it('counts as stored as long as it is not put aside', async () => {
      secrets.values.set(name, 'damaged');
      secrets.failNextStore();
      const { unusable, generation } = await stage.reading();
      assert.deepEqual(unusable, [{ kind: 'corrupt' }]);
      assert.equal(generation, await vault.storedGeneration(alice));
      assert.equal(generation, `${noon} ${noon + 1} ${noon + 2}`);
    });
  });
});
