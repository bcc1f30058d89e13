/** A keyring that loses, damages, refuses or never answers, under a window that is about to reset a consent. */
import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/core/outcome';
import { FakeClock } from '../../fakes/clock';
import { SignedIn, services } from '../signedIn';

const secretNames = (window: SignedIn): readonly string[] =>
  [...window.world.secrets.values.keys()].filter((name) => name.startsWith('reconsent.credential:'));

/** The one record of the credential, and its name. */
function stored(window: SignedIn): readonly [name: string, text: string] {
  const [name = '', ...more] = secretNames(window);
  assert.deepEqual(more, []);
  return [name, window.world.secrets.values.get(name) ?? assert.fail(name)];
}

async function assertNothingSent(window: SignedIn, outcome: Outcome, code: string, text: RegExp): Promise<void> {
  assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', code]);
  assert.match(window.world.text(outcome), text);
  assert.equal(window.requests, 0, 'nothing has reached the service');
  await window.assertNoEntry();
  await window.assertNoSecretTold(outcome);
}

/** From now on nothing is answered; gives what ends that. */
function hang({ world: { secrets } }: SignedIn): () => void {
  const get = secrets.get.bind(secrets);
  secrets.get = (name) => {
    void get(name);
    return new Promise(() => undefined);
  };
  return () => {
    secrets.get = get;
  };
}

/** Nobody's patience ends: only who gives up does. */
class StillClock extends FakeClock {
  override sleep(_ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}

for (const service of services) {
  describe(`the keyring under ${service.name}`, () => {
    let window: SignedIn;
    beforeEach(async () => {
      window = await SignedIn.open(service);
    });
    afterEach(() => window.close());

    describe('fault 7: a secret is gone while the marker says present', () => {
      it('is told as lost, not as signed out; nothing is sent, and signing in again is all that it takes', async () => {
        const fresh = window.secondWindow();
        window.world.secrets.lose(stored(window)[0]);
        assert.equal(await fresh.opened(), 'stored', 'as far as the notes on disk know');
        const outcome = await fresh.reset();
        const text =
          /^The credential stored at .+ is gone from the secret storage .* Nothing was sent\. .*store the credential again/;
        await assertNothingSent(fresh, outcome, 'credential.lost', text);
        assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'replace-credential'));
        assert.equal(await fresh.probe(), 'unusable-credential: credential.lost');
        const markers = [...(await fresh.world.vault.markers()).values()].flat();
        assert.deepEqual(
          markers.map(({ ended }) => ended),
          [undefined],
          'the note that it was there is kept',
        );
        await fresh.signInAgain();
        assert.equal((await fresh.reset()).kind, 'verified');
      });

      it('in the window that still remembers it, the reset goes on, until it hears of it', async () => {
        const [name] = stored(window);
        assert.equal(await window.probe(), 'granted');
        window.world.secrets.lose(name);
        assert.equal(await window.probe(), 'granted');
        await window.world.vault.changed(name);
        const before = window.requests;
        assert.equal((await window.reset()).reason.code, 'credential.lost');
        assert.equal(window.requests, before);
      });
    });

    describe('fault 8: a record that cannot be read', () => {
      const damages: Readonly<Record<string, (text: string) => string>> = {
        'truncated JSON': (text) => text.slice(0, -20),
        'of the wrong type': () => '["list"]',
        'with a wrong type inside': (text) => JSON.stringify({ ...JSON.parse(text), secrets: 'all of them' }),
        'of an older schema': (text) => JSON.stringify({ ...JSON.parse(text), schema: 0 }),
        'without a schema': (text) => JSON.stringify({ ...JSON.parse(text), schema: undefined }),
      };
      for (const [what, damage] of Object.entries(damages)) {
        it(`${what}: put aside as it is, the window opens, nothing is sent`, async () => {
          const [name, text] = stored(window);
          const damaged = damage(text);
          window.world.secrets.values.set(name, damaged);
          const fresh = window.secondWindow();
          assert.equal(await fresh.opened(), 'stored');
          const outcome = await fresh.reset();
          const words =
            /^The stored credential cannot be read\. It was put aside, not deleted\. Nothing was sent\. Store /;
          await assertNothingSent(fresh, outcome, 'credential.corrupt', words);
          assert.deepEqual(secretNames(fresh), []);
          assert.deepEqual([...fresh.world.secrets.values.values()], [damaged], 'nothing of it is lost');
          assert.equal(await fresh.secondWindow().opened(), 'unusable-credential: credential.corrupt');
          await fresh.signInAgain();
          assert.equal((await fresh.reset()).kind, 'verified');
        });
      }

      it('of a newer schema: left to the version that wrote it, and nothing is sent', async () => {
        const [name, text] = stored(window);
        const newer = JSON.stringify({ ...JSON.parse(text), schema: 2, secrets: ['in another form'] });
        window.world.secrets.values.set(name, newer);
        const fresh = window.secondWindow();
        assert.equal(await fresh.opened(), 'stored');
        const words = /^The credential was stored by a later version .* left as it is\. Update Reconsent/;
        await assertNothingSent(fresh, await fresh.reset(), 'credential.newer', words);
        assert.deepEqual(stored(fresh), [name, newer]);
        window.world.secrets.values.set(name, text);
        await fresh.world.vault.changed(name);
        assert.equal((await fresh.reset()).kind, 'verified', 'and works with that version');
      });
    });

    describe('fault 10: the keyring never answers', () => {
      it('a reset ends by itself after ten seconds, says so, and sends nothing; afterwards it goes on', async () => {
        const fresh = window.secondWindow();
        const answer = hang(fresh);
        const before = fresh.world.clock.monotonic();
        const outcome = await fresh.reset();
        const words =
          /^The secret storage of this computer does not answer\. Nothing was sent\. Unlock the keyring and try again\./;
        await assertNothingSent(fresh, outcome, 'credential.unreadable', words);
        assert.equal(fresh.world.clock.monotonic() - before, 10_000);
        assert.equal(await fresh.probe(), 'unusable-credential: credential.unreadable');
        answer();
        assert.equal((await fresh.reset()).kind, 'verified', 'nothing was forgotten');
      });

      it('opening a window reads no secret at all', async () => {
        const fresh = window.secondWindow();
        hang(fresh);
        const before = fresh.world.secrets.count('get');
        assert.equal(await fresh.opened(), 'stored');
        assert.equal(fresh.world.secrets.count('get'), before);
      });

      for (const [what, act] of [
        ['a reset', async (one: SignedIn, signal: AbortSignal) => (await one.reset(signal)).kind],
        ['a check', async (one: SignedIn, signal: AbortSignal) => `${await one.probe(signal)}, not changed`],
      ] as const) {
        it(`${what} is cancelled at once by whoever does not want to wait`, async () => {
          const still = await SignedIn.open(service, { clock: ({ control }) => new StillClock(control.clock) });
          try {
            const fresh = still.secondWindow();
            await fresh.opened();
            hang(fresh);
            const stop = new AbortController();
            const asked = fresh.world.secrets.count('get');
            const ending = act(fresh, stop.signal);
            while (fresh.world.secrets.count('get') === asked) await new Promise((soon) => setImmediate(soon));
            stop.abort();
            assert.match(await ending, /^(cancelled|stored, not changed)$/);
            assert.equal(fresh.requests, 0);
            await fresh.assertNoEntry();
          } finally {
            await still.close();
          }
        });
      }
    });
  });
}
