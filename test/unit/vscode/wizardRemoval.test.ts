import '../../fakes/editor';
import assert from 'node:assert/strict';
import { allowanceFor } from '../../../src/core/allowance';
import { type Act, WizardDesk } from './wizardDesk';

type Actions = typeof import('../../../src/vscode/wizard/wizardActions')['wizardActions'];

const clientId = '123456789012-desk.apps.googleusercontent.com';
const take = (label: string): Act => ({ take: label });

const shop = {
  id: 'shop',
  name: 'Shop',
  provider: 'googleDataPortability',
  identities: [{ id: 'alice', note: 'mine' }],
};
const unreadable = { id: 'old', provider: 'gone', identities: 'x' };

describe('the wizards that remove', () => {
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
  const written = (): unknown => (desk.settings as unknown[])[1];

  it('remove an identity: settings, credential and marker; the question says what stays', async () => {
    const target = await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    desk.script = [take('Remove Identity')];
    await actions.removeIdentity(target, desk.ports);
    assert.match(desk.last().text, /credentials are deleted from this computer.*what was granted stays granted/s);
    assert.deepEqual(desk.last().rows, ['Remove Identity', 'Reset First…']);
    assert.deepEqual(written(), { ...shop, identities: [] });
    assert.deepEqual([...desk.secrets.values], []);
    assert.deepEqual((await desk.vault.markers()).size, 0);
  });

  it('remove an identity: Escape leaves everything, Reset First resets', async () => {
    const target = await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    for (const act of ['escape', take('Reset First…')] as const) {
      desk.script = [act];
      await actions.removeIdentity(target, desk.ports);
    }
    assert.equal(desk.writes, 0);
    assert.equal(desk.secrets.values.size, 1);
    assert.deepEqual(
      desk.editor.executed.map(({ id }) => id),
      ['reconsent.resetConsent'],
    );
  });

  it('remove an identity: not while it is reset, and nothing is lost when the settings cannot be written', async () => {
    const target = await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    desk.resetting.add('shop/alice');
    desk.script = ['escape'];
    await actions.removeIdentity(target, desk.ports);
    assert.match(desk.last().text, /A reset of alice is under way\. Nothing was removed\./);
    desk.resetting.clear();
    desk.refuseWrite = 'broken';
    desk.script = [take('Remove Identity'), 'escape'];
    await actions.removeIdentity(target, desk.ports);
    assert.equal(desk.secrets.values.size, 1);
  });

  it('remove an identity: tasks may reset no other one that gets its id', async () => {
    const target = await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    const other = { ...target, identity: { id: 'bob', label: 'bob' } };
    desk.allowances = [target, other].map((one) => allowanceFor(one, 'reset', 'file:///app', 0));
    desk.script = [take('Remove Identity')];
    await actions.removeIdentity(target, desk.ports);
    assert.deepEqual(
      desk.allowances.map(({ identity }) => identity),
      ['bob'],
    );
  });

  it('remove a project: all its identities can be reset first', async () => {
    desk.settings = [{ ...shop, identities: [{ id: 'alice' }, { id: 'bob' }] }];
    await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    desk.script = [take('Reset First…')];
    await actions.removeProject(project(), desk.ports);
    assert.deepEqual(desk.editor.executed, [
      { id: 'reconsent.resetConsents', argument: { kind: 'project', project: project() } },
    ]);
    assert.equal(desk.writes, 0);
  });

  it('remove a project: with the credentials of all its identities and the client secret', async () => {
    await desk.signIn('shop', 'alice', { accessToken: 'ya29.planted' });
    await desk.clients.store({ id: 'shop' }, clientId, 'planted', ['https://oauth2.googleapis.com']);
    const [alice] = desk.ports.projects.targets.values();
    assert.ok(alice);
    desk.allowances = [allowanceFor(alice, 'reset', 'file:///app', 0)];
    desk.script = [take('Remove Project')];
    await actions.removeProject(project(), desk.ports);
    assert.match(desk.last().text, /^Remove Shop with its identity\?/);
    assert.deepEqual(desk.settings, [unreadable, 7]);
    assert.deepEqual(desk.allowances, []);
    assert.deepEqual([...desk.secrets.values], []);
    assert.deepEqual((await desk.vault.markers()).size, 0);
  });

  it('remove a project of an operator: the sign-in goes with it, and not with one of its identities', async () => {
    const tpp = { id: 'tpp', provider: 'venafiTpp', endpoint: 'https://tpp.example.com' };
    desk.settings = [{ ...tpp, identities: [{ id: 'application:a' }, { id: 'application:b' }] }];
    const target = await desk.signIn('tpp', 'application:a', { accessToken: 'planted' });
    desk.script = [take('Remove Identity')];
    await actions.removeIdentity(target, desk.ports);
    assert.match(desk.last().text, /The sign-in of the operator stays/);
    assert.equal(desk.secrets.values.size, 1);
    desk.script = [take('Remove Project')];
    await actions.removeProject(project('tpp'), desk.ports);
    assert.deepEqual(desk.settings, []);
    assert.equal(desk.secrets.values.size, 0);
  });
});
