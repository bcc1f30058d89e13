/** Settings that change while a question is open, a browser is waited for or a notification stands there. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { Target } from '../../../src/core/model';
import { reason } from '../../../src/core/model';
import { providerDescriptions } from '../../../src/providers/registry';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';
import { JobDesk, type Shown } from './jobDesk';
import { alice, aliceKey, origins, planted, SignInDesk } from './signInDesk';

const elsewhere = 'https://elsewhere.example';
const moved = (target: Target): Target => ({ ...target, project: { ...target.project, endpoint: elsewhere } });
const haveChanged = /have changed since this was begun.*Nothing was sent or stored/;

describe('archive jobs of an identity whose settings have changed', () => {
  let desk: JobDesk;
  /** When the settings change: as soon as something of this kind is shown. */
  let at: Shown['kind'];
  before(async function () {
    this.timeout(30_000);
    await import('../../../src/vscode/jobs/jobActions');
  });
  beforeEach(() => {
    desk = new JobDesk();
    desk.person = ({ kind, choices, text }) => {
      if (haveChanged.test(text)) return undefined;
      if (kind === at) desk.configured.set(desk.key, moved(desk.target));
      if (kind === 'several') return ['maps'];
      if (kind === 'input') return 'job-7';
      return kind === 'folder' ? '/nowhere' : choices[0];
    };
  });

  const cases: readonly (readonly [Shown['kind'], string, (row: unknown) => Promise<void>])[] = [
    ['pick', 'start', () => desk.commands['reconsent.startJob'](undefined)],
    ['input', 'follow', () => desk.commands['reconsent.followJob'](undefined)],
    ['confirm', 'cancel', (row) => desk.commands['reconsent.cancelJob'](row)],
  ];
  for (const [kind, what, run] of cases) {
    it(`${what}: sends nothing, and says so`, async () => {
      at = kind;
      await run(await desk.follows('job-1'));
      assert.match(desk.last().text, haveChanged);
      assert.deepEqual(desk.calls, []);
    });
  }

  it('download: sends nothing, and says so', async () => {
    at = 'folder';
    const row = await desk.follows('job-1', { state: 'complete', completeSince: desk.stage.clock.now(), parts: [{}] });
    await desk.commands['reconsent.downloadArchive'](row);
    assert.match(desk.last().text, haveChanged);
    assert.deepEqual(desk.calls, []);
    assert.ok(desk.downloads.begin(desk.key, 'job-1'), 'the download is over');
  });

  it('a button of a notification: sends nothing again', async () => {
    at = 'error';
    desk.starts = [{ kind: 'not-sent', reason: reason('http.refused', {}, [{ kind: 'retry' }]) }];
    await desk.commands['reconsent.startJob'](undefined);
    assert.match(desk.last().text, haveChanged);
    assert.deepEqual(desk.calls, ['start maps']);
  });

  it('an identity that is gone: the same', async () => {
    const { person } = desk;
    desk.person = (shown) => {
      if (shown.kind === 'confirm') desk.configured.delete(desk.key);
      return person(shown);
    };
    await desk.commands['reconsent.cancelJob'](await desk.follows('job-1'));
    assert.match(desk.last().text, haveChanged);
    assert.deepEqual(desk.calls, []);
  });
});

describe('signing in to an identity whose settings have changed', () => {
  let desk: SignInDesk;
  let again: () => Promise<void>;
  before(async function () {
    this.timeout(30_000);
    await import('../../../src/vscode/signIn/signIn');
  });
  beforeEach(async () => {
    const { grantAgain } = await import('../../../src/vscode/signIn/signIn');
    desk = await new SignInDesk().withClient();
    desk.ports.vault.lastGrants = async () => ['myactivity.search', 'maps.reviews'];
    again = () => grantAgain(alice, origins, desk.ports);
  });
  afterEach(() => desk.keepsSecrets());

  const change = (): void => void desk.configured.set(aliceKey, moved(alice));

  it('before the browser: none is opened', async () => {
    desk.press = ({ kind }) => {
      change();
      return kind === 'page' ? 'Open Browser' : undefined;
    };
    await again();
    assert.match(desk.last().text, haveChanged);
    assert.deepEqual(desk.pages, []);
  });

  it('while the browser is waited for: the tokens are kept for where they belong, and sent nowhere', async () => {
    const { page } = desk;
    desk.page = (url) => {
      change();
      return page(url);
    };
    await again();
    assert.equal((await desk.credentials()).length, 1);
    const asMoved = await desk.vault.read(moved(alice));
    assert.equal(asMoved.kind, 'foreign-origin');
    assert.deepEqual(desk.probes, []);
    assert.deepEqual(desk.retold, [moved(alice)]);
  });

  it('while the missing scopes are told: they are not asked for', async () => {
    desk.granted = (asked) => asked.slice(0, 1);
    const usual = desk.press;
    desk.press = (shown) => {
      if (!shown.buttons.includes('Ask for the Missing Ones…')) return usual(shown);
      change();
      return 'Ask for the Missing Ones…';
    };
    await again();
    assert.match(desk.last().text, haveChanged);
    assert.equal(desk.pages.length, 1);
  });

  it('while a wrong client is told: no other one is asked for', async () => {
    desk.transport = new ScriptedTransport(response(401, { error: 'invalid_client' }));
    const usual = desk.press;
    desk.press = (shown) => {
      if (!shown.buttons.includes('Another Client…')) return usual(shown);
      change();
      return 'Another Client…';
    };
    await again();
    assert.match(desk.last().text, haveChanged);
    assert.ok(!desk.shown.some(({ kind }) => kind === 'pick'));
  });

  it('while a credential is typed: nothing is stored', async () => {
    const { setCredential } = await import('../../../src/vscode/commands/credentials');
    desk.press = ({ buttons }) => buttons.find((one) => one === 'Access token');
    Object.assign(desk.ports.prompts, {
      credential: async () => {
        change();
        return planted.accessToken;
      },
    });
    await setCredential(alice, { ...desk.ports, descriptions: providerDescriptions });
    assert.match(desk.last().text, haveChanged);
    assert.deepEqual(await desk.credentials(), []);
  });
});
