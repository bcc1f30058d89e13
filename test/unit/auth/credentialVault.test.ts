import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { type Credential, type Project, type Target, targetKey } from '../../../src/core/model';
import type { CredentialForm } from '../../../src/core/provider';
import type { CredentialReading } from '../../../src/core/resetOperation';
import { FakeClock } from '../../fakes/clock';
import { noon, origin, project } from '../../fakes/resetStage';
import { scriptedDescriptions } from '../../fakes/scriptedSettings';
import { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';

const form: CredentialForm = {
  id: 'refreshToken',
  label: 'Refresh token',
  detail: '',
  fields: [
    { id: 'clientId', label: 'Client ID', secret: false },
    { id: 'refreshToken', label: 'Refresh token', secret: true },
    { id: 'extra', label: 'Extra', secret: true },
  ],
};
const values = { clientId: 'client-1', refreshToken: 'planted-refresh-51ce', unasked: 'planted-unasked-9f' };

function targetOf(changes: Partial<Project> = {}, id = 'alice'): Target {
  return { project: project(changes), identity: { id, label: id } };
}

const alice = targetOf();
const name = `reconsent.credential:${targetKey(alice)}`;

describe('CredentialVault', () => {
  let secrets: MemorySecretStore;
  let markers: MemoryMarkerStore;
  let logLines: string[];
  let wall: number;
  let clock: FakeClock;
  let vault: CredentialVault;
  /** A vault with an empty memory over the same keyring, as another window has it. */
  const otherWindow = () => {
    const write = (line: string): void => void logLines.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    return new CredentialVault({ secrets, markers, clock, log, describe: (id) => scriptedDescriptions.get(id) });
  };
  beforeEach(() => {
    secrets = new MemorySecretStore();
    markers = new MemoryMarkerStore();
    logLines = [];
    wall = noon;
    clock = new FakeClock({
      now: () => wall,
      advance: (ms) => {
        wall += ms;
      },
    });
    vault = otherWindow();
  });

  async function present(target = alice, from = vault): Promise<Credential> {
    const reading = await from.read(target);
    assert.ok(reading.kind === 'present', `${reading.kind} instead of present`);
    return reading.credential;
  }

  const token = (credential: Credential) => {
    const revealed = credential.secrets['refreshToken']?.revealFor(new URL(origin));
    return revealed?.kind === 'revealed' ? revealed.value : undefined;
  };

  it('gives back what was stored: secrets sealed, facts open, nothing that was not asked for', async () => {
    await vault.store(alice, form, values);
    for (const from of [vault, otherWindow()]) {
      const credential = await present(alice, from);
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
    assert.equal(token(await present(one)), values.refreshToken);
    assert.equal(token(await present(two)), 'second');
  });

  it('asks the keyring once, until it hears of a change', async () => {
    await vault.store(alice, form, values);
    const other = otherWindow();
    await other.read(alice);
    await other.read(alice);
    assert.equal(secrets.count('get'), 1);
    other.dropCached('reconsent.credential:shop/bob');
    await other.read(alice);
    assert.equal(secrets.count('get'), 1, 'another record changed');
    other.dropCached(name);
    await other.read(alice);
    assert.equal(secrets.count('get'), 2);
  });

  it('sees what another window stored once it hears of it, as another generation', async () => {
    await vault.store(alice, form, values);
    const before = await present();
    clock.pass(5);
    await otherWindow().store(alice, form, { ...values, refreshToken: 'newer' });
    assert.equal(token(await present()), values.refreshToken, 'not heard of yet');
    vault.dropCached(name);
    const after = await present();
    assert.equal(token(after), 'newer');
    assert.ok(after.generation > before.generation);
  });

  it('does not keep what was read while the record changed', async () => {
    await vault.store(alice, form, values);
    const reader = otherWindow();
    let answer = (): void => undefined;
    const get = secrets.get.bind(secrets);
    secrets.get = async (key) => {
      const old = await get(key);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return old;
    };
    clock.sleep = () => new Promise(() => undefined);
    const reading = reader.read(alice);
    await new Promise((resolve) => setImmediate(resolve));
    await vault.store(alice, form, { ...values, refreshToken: 'newer' });
    reader.dropCached(name);
    answer();
    assert.equal((await reading).kind, 'present');
    secrets.get = get;
    assert.equal(token(await present(alice, reader)), 'newer');
  });

  describe('generation', () => {
    it('grows with every store, also within a millisecond and with a clock set back', async () => {
      await vault.store(alice, form, values);
      const generations = [(await present()).generation];
      for (const ms of [0, 0, -86_400_000, 5]) {
        wall += ms;
        await vault.store(alice, form, values);
        generations.push((await present()).generation);
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
        for (const from of [vault, otherWindow()]) {
          assert.deepEqual(await from.read(targetOf(changes)), { kind: 'foreign-origin', boundTo: [origin] });
        }
      });
    }

    it('is given out again once the endpoint is put back', async () => {
      await vault.read(targetOf({ endpoint: 'https://other.example' }));
      assert.equal(token(await present()), values.refreshToken);
    });

    it('every secret is revealed for the origins it was given for, and no other', async () => {
      const secret = (await present()).secrets['refreshToken'];
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
      assert.deepEqual(await otherWindow().read(alice), { kind: 'lost', storedAt: noon });
    });

    it('never answers: unreadable after 10 s', async () => {
      secrets.hangReads();
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      assert.deepEqual(clock.sleeps, [10_000]);
    });

    it('fails to answer: unreadable at once, and its error is not shown', async () => {
      secrets.get = () => Promise.reject(new Error('planted-error'));
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      secrets.get = () => {
        throw new Error('planted-error');
      };
      assert.deepEqual(await vault.read(alice), { kind: 'unreadable' });
      assert.deepEqual(clock.sleeps, []);
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
      wall += 1_000;
      secrets.failNextStore();
      await assert.rejects(vault.store(alice, form, { ...values, refreshToken: 'newer' }));
      for (const from of [vault, otherWindow()]) {
        const credential = await present(alice, from);
        assert.deepEqual([token(credential), credential.storedAt], [values.refreshToken, noon]);
      }
      assert.deepEqual([...(await vault.markers()).values()], [marker]);
    });

    it('takes it, but the note cannot be written: the credential is there, and the failure is logged', async () => {
      markers.failNextWrite();
      await vault.store(alice, form, values);
      assert.match(logLines.join(), /could not be written/);
      for (const from of [vault, otherWindow()]) assert.equal(token(await present(alice, from)), values.refreshToken);
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
      assert.equal(token(await present()), 'planted-51ce');
    });

    for (const [what, text] of Object.entries(damages)) {
      it(`${what}: put aside, not deleted, and its text is not logged`, async () => {
        secrets.values.set(name, text);
        assert.deepEqual(await vault.read(alice), { kind: 'corrupt' });
        assert.ok(!secrets.values.has(name));
        assert.deepEqual([...secrets.values.values()], [text]);
        assert.match([...secrets.values.keys()][0] ?? '', /^reconsent\.quarantine:shop\/alice:\d+$/);
        assert.equal(logLines.length, 1);
        assert.ok(!logLines.join().includes('planted'));
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

    it('makes room for a new one', async () => {
      secrets.values.set(name, 'damaged');
      await vault.read(alice);
      await vault.store(alice, form, values);
      assert.equal(token(await present()), values.refreshToken);
    });
  });

  describe('forgetting', () => {
    beforeEach(() => vault.store(alice, form, values));
    const missing: CredentialReading = { kind: 'missing' };

    it('by the user: the note remembers that the consent may be alive', async () => {
      wall += 7;
      await vault.forget(alice);
      for (const from of [vault, otherWindow()]) {
        assert.deepEqual(await from.read(alice), { ...missing, forgottenAt: noon + 7 });
      }
      assert.equal(secrets.values.size, 0);
    });

    it('by the user, without a note: one is written, because the consent may be alive', async () => {
      markers.markers.clear();
      await vault.forget(alice);
      assert.deepEqual(await vault.read(alice), { ...missing, forgottenAt: noon });
    });

    it('a later sign-in is not called forgotten', async () => {
      await vault.forget(alice);
      await vault.store(alice, form, values);
      assert.equal([...(await vault.markers()).values()][0]?.forgottenAt, undefined);
      assert.equal(token(await present()), values.refreshToken);
    });

    it('of a dead one: record and note go, so that the journal alone tells why', async () => {
      await vault.forgetDead(alice, (await present()).generation);
      assert.deepEqual(await otherWindow().read(alice), missing);
      assert.deepEqual(await vault.markers(), new Map());
    });

    it('of a dead one of another generation: the newer one stays', async () => {
      const { generation } = await present();
      wall += 1;
      await vault.store(alice, form, { ...values, refreshToken: 'newer' });
      await vault.forgetDead(alice, generation);
      assert.equal(token(await present()), 'newer');
      assert.equal((await vault.markers()).size, 1);
    });

    it('of a dead one that belongs elsewhere by now: it stays', async () => {
      const { generation } = await present();
      await vault.forgetDead(targetOf({ endpoint: 'https://other.example' }), generation);
      assert.equal(token(await present()), values.refreshToken);
    });

    it('of a dead one that is gone already: nothing happens', async () => {
      const { generation } = await present();
      await vault.forget(alice);
      await vault.forgetDead(alice, generation);
      assert.equal((await vault.markers()).size, 1, 'the note of the user stays');
    });
  });

  it('a provider that is gone is a defect when storing', async () => {
    await assert.rejects(vault.store(targetOf({ provider: 'gone' }), form, values));
    assert.equal(secrets.count('store'), 0);
  });
});
