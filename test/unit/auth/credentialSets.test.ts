import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { consentByMarkers } from '../../../src/core/consentDerivation';
import { targetKey } from '../../../src/core/model';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { noon, origin } from '../../fakes/resetStage';
import { scriptedDescriptions } from '../../fakes/scriptedSettings';
import type { MemorySecretStore } from '../../fakes/storage';
import { alice, form, nameAt, targetOf, VaultStage, values, withToken } from '../../fakes/vaultStage';

describe('CredentialVault: several credentials of an identity', () => {
  const key = targetKey(alice);
  let stage: VaultStage;
  let secrets: MemorySecretStore;
  let vault: CredentialVault;
  beforeEach(() => {
    stage = new VaultStage();
    ({ secrets, vault } = stage);
  });

  const bothHave = async (...tokens: readonly string[]) => {
    for (const from of [vault, stage.otherWindow()]) assert.deepEqual(await stage.tokens(alice, from), tokens);
  };
  const noted = async () => (await stage.markers.list(key)).map(({ storedAt, ended }) => [storedAt, ended?.by]);

  describe('adding', () => {
    it('puts it beside the others, oldest first', async () => {
      assert.equal(await vault.add(alice, form, withToken('first')), noon);
      stage.wall += 5;
      assert.equal(await vault.add(alice, form, withToken('second')), noon + 5);
      await bothHave('first', 'second');
      assert.deepEqual([...secrets.values.keys()], [nameAt(noon), nameAt(noon + 5)]);
    });

    it('reads all secrets at the same time', async () => {
      for (const token of ['first', 'second', 'third']) await vault.add(alice, form, withToken(token));
      secrets.hangReads();
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'unreadable' });
      assert.equal(secrets.count('get'), 3);
    });

    it('replaces the one with the very same secrets', async () => {
      await vault.add(alice, form, withToken('first'), { account: 'old' });
      await vault.add(alice, form, withToken('second'));
      const again = await stage.otherWindow().add(alice, form, withToken('first'), { account: 'new' });
      await bothHave('second', 'first');
      assert.equal((await stage.present()).facts['account'], 'new');
      assert.deepEqual(await noted(), [
        [noon + 1, undefined],
        [again, undefined],
      ]);
      assert.ok(!secrets.values.has(nameAt(noon)));
    });

    it('replaces none that differs in a secret, a further one, or its form', async () => {
      await vault.add(alice, form, values);
      await vault.add(alice, form, { ...values, extra: 'more' });
      await vault.add(alice, form, { ...values, extra: 'other' });
      await vault.add(alice, { ...form, id: 'another' }, values);
      assert.equal((await stage.reading()).credentials.length, 4);
    });

    it('keeps the older one of the same secrets when the new one cannot be stored', async () => {
      await vault.add(alice, form, values);
      secrets.failNextStore();
      await assert.rejects(vault.add(alice, form, values), { message: 'The keyring is locked' });
      await bothHave(values.refreshToken);
      assert.deepEqual(await noted(), [[noon, undefined]]);
    });

    it('succeeds although what is to be removed stays behind, which goes the next time', async () => {
      await vault.add(alice, form, withToken('first'));
      const remove = secrets.delete.bind(secrets);
      secrets.delete = () => Promise.reject(new Error('planted-error'));
      await vault.add(alice, form, withToken('first'));
      await bothHave('first');
      assert.equal(stage.logLines.length, 1);
      assert.ok(!stage.logLines.join().includes('planted'));
      assert.ok(secrets.values.has(nameAt(noon)));
      secrets.delete = remove;
      await vault.add(alice, form, withToken('second'));
      assert.deepEqual([...secrets.values.keys()], [nameAt(noon + 1), nameAt(noon + 2)]);
      assert.deepEqual(await noted(), [
        [noon + 1, undefined],
        [noon + 2, undefined],
      ]);
    });
  });

  describe('replacing', () => {
    it('takes the place of all others', async () => {
      await vault.add(alice, form, withToken('first'));
      await stage.otherWindow().add(alice, form, withToken('second'));
      const storedAt = await vault.replace(alice, form, withToken('third'));
      await bothHave('third');
      assert.deepEqual([...secrets.values.keys()], [nameAt(storedAt)]);
    });

    it('keeps them when it cannot be stored', async () => {
      await vault.add(alice, form, withToken('first'));
      await vault.add(alice, form, withToken('second'));
      secrets.failNextStore();
      await assert.rejects(vault.replace(alice, form, withToken('third')));
      await bothHave('first', 'second');
    });

    it('leaves one that another window adds meanwhile', async () => {
      await vault.add(alice, form, withToken('first'));
      const store = secrets.store.bind(secrets);
      secrets.store = async (name, value) => {
        secrets.store = store;
        await stage.otherWindow().add(alice, form, withToken('of another window'));
        await store(name, value);
      };
      await vault.replace(alice, form, withToken('second'));
      assert.deepEqual([...(await stage.tokens())].sort(), ['of another window', 'second']);
    });
  });

  describe('those that cannot be used', () => {
    const elsewhere = targetOf({ endpoint: 'https://other.example' });

    it('are told beside the good ones', async () => {
      await vault.add(elsewhere, form, withToken('foreign'));
      await vault.add(alice, form, withToken('lost'));
      await vault.add(alice, form, withToken('newer'));
      await vault.add(alice, form, withToken('good'));
      secrets.lose(nameAt(noon + 1));
      secrets.values.set(nameAt(noon + 2), JSON.stringify({ schema: 2 }));
      const other = stage.otherWindow();
      const reading = await stage.reading(alice, other);
      assert.deepEqual(await stage.tokens(alice, other), ['good']);
      assert.deepEqual(reading.unusable, [
        { kind: 'foreign-origin', boundTo: ['https://other.example'] },
        { kind: 'lost', storedAt: noon + 1 },
        { kind: 'newer' },
      ]);
      assert.equal(reading.generation, await other.storedGeneration(alice));
    });

    it('do not keep the good ones when only some are answered for', async () => {
      await vault.add(alice, form, withToken('first'));
      await vault.add(alice, form, withToken('second'));
      const get = secrets.get.bind(secrets);
      secrets.get = (name) => (name === nameAt(noon) ? new Promise(() => undefined) : get(name));
      const { credentials, unusable } = await stage.reading(alice, stage.otherWindow());
      assert.deepEqual([credentials.length, unusable], [1, [{ kind: 'unreadable' }]]);
      assert.deepEqual(stage.clock.sleeps, [10_000]);
    });

    it('decide by the newest when none is good', async () => {
      await vault.add(elsewhere, form, withToken('foreign'));
      const lost = await vault.add(alice, form, withToken('lost'));
      secrets.lose(nameAt(lost));
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'lost', storedAt: lost });
      await vault.add(elsewhere, form, withToken('foreign, too'));
      const foreign = { kind: 'foreign-origin', boundTo: ['https://other.example'] };
      assert.deepEqual(await stage.otherWindow().read(alice), foreign);
    });

    it('hide no verified reset: one for another address is left, and the one for this was ended', async () => {
      await vault.add(elsewhere, form, withToken('foreign'));
      await vault.add(alice, form, withToken('good'));
      const { credentials } = await stage.reading(alice);
      await vault.forgetDead(alice, credentials, noon + 60_000);
      for (const from of [vault, stage.otherWindow()]) {
        assert.deepEqual(await from.read(alice), { kind: 'missing', resetAt: noon + 60_000 });
        assert.equal((await from.read(elsewhere)).kind, 'present', 'nothing has happened to that one');
      }
      const markers = (await vault.markers()).get(targetKey(alice)) ?? [];
      const shown = consentByMarkers(markers, [origin]);
      assert.deepEqual(shown, { kind: 'needs-consent', since: noon + 60_000 });
      assert.equal(consentByMarkers(markers, ['https://third.example']).kind, 'unusable-credential');
    });

    it('that belong elsewhere are told when the one for this address was forgotten, and not reset', async () => {
      await vault.add(elsewhere, form, withToken('foreign'));
      const own = await vault.add(alice, form, withToken('good'));
      await vault.forgetOne(alice, own);
      assert.equal((await vault.read(alice)).kind, 'foreign-origin');
    });

    it('are unreadable when none is good and one is not answered for', async () => {
      await vault.add(alice, form, withToken('unanswered'));
      const lost = await vault.add(alice, form, withToken('lost'));
      secrets.lose(nameAt(lost));
      const get = secrets.get.bind(secrets);
      secrets.get = (name) => (name === nameAt(noon) ? Promise.reject(new Error('locked')) : get(name));
      assert.deepEqual(await stage.otherWindow().read(alice), { kind: 'unreadable' });
    });
  });

  describe('what was granted', () => {
    it('is the union of what the living ones were', async () => {
      assert.deepEqual(await vault.lastGrants(alice), []);
      await vault.add(alice, form, withToken('first'), {}, ['maps', 'chrome']);
      await vault.add(alice, form, withToken('second'), {}, ['youtube', 'maps']);
      await vault.add(alice, form, withToken('third'));
      await vault.forgetOne(alice, noon);
      assert.deepEqual(await stage.otherWindow().lastGrants(alice), ['youtube', 'maps']);
    });

    it('is that of the ended ones when none lives', async () => {
      await vault.add(alice, form, withToken('first'), {}, ['maps', 'chrome']);
      await vault.add(alice, form, withToken('second'), {}, ['youtube', 'maps']);
      await vault.forgetDead(alice, (await stage.reading()).credentials, noon + 9);
      assert.deepEqual(await stage.otherWindow().lastGrants(alice), ['maps', 'chrome', 'youtube']);
    });

    it('stands in the note, and not in the record', async () => {
      await vault.add(alice, form, values, {}, ['maps']);
      assert.deepEqual(await stage.markers.list(key), [
        { form: 'refreshToken', storedAt: noon, origins: [origin], grants: ['maps'] },
      ]);
      assert.ok(!secrets.values.get(nameAt(noon))?.includes('maps'));
    });
  });

  describe('two windows on one disk and one keyring', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'reconsent-windows-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    const window = (): CredentialVault => {
      const silent = () => undefined;
      const log = { trace: silent, info: silent, warn: silent, error: silent };
      const markers = createFileMarkers({ folder, log });
      return new CredentialVault({
        secrets,
        markers,
        clock: stage.clock,
        log,
        describe: (id) => scriptedDescriptions.get(id),
      });
    };

    it('lose nothing of each other when they add in the same millisecond', async () => {
      const [one, other] = [window(), window()];
      const tokens = Array.from({ length: 20 }, (_, index) => `token ${index}`);
      const numbers = await Promise.all(
        tokens.map((token, index) => (index % 2 === 0 ? one : other).add(alice, form, withToken(token))),
      );
      assert.equal(new Set(numbers).size, tokens.length);
      for (const from of [one, other, window()]) {
        assert.deepEqual([...(await stage.tokens(alice, from))].sort(), [...tokens].sort());
      }
    });

    it('lose nothing when one adds and the other removes at the same time', async () => {
      const [one, other] = [window(), window()];
      const numbers: number[] = [];
      for (const index of [0, 1, 2, 3, 4]) numbers.push(await one.add(alice, form, withToken(`old ${index}`)));
      await Promise.all([
        ...[0, 1, 2, 3, 4].map((index) => one.add(alice, form, withToken(`new ${index}`))),
        ...numbers.slice(1).map((storedAt) => other.forgetOne(alice, storedAt)),
      ]);
      const expected = ['new 0', 'new 1', 'new 2', 'new 3', 'new 4', 'old 0'];
      for (const from of [one, other, window()]) {
        assert.deepEqual([...(await stage.tokens(alice, from))].sort(), expected);
      }
      assert.equal(secrets.values.size, expected.length, 'no secret stays behind');
    });

    it('forget different ones at the same time', async () => {
      const [one, other] = [window(), window()];
      const first = await one.add(alice, form, withToken('first'));
      const second = await one.add(alice, form, withToken('second'));
      await Promise.all([one.forgetOne(alice, first), other.forgetOne(alice, second)]);
      for (const from of [one, other]) assert.deepEqual(await from.read(alice), { kind: 'missing' });
      assert.equal(secrets.values.size, 0);
    });
  });
});
