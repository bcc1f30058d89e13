import assert from 'node:assert/strict';
import { type Service, SignedIn, services } from '../signedIn';

const venafi = services.find(({ provider }) => provider === 'venafiTpp') ?? assert.fail();
const others = services.filter((one) => one !== venafi);

describe('fault 9: the secret storage rejects what is to be stored', () => {
  let window: SignedIn;
  afterEach(() => window.close());

  const open = async (service: Service): Promise<void> => {
    window = await SignedIn.open(service);
  };
  const refreshes = (): number =>
    window.world.sandbox.control.requests.list({ path: '/vedauth/authorize/token' }).length;

  describe('after a rotation: the old token is spent, the new one is nowhere but in this window', () => {
    beforeEach(async () => {
      await open(venafi);
      window.world.sandbox.control.venafi.expireAccessTokens({ grantee: 'tpp-admin' });
      window.world.secrets.failNextStore();
    });

    it('this window goes on with it, the reset is verified, and nobody is signed out', async () => {
      const outcome = await window.reset();
      assert.equal(outcome.kind, 'verified', window.world.text(outcome));
      assert.equal(refreshes(), 1);
      assert.match(window.world.logLines.join('\n'), /did not take the new tokens of .*; this window keeps them/);
      await window.assertNoSecretTold(outcome);
      assert.equal((await window.world.vault.read(window.target)).kind, 'present');
      assert.match(await window.probe(), /^(granted|needs-consent)$/);
      assert.equal(refreshes(), 1);
    });

    it('another window sends the spent one to nobody, says where the new one is, and gets it when it can be stored', async () => {
      assert.equal(await window.probe(), 'granted');
      const names = [...window.world.secrets.values.keys()];
      assert.deepEqual(
        names.filter((name) => name.startsWith('reconsent.tokens:')),
        [],
      );
      // It looks for the token that the storage may be slow to show; meanwhile the first window does nothing.
      const other = window.secondWindow();
      const requests = window.requests;
      const outcome = await other.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'venafi.tokensElsewhere']);
      assert.match(
        other.world.text(outcome),
        /Nothing was sent with the old tokens\. Unlock the keyring, and try again/,
      );
      assert.equal(window.requests, requests, 'neither a refresh nor a revocation');
      await other.assertNoEntry();
      // The next use offers it to the storage again.
      assert.equal(await window.probe(), 'granted');
      const now = await other.reset();
      assert.equal(now.kind, 'verified', other.world.text(now));
      assert.equal(refreshes(), 1, 'the one of the first window');
    });
  });

  for (const service of others) {
    it(`${service.name}: nothing rotates, and a whole reset stores nothing that could be lost`, async () => {
      await open(service);
      const before = window.world.secrets.count('store');
      window.world.secrets.failNextStore();
      assert.equal((await window.reset()).kind, 'verified');
      assert.equal(window.world.secrets.count('store'), before);
    });
  }

  for (const service of services) {
    it(`${service.name}: at a sign-in, which is told as failed; the one that was there is as good as before`, async () => {
      await open(service);
      const before = new Map(window.world.secrets.values);
      window.world.secrets.failNextStore();
      await assert.rejects(window.signInAgain(), /keyring is locked/);
      assert.deepEqual(window.world.secrets.values, before);
      for (const one of [window, window.secondWindow()]) assert.equal(await one.probe(), 'granted');
      assert.equal((await window.reset()).kind, 'verified');
    });
  }
});
