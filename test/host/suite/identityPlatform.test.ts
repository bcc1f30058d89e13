import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { reconsent, ScriptedUser, waitFor } from './scripted';

const carol = 'carol.test@example.com';

describe('Identity Platform in the extension host', () => {
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let user: ScriptedUser;

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    await setProjects([
      {
        id: 'app',
        name: 'App',
        provider: 'identityPlatform',
        endpoint: sandbox.origin,
        firebaseProject: 'reconsent-sample',
        identities: [{ id: carol }],
      },
    ]);
    await waitFor('the project in the tree', () => (api.list().length === 1 ? true : undefined));
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

  it('signs in by the forms of the service, and asks the service', async () => {
    const { apiKey, apple, users } = sandbox.control.identityPlatform.seedSample();
    const [sample] = users;
    assert.ok(sample);
    user.chosen.push(carol, 'Firebase refresh token', 'Refresh token', 'Paste the text');
    user.typed.push(apiKey, sample.refreshToken, sample.apple.refreshToken, apple.privateKey);
    user.typed.push(apple.teamId, apple.keyId, apple.bundleId);
    await vscode.commands.executeCommand(commandIds.signIn);
    assert.deepEqual(user.typed, []);
    assert.equal(user.inputs.filter(({ password }) => password).length, 4);
    assert.equal(api.list()[0]?.description, 'granted');
  });

  it('checks a field while it is typed', async () => {
    user.chosen.push(carol, 'Add beside the stored one', 'E-mail and password');
    user.typed.push('two words');
    await vscode.commands.executeCommand(commandIds.setCredential);
    const [input] = user.inputs;
    assert.equal(await input?.validateInput?.(''), undefined, 'an optional one may be left empty');
    assert.equal(await input?.validateInput?.('two words'), 'This contains spaces. Paste the token alone.');
  });

  it('refuses what is for consents at Google and for archives, and asks nobody', async () => {
    const before = sandbox.control.requests.count();
    for (const id of [
      commandIds.grantAgain,
      commandIds.rescueScope,
      commandIds.lostTokenHelp,
      commandIds.startJob,
      commandIds.checkJobs,
    ]) {
      user.asked.length = 0;
      await vscode.commands.executeCommand(id);
      assert.match(user.asked[0]?.message ?? '', /^This is for identities .* None of yours is\.$/, id);
    }
    assert.equal(sandbox.control.requests.count(), before);
  });

  it('resets, and Apple says that the authorization is gone', async () => {
    user.chosen.push(carol);
    user.presses.add('Revoke Apple Token');
    await vscode.commands.executeCommand(commandIds.resetConsent);
    assert.match(user.asked[0]?.detail ?? '', /^Firebase user sample-carol of the project reconsent-sample/);
    assert.equal(api.list()[0]?.lastOutcome, 'verified');
    const grant = sandbox.control.identityPlatform.apple.grants().find(({ user }) => user === '000000.carol.0001');
    assert.equal(grant?.state, 'ended');
    const [revocation] = sandbox.control.identityPlatform.revocations();
    assert.deepEqual([revocation?.uid, revocation?.effect], ['sample-carol', 'grant-ended']);
  });
});
