import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { ConsentState } from '../../../src/core/consentStore';
import { writtenUnread } from '../../../src/vscode/projects';
import { noon } from '../../fakes/resetStage';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';
import { tryConnect } from '../auth/rawConnection';
import { alice, clientId, origins, planted, SignInDesk, scope } from './signInDesk';

type SignInModule = typeof import('../../../src/vscode/signIn/signIn');

const granted = (...timeBased: string[]): ConsentState => ({
  kind: 'granted',
  grant: { timeBased, oneTime: [], credentials: [] },
  readAt: noon,
  unusable: [],
});

describe('Sign In in the editor', () => {
  let flows: SignInModule;
  let desk: SignInDesk;
  before(async function () {
    this.timeout(30_000);
    flows = await import('../../../src/vscode/signIn/signIn');
  });
  beforeEach(async () => {
    desk = await new SignInDesk().withClient();
  });
  afterEach(async () => {
    desk.keepsSecrets();
    assert.equal(desk.clock.sleeping, 0, 'no timer is left');
    for (const token of desk.editor.progress) assert.equal(token.listeners.size, 0, 'nobody listens for Cancel');
    for (const page of desk.pages) {
      const { port } = new URL(page.searchParams.get('redirect_uri') ?? '');
      assert.equal(await tryConnect(Number(port)), 'ECONNREFUSED', 'nobody listens for the browser');
    }
  });

  const again = () => flows.grantAgain(alice, origins, desk.ports);

  describe('stores the tokens', () => {
    it('beside those that are there, with what was granted and both times, and reads the consent', async () => {
      await desk.earlier(['myactivity.search']);
      desk.consentIs(granted('myactivity.search'));
      desk.editor.inPick = (pick) => pick.escape();
      await flows.signIn(alice, origins, desk.ports);
      assert.equal((await desk.credentials()).length, 1, 'escaped');

      await desk.vault.forget(alice);
      await desk.earlier(['myactivity.search']);
      desk.ports.vault.lastGrants = async () => ['myactivity.search', 'maps.reviews'];
      await again();
      const [older, newer] = await desk.credentials();
      assert.ok(older && newer);
      assert.equal(newer.form, 'refreshToken');
      assert.deepEqual(newer.facts, {
        clientId,
        scopes: 'maps.reviews',
        consentedAt: String(noon),
        refreshTokenExpiresAt: String(noon + 604_799_000),
      });
      const markers = await desk.markers.list([...(await desk.vault.markers()).keys()][0] ?? ('' as never));
      assert.deepEqual(markers.find(({ storedAt }) => storedAt === newer.storedAt)?.grants, ['maps.reviews']);
      assert.deepEqual(desk.probes, [{ dropRejected: true }]);
    });

    it('and drops what the keyring has lost of an earlier one: the new token resets the whole consent', async () => {
      await desk.earlier(['myactivity.search'], desk.otherWindow());
      for (const name of [...desk.secrets.values.keys()]) if (name.includes('credential:')) desk.secrets.lose(name);
      assert.equal((await desk.vault.read(alice)).kind, 'lost');
      await again();
      const reading = await desk.otherWindow().read(alice);
      assert.ok(reading.kind === 'present');
      assert.deepEqual([reading.credentials.length, reading.unusable], [1, []]);
    });
  });

  describe('with a secret storage that does not take the tokens', () => {
    beforeEach(() => {
      desk.ports.vault.lastGrants = async () => ['maps.reviews'];
      desk.secrets.failNextStore();
    });

    it('asks in a modal, which nothing else closes, and stores them then', async () => {
      desk.press = ({ buttons }) => buttons.find((one) => ['Open Browser', 'Try Again'].includes(one));
      await again();
      const asked = desk.shown.find(({ buttons }) => buttons.includes('Try Again'));
      assert.equal(asked?.kind, 'confirm');
      assert.match(asked?.text ?? '', /alice has consented, but.*did not take the tokens[\s\S]*connections/);
      assert.deepEqual([(await desk.credentials()).length, desk.transport.requests.length], [1, 1]);
    });

    it('stores nothing, and reads nothing, when it is given up', async () => {
      await again();
      assert.deepEqual([await desk.credentials(), desk.probes], [[], []]);
    });
  });

  it('offers granted scopes as locked, never chooses one by itself, and says why', async () => {
    const project = {
      ...alice.project,
      options: { ...alice.project.options, scopes: ['maps.reviews', 'chrome.history'] },
    };
    desk.consentIs({ kind: 'stored' });
    desk.probed = granted('maps.reviews');
    desk.editor.inPick = (pick) => {
      const chosen = pick.selectedItems.map(({ description }) => description);
      assert.deepEqual(chosen, ['chrome.history']);
      assert.match(pick.placeholder, /already granted.*never comes back/);
      pick.accept();
    };
    await flows.signIn({ ...alice, project }, origins, desk.ports);
    assert.deepEqual(desk.asked(), [scope('chrome.history')]);
  });

  it('fault 47: says before the browser opens that nobody tells which account comes back', async () => {
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    await again();
    const page = desk.shown.find(({ kind }) => kind === 'page');
    assert.match(page?.text ?? '', /Google does not tell which account has consented/);
  });

  describe('fault 48: with a partial consent', () => {
    beforeEach(async () => {
      desk.ports.vault.lastGrants = async () => ['myactivity.search', 'maps.reviews'];
      desk.granted = (asked) => asked.slice(0, 1);
    });

    it('says how many, which are missing, and that they are a grant of their own', async () => {
      await again();
      const { kind, text, buttons } = desk.last();
      assert.equal(kind, 'warn');
      assert.match(text, /1 of 2 scopes\. Not granted: maps\.reviews\..*separate grant, with a token of its own/);
      assert.deepEqual(buttons, ['Ask for the Missing Ones…']);
      assert.equal(desk.pages.length, 1);
    });

    it('asks for the missing ones alone, and keeps both tokens', async () => {
      const usual = desk.press;
      desk.press = (shown) => (shown.kind === 'warn' ? 'Ask for the Missing Ones…' : usual(shown));
      await again();
      assert.deepEqual(
        desk.pages.map((_, index) => desk.asked(index)),
        [[scope('myactivity.search'), scope('maps.reviews')], [scope('maps.reviews')]],
      );
      assert.deepEqual(
        (await desk.credentials()).map(({ facts }) => facts['scopes']),
        ['myactivity.search', 'maps.reviews'],
      );
    });

    it('without any scope: nothing is stored, and it says so', async () => {
      desk.granted = () => [];
      await again();
      assert.match(desk.last().text, /without any of the scopes.*Nothing was stored/);
      assert.deepEqual(await desk.credentials(), []);
    });
  });

  describe('fault 49: when the page never comes back', () => {
    const ends = {
      cancelled: () => desk.editor.progress.at(-1)?.cancel(),
      'timed out': () => desk.clock.advance(300_000),
    };
    beforeEach(async () => {
      desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    });

    for (const [how, end] of Object.entries(ends)) {
      it(`${how}: one notification with what it means and the help page; nothing is left behind`, async () => {
        desk.page = () => {
          setImmediate(end);
          return undefined;
        };
        await again();
        const told = desk.shown.filter(({ kind }) => kind !== 'page');
        assert.equal(told.length, 1);
        assert.match(told[0]?.text ?? '', /Nothing was stored.*"Incremental auth is not allowed" never comes back/);
        assert.deepEqual(told[0]?.buttons, ['What Now?', 'Show Log']);
        assert.ok(
          desk.log.some((line) => line.includes('redirect_uri_mismatch')),
          'the other pages are in the log',
        );
        assert.deepEqual([desk.transport.requests.length, await desk.credentials()], [0, []]);
      });

      it(`${how}, with a token stored: the reset is offered, and run`, async () => {
        await desk.earlier(['myactivity.search']);
        desk.consentIs(granted('myactivity.search'));
        desk.page = () => {
          setImmediate(end);
          return undefined;
        };
        desk.press = ({ buttons }) => buttons.find((one) => ['Open Browser', 'Reset Consent'].includes(one));
        await again();
        assert.deepEqual(desk.last().buttons, ['Reset Consent', 'Show Log']);
        assert.deepEqual(desk.editor.executed, [
          { id: 'reconsent.resetConsent', argument: { kind: 'identity', target: alice } },
        ]);
      });
    }
  });

  it('a code exchange that meets 503 is sent once, and leads to the help page', async () => {
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    desk.transport = new ScriptedTransport((request) => response(503, request.body, { 'retry-after': '0' }));
    await again();
    assert.equal(desk.transport.requests.length, 1);
    assert.match(desk.transport.requests[0]?.body ?? '', /planted-code/);
    assert.match(desk.last().text, /may be alive/);
    assert.deepEqual(desk.last().buttons, ['What Now?', 'Show Log']);
  });

  it('a client secret that Google does not know is forgotten, and another one can be given', async () => {
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    desk.transport = new ScriptedTransport(response(401, { error: 'invalid_client', error_description: planted.code }));
    await again();
    assert.deepEqual(desk.last().buttons, ['Another Client…', 'What Now?', 'Show Log']);
    assert.equal(await desk.clients.read(alice.project, clientId, origins), undefined);
  });

  it('another client is asked for with its id, as that may be what is wrong', async () => {
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    const { transport } = desk;
    desk.transport = new ScriptedTransport(response(401, { error: 'invalid_client' }));
    const asked: { readonly prompt: string; readonly value?: string }[] = [];
    const typed = ['123456789012-other.apps.googleusercontent.com', planted.clientSecret];
    const saved: unknown[] = [];
    Object.assign(desk.ports.prompts, {
      credential: async (input: { readonly prompt: string; readonly value?: string }) => {
        asked.push(input);
        desk.transport = transport;
        return typed[asked.length - 1];
      },
    });
    Object.assign(desk.ports.projects, {
      save: async (_id: string, change: (existing: object) => unknown) =>
        saved.push(change({ clientId, redirectUri: 'http://localhost:8765/' })),
    });
    const wanted = ['Open Browser', 'Another Client…', 'Enter client ID and secret'];
    desk.press = ({ buttons }) => buttons.find((one) => wanted.includes(one));
    await again();
    assert.deepEqual([asked[0]?.prompt, asked[0]?.value], ['Client ID', clientId]);
    assert.equal(desk.pages.at(-1)?.searchParams.get('client_id'), typed[0]);
    assert.deepEqual(saved, [{ id: 'shop', clientId: typed[0] }], 'without the address of the old client');
    assert.equal((await desk.credentials()).length, 1);
  });

  for (const [name, words] of [
    ['Error', /could not be written into your settings/],
    [writtenUnread, /settings were written, but the project cannot be found/],
  ] as const) {
    it(`says whether the settings were written when another client cannot be used: ${name}`, async () => {
      desk.ports.vault.lastGrants = async () => ['maps.reviews'];
      desk.transport = new ScriptedTransport(response(401, { error: 'invalid_client' }));
      const typed = ['123456789012-other.apps.googleusercontent.com', planted.clientSecret];
      Object.assign(desk.ports.prompts, { credential: async () => typed.shift() });
      Object.assign(desk.ports.projects, {
        save: async () => {
          throw Object.assign(new Error('The disk is full.'), { name });
        },
      });
      const wanted = ['Open Browser', 'Another Client…', 'Enter client ID and secret'];
      desk.press = ({ buttons }) => buttons.find((one) => wanted.includes(one));
      const pages = desk.pages.length;
      await again();
      assert.match(desk.last().text, words);
      assert.equal(desk.pages.length, pages + 1, 'nobody is sent to the consent page with it');
      assert.equal((await desk.credentials()).length, 0);
    });
  }

  describe('Grant Consent Again', () => {
    it('asks for what was granted last, with nothing to choose', async () => {
      await desk.earlier(['myactivity.search', 'maps.reviews']);
      await desk.vault.forget(alice);
      desk.consentIs({ kind: 'needs-consent', since: noon });
      await again();
      assert.deepEqual(desk.asked(), [scope('myactivity.search'), scope('maps.reviews')]);
      assert.ok(!desk.shown.some(({ kind }) => kind === 'pick'));
      assert.equal((await desk.credentials()).length, 1);
    });

    it('asks for the scopes of the project when it is not known, and for a choice when there are none', async () => {
      const project = { ...alice.project, options: { ...alice.project.options, scopes: ['chrome.history'] } };
      await flows.grantAgain({ ...alice, project }, origins, desk.ports);
      assert.deepEqual(desk.asked(), [scope('chrome.history')]);
      await desk.vault.forget(alice);
      desk.ports.vault.lastGrants = async () => [];
      let picked = 0;
      desk.editor.inPick = (pick) => {
        picked++;
        pick.escape();
      };
      await again();
      assert.deepEqual([picked, desk.pages.length], [1, 1]);
    });

    it('does not run into the dead end: with a living consent it offers the reset', async () => {
      await desk.earlier(['maps.reviews']);
      desk.consentIs({ kind: 'stored' });
      desk.probed = granted('maps.reviews');
      desk.press = ({ buttons }) => buttons[0];
      await again();
      assert.match(desk.last().text, /is alive.*never comes back/);
      assert.equal(desk.pages.length, 0);
      assert.deepEqual(
        desk.editor.executed.map(({ id }) => id),
        ['reconsent.resetConsent'],
      );
    });

    it('asks for the client when its secret is not known, and for no consent without a secret storage', async () => {
      await desk.clients.forget(alice.project);
      desk.ports.vault.lastGrants = async () => ['maps.reviews'];
      desk.press = ({ kind, buttons }) => (kind === 'pick' ? 'Enter client ID and secret' : buttons[1]);
      Object.assign(desk.ports.prompts, { credential: async () => planted.clientSecret });
      desk.secrets.failNextStore();
      await again();
      assert.match(desk.last().text, /did not take the client secret\. Nobody was asked/);
      assert.equal(desk.pages.length, 0);
    });
  });

  it('takes the client secret of a stored credential, and keeps it for the time after the reset', async () => {
    await desk.clients.forget(alice.project);
    await desk.earlier(['myactivity.search']);
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    await again();
    assert.equal(desk.pages.length, 1);
    assert.ok(await desk.clients.read(alice.project, clientId, origins));
  });

  describe('Rescue with Another Scope', () => {
    beforeEach(() => {
      desk.press = ({ buttons }) => buttons.find((one) => ['Open Browser', 'Choose a Scope…'].includes(one));
    });

    it('says that it is an experiment, asks for one new scope, and resets with its token', async () => {
      await desk.earlier(['myactivity.search']);
      await desk.vault.forget(alice);
      desk.editor.inPick = (pick) => {
        pick.choose('myactivity.search');
        assert.match(pick.placeholder, /already granted/);
        assert.equal(pick.disposed, false);
        pick.choose('maps.reviews');
      };
      await flows.rescueScope(alice, origins, desk.ports);
      assert.match(desk.shown[0]?.text ?? '', /Experimental.*\n.*never tried against Google/);
      assert.deepEqual(desk.asked(), [scope('maps.reviews')]);
      assert.deepEqual(desk.editor.executed, [
        { id: 'reconsent.resetConsent', argument: { kind: 'identity', target: alice } },
      ]);
    });

    it('resets nothing when the sign-in did not come to an end', async () => {
      desk.editor.inPick = (pick) => pick.choose('maps.reviews');
      desk.page = () => ({ error: 'access_denied' });
      await flows.rescueScope(alice, origins, desk.ports);
      assert.deepEqual(desk.editor.executed, []);
    });
  });
});
