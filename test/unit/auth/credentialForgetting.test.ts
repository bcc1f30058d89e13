import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import { targetKey } from '../../../src/core/model';
import type { CredentialMarker, MarkerStore } from '../../../src/core/ports';
import type { CredentialReading } from '../../../src/core/resetOperation';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { noon, origin } from '../../fakes/resetStage';
import { MemoryMarkerStore, type MemorySecretStore } from '../../fakes/storage';
import { alice, form, targetOf, token, VaultStage, values } from '../../fakes/vaultStage';

for (const kind of ['memory', 'files'] as const) {
  describe(`CredentialVault: forgetting, with the notes in ${kind}`, () => {
    const missing: CredentialReading = { kind: 'missing' };
    let folder: string;
    let notes: MarkerStore;
    let stage: VaultStage;
    let secrets: MemorySecretStore;
    let vault: CredentialVault;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'reconsent-vault-'));
      const silent = () => undefined;
      const log = { trace: silent, info: silent, warn: silent, error: silent };
      notes = kind === 'files' ? createFileMarkers({ folder, log }) : new MemoryMarkerStore();
      stage = new VaultStage(notes);
      ({ secrets, vault } = stage);
      await vault.store(alice, form, values);
    });
    afterEach(() => rm(folder, { recursive: true }));

    const note = async (): Promise<CredentialMarker | undefined> => (await vault.markers()).get(targetKey(alice));
    const bothRead = async (expected: CredentialReading) => {
      for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), expected);
    };

    it('by the user: the note remembers that nothing was reset', async () => {
      stage.wall += 7;
      await vault.forget(alice);
      await bothRead(missing);
      assert.deepEqual(await note(), {
        form: 'refreshToken',
        storedAt: noon,
        origins: [origin],
        ended: { by: 'forget', at: noon + 7 },
      });
      assert.equal(secrets.values.size, 0);
    });

    it('by the user, without a note: one is written', async () => {
      await notes.delete(targetKey(alice));
      await vault.forget(alice);
      await bothRead(missing);
      assert.deepEqual((await note())?.ended, { by: 'forget', at: noon });
    });

    it('a later sign-in is not called forgotten, and is another generation', async () => {
      await vault.forget(alice);
      await vault.store(alice, form, values);
      assert.equal((await note())?.ended, undefined);
      const credential = await stage.present();
      assert.equal(token(credential), values.refreshToken);
      assert.ok(credential.generation > noon);
    });

    it('of a dead one: the record goes, and the note says when the reset was seen', async () => {
      await vault.forgetDead(alice, noon, noon + 9);
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
      assert.equal(secrets.values.size, 0);
    });

    it('of a dead one, interrupted before the note: it is still there', async () => {
      notes.set = () => Promise.reject(new Error('killed'));
      await assert.rejects(vault.forgetDead(alice, noon, noon + 9), { message: 'killed' });
      assert.equal(token(await stage.present(alice, stage.otherWindow())), values.refreshToken);
    });

    it('of a dead one, interrupted right after the secret went: it is reset, not lost', async () => {
      secrets.delete = async (key) => {
        secrets.values.delete(key);
        throw new Error('killed');
      };
      await assert.rejects(vault.forgetDead(alice, noon, noon + 9), { message: 'killed' });
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
    });

    it('of a dead one of another generation: the newer one stays', async () => {
      stage.wall += 1;
      await vault.store(alice, form, { ...values, refreshToken: 'newer' });
      await vault.forgetDead(alice, noon, stage.wall);
      assert.equal(token(await stage.present()), 'newer');
      assert.equal((await note())?.ended, undefined);
    });

    it('of a dead one, while another window has stored a newer one that is not heard of yet: that one stays', async () => {
      stage.wall += 1;
      await stage.otherWindow().store(alice, form, { ...values, refreshToken: 'newer' });
      await vault.forgetDead(alice, noon, stage.wall);
      assert.equal(token(await stage.present(alice, stage.otherWindow())), 'newer');
    });

    it('of a dead one whose project points elsewhere by now: its generation names it', async () => {
      await vault.forgetDead(targetOf({ endpoint: 'https://other.example' }), noon, noon + 9);
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
    });

    it('of a dead one that is gone already: the note of the user stays', async () => {
      await vault.forget(alice);
      await vault.forgetDead(alice, noon, noon + 9);
      await bothRead(missing);
      assert.deepEqual((await note())?.ended, { by: 'forget', at: noon });
    });
  });
}
