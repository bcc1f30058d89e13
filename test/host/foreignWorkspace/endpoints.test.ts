import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { Stranger } from '../../fakes/stranger';
import { reconsent, ScriptedUser, waitFor } from '../suite/scripted';
import { forms, markKey, overrides, undeclared, writeFolder, writeForeignWorkspace, writeOnly } from './files';

const warning =
  'This workspace sets "reconsent.projects". That has no effect, and nothing was sent: only your user settings decide ' +
  'where secrets go. Remove it there; the log names the file.';

describe('fault 1: endpoints set by a workspace', () => {
  let api: ReconsentApi;
  let stranger: Stranger;
  let folder: string;

  // Before the extension is: what it says at its start is heard, too.
  const user = new ScriptedUser();

  before(async () => {
    stranger = await Stranger.open();
    const { workspaceFile } = vscode.workspace;
    assert.ok(workspaceFile, 'a .code-workspace is open');
    folder = dirname(workspaceFile.fsPath);
    writeForeignWorkspace(folder, stranger.origin);
    await marked(stranger.port, ['workspaceValue', 'workspaceFolderValue']);
    api = await reconsent();
  });
  after(async () => {
    user.restore();
    await stranger.close();
  });

  it('in all forms at once, multi-root: one warning when the window opens, no project, and not one request', async () => {
    await waitFor('the warning', () => warnings()[0]);
    assert.deepEqual(api.list(), []);
    await tryEverything();
    assert.deepEqual(warnings(), [warning]);
    assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
  });

  for (const [name, form] of Object.entries(forms)) {
    it(`${name}, alone, written while the window is open: one warning, no project, and not one request`, async () => {
      await quiet();
      writeOnly(folder, form, stranger.origin);
      await waitFor('the warning', () => warnings()[0]);
      assert.deepEqual(api.list(), []);
      await tryEverything();
      assert.deepEqual(warnings(), [warning]);
      assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
    });
  }

  it('in the block of a language: no project, and not one request', async () => {
    await quiet();
    writeFolder(folder, overrides(stranger.origin), 7);
    await marked(7, ['workspaceFolderValue']);
    assert.deepEqual(api.list(), []);
    await tryEverything();
    assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
  });

  describe('where the user has projects of the same ids', () => {
    let sandbox: RunningSandbox;
    before(async () => {
      sandbox = await startSandbox({ port: 0 });
      await quiet();
      writeForeignWorkspace(folder, stranger.origin);
      await waitFor('the warning', () => warnings()[0]);
      const identities = [{ id: 'alice', name: 'alice.test@example.com' }];
      await setProjects([{ id: 'shop', provider: 'googleDataPortability', endpoint: sandbox.origin, identities }]);
      await waitFor('the project', () => (api.list().length === 1 ? true : undefined));
    });
    after(async () => {
      await setProjects(undefined);
      await sandbox.close();
    });

    it('a sign-in and a reset go where the user says, and the workspace hears nothing', async () => {
      const { clientId, clientSecret, users } = sandbox.control.seedSample();
      user.chosen.push('alice.test@example.com', 'Refresh token');
      user.typed.push(clientId, clientSecret, users[0]?.refreshToken ?? '');
      await vscode.commands.executeCommand(commandIds.setCredential);
      user.presses.add('Reset Consent');
      user.chosen.push('alice.test@example.com');
      await vscode.commands.executeCommand(commandIds.resetConsent);
      assert.equal(api.list()[0]?.description, 'needs consent · reset verified');
      assert.equal(sandbox.control.requests.list({ path: '/{version}/authorization:reset' }).length, 1);
      assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
    });

    it('the sandbox starts where the user says', async () => {
      await vscode.commands.executeCommand(commandIds.startSandbox);
      await waitFor('the sample projects', () => (api.list().length > 1 ? true : undefined));
      await vscode.commands.executeCommand(commandIds.stopSandbox);
      assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
    });

    it('fault 2: keys that are not declared change nothing of them', async () => {
      const known = (): readonly string[] => api.list().map(({ project, identity }) => `${project}/${identity}`);
      const before = known();
      writeOnly(folder, undefined);
      writeFolder(folder, undeclared(stranger.origin), 6);
      await marked(6, ['workspaceFolderValue']);
      await tryEverything();
      assert.deepEqual(known(), before);
      assert.deepEqual([stranger.connections, stranger.heard], [0, '']);
    });
  });

  /** Notifications about the setting that nobody has asked for: a command without a project answers with the other text. */
  function warnings(): readonly string[] {
    const about = user.asked.filter(({ message, modal }) => !modal && message.includes('reconsent.projects'));
    return about.map(({ message }) => message).filter((message) => !message.startsWith('There is no identity yet.'));
  }

  /** Nothing of the workspace is left, the extension knows it, and nothing of what it has said is in the way. */
  async function quiet(): Promise<void> {
    writeOnly(folder, undefined);
    await setProjects([{ id: `unreadable ${++attempt}` }]);
    // What is said when that has been read, and nothing of a workspace.
    await waitFor('the settings to be read', () => (warnings().at(-1)?.startsWith('One entry of') ? true : undefined));
    await setProjects(undefined);
    user.asked.length = 0;
  }
  let attempt = 0;

  async function setProjects(value: unknown): Promise<void> {
    const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('reconsent');
    await settings().update('projects', value, vscode.ConfigurationTarget.Global);
    const written = JSON.stringify(value);
    const read = (): unknown => settings().inspect('projects')?.globalValue;
    await waitFor('the setting', () => (JSON.stringify(read()) === written ? true : undefined));
  }

  /** What a person could do in that window, who answers no question. */
  async function tryEverything(): Promise<void> {
    for (const id of [
      commandIds.resetConsent,
      commandIds.resetConsents,
      commandIds.quickReset,
      commandIds.checkConsent,
      commandIds.checkAllConsents,
      commandIds.signIn,
      commandIds.setCredential,
      commandIds.browseIdentities,
      commandIds.startJob,
    ]) {
      await vscode.commands.executeCommand(id);
    }
  }

  /** Waits until the editor has read files with that mark. */
  async function marked(mark: number, places: readonly ('workspaceValue' | 'workspaceFolderValue')[]): Promise<void> {
    await waitFor('the editor to read the files', () => {
      const [one] = vscode.workspace.workspaceFolders ?? [];
      const found = vscode.workspace.getConfiguration('', one).inspect(markKey);
      return places.every((place) => found?.[place] === mark) ? true : undefined;
    });
  }
});
