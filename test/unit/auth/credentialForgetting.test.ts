import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialVault } from '../../../src/auth/credentialVault';
import type { CredentialMarkers } from '../../../src/auth/vaultPorts';
import type { CredentialReading } from '../../../src/core/credentialSource';
import { type Credential, targetKey } from '../../../src/core/model';
import type { CredentialMarker } from '../../../src/core/ports';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { noon, origin } from '../../fakes/resetStage';
import { MemoryMarkerStore, type MemorySecretStore } from '../../fakes/storage';
import { alice, form, nameAt, targetOf, token, VaultStage, values, withToken } from '../../fakes/vaultStage';

for (const kind of ['memory', 'files'] as const) {
  describe(`CredentialVault: forgetting, with the notes in ${kind}`, () => {
    const missing: CredentialReading = { kind: 'missing' };
    let folder: string;
    let notes: CredentialMarkers;
    let stage: VaultStage;
    let secrets: MemorySecretStore;
    let vault: CredentialVault;
    let first: Credential;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'reconsent-vault-'));
      const silent = () => undefined;
      const log = { trace: silent, info: silent, warn: silent, error: silent };
      notes = kind === 'files' ? createFileMarkers({ folder, log }) : new MemoryMarkerStore();
      stage = new VaultStage(notes);
      ({ secrets, vault } = stage);
      await vault.add(alice, form, values);
      first = await stage.present();
    });
    afterEach(() => rm(folder, { recursive: true }));

    const all = async (): Promise<readonly CredentialMarker[]> => (await vault.markers()).get(targetKey(alice)) ?? [];
    const note = async (): Promise<CredentialMarker | undefined> => (await all())[0];
    const bothRead = async (expected: CredentialReading) => {
      for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await from.read(alice), expected);
    };
    const bothHave = async (...tokens: readonly string[]) => {
      for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await stage.tokens(alice, from), tokens);
    };

    it('by the user: the notes remember that nothing was reset', async () => {
      await vault.add(alice, form, withToken('second'));
      stage.wall += 7;
      await vault.forget(alice);
      await bothRead(missing);
      const [ended, shared] = [
        { by: 'forget', at: noon + 7 },
        { form: 'refreshToken', origins: [origin] },
      ];
      assert.deepEqual(await all(), [
        { ...shared, storedAt: noon, ended },
        { ...shared, storedAt: noon + 1, ended },
      ]);
      assert.equal(secrets.values.size, 0);
    });

    it('by the user, without a note: what this window remembers goes, and a note is written', async () => {
      await notes.delete(targetKey(alice), noon);
      await vault.forget(alice);
      await bothRead(missing);
      assert.deepEqual((await note())?.ended, { by: 'forget', at: noon });
      assert.equal(secrets.values.size, 0);
    });

    it('by the user, of one: the others stay', async () => {
      const second = await vault.add(alice, form, withToken('second'));
      await vault.add(alice, form, withToken('third'));
      await vault.forgetOne(alice, second);
      await bothHave(values.refreshToken, 'third');
      assert.ok(!secrets.values.has(nameAt(second)));
    });

    it('by the user: one that cannot be deleted does not keep the others, and goes the next time', async () => {
      await vault.add(alice, form, withToken('second'));
      const remove = secrets.delete.bind(secrets);
      secrets.delete = (name) => (name === nameAt(noon) ? Promise.reject(new Error('locked')) : remove(name));
      await assert.rejects(vault.forget(alice), { message: 'locked' });
      assert.deepEqual([...secrets.values.keys()], [nameAt(noon)]);
      await bothRead(missing);
      secrets.delete = remove;
      await vault.forget(alice);
      assert.equal(secrets.values.size, 0);
    });

    it('a later sign-in is not called forgotten, and is another credential', async () => {
      await vault.forget(alice);
      await vault.add(alice, form, values);
      assert.equal((await all()).length, 1, 'there is nothing left to explain');
      assert.equal((await note())?.ended, undefined);
      const credential = await stage.present();
      assert.equal(token(credential), values.refreshToken);
      assert.ok(credential.storedAt > noon);
    });

    it('the note of a forgotten one is kept until a newer one is safely stored', async () => {
      await vault.forget(alice);
      const before = await all();
      secrets.failNextStore();
      await assert.rejects(vault.add(alice, form, values));
      assert.deepEqual(await all(), before);
    });

    it('of a dead one: the record goes, and the note says when the reset was seen', async () => {
      await vault.forgetDead(alice, [first], noon + 9);
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
      assert.equal(secrets.values.size, 0);
    });

    it('of a dead one, interrupted before the note: it is still there', async () => {
      notes.set = () => Promise.reject(new Error('killed'));
      await assert.rejects(vault.forgetDead(alice, [first], noon + 9), { message: 'killed' });
      await bothHave(values.refreshToken);
    });

    it('of a dead one, interrupted right after the secret went: it is reset, not lost', async () => {
      secrets.delete = async (key) => {
        secrets.values.delete(key);
        throw new Error('killed');
      };
      await assert.rejects(vault.forgetDead(alice, [first], noon + 9), { message: 'killed' });
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
    });

    it('of dead ones: all that are named, and no other', async () => {
      await vault.add(alice, form, withToken('second'));
      await vault.add(alice, form, withToken('third'));
      const { credentials } = await stage.reading();
      await vault.forgetDead(alice, credentials.slice(1), noon + 9);
      await bothHave(values.refreshToken);
      assert.deepEqual(
        (await all()).map(({ ended }) => ended),
        [undefined, { by: 'reset', at: noon + 9 }, { by: 'reset', at: noon + 9 }],
      );
    });

    it('of a dead one, while another window has stored a newer one that is not heard of yet: that one stays', async () => {
      stage.wall += 1;
      await stage.otherWindow().replace(alice, form, withToken('newer'));
      await vault.forgetDead(alice, [first], stage.wall);
      await bothHave('newer');
      assert.deepEqual(
        (await all()).map(({ ended }) => ended),
        [undefined],
      );
    });

    it('of a dead one whose project points elsewhere by now: its number names it', async () => {
      await vault.forgetDead(targetOf({ endpoint: 'https://other.example' }), [first], noon + 9);
      await bothRead({ kind: 'missing', resetAt: noon + 9 });
    });

    it('of a dead one that is gone already: the note of the user stays', async () => {
      await vault.forget(alice);
      await vault.forgetDead(alice, [first], noon + 9);
      await bothRead(missing);
      assert.deepEqual((await note())?.ended, { by: 'forget', at: noon });
    });

    it('of a rejected one: the others stay', async () => {
      await vault.add(alice, form, withToken('second'));
      stage.wall += 5;
      await vault.dropRejected(alice, [first]);
      await bothHave('second');
      assert.deepEqual((await note())?.ended, { by: 'dead', at: noon + 5 });
      assert.ok(!secrets.values.has(nameAt(noon)));
    });

    it('of rejected ones: not of all that there are', async () => {
      await vault.add(alice, form, withToken('second'));
      await vault.dropRejected(alice, (await stage.reading()).credentials);
      await bothHave(values.refreshToken, 'second');
      await stage.otherWindow().forgetOne(alice, noon + 1);
      await vault.dropRejected(alice, [first]);
      await bothHave(values.refreshToken);
    });
  });
}
