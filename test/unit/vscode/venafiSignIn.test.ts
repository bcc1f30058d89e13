import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { DeviceCode } from '../../../src/auth/vedauthDevice';
import { forgetCredential } from '../../../src/vscode/commands/forgetCredential';
import { pageToOpen } from '../../../src/vscode/venafi/device';
import { venafiActions } from '../../../src/vscode/venafi/venafiActions';
import { until } from '../http/bench';
import { VenafiDesk } from './venafiDesk';

const inBrowser = 'With a code in the browser';
const withPassword = 'User name and password';
const paste = 'Paste tokens';

describe('Sign In of an operator', () => {
  let desk: VenafiDesk;
  beforeEach(async () => {
    desk = await VenafiDesk.open();
  });
  afterEach(() => desk.close());

  const signIn = (identity = desk.first) => venafiActions.signIn(desk.project, identity, desk.ports);
  const [alice, bob] = ['alice.test', 'bob.test'];
  const code = () => desk.control.devices().at(-1) ?? assert.fail('no code was asked for');
  const answerAs = (identity: string) => {
    desk.editor.browse = async () => {
      desk.control.decideDevice(code().userCode, { identity });
      return true;
    };
  };

  describe('with a code in the browser', () => {
    it('shows the code, opens the page with it, waits, stores, and tells every identity of the project', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      answerAs('tpp-admin');
      assert.equal(await signIn(), true);
      const page = desk.shown.find(({ kind }) => kind === 'page');
      assert.ok(page?.text.includes(code().userCode), page?.text);
      assert.deepEqual(page?.buttons, ['Open Browser', 'Copy Code', 'Continue']);
      assert.match(desk.editor.opened[0] ?? '', /user_code=/i);
      const [credential, ...others] = await desk.stored();
      assert.deepEqual([credential?.form, others.length], ['signIn', 0]);
      assert.deepEqual(desk.changed, [`${alice}: stored`, `${bob}: stored`]);
      assert.deepEqual(desk.probed, [alice]);
      assert.deepEqual(desk.clipboard, []);
      assert.ok(desk.editor.titles.some((title) => title.includes(code().userCode)));
    });

    it('reads every identity when it was the project that was signed in to', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      answerAs('tpp-admin');
      assert.equal(await venafiActions.signIn(desk.project, undefined, desk.ports), true);
      assert.deepEqual(desk.probed, [alice, bob]);
    });

    it('copies the code, and goes on asking until it is known where to go', async () => {
      desk.answers = [inBrowser, 'Copy Code', 'Continue'];
      desk.whileShown = ({ text }) => {
        if (text.includes('in the clipboard')) desk.control.decideDevice(code().userCode, { identity: 'tpp-admin' });
      };
      assert.equal(await signIn(), true);
      assert.deepEqual(desk.clipboard, [code().userCode]);
      assert.deepEqual(desk.editor.opened, []);
    });

    it('neither copies nor shows what a hostile server puts beside the code and the page', async () => {
      const started = {
        device_code: 'device-code-of-the-server',
        user_code: `ABCD\nrm -rf ~\n${'x'.repeat(500)}`,
        verification_uri: 'https://evil.example/[Sign-in](command:workbench.action.terminal.new)',
        expires_in: 300,
      };
      desk.transport.send = async () => ({
        kind: 'response',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(started),
      });
      desk.clock.sleep = async () => desk.editor.progress.at(-1)?.cancel();
      desk.answers = [inBrowser, 'Copy Code'];
      desk.whileShown = ({ text }) => {
        if (text.includes('in the clipboard')) desk.answers = ['Continue'];
      };
      await signIn();
      const [copied] = desk.clipboard;
      assert.match(copied ?? '', /^ABCD rm.{1,57}$/);
      assert.deepEqual(desk.editor.reports, ['https://evil.example/[Sign-in] (command:workbench.action.terminal.new)']);
      assert.ok([...desk.editor.titles, ...desk.editor.reports].every((text) => !text.includes('](')));
      assert.doesNotMatch(
        JSON.stringify([desk.shown, desk.editor.titles, desk.clipboard]),
        /device-code-of-the-server/,
      );
    });

    it('reads no identity that was taken out of the settings meanwhile', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      answerAs('tpp-admin');
      const { browse } = desk.editor;
      desk.editor.browse = async (url) => {
        desk.project = { ...desk.project, identities: desk.project.identities.slice(1) };
        return browse(url);
      };
      assert.equal(await signIn(), true);
      assert.deepEqual([desk.changed, desk.probed], [[`${bob}: stored`], [bob]]);
    });

    it('opens no page of another host', async () => {
      const shown = (verificationUri: string, verificationUriComplete?: string): DeviceCode => ({
        userCode: 'ABCD-EFGH',
        verificationUri,
        verificationUriComplete,
        expiresAt: 0,
      });
      const origin = 'https://tpp.example:8443';
      const own = 'https://tpp.example/device';
      assert.equal(pageToOpen(shown(own, `${own}?code=1`), origin), `${own}?code=1`);
      assert.equal(pageToOpen(shown(own, 'https://tpp.example.evil.example/device?code=1'), origin), own);
      assert.equal(pageToOpen(shown('https://evil.example/device'), origin), undefined);
    });

    it('ends at once when the dialog is closed, and stores nothing', async () => {
      desk.answers = [inBrowser];
      assert.equal(await signIn(), false);
      assert.deepEqual([await desk.stored(), desk.requests('/authorize/token')], [[], 0]);
    });

    it('ends at once when the wait is cancelled', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      desk.clock.sleep = async (_ms, signal) => {
        desk.editor.progress.at(-1)?.cancel();
        signal.throwIfAborted();
      };
      assert.equal(await signIn(), false);
      assert.deepEqual([await desk.stored(), desk.last().kind], [[], 'page']);
    });

    it('ends by itself when nobody enters the code', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      assert.equal(await signIn(), false);
      assert.match(desk.last().text, /Nobody entered the code in time\..*Nothing was stored/);
    });

    it('tells when it was denied, and when the server does not offer it', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      desk.editor.browse = async () => {
        desk.control.decideDevice(code().userCode, { deny: true });
        return true;
      };
      assert.equal(await signIn(), false);
      assert.match(desk.last().text, /TPP: The sign-in was denied in the browser/);
      desk.control.setSwitches({ deviceFlow: false });
      desk.answers = [inBrowser];
      assert.equal(await signIn(), false);
      assert.match(desk.last().text, /The sign-in failed\./);
    });

    it('ends the sign-in on the server when the secret storage does not take it', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      answerAs('tpp-admin');
      const before = desk.control.grants({ grantee: 'tpp-admin' }).length;
      desk.secrets.store = async () => Promise.reject(new Error('the keyring is locked'));
      assert.equal(await signIn(), false);
      assert.equal(desk.last().kind, 'confirm');
      assert.deepEqual([await desk.stored(), desk.requests('/revoke/token')], [[], 1]);
      assert.equal(desk.control.grants({ grantee: 'tpp-admin' }).length, before);
    });

    it('stores nothing for a project whose address has changed meanwhile', async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      desk.editor.browse = async () => {
        desk.control.decideDevice(code().userCode, { identity: 'tpp-admin' });
        desk.project = { ...desk.project, endpoint: 'https://other.example' };
        return true;
      };
      assert.equal(await signIn(), false);
      assert.match(desk.last().text, /settings of TPP have changed/);
      assert.deepEqual([desk.markers.markers.size, desk.requests('/revoke/token')], [0, 1]);
    });

    it('another sign-in takes the place of the stored one', async () => {
      for (const _ of [1, 2]) {
        desk.answers = [inBrowser, 'Open Browser'];
        answerAs('tpp-admin');
        assert.equal(await signIn(), true);
      }
      assert.equal((await desk.stored()).length, 1);
      assert.match(desk.shown.filter(({ kind }) => kind === 'pick').at(-1)?.text ?? '', /takes the place/);
    });
  });

  describe('with user name and password', () => {
    const password = (text: string) => {
      desk.types = ({ secret }) => (secret ? text : desk.sample.administrator.username);
    };

    it('asks hidden, sends once, and keeps the password nowhere', async () => {
      desk.answers = [withPassword];
      password(desk.sample.administrator.password);
      assert.equal(await signIn(), true);
      assert.deepEqual(
        desk.asked.map(({ secret }) => secret),
        [false, true],
      );
      assert.equal(desk.requests('/authorize/oauth'), 1);
      const everything = JSON.stringify([...desk.secrets.values.values(), desk.log, desk.shown]);
      assert.ok(!everything.includes(desk.sample.administrator.password));
      assert.equal((await desk.stored())[0]?.form, 'signIn');
    });

    it('a wrong one is told, and asked for again with Retry', async () => {
      desk.answers = [withPassword, 'Retry'];
      password('wrong');
      desk.whileShown = ({ kind }) => {
        if (kind === 'error') password(desk.sample.administrator.password);
      };
      assert.equal(await signIn(), true);
      assert.equal(desk.requests('/authorize/oauth'), 2);
    });

    describe('stopped while the server was thinking', () => {
      /** Presses Cancel in the progress when the request has come to the server. */
      async function cancelled(): Promise<void> {
        desk.answers = [withPassword];
        password(desk.sample.administrator.password);
        let stop: () => void = () => undefined;
        Object.assign(desk.editor.api.window, {
          withProgress: (
            _options: object,
            task: (progress: { report(): void }, token: object) => Promise<unknown>,
          ): Promise<unknown> =>
            task(
              { report: () => undefined },
              {
                onCancellationRequested: (listener: () => void) => {
                  stop = listener;
                  return { dispose: () => undefined };
                },
              },
            ),
        });
        const signing = signIn();
        await until(() => desk.requests('/authorize/oauth') > 0);
        stop();
        assert.equal(await signing, false);
      }
      const own = () => desk.control.grants({ grantee: 'tpp-admin' }).length;

      it('leaves no grant on the server, and is silent', async () => {
        const before = own();
        const match = { path: '/vedauth/authorize/oauth' };
        desk.sandbox.control.faults.add({ match, effect: { kind: 'delay', ms: 300 }, times: 1 });
        await cancelled();
        await until(() => desk.requests('/revoke/token') > 0);
        await until(() => desk.log.some((line) => line.endsWith(': ended')));
        assert.equal(own(), before);
        assert.deepEqual(
          desk.shown.map(({ kind }) => kind),
          ['pick'],
        );
        assert.deepEqual(await desk.stored(), []);
      });

      it('says so when a grant may be left', async () => {
        const match = { path: '/vedauth/authorize/oauth' };
        desk.sandbox.control.faults.add({ match, effect: { kind: 'delay', ms: 300 }, times: 1 });
        desk.control.fault('internal500', { route: 'revokeToken', times: 1 });
        await cancelled();
        await until(() => desk.last().kind === 'warn');
        assert.match(desk.last().text, /may keep a grant of it that nobody uses\. Let an administrator revoke it/);
        assert.deepEqual(await desk.stored(), []);
      });
    });

    it('Escape ends it silently', async () => {
      desk.answers = [withPassword];
      assert.equal(await signIn(), false);
      assert.deepEqual([desk.shown.length, desk.requests('/authorize/oauth')], [1, 0]);
    });
  });

  it('with tokens that are pasted, for a project without identities as well', async () => {
    desk.project = { ...desk.project, identities: [] };
    desk.answers = [paste, 'Access token'];
    desk.types = () => desk.sample.administrator.accessToken;
    assert.equal(await venafiActions.signIn(desk.project, undefined, desk.ports), true);
    assert.equal((await desk.vault.read({ project: desk.project, identity: { id: 'x', label: '' } })).kind, 'present');
    assert.match(desk.shown.at(-1)?.text ?? '', /Credential of TPP/);
  });

  describe('Sign Out', () => {
    beforeEach(async () => {
      desk.answers = [inBrowser, 'Open Browser'];
      answerAs('tpp-admin');
      assert.equal(await signIn(), true);
      desk.shown.length = 0;
      desk.changed.length = 0;
    });
    const signOut = () => venafiActions.signOut(desk.project, desk.ports);

    it('says what it does, ends the grant on the server, and forgets it', async () => {
      const before = desk.control.grants({ grantee: 'tpp-admin' }).length;
      desk.answers = ['Sign Out'];
      await signOut();
      assert.match(
        desk.last().text,
        /Sign out of TPP\?\n.*ends the sign-in.*all identities of the project share \(now: 2\)/s,
      );
      assert.equal(desk.control.grants({ grantee: 'tpp-admin' }).length, before - 1);
      assert.deepEqual([await desk.stored(), desk.changed], [[], [`${alice}: not-signed-in`, `${bob}: not-signed-in`]]);
    });

    it('does nothing without the confirmation', async () => {
      await signOut();
      assert.deepEqual([(await desk.stored()).length, desk.requests('/revoke/token')], [1, 0]);
    });

    it('keeps it and tells when the server fails', async () => {
      desk.answers = ['Sign Out'];
      desk.control.fault('internal500', { route: 'revokeToken' });
      await signOut();
      assert.match(desk.last().text, /may still know the sign-in.*Nothing was forgotten here/s);
      assert.equal((await desk.stored()).length, 1);
    });

    it('forgets what the server no longer knows', async () => {
      desk.answers = ['Sign Out'];
      desk.control.endGrants({ grantee: 'tpp-admin' });
      await signOut();
      assert.deepEqual(await desk.stored(), []);
    });

    it('says so when nobody is signed in', async () => {
      await desk.vault.forget(desk.first);
      await signOut();
      assert.match(desk.last().text, /Nobody is signed in to TPP/);
    });

    it('Forget Credential says whose it is, and asks the server nothing', async () => {
      desk.answers = ['Forget Credential'];
      await forgetCredential(desk.first, desk.ports as unknown as Parameters<typeof forgetCredential>[1]);
      assert.match(
        desk.last().text,
        /Forget the credential of TPP\?\n.*sign-in of the operator.*on the server it stays alive/s,
      );
      assert.deepEqual([await desk.stored(), desk.requests('/revoke/token')], [[], 0]);
      assert.deepEqual(desk.changed, [`${alice}: not-signed-in`, `${bob}: not-signed-in`]);
    });
  });
});
