import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { reconsent, ScriptedUser, waitFor } from './scripted';

describe('Venafi TPP in the extension host', () => {
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let user: ScriptedUser;

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    const { clientId, users, application } = sandbox.control.venafi.seedSample();
    const [alice] = users;
    await setProjects([
      {
        id: 'tpp',
        name: 'TPP',
        provider: 'venafiTpp',
        endpoint: sandbox.origin,
        clientId,
        identities: [{ id: alice?.prefixedUniversal, name: alice?.name }, { id: `application:${application}` }],
      },
    ]);
    await waitFor('the project in the tree', () => (api.list().length === 2 ? true : undefined));
  });
  beforeEach(() => {
    user = new ScriptedUser();
  });
  afterEach(() => user.restore());
  after(async () => {
    await setProjects(undefined);
    await sandbox.close();
  });

  function setProjects(value: unknown): Thenable<void> {
    return vscode.workspace.getConfiguration('reconsent').update('projects', value, vscode.ConfigurationTarget.Global);
  }
  const described = (): readonly string[] => api.list().map(({ description }) => description);

  it('one sign-in with a password serves all identities of the project', async () => {
    const { administrator } = sandbox.control.venafi.seedSample();
    user.chosen.push('alice.test', 'User name and password');
    user.typed.push(administrator.username, administrator.password);
    await vscode.commands.executeCommand(commandIds.signIn);
    assert.deepEqual(
      user.inputs.map(({ password }) => password === true),
      [false, true],
    );
    assert.match(described()[0] ?? '', /^granted/);
    assert.match(described()[1] ?? '', /^signed in/);
  });

  it('revokes the grants of a user, and the sign-in lives on', async () => {
    user.presses.add('Revoke Grants');
    user.chosen.push('alice.test');
    await vscode.commands.executeCommand(commandIds.resetConsent);
    assert.match(user.asked[0]?.message ?? '', /^Grants that end: 3; in applications: 2\./);
    assert.equal(described()[0], 'needs consent · reset verified');
    user.chosen.push('application:build-pipeline');
    await vscode.commands.executeCommand(commandIds.checkConsent);
    assert.match(described()[1] ?? '', /^granted/);
  });

  it('signs out', async () => {
    user.presses.add('Sign Out');
    await vscode.commands.executeCommand(commandIds.signOut);
    for (const description of described()) assert.match(description, /^not signed in on this computer/);
  });
});
