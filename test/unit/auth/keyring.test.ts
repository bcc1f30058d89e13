import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Keyring } from '../../../src/auth/keyring';
import type { Clock, SecretStore } from '../../../src/core/ports';

interface Timer {
  readonly endsAt: number;
  readonly end: () => void;
}

describe('keyring', () => {
  let now: number;
  let timers: Set<Timer>;
  /** Those that were begun. */
  let begun: number;
  /** Answers of the secret storage by key; none for what it never answers. */
  let answers: Map<string, Promise<string>>;
  let keyring: Keyring;

  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        begun += 1;
        const timer = { endsAt: now + ms, end: resolve };
        timers.add(timer);
        signal.addEventListener('abort', () => {
          timers.delete(timer);
          reject(signal.reason);
        });
      }),
  };

  beforeEach(() => {
    now = 0;
    begun = 0;
    timers = new Set();
    answers = new Map();
    const get = (key: string) => answers.get(key) ?? new Promise<never>(() => undefined);
    keyring = new Keyring({ get } as unknown as SecretStore, clock);
  });

  async function pass(ms: number): Promise<void> {
    now += ms;
    for (const { endsAt, end } of timers) if (endsAt <= now) end();
    await turn();
  }
  async function state(read: Promise<unknown>): Promise<string> {
    const told = read.then(
      (value) => `read ${value}`,
      (error: Error) => error.message,
    );
    return Promise.race([told, turn().then(() => 'waiting')]);
  }

  it('has one time limit for all that is asked at the same moment, and none when all is answered', async () => {
    for (let at = 0; at < 500; at++) answers.set(`key${at}`, Promise.resolve(`${at}`));
    const read = await Promise.all([...answers.keys()].map((key) => keyring.get(key)));
    assert.equal(read[499], '499');
    assert.deepEqual([begun, timers.size], [1, 0]);
  });

  it('says after ten seconds that there is no answer, to those alone who have none', async () => {
    answers.set('answered', Promise.resolve('text'));
    const [hung, other] = [keyring.get('hung'), keyring.get('answered')];
    await pass(4);
    const soon = keyring.get('soon');
    await pass(2);
    const later = keyring.get('later');
    const all = async () => [await state(hung), await state(other), await state(soon), await state(later)];
    await pass(9_993);
    assert.deepEqual(await all(), ['waiting', 'read text', 'waiting', 'waiting']);
    await pass(1);
    const silent = 'The secret storage does not answer.';
    assert.deepEqual(await all(), [silent, 'read text', silent, 'waiting']);
    await pass(6);
    assert.equal(await state(later), silent);
    assert.deepEqual([begun, timers.size], [2, 0]);
  });

  it('begins another time limit when the last one is over', async () => {
    const first = keyring.get('hung');
    await pass(10_000);
    assert.equal(await state(first), 'The secret storage does not answer.');
    const second = keyring.get('hung');
    assert.equal(await state(second), 'waiting');
    await pass(10_000);
    assert.equal(await state(second), 'The secret storage does not answer.');
  });
});
