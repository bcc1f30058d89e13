import '../../fakes/editor';
import assert from 'node:assert/strict';
import { type Act, WizardDesk } from './wizardDesk';

type Actions = typeof import('../../../src/vscode/wizard/wizardActions')['wizardActions'];

const secret = 'GOCSPX-planted-client-secret';
const clientId = '123456789012-desk.apps.googleusercontent.com';
const installed = JSON.stringify({ installed: { client_id: clientId, client_secret: secret } });
const take = (label: string): Act => ({ take: label });
const type = (text: string, refused?: RegExp): Act => (refused ? { type: text, refused } : { type: text });

const addOnly = take('Add project');
const shop = {
  id: 'shop',
  name: 'Shop',
  provider: 'googleDataPortability',
  identities: [{ id: 'alice', note: 'mine' }],
};
const unreadable = { id: 'old', provider: 'gone', identities: 'x' };

describe('the wizard that adds a project', () => {
  let actions: Actions;
  let desk: WizardDesk;
  before(async function () {
    this.timeout(30_000);
    actions = (await import('../../../src/vscode/wizard/wizardActions')).wizardActions;
  });
  beforeEach(async () => {
    desk = await WizardDesk.open([shop, unreadable, 7]);
  });
  afterEach(() => {
    desk.done();
    assert.deepEqual(desk.traces(secret), []);
  });

  const run = async (...script: readonly Act[]): Promise<void> => {
    desk.script = [...script];
    await actions.addProject(desk.ports);
  };
  const added = (): unknown => (desk.settings as unknown[])[3];
  const begin = [take('Google Data Portability'), type('My Shop (EU)'), 'enter'] as const;

  it('Google: from the text of the client file, at a stand-in, behind what is there', async () => {
    await run(
      ...begin,
      take('Paste the text of the client file…'),
      type('{"installed":{}}', /client/),
      type(installed),
      take('v1beta'),
      take('Address of the API'),
      type('http://example.com', /Use https/),
      type('http://127.0.0.1:9400'),
      addOnly,
    );
    assert.deepEqual(desk.settings, [
      shop,
      unreadable,
      7,
      {
        id: 'my-shop-eu',
        name: 'My Shop (EU)',
        provider: 'googleDataPortability',
        clientId,
        apiVersion: 'v1beta',
        endpoint: 'http://127.0.0.1:9400',
        identities: [],
      },
    ]);
    const kept = await desk.clients.read({ id: 'my-shop-eu' }, clientId, ['http://127.0.0.1:9400']);
    assert.equal(kept?.revealFor(new URL('http://127.0.0.1:9400')).kind, 'revealed');
    const steps = desk.seen.map(({ place }) => place).filter((place) => place !== '');
    assert.deepEqual([...new Set(steps)], ['1/4', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  it('a practice project where a sandbox runs: Enter takes what is filled in, and the secret stays out of the settings', async () => {
    const origin = 'http://127.0.0.1:9400';
    desk.sandbox.practice = { origin, clientId, clientSecret: secret };
    desk.settings = [shop, unreadable, { id: 'practice', provider: 'googleDataPortability' }];
    await run(take('Practice Project in the Sandbox'), 'enter', 'enter', take('Keep it'), take('v1'), addOnly);
    assert.deepEqual(added(), {
      id: 'practice-2',
      name: 'Practice',
      provider: 'googleDataPortability',
      clientId,
      endpoint: origin,
      identities: [],
    });
    const kept = await desk.clients.read({ id: 'practice-2' }, clientId, [origin]);
    assert.equal(kept?.revealFor(new URL(origin)).kind, 'revealed');
  });

  it('offers no practice project without a sandbox', async () => {
    await run('escape');
    assert.deepEqual(
      desk.last().rows.map((row) => row.split(' | ')[0]),
      ['Google Data Portability', 'Identity Platform', 'Venafi TPP'],
    );
  });

  it('Google: a web client from its file brings its redirect address', async () => {
    const web = { client_id: clientId, client_secret: secret, redirect_uris: ['http://127.0.0.1:8080/cb'] };
    desk.files.set('/client.json', JSON.stringify({ web }));
    desk.picked = '/client.json';
    await run(...begin, take('Import the client file…'), take('v1'), addOnly);
    assert.deepEqual(added(), {
      id: 'my-shop-eu',
      name: 'My Shop (EU)',
      provider: 'googleDataPortability',
      clientId,
      redirectUri: 'http://127.0.0.1:8080/cb',
      identities: [],
    });
  });

  it('Google: a client file that cannot be used leads back to the choice', async () => {
    desk.files.set('/client.json', '{"type":"service_account"}');
    desk.picked = '/client.json';
    await run(
      ...begin,
      take('Import the client file…'),
      'escape',
      take('Enter the client ID…'),
      type('no client', /client ID/),
      type(clientId),
      take('v1'),
      addOnly,
    );
    assert.equal(desk.seen.find(({ kind }) => kind === 'notification')?.text.startsWith('Client file: '), true);
    assert.deepEqual(desk.secrets.count('store'), 0);
  });

  it('Identity Platform', async () => {
    await run(
      take('Identity Platform'),
      type('My app'),
      type('app'),
      type('My Project', /Write a project id/),
      type('my-project'),
      type(''),
      take('Apple Team ID'),
      type('ABCDE12345'),
      addOnly,
    );
    assert.deepEqual(added(), {
      id: 'app',
      name: 'My app',
      provider: 'identityPlatform',
      firebaseProject: 'my-project',
      appleTeamId: 'ABCDE12345',
      identities: [],
    });
  });

  it('Identity Platform: values that do not fit together cannot be added, and it is said why', async () => {
    await run(
      take('Identity Platform'),
      type('app'),
      'enter',
      type(''),
      type(''),
      take('API key restricted to Android apps: package'),
      type('com.example.app'),
      'escape',
    );
    assert.match(desk.last().text, /This cannot be used yet: needs both keyAndroidPackage and keyAndroidCert/);
    assert.ok(!desk.last().rows.some((row) => row.startsWith('Add project')));
    assert.equal(desk.writes, 0);
  });

  it('Venafi TPP: the origin of what was copied, and a file that is really an authority', async () => {
    await run(
      take('Venafi TPP'),
      type('TPP'),
      'enter',
      type('', /needed/),
      type('https://user@tpp.example.com', /user name/),
      type('tpp.example.com/vedsdk/'),
      type('reconsent'),
      take('Type its path…'),
      type('/nowhere/ca.pem', /does not exist/),
      'back',
      take('None'),
      addOnly,
    );
    assert.deepEqual(added(), {
      id: 'tpp',
      name: 'TPP',
      provider: 'venafiTpp',
      endpoint: 'https://tpp.example.com',
      clientId: 'reconsent',
      identities: [],
    });
  });

  it('refuses ids that are taken, those of unreadable entries, too', async () => {
    await run(
      take('Identity Platform'),
      type('x', undefined),
      type('shop', /taken/),
      type('old', /taken/),
      type('   ', /short text/),
      'escape',
    );
    assert.equal(desk.writes, 0);
  });

  it('keeps what was entered when the user goes back, and forgets it for another service', async () => {
    await run(
      take('Identity Platform'),
      type('My app'),
      'enter',
      type('my-project'),
      'back',
      'enter',
      'back',
      'back',
      'back',
      'back',
      take('Venafi TPP'),
      'enter',
      'enter',
      'escape',
    );
    const values = desk.seen.filter(({ kind }) => kind === 'input').map(({ value }) => value);
    const [project, id, name] = ['my-project', 'my-app', 'My app'];
    assert.deepEqual(values, ['', id, '', '', project, '', project, id, name, name, id, '']);
  });

  for (const [what, script] of Object.entries({
    service: [],
    name: begin.slice(0, 1),
    id: begin.slice(0, 2),
    client: begin,
    summary: [...begin, take('Leave it out'), take('v1')],
  })) {
    it(`writes and says nothing after Escape at the ${what}`, async () => {
      await run(...script, 'escape');
      assert.equal(desk.writes + desk.secrets.count('store'), 0);
      assert.ok(!desk.seen.some(({ kind }) => kind === 'modal' || kind === 'notification'));
    });
  }

  it('tells when the settings cannot be written, keeps what was entered, and tries again', async () => {
    desk.refuseWrite = 'Unable to write into user settings.';
    await run(...begin, take('Leave it out'), take('v1'), addOnly, take('Try Again'));
    assert.match(desk.last().text, /^Your settings were not changed\. Unable to write into user settings\.$/);
    assert.equal((added() as { id: string }).id, 'my-shop-eu');
  });

  it('writes nothing over unsaved changes of the settings', async () => {
    desk.unsaved = true;
    await run(...begin, take('Leave it out'), take('v1'), addOnly, take('Open Settings'));
    assert.match(desk.last().text, /Your user settings have unsaved changes/);
    assert.equal(desk.writes, 0);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.editProjects'],
    );
  });

  it('writes nothing over another project that has got the id meanwhile', async () => {
    desk.script = [...begin, take('Leave it out'), take('v1'), addOnly, 'escape'];
    const shown = desk.seen.push.bind(desk.seen);
    desk.seen.push = (...seen) => {
      // As another window does while the summary shows.
      if (seen[0]?.place === '6/6') desk.settings = [{ id: 'my-shop-eu', provider: 'identityPlatform' }];
      return shown(...seen);
    };
    await actions.addProject(desk.ports);
    assert.match(desk.last().text, /Another project has got the id my-shop-eu meanwhile/);
    assert.equal(desk.writes, 0);
  });

  it('says when the secret storage does not take the client secret; the project is there', async () => {
    desk.secrets.failNextStore();
    await run(...begin, take('Paste the text of the client file…'), type(installed), take('v1'), addOnly, 'escape');
    assert.match(desk.last().text, /did not take the client secret/);
    assert.equal((added() as { id: string }).id, 'my-shop-eu');
  });

  it('goes on with an identity, and offers to sign in', async () => {
    await run(
      ...begin,
      take('Leave it out'),
      take('v1'),
      take('Add project, then an identity…'),
      type('alice.test@example.com'),
      type(''),
      take('Add and sign in…'),
    );
    assert.deepEqual((added() as { identities: unknown }).identities, [{ id: 'alice.test@example.com' }]);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.signIn'],
    );
  });
});

describe('the wizards of what is there', () => {
  let actions: Actions;
  let desk: WizardDesk;
  before(async function () {
    this.timeout(30_000);
    actions = (await import('../../../src/vscode/wizard/wizardActions')).wizardActions;
  });
  beforeEach(async () => {
    desk = await WizardDesk.open([unreadable, shop, 7]);
  });
  afterEach(() => {
    desk.done();
    assert.deepEqual(desk.traces('planted'), []);
  });

  const project = (id = 'shop') => desk.ports.projects.all.find((one) => one.id === id) ?? assert.fail(id);
  const alice = () => {
    const [identity] = project().identities;
    assert.ok(identity);
    return { project: project(), identity };
  };
  const written = (): unknown => (desk.settings as unknown[])[1];

  it('add an identity: a second one of the same id is refused', async () => {
    desk.script = [type('alice', /taken/), type('bob'), type('Bob'), take('Add only')];
    await actions.addIdentity(project(), desk.ports);
    assert.deepEqual(desk.settings, [
      unreadable,
      {
        ...shop,
        identities: [
          { id: 'alice', note: 'mine' },
          { id: 'bob', name: 'Bob' },
        ],
      },
      7,
    ]);
  });

  it('edit an identity: a new name keeps the id and unknown keys', async () => {
    desk.script = [type('Alice'), 'enter'];
    await actions.editIdentity(alice(), desk.ports);
    assert.deepEqual(written(), { ...shop, identities: [{ id: 'alice', name: 'Alice', note: 'mine' }] });
  });

  it('edit an identity: do not say that nothing was changed when it was written and cannot be read back', async () => {
    desk.overtaken = [];
    desk.script = [{ type: 'Alice' }, 'enter', take('Open Settings')];
    await actions.editIdentity(alice(), desk.ports);
    assert.equal(desk.writes, 1);
    assert.doesNotMatch(desk.last().text, /not changed/);
    assert.match(desk.last().text, /^Your settings were written, but the project cannot be found in them\./);
    assert.deepEqual(desk.last().rows, ['Open Settings']);
  });

  it('edit an identity: a new id is asked about, as credentials stay with the old one', async () => {
    desk.script = [type(''), type('alice2'), 'escape'];
    await actions.editIdentity(alice(), desk.ports);
    assert.match(desk.last().text, /filed under alice and stays there/);
    assert.equal(desk.writes, 0);
    desk.script = [type(''), type('alice2'), take('Change Id')];
    await actions.editIdentity(alice(), desk.ports);
    assert.deepEqual(written(), { ...shop, identities: [{ id: 'alice2', note: 'mine' }] });
  });

  it('edit a project: one value, and everything else as it was', async () => {
    desk.script = [take('Quota user'), type('team-7'), take('Save changes')];
    await actions.editProject(project(), desk.ports);
    assert.deepEqual(written(), { ...shop, quotaUser: 'team-7' });
    desk.script = [take('Quota user'), type(''), take('Save changes')];
    await actions.editProject(project(), desk.ports);
    assert.deepEqual(desk.settings, [unreadable, shop, 7]);
  });

  it('edit a project: a new address is asked about, and the stored credential does not go there', async () => {
    const target = await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    desk.script = [
      take('Address of the API'),
      type('https://elsewhere.example'),
      take('Save changes'),
      take('Save Changes'),
    ];
    await actions.editProject(project(), desk.ports);
    assert.match(
      desk.last().text,
      /credentials would go to https:\/\/elsewhere\.example\. Those that are stored belong to/,
    );
    assert.equal((await desk.vault.read({ ...target, project: project() })).kind, 'foreign-origin');
  });

  it('edit a project: a new id is asked about; an id of its own is not taken', async () => {
    desk.script = [take('Id'), 'enter', take('Id'), type('shop2'), take('Save changes'), 'escape'];
    await actions.editProject(project(), desk.ports);
    assert.match(desk.last().text, /filed under the id shop and stays there: under shop2 nobody is signed in/);
    assert.equal(desk.writes, 0);
  });

  it('duplicate a project: with its identities, under a free id', async () => {
    desk.script = [take('Add project')];
    await actions.duplicateProject(project(), desk.ports);
    assert.deepEqual(desk.settings, [unreadable, shop, 7, { ...shop, id: 'shop-2', name: 'Shop (copy)' }]);
  });
});
