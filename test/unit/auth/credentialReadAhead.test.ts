/** The credentials of many identities, read for a bulk. */
import assert from 'node:assert/strict';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { scriptedDescriptions } from '../../fakes/scriptedSettings';
import { form, targetOf, token, VaultStage, withToken } from '../../fakes/vaultStage';

const ignore = (): void => undefined;
const people = Array.from({ length: 40 }, (_, at) => targetOf({}, `user${at}`));

describe('reading the credentials of many ahead', () => {
  let stage: VaultStage;
  let other: CredentialVault;
  /** Keys that were asked for and not answered yet, and how many these were at most. */
  let waiting: Map<string, () => void>;
  let asked: string[];

  beforeEach(async () => {
    stage = new VaultStage();
    for (const [at, person] of people.entries()) await stage.vault.add(person, form, withToken(`token-${at}`));
    // Its keyring may take the time that it takes.
    const clock = new ManualClock(noon);
    const log = { trace: ignore, info: ignore, warn: ignore, error: ignore };
    const { secrets, markers } = stage;
    other = new CredentialVault({ secrets, markers, clock, log, describe: (id) => scriptedDescriptions.get(id) });
    waiting = new Map();
    asked = [];
    const get = stage.secrets.get.bind(stage.secrets);
    stage.secrets.get = async (key) => {
      asked.push(key);
      await new Promise<void>((answer) => waiting.set(key, answer));
      return get(key);
    };
  });

  /** Until nobody asks for more. */
  async function answerAll(): Promise<number> {
    for (let before = -1; before < asked.length; ) {
      before = asked.length;
      await new Promise((soon) => setImmediate(soon));
    }
    const { size } = waiting;
    for (const [key, answer] of [...waiting]) {
      waiting.delete(key);
      answer();
    }
    return size;
  }

  it('asks for all of them before one is answered, and not again afterwards', async () => {
    const reading = other.readAhead(people);
    assert.equal(await answerAll(), people.length);
    await reading;
    for (const [at, person] of people.entries()) {
      assert.deepEqual((await stage.reading(person, other)).credentials.map(token), [`token-${at}`]);
    }
    assert.equal(asked.length, people.length);
  });

  it('asks once for an identity that is named twice, and for nothing where nothing is stored', async () => {
    const [person = targetOf()] = people;
    const reading = other.readAhead([person, person, targetOf({}, 'nobody')]);
    assert.equal(await answerAll(), 1);
    await reading;
  });

  it('goes on without one that the keyring does not give', async () => {
    const [broken, fine] = people.slice(0, 2);
    assert.ok(broken && fine);
    const get = stage.secrets.get.bind(stage.secrets);
    stage.secrets.get = (key) => (key.includes('user0#') ? Promise.reject(new Error('locked')) : get(key));
    const reading = other.readAhead([broken, fine]);
    await answerAll();
    await reading;
    assert.equal((await stage.reading(fine, other)).credentials.length, 1);
    assert.equal((await other.read(broken)).kind, 'unreadable');
  });
});
