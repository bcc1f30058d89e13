import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ClientVault } from '../../../src/auth/clientVault';
import { BoundSecret } from '../../../src/core/redact';
import { noon, origin, project } from '../../fakes/resetStage';
import type { MemorySecretStore } from '../../fakes/storage';
import { alice, form, VaultStage, values } from '../../fakes/vaultStage';

const planted = 'planted-client-secret-77aa';
const name = 'reconsent.oauthClient:shop';
const shop = project();

describe('ClientVault', () => {
  let stage: VaultStage;
  let secrets: MemorySecretStore;
  let clients: ClientVault;
  beforeEach(() => {
    stage = new VaultStage();
    ({ secrets } = stage);
    clients = new ClientVault({ secrets, clock: stage.clock });
  });

  const revealed = async (wanted: readonly string[] = [origin], of = shop, id = 'client-1') => {
    const answer = (await clients.read(of, id, wanted))?.revealFor(new URL(origin));
    return answer?.kind === 'revealed' ? answer.value : undefined;
  };

  it('has nothing at first', async () => assert.equal(await revealed(), undefined));

  it('gives back what was stored, sealed and bound', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    assert.equal(await revealed(), planted);
    const secret = await clients.read(shop, 'client-1', [origin]);
    assert.deepEqual(secret?.boundTo, [origin]);
    assert.ok(!inspect(secret, { depth: null, showHidden: true }).includes(planted));
  });

  it('takes a sealed one for origins it is bound to', async () => {
    await clients.store(shop, 'client-1', new BoundSecret(planted, ['https://other.example', origin]), [origin]);
    assert.equal(await revealed(), planted);
    assert.deepEqual((await clients.read(shop, 'client-1', [origin]))?.boundTo, [origin]);
  });

  for (const [what, boundTo, origins] of [
    ['for other origins', ['https://other.example'], [origin]],
    ['for one origin more', [origin], [origin, 'https://other.example']],
    ['for one origin more that comes first', [origin], ['https://other.example', origin]],
    ['for no origin', [origin], []],
  ] as const) {
    it(`does not bind a sealed one ${what}`, async () => {
      await assert.rejects(clients.store(shop, 'client-1', new BoundSecret(planted, boundTo), origins), (error) => {
        assert.ok(error instanceof Error && !error.message.includes(planted));
        return true;
      });
      assert.equal(secrets.values.size, 0);
    });
  }

  it('keeps one for each project, in place of an older one', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    await clients.store(project({ id: 'a/b%' }), 'client-2', 'second', [origin]);
    await clients.store(shop, 'client-1', 'newer', [origin]);
    assert.equal(await revealed(), 'newer');
    assert.equal(await revealed([origin], project({ id: 'a/b%' }), 'client-2'), 'second');
    assert.deepEqual([...secrets.values.keys()], [name, 'reconsent.oauthClient:a%2Fb%25']);
  });

  it('is not given out for another client', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    assert.equal(await revealed([origin], shop, 'client-2'), undefined);
  });

  it('is not given out when a wanted origin is not one it was given for', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    assert.equal(await revealed([origin, 'https://other.example']), undefined);
    assert.equal(await revealed(['http://consent.example']), undefined);
    assert.equal(await revealed(), planted, 'and is still there');
  });

  it('survives the end of the credentials', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    await stage.vault.add(alice, form, values);
    await stage.vault.forgetDead(alice, [await stage.present()], noon + 1);
    await stage.vault.forget(alice);
    assert.equal(await revealed(), planted);
    assert.equal(await stage.vault.changed(name), undefined, 'and its change is none of a credential');
  });

  it('is forgotten', async () => {
    await clients.store(shop, 'client-1', planted, [origin]);
    await clients.forget(shop);
    assert.equal(await revealed(), undefined);
    assert.equal(secrets.values.size, 0);
  });

  const record = { schema: 1, clientId: 'client-1', origins: [origin], clientSecret: planted };
  it('(a whole record is read)', async () => {
    secrets.values.set(name, JSON.stringify(record));
    assert.equal(await revealed(), planted);
  });
  for (const [what, text] of [
    ['cut off', JSON.stringify(record).slice(0, -5)],
    ['empty', ''],
    ['null', 'null'],
    ['of a later version', JSON.stringify({ ...record, schema: 2 })],
    ['without its origins', JSON.stringify({ ...record, origins: undefined })],
    ['with a number as secret', JSON.stringify({ ...record, clientSecret: 5 })],
  ] as const) {
    it(`a record ${what} is none, and can be replaced`, async () => {
      secrets.values.set(name, text);
      assert.equal(await revealed(), undefined);
      assert.equal(secrets.values.get(name), text);
      await clients.store(shop, 'client-1', planted, [origin]);
      assert.equal(await revealed(), planted);
    });
  }

  it('waits for the keyring 10 s, and no longer', async () => {
    secrets.hangReads();
    assert.equal(await revealed(), undefined);
    secrets.store = () => new Promise(() => undefined);
    secrets.delete = () => new Promise(() => undefined);
    await assert.rejects(clients.store(shop, 'client-1', planted, [origin]), /does not answer/);
    await assert.rejects(clients.forget(shop), /does not answer/);
    assert.deepEqual(stage.clock.sleeps, [10_000, 10_000, 10_000]);
  });

  it('tells nothing of an error of the keyring when reading', async () => {
    secrets.get = () => {
      throw new Error('planted-error');
    };
    assert.equal(await revealed(), undefined);
  });
});
