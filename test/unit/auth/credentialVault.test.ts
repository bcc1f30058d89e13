import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import { noon, origin } from '../../fakes/resetStage';
import type { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';
import { alice, form, nameAt, targetOf, token, VaultStage, values, withToken } from '../../fakes/vaultStage';
import { until } from '../storage/support';

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
    await vault.add(alice, form, values);
    for (const from of [vault, stage.otherWindow()]) {
      const credential = await stage.present(alice, from);
      assert.equal(token(credential), values.refreshToken);
      assert.deepEqual(credential.facts, { clientId: 'client-1' });
      assert.deepEqual(Object.keys(credential.secrets), ['refreshToken']);
      assert.deepEqual([credential.form, credential.storedAt], ['refreshToken', noon]);
      assert.ok(!inspect(credential, { depth: null, showHidden: true }).includes(values.refreshToken));
    }
    assert.ok(![...secrets.values.values()].join().includes(values.unasked));
  });

  it('leaves a note without any secret', async () => {
    assert.equal(await vault.add(alice, form, values), noon);
    const marker = { form: 'refreshToken', storedAt: noon, origins: [origin] };
    assert.deepEqual(await vault.markers(), new Map([[targetKey(alice), [marker]]]));
  });

  it('keeps further facts beside the open fields of the form, which win', async () => {
    await vault.add(alice, form, values, { account: 'alice.test@example.com', clientId: 'other' });
    for (const from of [vault, stage.otherWindow()]) {
      const { facts } = await stage.present(alice, from);
      assert.deepEqual(facts, { account: 'alice.test@example.com', clientId: 'client-1' });
    }
  });

  it('a first look finds nothing', async () => assert.deepEqual(await vault.read(alice), { kind: 'missing' }));

  it('keeps identities and projects apart, also with slashes in their ids', async () => {
    const one = targetOf({ id: 'a/b' }, 'c');
    const two = targetOf({ id: 'a' }, 'b/c');
    await vault.add(one, form, values);
    assert.equal((await vault.read(two)).kind, 'missing');
    await vault.add(two, form, withToken('second'));
    assert.equal(token(await stage.present(one)), values.refreshToken);
    assert.equal(token(await stage.present(two)), 'second');
  });

  it('asks the keyring once, until it hears of a change', async () => {
    await vault.add(alice, form, values);
    const other = stage.otherWindow();
    await other.read(alice);
    await other.read(alice);
    assert.equal(secrets.count('get'), 1);
    await other.changed(`reconsent.credential:shop/bob#${noon}`);
    await other.read(alice);
    assert.equal(secrets.count('get'), 1, 'another record changed');
    await other.changed(nameAt(noon));
    await other.read(alice);
    assert.equal(secrets.count('get'), 2);
  });

  it('sees what another window stored, as another generation', async () => {
    await vault.add(alice, form, values);
    const before = await stage.reading();
    stage.clock.pass(5);
    await stage.otherWindow().replace(alice, form, withToken('newer'));
    const after = await stage.reading();
    assert.deepEqual(after.credentials.map(token), ['newer']);
    assert.notEqual(after.generation, before.generation);
  });

  it('does not keep what was read while the record changed', async () => {
    await vault.add(alice, form, values);
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
    await until(() => secrets.count('get') === 1);
    await new Promise((resolve) => setImmediate(resolve));
    secrets.lose(nameAt(noon));
    await reader.changed(nameAt(noon));
    answer();
    assert.equal((await reading).kind, 'present');
    secrets.get = get;
    assert.equal((await reader.read(alice)).kind, 'lost');
  });

  describe('the number that names a credential', () => {
    it('is never used twice, also within a millisecond, with a clock set back, and after an end', async () => {
      const numbers = [await vault.add(alice, form, values)];
      for (const ms of [0, 0, -86_400_000, 5]) {
        stage.wall += ms;
        numbers.push(await vault.add(alice, form, withToken(`token ${numbers.length}`)));
      }
      await vault.forget(alice);
      numbers.push(await stage.otherWindow().add(alice, form, values));
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
    });

    it('is above the time at which an older one ended, whatever the clock says', async () => {
      await vault.add(alice, form, values);
      await vault.forgetDead(alice, [await stage.present()], noon + 60_000);
      assert.equal(await stage.otherWindow().add(alice, form, values), noon + 60_001);
    });

    it('is not that of one whose notes are gone, as long as this window remembers', async () => {
      await vault.add(alice, form, values);
      markers.markers.clear();
      assert.equal(await vault.add(alice, form, values), noon + 1);
    });

    it('is not that of one that could not be stored', async () => {
      secrets.failNextStore();
      await assert.rejects(vault.add(alice, form, values));
      assert.equal(await vault.add(alice, form, values), noon + 1);
    });
  });

  describe('binding', () => {
    beforeEach(async () => {
      await vault.add(alice, form, values);
    });

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
      assert.equal((await vault.read(targetOf({ endpoint: 'https://other.example' }))).kind, 'foreign-origin');
      assert.equal(token(await stage.present()), values.refreshToken);
    });

    it('every secret is revealed for the origins it was given for, and no other', async () => {
      const secret = (await stage.present()).secrets['refreshToken'];
      assert.deepEqual(secret?.boundTo, [origin]);
      assert.equal(secret?.revealFor(new URL('https://other.example')).kind, 'foreign-origin');
    });

    it('a record filed under the name of another identity is not its own', async () => {
      const bob = targetOf({}, 'bob');
      await vault.add(bob, form, values);
      secrets.values.set(`reconsent.credential:shop/bob#${noon}`, secrets.values.get(nameAt(noon)) ?? '');
      assert.deepEqual(await stage.otherWindow().read(bob), { kind: 'corrupt' });
    });
  });

  describe('the keyring', () => {
    it('lost it: told from signed out by the note', async () => {
      await vault.add(alice, form, values);
      secrets.lose(nameAt(noon));
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'lost', storedAt: noon });
    });

    it('never answers: unreadable after 10 s', async () => {
      await vault.add(alice, form, values);
      secrets.hangReads();
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'unreadable' });
      assert.deepEqual(stage.clock.sleeps, [10_000]);
    });

    it('is not asked when no note says that there is something: a secret without one was never stored', async () => {
      await vault.add(alice, form, values);
      markers.markers.clear();
      for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), { kind: 'missing' });
      assert.equal(secrets.count('get'), 0);
    });

    it('fails to answer: unreadable at once, and its error is not shown', async () => {
      await vault.add(alice, form, values);
      secrets.get = () => Promise.reject(new Error('planted-error'));
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'unreadable' });
      secrets.get = () => {
        throw new Error('planted-error');
      };
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'unreadable' });
      assert.deepEqual(stage.clock.sleeps, []);
    });

    it('does not take the first credential: nothing is stored, and nothing says so', async () => {
      secrets.failNextStore();
      await assert.rejects(vault.add(alice, form, values), { message: 'The keyring is locked' });
      assert.deepEqual(await vault.read(alice), { kind: 'missing' });
      assert.deepEqual(await vault.markers(), new Map());
    });

    it('does not take a newer one: the older one is still there, whole', async () => {
      await vault.add(alice, form, values);
      const noted = await vault.markers();
      stage.wall += 1_000;
      secrets.failNextStore();
      await assert.rejects(vault.add(alice, form, withToken('newer')));
      for (const from of [vault, stage.otherWindow()]) {
        const credential = await stage.present(alice, from);
        assert.deepEqual([token(credential), credential.storedAt], [values.refreshToken, noon]);
      }
      assert.deepEqual(await vault.markers(), noted);
    });

    it('is not asked when the note cannot be written: without one, a stored credential would count as never stored', async () => {
      markers.failNextWrite();
      await assert.rejects(vault.add(alice, form, values), /ENOSPC/);
      assert.equal(secrets.count('store'), 0);
      assert.deepEqual(await vault.read(alice), { kind: 'missing' });
    });

    it('is not asked for a newer one when the note cannot be written: the older one is still there', async () => {
      await vault.add(alice, form, values);
      stage.wall += 1_000;
      markers.failNextWrite();
      await assert.rejects(vault.add(alice, form, withToken('newer')), /ENOSPC/);
      for (const from of [vault, stage.otherWindow()]) {
        assert.equal(token(await stage.present(alice, from)), values.refreshToken);
        assert.equal(await from.storedGeneration(alice), String(noon));
      }
    });

    it('never answers a store: rejected after 10 s, and no note says that it is stored', async () => {
      secrets.store = () => new Promise(() => undefined);
      await assert.rejects(vault.add(alice, form, values), /does not answer/);
      assert.deepEqual(stage.clock.sleeps, [10_000]);
      assert.deepEqual(await vault.markers(), new Map());
    });

    it('takes it after all, after that: it is deleted again, as nobody would look for it', async () => {
      let taken = (): void => undefined;
      const store = secrets.store.bind(secrets);
      secrets.store = async (key, value) => {
        await new Promise<void>((resolve) => {
          taken = resolve;
        });
        await store(key, value);
      };
      await assert.rejects(vault.add(alice, form, values), /does not answer/);
      taken();
      await until(() => secrets.count('delete') === 1);
      assert.equal(secrets.count('store'), 1);
      assert.deepEqual(secrets.values, new Map());
      assert.equal(await vault.changed(nameAt(noon)), undefined, 'no news for this window');
    });

    it('never answers a delete: rejected after 10 s, and the note says why it is to go', async () => {
      await vault.add(alice, form, values);
      const dead = await stage.present();
      secrets.delete = () => new Promise(() => undefined);
      await assert.rejects(vault.forgetDead(alice, [dead], noon + 1), /does not answer/);
      assert.deepEqual(stage.clock.sleeps, [10_000]);
      const [marker] = (await vault.markers()).get(targetKey(alice)) ?? [];
      assert.deepEqual(marker?.ended, { by: 'reset', at: noon + 1 });
    });
  });

  it('a provider that is gone is a defect when storing', async () => {
    await assert.rejects(vault.add(targetOf({ provider: 'gone' }), form, values));
    assert.equal(secrets.count('store'), 0);
  });
});
