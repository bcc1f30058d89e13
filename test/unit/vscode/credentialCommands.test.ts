import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { CredentialSummary } from '../../../src/core/provider';
import { providerDescriptions } from '../../../src/providers/registry';
import type { CredentialCommandPorts } from '../../../src/vscode/commands/credentials';
import { noon } from '../../fakes/resetStage';
import { alice, aliceKey, SignInDesk } from './signInDesk';

const account = 'https://myaccount.google.com/connections';

describe('Set Credential and Forget Credential', () => {
  let desk: SignInDesk;
  let ports: CredentialCommandPorts;
  let set: () => Promise<void>;
  let forget: () => Promise<void>;
  /** What the person answers to lists, by the start of the title, and to modals. */
  let answers: readonly string[];
  before(async function () {
    this.timeout(30_000);
    await import('../../../src/vscode/commands/credentials');
    await import('../../../src/vscode/commands/forgetCredential');
  });
  beforeEach(async () => {
    const { setCredential } = await import('../../../src/vscode/commands/credentials');
    const { forgetCredential } = await import('../../../src/vscode/commands/forgetCredential');
    desk = new SignInDesk();
    ports = { ...desk.ports, descriptions: providerDescriptions };
    answers = [];
    desk.press = ({ buttons }) => buttons.find((one) => answers.includes(one));
    Object.assign(ports.prompts, { credential: async () => 'ya29.planted-access' });
    set = () => setCredential(alice, ports);
    forget = () => forgetCredential(alice, ports);
  });
  afterEach(() => desk.keepsSecrets());

  const forms = async (): Promise<readonly string[]> => (await desk.credentials()).map(({ form }) => form);
  const summary = (storedAt: number, alive: boolean): CredentialSummary => ({ storedAt, alive });

  it('asks for no place while nothing is stored', async () => {
    answers = ['Access token'];
    await set();
    assert.deepEqual(await forms(), ['accessToken']);
    assert.deepEqual(
      desk.shown.map(({ buttons }) => buttons),
      [['Refresh token', 'Access token']],
    );
  });

  it('adds beside what is stored', async () => {
    await desk.earlier(['myactivity.search']);
    answers = ['Add beside the stored one', 'Access token'];
    await set();
    assert.deepEqual(await forms(), ['refreshToken', 'accessToken']);
    assert.deepEqual(desk.shown[0]?.buttons, ['Add beside the stored one', 'Replace it']);
    assert.deepEqual(desk.probes, [{ dropRejected: true }]);
  });

  it('replaces what is stored', async () => {
    await desk.earlier(['myactivity.search']);
    answers = ['Replace it', 'Access token'];
    await set();
    assert.deepEqual(await forms(), ['accessToken']);
  });

  it('changes nothing when the question is closed', async () => {
    await desk.earlier(['myactivity.search']);
    await set();
    assert.deepEqual(await forms(), ['refreshToken']);
  });

  it('does not ask about what is known to be dead, and forgets nothing by itself', async () => {
    await desk.earlier(['myactivity.search']);
    const [stored] = await desk.credentials();
    assert.ok(stored);
    const grant = { timeBased: [], oneTime: [], credentials: [summary(stored.storedAt, false)] };
    desk.consentIs({ kind: 'granted', grant, readAt: noon, unusable: [] });
    answers = ['Access token'];
    await set();
    assert.deepEqual(await forms(), ['refreshToken', 'accessToken']);
    assert.equal(desk.shown.length, 1);
  });

  it('forgets the only one after a confirmation that says what stays', async () => {
    await desk.earlier(['myactivity.search']);
    answers = ['Forget Credential'];
    await forget();
    assert.deepEqual(await forms(), []);
    assert.match(desk.last().text, /The consent itself stays: without a token/);
    assert.equal(desk.store.get(aliceKey).consent.kind, 'not-signed-in');
  });

  it('asks nothing where none is stored, and keeps in mind that the consent was reset', async () => {
    await forget();
    assert.match(desk.last().text, /^No credential of alice is stored/);
    await desk.earlier(['myactivity.search']);
    await desk.vault.forgetDead(alice, await desk.credentials(), noon);
    desk.consentIs({ kind: 'needs-consent', since: noon });
    answers = ['Forget Credential'];
    await forget();
    assert.deepEqual([desk.last().kind, desk.store.get(aliceKey).consent.kind], ['warn', 'needs-consent']);
  });

  describe('of several', () => {
    beforeEach(async () => {
      await desk.earlier(['myactivity.search']);
      desk.clock.advance(60_000);
      answers = ['Add beside the stored one', 'Access token'];
      await set();
      desk.shown.length = 0;
    });

    it('forgets the one that is chosen, and keeps the consent in sight', async () => {
      desk.press = ({ kind, buttons }) => buttons[kind === 'pick' ? 1 : 0];
      await forget();
      assert.deepEqual(await forms(), ['refreshToken']);
      assert.match(desk.last().text, /can be reset with the others/);
      assert.notEqual(desk.store.get(aliceKey).consent.kind, 'not-signed-in');
    });

    it('forgets all', async () => {
      answers = ['All of them', 'Forget Credential'];
      await forget();
      assert.deepEqual(await forms(), []);
      assert.match(desk.last().text, /Forget all 2 credentials/);
    });

    it('forgets none when the question or the confirmation is closed', async () => {
      answers = [];
      await forget();
      answers = ['All of them'];
      await forget();
      assert.equal((await forms()).length, 2);
    });
  });
});

describe('the help with a lost token', () => {
  const help = async (desk: SignInDesk, project = alice.project): Promise<void> => {
    const { lostTokenHelp } = await import('../../../src/vscode/commands/lostToken');
    await lostTokenHelp({ ...alice, project }, desk.ports);
  };

  it('says why, and what helps in order; the account page leaves it open for the next step', async () => {
    const desk = new SignInDesk();
    desk.editor.browse = async () => true;
    const steps = ['Open Account Page', 'Sign In…'];
    desk.press = () => steps.shift();
    await help(desk);
    const [page] = desk.shown;
    assert.deepEqual(page?.buttons, ['Open Account Page', 'Sign In…', 'Rescue (Experimental)…']);
    assert.match(page?.text ?? '', /Incremental auth[\s\S]*1\. .*connections[\s\S]*2\. Sign in[\s\S]*3\. /);
    assert.deepEqual(desk.editor.opened, [account]);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.signIn'],
    );
    assert.equal(desk.shown.length, 2);
  });

  it('leads to no account page where the service runs on this computer', async () => {
    const desk = new SignInDesk();
    desk.press = () => undefined;
    await help(desk, { ...alice.project, endpoint: 'http://127.0.0.1:9400' });
    assert.deepEqual(desk.last().buttons, ['Sign In…', 'Rescue (Experimental)…']);
    assert.match(desk.last().text, /no account page[\s\S]*\/__sandbox\/reset/);
    await help(desk, { ...alice.project, id: 'reconsent-sandbox', endpoint: 'http://127.0.0.1:9400' });
    assert.deepEqual(desk.last().buttons, ['Start Sandbox', 'Sign In…', 'Rescue (Experimental)…']);
  });
});

describe('Reset Another Way', () => {
  const google = providerDescriptions.get('googleDataPortability');
  const run = async (desk: SignInDesk, ways: NonNullable<typeof google>['ways']): Promise<readonly unknown[]> => {
    const { resetAnotherWay } = await import('../../../src/vscode/commands/anotherWay');
    assert.ok(google);
    const runs: unknown[] = [];
    const resetCommand = { run: async (_target: unknown, options: unknown) => void runs.push(options) };
    const descriptions = new Map([[google.id, { ...google, ways }]]);
    await resetAnotherWay(alice, { ...desk.ports, descriptions, resetCommand } as never);
    return runs;
  };

  it('goes straight to the confirmation of the only other one', async () => {
    const desk = new SignInDesk();
    assert.ok(google);
    assert.deepEqual(await run(desk, google.ways), [{ wayId: 'revoke' }]);
    assert.deepEqual(desk.shown, []);
  });

  it('lets choose among several, and says so when there is none', async () => {
    const desk = new SignInDesk();
    const [first] = google?.ways ?? [];
    assert.ok(first);
    const others = ['One', 'Two'].map((verb) => ({ id: verb, verb, question: '' }));
    desk.press = ({ buttons }) => buttons[1];
    assert.deepEqual(await run(desk, [first, ...others]), [{ wayId: 'Two' }]);
    assert.deepEqual(desk.last().buttons, ['One', 'Two']);
    assert.deepEqual(await run(desk, [first]), []);
    assert.match(desk.last().text, /no other way/);
  });
});
