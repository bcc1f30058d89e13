/** Records of the secret storage that were damaged, tampered with, or never were any. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ClientVault } from '../../../src/auth/clientVault';
import { parseSecretName, secretName } from '../../../src/auth/credentialRecord';
import { parseTokenRecord } from '../../../src/auth/vedauthRecord';
import { type TargetKey, targetKey } from '../../../src/core/model';
import { noon, origin } from '../../fakes/resetStage';
import { alice, nameAt, quarantineAt, token, VaultStage } from '../../fakes/vaultStage';
import { cases, patience } from './cases';
import { changedJson, isPlainObject, type Json, jsonOf, nearJson } from './json';

const planted = 'planted-51ce';
const credential: Json = {
  schema: 1,
  provider: 'scripted',
  target: 'shop/alice',
  origins: [origin],
  form: 'refreshToken',
  storedAt: noon,
  secrets: { refreshToken: planted },
  facts: { clientId: 'client-1' },
};
const tokens: Json = {
  schema: 1,
  owner: 'shop/alice',
  storedAt: noon,
  generation: 2,
  origins: [origin],
  accessToken: planted,
  refreshToken: planted,
  accessTokenExpiresAt: noon + 1,
};
const client: Json = { schema: 1, clientId: 'client-1', origins: [origin], clientSecret: planted };

const textLike = (real: Json): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
    { weight: 3, arbitrary: changedJson(real).map((one) => JSON.stringify(one)) },
    { weight: 3, arbitrary: nearJson(real) },
  );

describe('any record of the secret storage', () => {
  it('of a credential is read, left to a later version, or put aside whole; never thrown at, and never told', async function () {
    this.timeout(patience());
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(textLike(credential), async (text) => {
        const stage = new VaultStage();
        await stage.markers.set(targetKey(alice), { form: 'refreshToken', storedAt: noon, origins: [origin] });
        stage.secrets.values.set(nameAt(noon), text);
        const reading = await stage.vault.read(alice);
        seen.add(reading.kind);
        const kept = [...stage.secrets.values];
        switch (reading.kind) {
          case 'present': {
            const record = jsonOf(text);
            const [found] = reading.credentials;
            assert.ok(isPlainObject(record));
            assert.deepEqual([record['schema'], record['storedAt'], record['target']], [1, noon, 'shop/alice']);
            assert.ok(Array.isArray(record['origins']) && record['origins'].includes(origin));
            const own = isPlainObject(record['secrets']) ? record['secrets']['refreshToken'] : undefined;
            assert.equal(token(found), own);
            assert.deepEqual(kept, [[nameAt(noon), text]]);
            break;
          }
          case 'corrupt':
            assert.deepEqual(kept, [[quarantineAt(noon), text]]);
            break;
          case 'newer':
          case 'foreign-origin':
            assert.deepEqual(kept, [[nameAt(noon), text]]);
            break;
          default:
            assert.fail(reading.kind);
        }
        // Asked once more, by a window that has read nothing yet, it is the same.
        assert.equal((await stage.otherWindow().read(alice)).kind, reading.kind);
        assert.ok(!`${stage.logLines} ${JSON.stringify(reading)}`.includes(planted));
      }),
      cases(300),
    );
    assert.deepEqual([...seen].sort(), ['corrupt', 'foreign-origin', 'newer', 'present']);
  });

  it('of a sign-in is that of its owner alone, or none', function () {
    this.timeout(patience());
    let taken = 0;
    const owner = { key: targetKey(alice), storedAt: noon };
    fc.assert(
      fc.property(textLike(tokens), (text) => {
        const record = parseTokenRecord(text, owner);
        if (!record) return;
        taken++;
        assert.deepEqual([record.owner, record.storedAt], ['shop/alice', noon]);
        assert.ok(record.generation >= 1 && typeof record.accessToken === 'string');
        assert.equal(parseTokenRecord(text, { ...owner, storedAt: noon + 1 }), undefined);
        assert.equal(parseTokenRecord(text, { ...owner, key: 'shop/bob' as TargetKey }), undefined);
      }),
      cases(500),
    );
    assert.ok(taken > 0);
  });

  it("of an OAuth client is that client's, for the origins it was given for, or none", async function () {
    this.timeout(patience());
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(textLike(client), async (text) => {
        const stage = new VaultStage();
        stage.secrets.values.set('reconsent.oauthClient:shop', text);
        const vault = new ClientVault(stage);
        const secret = await vault.read({ id: 'shop' }, 'client-1', [origin]);
        assert.equal(await vault.read({ id: 'shop' }, 'client-1', [origin, 'https://evil.example']), undefined);
        if (!secret) return;
        taken++;
        assert.equal(secret.revealFor(new URL(origin)).kind, 'revealed');
        assert.equal(secret.revealFor(new URL('https://evil.example')).kind, 'foreign-origin');
      }),
      cases(200),
    );
    assert.ok(taken > 0);
  });

  it('has a name that leads back to whose it is, and no other name does', function () {
    this.timeout(patience());
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat(), (project, identity, storedAt) => {
        const target = { project: { ...alice.project, id: project }, identity: { id: identity, label: '' } };
        const name = secretName(targetKey(target), storedAt);
        assert.deepEqual(parseSecretName(name), { key: targetKey(target), storedAt });
        for (const other of [name.slice(1), `${name}x`, `${name}.0`, `x${name}`])
          assert.notDeepEqual(parseSecretName(other), { key: targetKey(target), storedAt });
      }),
      cases(300),
    );
  });
});
