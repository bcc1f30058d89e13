import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { taskEnds } from '../../../src/core/taskEnds';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { reconsent, ScriptedUser, waitFor } from './scripted';

const projectNumber = '123456789012';

describe('the task of Reconsent in a real VS Code', function () {
  this.timeout(15_000);
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let user: ScriptedUser;

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    await configure();
    await writeFiles();
    await set('debug', 'onTaskErrors', 'abort');
  });
  beforeEach(() => {
    user = new ScriptedUser();
  });
  afterEach(() => user.restore());
  after(async () => {
    await set('debug', 'onTaskErrors', undefined);
    await set('reconsent', 'projects', undefined);
    await sandbox.close();
  });

  function set(section: string, key: string, value: unknown): Thenable<void> {
    return vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
  }

  async function configure(apiVersion = 'v1'): Promise<void> {
    const identities = [{ id: 'alice', name: 'alice.test@example.com' }, { id: 'bob' }];
    const provider = 'googleDataPortability';
    const project = { id: 'shop', name: 'Shop', provider, endpoint: sandbox.origin, apiVersion, identities };
    await set('reconsent', 'projects', [project]);
    await waitFor('the project in the tree', () => (api.list().length === 2 ? true : undefined));
  }

  /** As the README tells it. */
  async function writeFiles(): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const reset = { type: 'reconsent', project: 'shop', identity: 'alice', problemMatcher: [] };
    const files = {
      'tasks.json': { version: '2.0.0', tasks: [{ label: 'Reset alice', ...reset }] },
      'launch.json': {
        version: '0.2.0',
        configurations: [{ name: 'My app', type: 'reconsent-test', request: 'launch', preLaunchTask: 'Reset alice' }],
      },
    };
    for (const [name, content] of Object.entries(files)) {
      const file = vscode.Uri.joinPath(folder, '.vscode', name);
      await vscode.workspace.fs.writeFile(file, Buffer.from(JSON.stringify(content)));
    }
    await waitFor('tasks.json', async () => (await taskNamed('Reset alice').catch(() => undefined)) && true);
  }

  async function taskNamed(name: string): Promise<vscode.Task> {
    const found = (await vscode.tasks.fetchTasks({ type: 'reconsent' })).find((task) => task.name === name);
    assert.ok(found, name);
    return found;
  }

  /** The exit code of what `start` runs. */
  async function exitCodeOf(start: () => Thenable<unknown>): Promise<number | undefined> {
    let subscription: vscode.Disposable | undefined;
    try {
      const ended = new Promise<number | undefined>((done) => {
        subscription = vscode.tasks.onDidEndTaskProcess(({ exitCode }) => done(exitCode));
      });
      await start();
      return await ended;
    } finally {
      subscription?.dispose();
    }
  }

  const run = async (name: string): Promise<number | undefined> => {
    const task = await taskNamed(name);
    return exitCodeOf(() => vscode.tasks.executeTask(task));
  };
  const alice = () => api.list().find(({ identity }) => identity === 'alice');
  const consent = () => sandbox.control.google.consents('alice.test@example.com', projectNumber).state;
  const resetRequests = () => sandbox.control.requests.list({ path: '/{version}/authorization:reset' }).length;

  /** As somebody who consents and signs in with the token of it. */
  async function signIn(): Promise<void> {
    const sample = sandbox.control.seedSample();
    user.chosen.push('alice.test@example.com', 'Refresh token');
    user.typed.push(sample.clientId, sample.clientSecret, sample.users[0]?.refreshToken ?? '');
    await vscode.commands.executeCommand(commandIds.setCredential);
    assert.equal(consent(), 'granted');
  }

  async function allowAlice(): Promise<void> {
    user.presses.add('Allow');
    user.chosen.push('alice.test@example.com', 'Reset Consent');
    await vscode.commands.executeCommand(commandIds.allowUnattended);
  }

  const modals = () => user.asked.filter(({ modal }) => modal);

  /** Whether the debug session of launch.json has started. */
  async function debugStarts(): Promise<{ readonly started: boolean; readonly exitCode: number | undefined }> {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const sessions: vscode.DebugSession[] = [];
    const subscription = vscode.debug.onDidStartDebugSession((session) => sessions.push(session));
    try {
      let began = false;
      const exitCode = await exitCodeOf(async () => {
        began = await vscode.debug.startDebugging(folder, 'My app');
      });
      const [session] = sessions;
      assert.equal(session !== undefined, began);
      if (session) await vscode.debug.stopDebugging(session);
      return { started: began, exitCode };
    } finally {
      subscription.dispose();
    }
  }

  it('is offered for every identity', async () => {
    const offered = await vscode.tasks.fetchTasks({ type: 'reconsent' });
    const definitions = offered.map(({ definition }) => definition['identity']);
    assert.deepEqual([...new Set(definitions)].sort(), ['alice', 'bob']);
  });

  it('is turned away without an allowance, asks nothing and sends nothing', async () => {
    await signIn();
    const before = sandbox.control.requests.count();
    assert.equal(await run('Reset alice'), taskEnds.notAllowed.code);
    assert.deepEqual(user.asked, []);
    assert.equal(sandbox.control.requests.count(), before);
    assert.equal(consent(), 'granted');
  });

  it('keeps a debug session with "debug.onTaskErrors": "abort" from starting when it fails', async () => {
    assert.deepEqual(await debugStarts(), { started: false, exitCode: taskEnds.notAllowed.code });
    assert.deepEqual(modals(), []);
  });

  it('resets without a question once that was allowed, and the debug session starts', async () => {
    await allowAlice();
    const [question] = modals();
    assert.equal(question?.message, 'Let tasks reset alice.test@example.com in Shop without asking?');
    assert.match(question?.detail ?? '', new RegExp(sandbox.origin));
    assert.match(question?.detail ?? '', /reconsent-workspace-/);
    user.asked.length = 0;
    assert.deepEqual(await debugStarts(), { started: true, exitCode: taskEnds.gone.code });
    assert.deepEqual(user.asked, []);
    assert.equal(consent(), 'none');
    assert.equal(resetRequests(), 1);
    assert.equal(alice()?.lastOutcome, 'verified');
  });

  it('sends nothing a second time: already reset is gone, too', async () => {
    assert.equal(await run('Reset alice'), taskEnds.gone.code);
    assert.equal(resetRequests(), 1);
  });

  it('says by its exit code that the service refused, and the debug session does not start', async () => {
    await signIn();
    sandbox.control.faults.add({
      match: { path: '/{version}/authorization:reset' },
      effect: { kind: 'answer', status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED' } } },
      times: 1,
    });
    assert.deepEqual(await debugStarts(), { started: false, exitCode: taskEnds.refused.code });
    assert.equal(consent(), 'granted');
  });

  it('is turned away when the project has changed since, and after the allowance was withdrawn', async () => {
    await configure('v1beta');
    assert.equal(await run('Reset alice'), taskEnds.notAllowed.code);
    await configure('v1');
    user.chosen.push('alice.test@example.com');
    await vscode.commands.executeCommand(commandIds.withdrawUnattended);
    assert.equal(await run('Reset alice'), taskEnds.notAllowed.code);
    assert.deepEqual(user.asked, []);
    assert.equal(consent(), 'granted');
  });
});
