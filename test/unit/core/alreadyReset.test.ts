import assert from 'node:assert/strict';
import { consentWithoutCredential } from '../../../src/core/consentDerivation';
import { localTime } from '../../../src/core/localTime';
import { credential, deadCredential, noon, present, ResetStage, told } from '../../fakes/resetStage';

const { storedAt } = credential();

describe('resetOperation: already reset, or not?', () => {
  let stage: ResetStage;
  beforeEach(() => {
    stage = new ResetStage();
  });

  describe('a dead credential', () => {
    beforeEach(() => {
      stage.previewResult = deadCredential;
    });

    it('is refused when no verified reset is known: it may be a wrong or an old token', async () => {
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
      assert.ok(!stage.events.includes('forget'), 'it is kept');
    });

    for (const [name, at] of [
      ['long before', storedAt - 86_400_000],
      ['after', storedAt + 1],
      ['a day ahead of', storedAt + 86_400_000],
    ] as const) {
      it(`is refused when a reset of another credential was verified ${name} the time it was stored`, async () => {
        stage.rememberVerified(at, { credentialStoredAt: storedAt - 1 });
        assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
        assert.equal(stage.reading.kind, 'present');
      });
    }

    for (const [name, at] of [
      ['before: the clock was set', storedAt - 1],
      ['in the very millisecond of', storedAt],
      ['after', storedAt + 1],
    ] as const) {
      it(`is already reset, and forgotten, when a reset of this very one was verified ${name} its storing`, async () => {
        stage.rememberVerified(at);
        const outcome = await stage.runSendingNothing();
        assert.equal(told(outcome), 'already-reset: reset.already');
        assert.deepEqual(outcome.reason.params, { when: localTime(at) });
        assert.deepEqual(stage.reading, { kind: 'missing', resetAt: at });
      });
    }

    it('is refused when it was stored while an older one was being reset', async () => {
      stage.previewResult = undefined;
      const newer = present(credential({ storedAt: noon + 1 }));
      stage.when('verify', () => {
        stage.reading = newer;
      });
      assert.equal((await stage.run()).kind, 'verified');
      assert.deepEqual(stage.reading, newer, 'it is not the one that was reset');
      stage.previewResult = deadCredential;
      assert.equal(told(await stage.run()), 'refused: test.dead');
      assert.deepEqual(stage.reading, newer);
    });

    it('stays already reset when the dead credential cannot be forgotten', async () => {
      stage.rememberVerified(storedAt + 1);
      stage.failAt('forget');
      assert.equal(told(await stage.runSendingNothing()), 'already-reset: reset.already');
    });

    it('is in the hands of another window while that is resetting it: it may have ended it this very moment', async () => {
      const entry = stage.leaveBehind({ operationId: 'elsewhere', openedAt: noon - 2_000 });
      stage.memory.entries.clear();
      stage.memory.underWay = [entry];
      const outcome = await stage.runSendingNothing();
      assert.equal(told(outcome), 'not-sent: lock.held');
      assert.deepEqual(outcome.reason.params, { seconds: '2' });
      assert.equal(stage.reading.kind, 'present');
    });

    it('is refused when what another window is resetting is somebody else', async () => {
      const entry = stage.leaveBehind({ operationId: 'elsewhere' });
      stage.memory.entries.clear();
      stage.memory.underWay = [{ ...entry, address: { ...entry.address, origin: 'https://other.example' } }];
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
    });

    it('is left to Verify when an earlier reset with it has no known outcome: it may have worked', async () => {
      stage.leaveBehind({ operationId: 'earlier' });
      const outcome = await stage.runSendingNothing();
      assert.equal(told(outcome), 'not-sent: reset.earlierUnknown');
      assert.deepEqual(outcome.reason.actions, [{ kind: 'verify' }]);
    });

    it('is refused when an earlier reset of another credential, or of an operator, has no known outcome', async () => {
      stage.leaveBehind({ operationId: 'earlier', credentialStoredAt: storedAt - 1 });
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
      stage.leaveBehind({ operationId: 'another' });
      stage.byOperator = true;
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
    });
  });

  const rows = [
    ['missing, and nothing known', { kind: 'missing' }, 'not-sent: credential.missing', 'not-signed-in'],
    [
      'missing since a verified reset',
      { kind: 'missing', resetAt: noon - 5 },
      'already-reset: reset.already',
      'needs-consent',
    ],
    [
      'lost by the keyring: the consent may be alive',
      { kind: 'lost', storedAt },
      'not-sent: credential.lost',
      'unusable-credential',
    ],
    [
      'bound to another address',
      { kind: 'foreign-origin', boundTo: ['https://old.example', 'https://older.example'] },
      'not-sent: credential.foreignOrigin',
      'unusable-credential',
    ],
    ['corrupt', { kind: 'corrupt' }, 'not-sent: credential.corrupt', 'unusable-credential'],
    ['unreadable', { kind: 'unreadable' }, 'not-sent: credential.unreadable', 'unusable-credential'],
  ] as const;

  for (const [name, reading, expected, consent] of rows) {
    it(`${name}: ${expected}, shown as ${consent}`, async () => {
      // The journal is no witness here: which credential it was, and why it is gone, only the reading tells.
      stage.rememberVerified(noon - 5);
      stage.reading = reading;
      assert.equal(told(await stage.runSendingNothing()), expected);
      assert.ok(!stage.events.includes('preview'), 'no service was asked');
      assert.equal(consentWithoutCredential(reading).kind, consent);
    });
  }

  it('names the addresses a foreign credential belongs to, and when a lost one was stored', async () => {
    stage.reading = { kind: 'foreign-origin', boundTo: ['https://old.example', 'https://older.example'] };
    assert.deepEqual((await stage.run()).reason.params, { boundTo: 'https://old.example, https://older.example' });
    stage.reading = { kind: 'lost', storedAt: noon };
    assert.deepEqual((await stage.run()).reason.params, { since: localTime(noon) });
  });

  it('a second reset right after a verified one sends nothing', async () => {
    assert.equal((await stage.run()).kind, 'verified');
    assert.equal(told(await stage.run()), 'already-reset: reset.already');
    assert.equal(stage.sends, 1);
  });
});
