import '../../fakes/editor';
import assert from 'node:assert/strict';
import { readShared, sharedText } from '../../../src/core/projectSharing';
import { projectSteps } from '../../../src/providers/projectSteps';
import { providerDescriptions } from '../../../src/providers/registry';
import { type Act, WizardDesk } from './wizardDesk';

type Actions = typeof import('../../../src/vscode/wizard/wizardActions')['wizardActions'];

const take = (label: string): Act => ({ take: label });
const shop = {
  id: 'shop',
  name: 'Shop',
  provider: 'googleDataPortability',
  clientId: '123-abc.apps.googleusercontent.com',
  identities: [{ id: 'alice', note: 'planted-note', name: 'Alice' }],
};
const tpp = {
  id: 'tpp',
  provider: 'venafiTpp',
  endpoint: 'https://tpp.example.com',
  caBundle: '/etc/ssl/planted-ca.pem',
  identities: [{ id: 'application:a' }],
};
const sharedShop = { ...shop, identities: [{ id: 'alice', name: 'Alice' }] };
const { caBundle: _path, ...sharedTpp } = tpp;

describe('projects that are shared', () => {
  let actions: Actions;
  let desk: WizardDesk;
  before(async function () {
    this.timeout(30_000);
    actions = (await import('../../../src/vscode/wizard/wizardActions')).wizardActions;
  });
  beforeEach(async () => {
    desk = await WizardDesk.open([shop, tpp]);
  });
  afterEach(() => desk.done());

  const importing = async (text: string, ...script: readonly Act[]): Promise<void> => {
    desk.files.set('/shared.json', text);
    desk.picked = '/shared.json';
    desk.script = [take('Choose a file…'), ...script];
    await actions.importProjects(desk.ports);
  };

  it('leave as a file: what the schema knows, without secrets, paths and strange keys', async () => {
    await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    desk.picked = '/out.json';
    desk.script = [{ check: ['Shop', 'tpp'] }, take('Save as a file…')];
    await actions.exportProjects(undefined, desk.ports);
    const text = desk.written.get('/out.json') ?? '';
    assert.deepEqual(JSON.parse(text), { 'reconsent.projects': [sharedShop, sharedTpp] });
    assert.doesNotMatch(text, /planted/);
    assert.match(desk.seen[0]?.rows[1] ?? '', /Left out: caBundle, a path on this computer\./);
  });

  it('leave as a document that is not saved', async () => {
    desk.script = [{ check: ['Shop'] }, take('Open as a document')];
    await actions.exportProjects(undefined, desk.ports);
    assert.deepEqual(desk.documents, [sharedText([sharedShop])]);
  });

  it('come back as they left, and their addresses are named', async () => {
    desk.settings = [{ id: 'mine', provider: 'gone' }];
    await importing(sharedText([sharedShop, sharedTpp]), { check: ['Shop', 'tpp'] }, take('Import'));
    assert.deepEqual(desk.settings, [{ id: 'mine', provider: 'gone' }, sharedShop, sharedTpp]);
    assert.match(desk.last().text, /^Import 2 projects\?/);
    assert.match(
      desk.last().text,
      /tpp \(Venafi TPP\): credentials would go to https:\/\/tpp\.example\.com\. Whoever runs/,
    );
    assert.doesNotMatch(desk.last().text, /Shop \(/);
  });

  it('never take the place of another one: renamed or skipped', async () => {
    const theirs = { ...sharedShop, name: 'Theirs' };
    const script = [
      { check: ['Theirs', 'tpp'] },
      take('Import it with the id shop-2'),
      take('Skip it'),
      take('Import'),
    ];
    await importing(sharedText([theirs, sharedTpp]), ...script);
    assert.deepEqual(desk.settings, [shop, tpp, { ...theirs, id: 'shop-2' }]);
  });

  it('write nothing when the user escapes at any point', async () => {
    const text = sharedText([{ ...sharedShop, endpoint: 'https://evil.example' }]);
    await importing(text, 'escape');
    await importing(text, { check: ['Shop'] }, 'escape');
    await importing(text, { check: ['Shop'] }, take('Import it with the id shop-2'), 'escape');
    assert.match(
      desk.last().text,
      /credentials would go to https:\/\/evil\.example\. Whoever runs that address gets them/,
    );
    assert.equal(desk.writes, 0);
  });

  it('are pasted on one line', async () => {
    desk.settings = [];
    const text = sharedText([sharedShop]).replaceAll('\n', ' ');
    desk.script = [
      take('Paste the text…'),
      { type: '{', refused: /no JSON/ },
      { type: text },
      { check: ['Shop'] },
      take('Import'),
    ];
    await actions.importProjects(desk.ports);
    assert.deepEqual(desk.settings, [sharedShop]);
  });

  it('are not called something else when there is too much of them', async () => {
    await importing(' '.repeat(4_000_001), 'escape');
    assert.match(desk.last().text, /^This is longer than 1 MB\. Nothing was imported\.$/);
    await importing(' '.repeat(1_000_001), 'escape');
    assert.match(desk.last().text, /^This is longer than 1 MB\. /);
  });

  it('are told when none of them can be used', async () => {
    await importing(sharedText([{ ...sharedShop, endpoint: 'http://127.0.0.1:9400' }]), 'escape');
    assert.match(desk.last().text, /Nothing can be imported\. \[0\]: sends credentials to http:\/\/127\.0\.0\.1:9400/);
  });

  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['plain http', { ...sharedShop, endpoint: 'http://example.com' }, /not an https address/],
    ['loopback', { ...sharedShop, endpoint: 'http://localhost:1' }, /another program on this computer/],
    ['a loopback token service', { ...sharedShop, oauthEndpoint: 'http://127.0.0.1:1' }, /another program/],
    ['a user name in the address', { ...sharedShop, endpoint: 'https://a@example.com' }, /user name/],
    ['an unknown provider', { ...sharedShop, provider: 'x' }, /not a known provider/],
    ['unknown keys', { ...sharedShop, token: 'x' }, /not a key/],
    ['unknown keys of identities', { ...sharedShop, identities: [{ id: 'a', token: 'x' }] }, /not a key/],
    ['no object', [1], /./],
  ];
  for (const [what, entry, why] of refused) {
    it(`are refused with ${what}; the others are not`, () => {
      const text = JSON.stringify({ 'reconsent.projects': [entry, sharedTpp] });
      const read = readShared(text, providerDescriptions, projectSteps);
      assert.ok(read.kind === 'projects');
      assert.deepEqual(
        read.offered.map(({ project }) => project.id),
        ['tpp'],
      );
      assert.match(read.refused[0]?.what ?? '', why);
      assert.match(read.refused[0]?.path ?? '', /^\[0\]/);
    });
  }

  it('drop paths of files, and say so', () => {
    const read = readShared(JSON.stringify([{ ...tpp, caBundle: 7 }]), providerDescriptions, projectSteps);
    assert.ok(read.kind === 'projects');
    assert.deepEqual(read.offered[0]?.entry, sharedTpp);
    assert.deepEqual(read.offered[0]?.dropped, ['caBundle']);
  });

  const unusable: readonly (readonly [string, string, string])[] = [
    ['', 'not-json', 'nothing'],
    ['{}', 'no-projects', 'no projects'],
    ['[]', 'no-projects', 'an empty list'],
    [JSON.stringify(Array.from({ length: 501 }, () => sharedShop)), 'too-many', 'more than anybody has'],
    [`[${' '.repeat(1_000_000)}]`, 'too-long', 'a huge text'],
  ];
  for (const [text, problem, what] of unusable) {
    it(`are not read from ${what}`, () => {
      assert.deepEqual(readShared(text, providerDescriptions, projectSteps), { kind: 'problem', problem });
    });
  }
});
