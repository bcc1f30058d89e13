import assert from 'node:assert/strict';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import { noon } from '../../fakes/resetStage';
import type { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';
import { alice, form, nameAt, quarantineAt, targetOf, VaultStage, values, withToken } from '../../fakes/vaultStage';

describe('CredentialVault, and what other windows do', () => {
  let stage: VaultStage;
  let secrets: MemorySecretStore;
  let markers: MemoryMarkerStore;
  let vault: CredentialVault;
  beforeEach(() => {
    stage = new VaultStage();
    ({ secrets, markers, vault } = stage);
  });

  describe('the stored generation', () => {
    it('comes from the notes, whatever this window remembers, and names the whole set', async () => {
      assert.equal(await vault.storedGeneration(alice), undefined);
      await vault.add(alice, form, values);
      const before = await stage.reading();
      assert.equal(await vault.storedGeneration(alice), before.generation);
      stage.wall += 5;
      await stage.otherWindow().add(alice, form, withToken('second'));
      const both = await vault.storedGeneration(alice);
      assert.equal(both, `${noon} ${noon + 5}`);
      assert.notEqual(both, before.generation);
      await stage.otherWindow().forgetOne(alice, noon);
      assert.equal(await vault.storedGeneration(alice), String(noon + 5));
      assert.equal((await stage.reading()).generation, String(noon + 5));
      await stage.otherWindow().forget(alice);
      assert.equal(await vault.storedGeneration(alice), undefined);
      assert.equal(
        secrets.calls.filter(({ key }) => key === nameAt(noon)).filter(({ kind }) => kind === 'get').length,
        1,
      );
    });

    it('is none when there is no note', async () => {
      await vault.add(alice, form, values);
      markers.markers.clear();
      assert.equal(await vault.storedGeneration(alice), undefined);
    });

    it('counts what the keyring lost, as the reading beside good ones does', async () => {
      await vault.add(alice, form, values);
      await vault.add(alice, form, withToken('second'));
      secrets.lose(nameAt(noon));
      const other = stage.otherWindow();
      const reading = await stage.reading(alice, other);
      assert.deepEqual(reading.unusable, [{ kind: 'lost', storedAt: noon }]);
      assert.equal(await other.storedGeneration(alice), reading.generation);
    });
  });

  describe('a reading', () => {
    it('does not take one for lost that another window ended while its secret was read', async () => {
      await vault.add(alice, form, values);
      await vault.add(alice, form, withToken('second'));
      const get = secrets.get.bind(secrets);
      const ending = stage.otherWindow();
      secrets.get = async (name) => {
        secrets.get = get;
        await ending.forgetOne(alice, noon);
        return get(name);
      };
      const { unusable, generation } = await stage.reading(alice, stage.otherWindow());
      assert.deepEqual(unusable, []);
      assert.equal(generation, String(noon + 1));
    });

    it('does not take one for lost that another window adds while the last one ends', async () => {
      await vault.add(alice, form, values);
      const get = secrets.get.bind(secrets);
      const [reader, other] = [stage.otherWindow(), stage.otherWindow()];
      secrets.get = async (name) => {
        secrets.get = get;
        await other.forget(alice);
        await markers.add(targetKey(alice), { form: form.id, storedAt: noon + 9, origins: [] });
        return get(name);
      };
      assert.deepEqual(await reader.read(alice), { kind: 'missing' });
    });
  });

  describe('a change that is heard of', () => {
    const key = targetKey(alice);
    const name = nameAt(noon);
    beforeEach(async () => {
      await vault.add(alice, form, values);
    });

    it('of this very window is no news', async () => {
      assert.equal(await vault.changed(name), undefined);
      await vault.add(alice, form, withToken('second'));
      assert.equal(await vault.changed(nameAt(noon + 1)), undefined);
      await vault.forget(alice);
      assert.equal(await vault.changed(name), undefined);
      assert.equal(await vault.changed(nameAt(noon + 1)), undefined);
    });

    it('of this very window is no news while the keyring is still about to answer', async () => {
      const heard: unknown[] = [];
      const store = secrets.store.bind(secrets);
      secrets.store = async (at, value) => {
        await store(at, value);
        heard.push(await vault.changed(at));
      };
      await vault.replace(alice, form, withToken('second'));
      assert.deepEqual(heard, [undefined]);
      assert.equal(await vault.changed(name), undefined, 'the older one was replaced by this window');
      secrets.store = async () => {
        throw new Error('locked');
      };
      await assert.rejects(vault.add(alice, form, withToken('third')));
      assert.equal(await vault.changed(nameAt(noon + 2)), undefined);
    });

    it('of another window is', async () => {
      assert.equal(await stage.otherWindow().changed(name), key);
      stage.wall += 1;
      const added = await stage.otherWindow().add(alice, form, withToken('second'));
      assert.equal(await vault.changed(nameAt(added)), key);
      await stage.otherWindow().forgetOne(alice, noon);
      assert.equal(await vault.changed(name), key);
    });

    it('of this very window, heard late, is news if another window did something since', async () => {
      await stage.otherWindow().forget(alice);
      assert.equal(await vault.changed(name), key);
    });

    it('of an identity with the mark of the number in its id is told by the last one', async () => {
      const odd = targetOf({ id: 'shop#1' }, '#5');
      const storedAt = await stage.otherWindow().add(odd, form, values);
      assert.equal(await vault.changed(`reconsent.credential:${targetKey(odd)}#${storedAt}`), targetKey(odd));
    });

    it('of anything else is not about a credential', async () => {
      const others = [
        quarantineAt(noon),
        'somebody.else',
        `reconsent.credential:${key}`,
        `${name}x`,
        `${name}.5e1`,
        '#5',
      ];
      for (const other of others) assert.equal(await stage.otherWindow().changed(other), undefined, other);
    });
  });
});
