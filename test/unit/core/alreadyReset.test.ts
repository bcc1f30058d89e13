import assert from 'node:assert/strict';
import { consentWithoutCredential } from '../../../src/core/consentOperations';
import { credential, deadCredential, noon, ResetStage, told } from '../../fakes/resetStage';

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

    it('is refused when the last verified reset was before it was stored', async () => {
      stage.rememberVerified(storedAt - 1);
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
      assert.equal(stage.reading.kind, 'present');
    });

    for (const [name, at] of [
      ['in the very millisecond', storedAt],
      ['after', storedAt + 1],
    ] as const) {
      it(`is already reset, and forgotten, when a reset was verified ${name} it was stored`, async () => {
        stage.rememberVerified(at);
        const outcome = await stage.runSendingNothing();
        assert.equal(told(outcome), 'already-reset: reset.already');
        assert.deepEqual(outcome.reason.params, { when: new Date(at).toISOString() });
        assert.deepEqual(stage.reading, { kind: 'missing' });
      });
    }

    it('stays already reset when the dead credential cannot be forgotten', async () => {
      stage.rememberVerified(storedAt + 1);
      stage.failAt('forget');
      assert.equal(told(await stage.runSendingNothing()), 'already-reset: reset.already');
    });

    it('an entry that is not verified does not count', async () => {
      stage.leaveBehind({ operationId: 'earlier' });
      assert.equal(told(await stage.runSendingNothing()), 'refused: test.dead');
    });
  });

  const rows = [
    ['missing, and nothing known', { kind: 'missing' }, undefined, 'not-sent: credential.missing', 'not-signed-in'],
    ['missing after a verified reset', { kind: 'missing' }, noon - 5, 'already-reset: reset.already', 'needs-consent'],
    [
      'forgotten by the user after the reset: a newer consent may be alive',
      { kind: 'missing', forgottenAt: noon - 4 },
      noon - 5,
      'not-sent: credential.missing',
      'not-signed-in',
    ],
    [
      'forgotten by the user in the very millisecond of the reset',
      { kind: 'missing', forgottenAt: noon - 5 },
      noon - 5,
      'not-sent: credential.missing',
      'not-signed-in',
    ],
    [
      'forgotten by the user before the reset, which another window made',
      { kind: 'missing', forgottenAt: noon - 6 },
      noon - 5,
      'already-reset: reset.already',
      'needs-consent',
    ],
    [
      'lost by the keyring: the consent may be alive',
      { kind: 'lost', storedAt },
      noon - 5,
      'not-sent: credential.lost',
      'unusable-credential',
    ],
    [
      'bound to another address',
      { kind: 'foreign-origin', boundTo: ['https://old.example', 'https://older.example'] },
      noon - 5,
      'not-sent: credential.foreignOrigin',
      'unusable-credential',
    ],
    ['corrupt', { kind: 'corrupt' }, noon - 5, 'not-sent: credential.corrupt', 'unusable-credential'],
    ['unreadable', { kind: 'unreadable' }, noon - 5, 'not-sent: credential.unreadable', 'unusable-credential'],
  ] as const;

  for (const [name, reading, lastVerified, expected, consent] of rows) {
    it(`${name}: ${expected}, shown as ${consent}`, async () => {
      if (lastVerified !== undefined) stage.rememberVerified(lastVerified);
      stage.reading = reading;
      assert.equal(told(await stage.runSendingNothing()), expected);
      assert.ok(!stage.events.includes('preview'), 'no service was asked');
      assert.equal(consentWithoutCredential(reading, lastVerified).kind, consent);
    });
  }

  it('names the addresses a foreign credential belongs to, and when a lost one was stored', async () => {
    stage.reading = { kind: 'foreign-origin', boundTo: ['https://old.example', 'https://older.example'] };
    assert.deepEqual((await stage.run()).reason.params, { boundTo: 'https://old.example, https://older.example' });
    stage.reading = { kind: 'lost', storedAt: noon };
    assert.deepEqual((await stage.run()).reason.params, { since: '2030-01-02T12:00:00.000Z' });
  });

  it('a second reset right after a verified one sends nothing', async () => {
    assert.equal((await stage.run()).kind, 'verified');
    assert.equal(told(await stage.run()), 'already-reset: reset.already');
    assert.equal(stage.sends, 1);
  });
});
