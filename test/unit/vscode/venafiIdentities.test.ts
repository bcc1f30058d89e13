import '../../fakes/editor';
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { venafiActions } from '../../../src/vscode/venafi/venafiActions';
import type { ShownPick } from '../../fakes/editor';
import { VenafiDesk } from './venafiDesk';

describe('Add Identity from Venafi', () => {
  let desk: VenafiDesk;
  let pick: ShownPick;
  beforeEach(async () => {
    desk = await VenafiDesk.open();
    desk.raw = { id: 'tpp', provider: 'venafiTpp', identities: [{ id: 'application:first' }], note: 'kept' };
    const { accessToken } = desk.sample.administrator;
    const [form] = desk.ports.descriptions.get('venafiTpp')?.credentialForms.slice(1) ?? [];
    assert.ok(form);
    await desk.vault.add(desk.first, form, { accessToken });
    desk.project = { ...desk.project, identities: [] };
  });
  afterEach(() => desk.close());

  /** Runs the command; the person types the text, waits for the answer, and goes on. */
  const add = async (text: string, then: (shown: ShownPick) => void): Promise<void> => {
    desk.editor.inPick = async (shown) => {
      pick = shown;
      shown.type(text);
      while (shown.busy) await turn();
      then(shown);
    };
    await venafiActions.addIdentity(desk.project, desk.ports);
  };
  const labels = () => pick.items.map(({ label }) => label);
  const added = () => (desk.raw['identities'] as unknown[]).slice(1);
  const idOf = (name: string) =>
    desk.control.identities().find((one) => one.name === name)?.prefixedUniversal ?? assert.fail(name);

  it('by name: the user is found while typing, and stands in the settings with id and name', async () => {
    await add('alice', (shown) => shown.take('alice.test'));
    assert.deepEqual(labels(), ['alice.test', 'Add as an application']);
    assert.deepEqual(added(), [{ id: idOf('alice.test'), name: 'alice.test' }]);
    assert.equal(desk.raw['note'], 'kept');
  });

  it('a group is shown with the reason, and cannot be taken', async () => {
    await add('testers', (shown) => {
      const [group] = shown.items;
      assert.match(group?.description ?? '', /^testers · /);
      assert.match(
        (group as { detail?: string } | undefined)?.detail ?? '',
        /This is a group\. Grants belong to users/,
      );
      shown.take(group?.label ?? '');
      assert.equal(shown.disposed, false, 'Enter leaves the list open');
      shown.escape();
    });
    assert.deepEqual(added(), []);
  });

  it('groups stand after the users, and the first user is the one that Enter takes', async () => {
    desk.control.seed({
      identities: [{ name: 'all.alices', fullName: 'All of the name alice', group: 'security' }],
    });
    await add('alice', (shown) => shown.escape());
    assert.deepEqual(labels(), ['alice.test', '$(circle-slash) Cannot be added', 'Add as an application']);
    assert.deepEqual(
      pick.activeItems.map(({ label }) => label),
      ['alice.test'],
    );
  });

  it('one of several of the same name is taken only when that is confirmed', async () => {
    await add('sam.test', (shown) => shown.take('sam.test'));
    assert.match(desk.last().text, /Several have the name sam\.test\. Is it this one\?/);
    assert.deepEqual(added(), []);
    desk.answers = ['Add This One'];
    await add('sam.test', (shown) => shown.take('sam.test'));
    assert.equal(added().length, 1);
  });

  it('by an id, which is checked', async () => {
    const bob = idOf('bob.test');
    await add(bob, (shown) => shown.take('Check this id and add it'));
    assert.deepEqual(added(), [{ id: bob, name: 'bob.test' }]);
    await add('local:{x}', (shown) => shown.take('Check this id and add it'));
    assert.match(desk.last().text, /knows no such user/);
    assert.equal(added().length, 1);
  });

  it('an application by its id', async () => {
    await add('application:build-pipeline', (shown) => shown.take('Add as an application'));
    assert.deepEqual(added(), [{ id: 'application:build-pipeline', name: 'build-pipeline' }]);
  });

  it('does not take an unanswered name for an application', async () => {
    desk.editor.inPick = (shown) => {
      shown.type('alice');
      assert.deepEqual(shown.items, []);
      shown.escape();
    };
    await venafiActions.addIdentity(desk.project, desk.ports);
    assert.deepEqual(added(), []);
  });

  it('asks once for what was typed in one go, and gives up what is no longer wanted', async () => {
    desk.editor.inPick = async (shown) => {
      for (const text of ['a', 'al', 'ali', 'alice']) shown.type(text);
      while (shown.busy) await turn();
      assert.equal(shown.items[0]?.label, 'alice.test');
      shown.escape();
    };
    await venafiActions.addIdentity(desk.project, desk.ports);
    assert.equal(desk.requests('/identity/browse'), 1);
  });

  it('names of the server are inert in the list, and in the settings', async () => {
    const name = 'mallory $(alert) [x](command:evil) \u202egnp';
    desk.control.seed({ identities: [{ name, fullName: name }] });
    await add('mallory', (shown) => {
      assert.equal(shown.items[0]?.label, 'mallory \\$(alert) [x](command:evil) gnp');
      shown.take(shown.items[0].label);
    });
    assert.deepEqual(
      (added() as { name: string }[]).map((one) => one.name),
      ['mallory $(alert) [x](command:evil) gnp'],
    );
  });

  it('says so when it is there already', async () => {
    desk.project = { ...desk.project, identities: [{ id: idOf('alice.test'), label: 'alice' }] };
    await add('alice', (shown) => shown.take('alice.test'));
    assert.match(desk.last().text, /is an identity of TPP already/);
    assert.deepEqual(added(), []);
  });

  it('tells in the list when the server cannot be asked', async () => {
    desk.control.fault('internal500', { route: 'browse' });
    await add('alice', (shown) => shown.escape());
    assert.deepEqual(labels()[0], 'The server could not be asked');
  });

  it('renews a sign-in that has ended, and signs in first where nobody is', async () => {
    await desk.vault.forget({ project: desk.project, identity: { id: '', label: '' } });
    desk.answers = ['User name and password'];
    desk.types = ({ secret }) => (secret ? desk.sample.administrator.password : desk.sample.administrator.username);
    desk.editor.inPick = async (shown) => {
      desk.control.expireAccessTokens({ grantee: 'tpp-admin' });
      shown.type('alice');
      while (shown.busy) await turn();
      shown.take('alice.test');
    };
    await venafiActions.addIdentity(desk.project, desk.ports);
    assert.equal(added().length, 1);
    assert.deepEqual([desk.requests('/authorize/oauth'), desk.requests('/authorize/token')], [1, 1]);
  });
});
