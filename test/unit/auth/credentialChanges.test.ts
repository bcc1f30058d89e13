import assert from 'node:assert/strict';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import { noon } from '../../fakes/resetStage';
import type { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';
import { alice, form, name, quarantine, VaultStage, values } from '../../fakes/vaultStage';

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
    it('comes from the note, whatever this window remembers', async () => {
      assert.equal(await vault.storedGeneration(alice), undefined);
      await vault.store(alice, form, values);
      const before = await stage.present();
      assert.equal(await vault.storedGeneration(alice), before.generation);
      stage.wall += 5;
      await stage.otherWindow().store(alice, form, values);
      assert.equal((await stage.present()).generation, before.generation, 'not heard of yet');
      assert.equal(await vault.storedGeneration(alice), before.generation + 5);
      await stage.otherWindow().forget(alice);
      assert.equal(await vault.storedGeneration(alice), undefined);
      assert.equal(
        secrets.calls.filter(({ kind }) => kind === 'get').length,
        1,
        'the keyring was asked while there was no note, and never again',
      );
    });

    it('comes from the keyring when there is no note', async () => {
      await vault.store(alice, form, values);
      markers.markers.clear();
      assert.equal(await vault.storedGeneration(alice), noon);
      secrets.lose(name);
      assert.equal(await vault.storedGeneration(alice), undefined);
    });
  });

  describe('a change that is heard of', () => {
    const key = targetKey(alice);
    beforeEach(() => vault.store(alice, form, values));

    it('of this very window is no news', async () => {
      assert.equal(await vault.changed(name), undefined);
      await vault.forget(alice);
      assert.equal(await vault.changed(name), undefined);
    });

    it('of this very window is no news while the keyring is still about to answer', async () => {
      const heard: unknown[] = [];
      const store = secrets.store.bind(secrets);
      secrets.store = async (at, value) => {
        await store(at, value);
        heard.push(await vault.changed(at));
      };
      await vault.store(alice, form, values);
      assert.deepEqual(heard, [undefined]);
      secrets.store = async () => {
        throw new Error('locked');
      };
      await assert.rejects(vault.store(alice, form, values));
      assert.equal(await vault.changed(name), undefined, 'the older one was put back by this window');
    });

    it('of another window is', async () => {
      assert.equal(await stage.otherWindow().changed(name), key);
      stage.wall += 1;
      await stage.otherWindow().store(alice, form, values);
      assert.equal(await vault.changed(name), key);
      await vault.store(alice, form, values);
      await stage.otherWindow().forget(alice);
      assert.equal(await vault.changed(name), key);
    });

    it('of anything else is not about a credential', async () => {
      assert.equal(await vault.changed(quarantine), undefined);
      assert.equal(await vault.changed('somebody.else'), undefined);
    });
  });
});
