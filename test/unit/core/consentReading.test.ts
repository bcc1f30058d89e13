import assert from 'node:assert/strict';
import { initialState } from '../../../src/core/consentStore';
import { reason } from '../../../src/core/model';
import { ConsentDesk, never } from '../../fakes/consentDesk';
import { credential, noon, origin, project, type ResetStage } from '../../fakes/resetStage';

describe('ConsentOperations', () => {
  let desk: ConsentDesk;
  let stage: ResetStage;
  beforeEach(() => {
    desk = new ConsentDesk();
    stage = desk.stage;
  });

  describe('probe', () => {
    const probe = (signal = never) => desk.operations.probe(stage.target, signal);

    it('reads the grant and the time', async () => {
      await probe();
      assert.deepEqual(desk.state.consent, {
        kind: 'granted',
        grant: { timeBased: ['maps'], oneTime: [], credentials: [] },
        readAt: noon,
        unusable: [],
      });
    });

    for (const [name, credentialStoredAt, expected] of [
      ['and no reset is known', undefined, 'dead-credential'],
      ['and a reset of another one was verified since', credential().storedAt - 1, 'dead-credential'],
      ['and a reset of this very one was verified', credential().storedAt, 'needs-consent'],
    ] as const) {
      it(`the credential is dead ${name}: ${expected}`, async () => {
        stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
        if (credentialStoredAt !== undefined) stage.rememberVerified(noon - 5, { credentialStoredAt });
        await probe();
        assert.equal(desk.state.consent.kind, expected);
      });
    }

    it('the credential is dead while another window is resetting it: what was known stays until that says how it ended', async () => {
      await probe();
      const { consent } = desk.state;
      const entry = stage.leaveBehind({ operationId: 'elsewhere' });
      stage.memory.entries.clear();
      stage.memory.underWay = [entry];
      stage.probeResult = { kind: 'dead-credential', reason: reason('test.dead') };
      await probe();
      assert.deepEqual(desk.state, { ...initialState, consent });
      stage.memory.underWay = [];
      await probe();
      assert.equal(desk.state.consent.kind, 'dead-credential');
    });

    it('a failed read is no statement about the consent', async () => {
      stage.probeResult = { kind: 'failed', reason: reason('test.readFailed') };
      await probe();
      assert.deepEqual(desk.state.consent, { kind: 'unread', reason: reason('test.readFailed') });
    });

    it('an aborted read leaves what was known', async () => {
      await probe();
      const { consent } = desk.state;
      stage.probeResult = { kind: 'aborted' };
      await probe();
      assert.deepEqual(desk.state, { ...initialState, consent });
    });

    it('a missing credential asks no service', async () => {
      stage.reading = { kind: 'missing' };
      await probe();
      assert.deepEqual(desk.state.consent, { kind: 'not-signed-in' });
      assert.ok(!stage.events.includes('probe'));
    });

    it('a defect is shown as one, and the next read is possible', async () => {
      stage.failAt('probe');
      await probe();
      assert.equal(desk.state.consent.kind === 'unread' && desk.state.consent.reason.code, 'consent.readDefect');
      assert.deepEqual(desk.state.activity, { kind: 'idle' });
    });

    it('does not start while anything else is under way', async () => {
      const resetting = desk.reset();
      await probe();
      await resetting;
      assert.ok(!stage.events.includes('probe'));
    });

    it('a slow read does not overwrite the reset that was faster', async () => {
      let answer = (): void => undefined;
      stage.when('probe', () => new Promise((resolve) => (answer = resolve)));
      const slow = probe();
      while (!stage.events.includes('probe')) await Promise.resolve();
      assert.equal((await desk.reset()).kind, 'verified');
      answer();
      await slow;
      assert.equal(desk.state.consent.kind, 'needs-consent');
    });
  });

  describe('load', () => {
    const load = (target = stage.target) => desk.operations.load([target]);
    const marker = { form: 'token', storedAt: noon - 1, origins: [origin] };

    it('reads no secret and asks no service', async () => {
      stage.markers.set(desk.key, [marker]);
      stage.leaveBehind({ operationId: 'left-behind' });
      await load();
      assert.deepEqual(stage.events, ['ask-journal']);
    });

    it('says nothing of an identity without a marker', async () => {
      await load();
      assert.deepEqual(desk.state, { ...initialState, consent: { kind: 'not-signed-in' } });
    });

    it('knows a stored credential by its marker', async () => {
      stage.markers.set(desk.key, [marker]);
      await load();
      assert.deepEqual(desk.state.consent, { kind: 'stored' });
    });

    it('knows by the marker that the credential belongs to another address', async () => {
      stage.markers.set(desk.key, [{ ...marker, origins: ['https://old.example'] }]);
      await load();
      const { consent } = desk.state;
      assert.equal(consent.kind, 'unusable-credential');
      assert.deepEqual(consent.kind === 'unusable-credential' && consent.reason.params, {
        boundTo: 'https://old.example',
      });
    });

    for (const [by, expected] of [
      ['reset', { kind: 'needs-consent', since: noon - 9 }],
      ['forget', { kind: 'not-signed-in' }],
    ] as const) {
      it(`knows by the marker why the credential is gone: ${by}`, async () => {
        stage.rememberVerified(noon - 5);
        stage.markers.set(desk.key, [{ ...marker, ended: { by, at: noon - 9 } }]);
        await load();
        assert.deepEqual(desk.state.consent, expected);
      });
    }

    it('knows by the marker that the credential was put aside', async () => {
      stage.markers.set(desk.key, [{ ...marker, ended: { by: 'damage', at: noon - 9 } }]);
      await load();
      const { consent } = desk.state;
      assert.equal(consent.kind === 'unusable-credential' && consent.reason.code, 'credential.corrupt');
    });

    it('a verified reset in the journal says nothing about a credential without a marker', async () => {
      stage.rememberVerified(noon - 9);
      await load();
      assert.deepEqual(desk.state.consent, { kind: 'not-signed-in' });
    });

    it('offers to verify what a window left behind', async () => {
      stage.leaveBehind({ operationId: 'left-behind' });
      await load();
      assert.equal(desk.state.unfinished?.operationId, 'left-behind');
      assert.equal(desk.state.unfinished?.reason.code, 'reset.interrupted');
      assert.deepEqual(desk.state.unfinished?.reason.actions, [{ kind: 'verify' }]);
    });

    it('keeps the reason of an outcome that was already found unknown', async () => {
      const outcome = { kind: 'unknown', reason: reason('test.unknown'), at: noon, operationId: 'asked' } as const;
      stage.leaveBehind({ operationId: 'asked', stage: 'closed', outcome });
      await load();
      assert.equal(desk.state.unfinished?.reason.code, 'test.unknown');
    });

    it('does not offer what a later verified reset has settled', async () => {
      stage.leaveBehind({ operationId: 'left-behind', openedAt: noon - 10 });
      stage.rememberVerified(noon - 9);
      await load();
      assert.equal(desk.state.unfinished, undefined);
    });

    it('offers what was left behind with a newer credential than the one that was reset, and verified later', async () => {
      stage.leaveBehind({ operationId: 'new', openedAt: noon - 60_000, credentialStoredAt: noon - 90_000 });
      stage.rememberVerified(noon - 10, { openedAt: noon - 600_000, credentialStoredAt: noon - 900_000 });
      await load();
      assert.equal(desk.state.unfinished?.operationId, 'new');
    });

    it('offers the newest of several', async () => {
      for (const [operationId, openedAt] of [
        ['one', noon - 30],
        ['newest', noon - 10],
        ['other', noon - 20],
      ] as const) {
        stage.leaveBehind({ operationId, openedAt });
      }
      await load();
      assert.equal(desk.state.unfinished?.operationId, 'newest');
    });

    it('does not offer what was left behind at another address', async () => {
      stage.leaveBehind({ operationId: 'elsewhere', address: { ...stage.address, origin: 'https://other.example' } });
      await load();
      assert.equal(desk.state.unfinished, undefined);
    });

    it('does not overwrite what this window has learned since', async () => {
      stage.markers.set(desk.key, [marker]);
      await desk.operations.probe(stage.target, never);
      await load();
      assert.equal(desk.state.consent.kind, 'granted');
    });

    it('forgets what was learned at an address the project no longer points to, and nothing else', async () => {
      stage.markers.set(desk.key, [marker]);
      await load();
      await desk.operations.probe(stage.target, never);
      const moved = { ...stage.target, project: project({ endpoint: 'https://other.example' }) };
      await load(moved);
      assert.equal(desk.state.consent.kind, 'unusable-credential');
      await load();
      assert.equal(desk.state.consent.kind, 'stored');
    });

    it('lets go of identities that are no longer configured', async () => {
      await desk.operations.probe(stage.target, never);
      await desk.operations.load([]);
      assert.equal(desk.state.consent.kind, 'not-signed-in');
    });

    it('announces thousands of identities at once', async () => {
      const identities = Array.from({ length: 5_000 }, (_, at) => ({ id: `user-${at}`, label: `user-${at}` }));
      const large = project({ identities });
      const announced: number[] = [];
      desk.store.subscribe((changed) => announced.push(changed.size));
      await desk.operations.load(identities.map((identity) => ({ project: large, identity })));
      assert.deepEqual(announced, [5_000]);
    });

    it('a changed credential makes the old outcome moot', async () => {
      await desk.reset();
      desk.operations.credentialChanged(stage.target, { kind: 'stored' });
      assert.deepEqual(desk.state, { ...initialState, consent: { kind: 'stored' } });
    });

    it('a changed credential takes the tokens of the old one along', () => {
      desk.operations.credentialChanged(stage.target, { kind: 'not-signed-in' });
      assert.deepEqual(desk.tokensForgotten, [desk.key]);
    });

    describe('changed in another window', () => {
      const changedElsewhere = () => desk.operations.credentialChangedElsewhere(stage.target);

      it('stored: shown by its marker, and the tokens of the old one are dropped', async () => {
        await desk.reset();
        desk.tokensForgotten.length = 0;
        stage.markers.set(desk.key, [marker]);
        await changedElsewhere();
        assert.deepEqual(desk.state, { ...initialState, consent: { kind: 'stored' } });
        assert.deepEqual(desk.tokensForgotten, [desk.key]);
      });

      it('ended by a reset that it has verified: the operation left open is settled with it', async () => {
        stage.markers.set(desk.key, [marker]);
        stage.leaveBehind({ operationId: 'left-behind' });
        await load();
        assert.equal(desk.state.unfinished?.operationId, 'left-behind');
        stage.rememberVerified(noon, { operationId: 'left-behind' });
        stage.markers.set(desk.key, [{ ...marker, ended: { by: 'reset', at: noon } }]);
        await changedElsewhere();
        assert.deepEqual(desk.state, { ...initialState, consent: { kind: 'needs-consent', since: noon } });
      });
    });
  });
});
