import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import { noon, origin } from '../../fakes/resetStage';
import type { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';
import { alice, form, name, quarantine, targetOf, token, VaultStage, values } from '../../fakes/vaultStage';

describe('CredentialVault', () => {
  let stage: VaultStage;
  let secrets: MemorySecretStore;
  let markers: MemoryMarkerStore;
  let vault: CredentialVault;
  beforeEach(() => {
    stage = new VaultStage();
    ({ secrets, markers, vault } = stage);
  });

  it('gives back what was stored: secrets sealed, facts open, nothing that was not asked for', async () => {
    await vault.store(alice, form, values);
    for (const from of [vault, stage.otherWindow()]) {
      const credential = await stage.present(alice, from);
      assert.equal(token(credential), values.refreshToken);
      assert.deepEqual(credential.facts, { clientId: 'client-1' });
      assert.deepEqual(Object.keys(credential.secrets), ['refreshToken']);
      assert.deepEqual([credential.form, credential.storedAt, credential.generation], ['refreshToken', noon, noon]);
      assert.ok(!inspect(credential, { depth: null, showHidden: true }).includes(values.refreshToken));
    }
    assert.ok(![...secrets.values.values()].join().includes(values.unasked));
  });

  it('leaves a note without any secret', async () => {
    await vault.store(alice, form, values);
    const marker = { form: 'refreshToken', storedAt: noon, origins: [origin] };
    assert.deepEqual(await vault.markers(), new Map([[targetKey(alice), marker]]));
  });

  it('a first look finds nothing', async () => assert.deepEqual(await vault.read(alice), { kind: 'missing' }));

  it('keeps identities and projects apart, also with slashes in their ids', async () => {
    const one = targetOf({ id: 'a/b' }, 'c');
    const two = targetOf({ id: 'a' }, 'b/c');
    await vault.store(one, form, values);
    assert.equal((await vault.read(two)).kind, 'missing');
    await vault.store(two, form, { ...values, refreshToken: 'second' });
    assert.equal(token(await stage.present(one)), values.refreshToken);
    assert.equal(token(await stage.present(two)), 'second');
  });

  it('asks the keyring once, until it hears of a change', async () => {
    await vault.store(alice, form, values);
    const other = stage.otherWindow();
    await other.read(alice);
    await other.read(alice);
    assert.equal(secrets.count('get'), 1);
    await other.changed('reconsent.credential:shop/bob');
    await other.read(alice);
    assert.equal(secrets.count('get'), 1, 'another record changed');
    await other.changed(name);
    await other.read(alice);
    assert.equal(secrets.count('get'), 2);
  });

  it('sees what another window stored once it hears of it, as another generation', async () => {
    await vault.store(alice, form, values);
    const before = await stage.present();
    stage.clock.pass(5);
    await stage.otherWindow().store(alice, form, { ...values, refreshToken: 'newer' });
    assert.equal(token(await stage.present()), values.refreshToken, 'not heard of yet');
    await vault.changed(name);
    const after = await stage.present();
    assert.equal(token(after), 'newer');
    assert.ok(after.generation > before.generation);
  });

  it('does not keep what was read while the record changed', async () => {
    await vault.store(alice, form, values);
    const reader = stage.otherWindow();
    let answer = (): void => undefined;
    const get = secrets.get.bind(secrets);
    secrets.get = async (key) => {
      const old = await get(key);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return old;
    };
    stage.clock.sleep = () => new Promise(() => undefined);
    const reading = reader.read(alice);
    await new Promise((resolve) => setImmediate(resolve));
    await vault.store(alice, form, { ...values, refreshToken: 'newer' });
    await reader.changed(name);
    answer();
    assert.equal((await reading).kind, 'present');
    secrets.get = get;
    assert.equal(token(await stage.present(alice, reader)), 'newer');
  });

  describe('generation', () => {
    it('grows with every store, also within a millisecond and with a clock set back', async () => {
      await vault.store(alice, form, values);
      const generations = [(await stage.present()).generation];
      for (const ms of [0, 0, -86_400_000, 5]) {
        stage.wall += ms;
        await vault.store(alice, form, values);
        generations.push((await stage.present()).generation);
      }
      assert.deepEqual(
        generations,
        [...new Set(generations)].sort((a, b) => a - b),
      );
    });
  });

  describe('binding', () => {
    beforeEach(() => vault.store(alice, form, values));

    for (const [what, changes] of [
      ['another host', { endpoint: 'https://consent.example.evil.example' }],
      ['another port', { endpoint: `${origin}:8443` }],
      ['plain http', { endpoint: 'http://consent.example' }],
      ['another provider', { provider: 'onPremises' }],
      ['a provider that is gone', { provider: 'gone' }],
    ] as const) {
      it(`is not given out for ${what}, from memory or from the keyring`, async () => {
        for (const from of [vault, stage.otherWindow()]) {
          assert.deepEqual(await from.read(targetOf(changes)), { kind: 'foreign-origin', boundTo: [origin] });
        }
      });
    }

    it('is given out again once the endpoint is put back', async () => {
      await vault.read(targetOf({ endpoint: 'https://other.example' }));
      assert.equal(token(await stage.present()), values.refreshToken);
    });

    it('every secret is revealed for the origins it was given for, and no other', async () => {
      const secret = (await stage.present()).secrets['refreshToken'];
      assert.deepEqual(secret?.boundTo, [origin]);
      assert.equal(secret?.revealFor(new URL('https://other.example')).kind, 'foreign-origin');
    });

    it('a record filed under the name of another identity is not its own', async () => {
      secrets.values.set('reconsent.credential:shop/bob', secrets.values.get(name) ?? '');
      assert.deepEqual(await vault.read(targetOf({}, 'bob')), { kind: 'corrupt' });
    });
  });

  describe('the keyring', () => {
    it('lost it: told from signed out by the note', async () => {
      await vault.store(alice, form, values);
      secrets.lose(name);
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'lost', storedAt: noon });
    });

    it('never answers: unreadable after 10 s', async () => {
      secrets.hangReads();
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      assert.deepEqual(stage.clock.sleeps, [10_000]);
    });

    it('fails to answer: unreadable at once, and its error is not shown', async () => {
      secrets.get = () => Promise.reject(new Error('planted-error'));
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      secrets.get = () => {
        throw new Error('planted-error');
      };
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      assert.deepEqual(stage.clock.sleeps, []);
    });

    it('does not take the first credential: nothing is stored, and nothing says so', async () => {
      secrets.failNextStore();
      await assert.rejects(vault.store(alice, form, values), { message: 'The keyring is locked' });
      assert.deepEqual(await vault.read(alice), { kind: 'missing' });
      assert.deepEqual(await vault.markers(), new Map());
    });

    it('does not take a newer one: the older one is still there, whole', async () => {
      await vault.store(alice, form, values);
      const [marker] = (await vault.markers()).values();
      stage.wall += 1_000;
      secrets.failNextStore();
      await assert.rejects(vault.store(alice, form, { ...values, refreshToken: 'newer' }));
      for (const from of [vault, stage.otherWindow()]) {
        const credential = await stage.present(alice, from);
        assert.deepEqual([token(credential), credential.storedAt], [values.refreshToken, noon]);
      }
      assert.deepEqual([...(await vault.markers()).values()], [marker]);
    });

    it('is not asked when the note cannot be written: without one, a stored credential would count as never stored', async () => {
      markers.failNextWrite();
      await assert.rejects(vault.store(alice, form, values), /ENOSPC/);
      assert.equal(secrets.count('store'), 0);
      assert.deepEqual(await vault.read(alice), { kind: 'missing' });
    });

    it('is not asked for a newer one when the note cannot be written: the older one is still there', async () => {
      await vault.store(alice, form, values);
      stage.wall += 1_000;
      markers.failNextWrite();
      await assert.rejects(vault.store(alice, form, { ...values, refreshToken: 'newer' }), /ENOSPC/);
      for (const from of [vault, stage.otherWindow()]) {
        assert.equal(token(await stage.present(alice, from)), values.refreshToken);
        assert.equal(await from.storedGeneration(alice), noon);
      }
    });

    it('never answers a store: rejected after 10 s, and no note says that it is stored', async () => {
      secrets.store = () => new Promise(() => undefined);
      await assert.rejects(vault.store(alice, form, values), /does not answer/);
      assert.deepEqual(stage.clock.sleeps, [10_000]);
      assert.deepEqual(await vault.markers(), new Map());
    });

    it('never answers a delete: rejected after 10 s, and the note says why it is to go', async () => {
      await vault.store(alice, form, values);
      secrets.delete = () => new Promise(() => undefined);
      await assert.rejects(vault.forgetDead(alice, noon, noon + 1), /does not answer/);
      assert.deepEqual(stage.clock.sleeps, [10_000]);
      assert.deepEqual((await vault.markers()).get(targetKey(alice))?.ended, { by: 'reset', at: noon + 1 });
    });
  });

  describe('a damaged record', () => {
    const record = {
      schema: 1,
      generation: noon,
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
      'with a generation as text': JSON.stringify({ ...record, generation: '1' }),
      'with origins as text': JSON.stringify({ ...record, origins: origin }),
      'with a number as secret': JSON.stringify({ ...record, secrets: { refreshToken: 5 } }),
      'without secrets': JSON.stringify({ ...record, secrets: undefined }),
      'of another target': JSON.stringify({ ...record, target: 'shop/bob' }),
    };

    it('(the whole one is read)', async () => {
      secrets.values.set(name, JSON.stringify(record));
      assert.equal(token(await stage.present()), 'planted-51ce');
    });

    for (const [what, text] of Object.entries(damages)) {
      it(`${what}: put aside, not deleted, and its text is not logged`, async () => {
        secrets.values.set(name, text);
        assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
        assert.ok(!secrets.values.has(name));
        assert.deepEqual([...secrets.values.values()], [text]);
        assert.deepEqual([...secrets.values.keys()], [quarantine]);
        for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), { kind: 'corrupt' });
        assert.equal(await vault.storedGeneration(alice), undefined);
        assert.equal(stage.logLines.length, 1);
        assert.ok(!stage.logLines.join().includes('planted'));
      });
    }

    it('of a later version of the extension is left to it', async () => {
      const text = JSON.stringify({ ...record, schema: 2, secrets: 'in another form' });
      secrets.values.set(name, text);
      assert.deepEqual(await vault.read(alice), { kind: 'newer' });
      assert.deepEqual([...secrets.values], [[name, text]]);
    });

    it('that cannot be put aside stays where it is', async () => {
      secrets.values.set(name, 'damaged');
      secrets.failNextStore();
      assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
      assert.equal(secrets.values.get(name), 'damaged');
    });

    it('is not deleted when another window has put a good one in its place', async () => {
      secrets.values.set(name, 'damaged');
      const store = secrets.store.bind(secrets);
      secrets.store = async (key, value) => {
        await store(key, value);
        secrets.store = store;
        await stage.otherWindow().store(alice, form, values);
      };
      await vault.read(alice);
      assert.equal(token(await stage.present()), values.refreshToken);
      assert.equal(await vault.storedGeneration(alice), noon);
    });

    it('has one place aside, which forgetting empties', async () => {
      for (const text of ['damaged', 'damaged again']) {
        secrets.values.set(name, text);
        await vault.read(alice);
        await vault.store(alice, form, values);
        await vault.changed(name);
      }
      assert.deepEqual([...secrets.values.keys()].sort(), [name, quarantine]);
      await vault.forget(alice);
      assert.deepEqual(secrets.values, new Map());
    });

    it('makes room for a new one', async () => {
      secrets.values.set(name, 'damaged');
      await vault.read(alice);
      await vault.store(alice, form, values);
      assert.equal(token(await stage.present()), values.refreshToken);
    });
  });

  it('a provider that is gone is a defect when storing', async () => {
    await assert.rejects(vault.store(targetOf({ provider: 'gone' }), form, values));
    assert.equal(secrets.count('store'), 0);
  });
});
