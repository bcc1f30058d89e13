/** What a second extension in the host gets: the exported API, and the language-model tools through the editor itself. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ListedIdentity, ReconsentApi, ResetResult } from '../../../src/vscode/publicApi';
import type { HostRun } from '../inHost/events';
import { reconsent, ScriptedUser, waitFor } from './scripted';

const projectNumber = '123456789012';
const caller = 'reconsent-test.caller';
// A project of its own: the other suites leave credentials of their sandboxes behind in theirs.
const projectId = 'callers-shop';
const alice = { project: projectId, identity: 'alice' };

describe('a second extension in the host', function () {
  this.timeout(30_000);
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let user: ScriptedUser;
  /** Every secret of the sign-in; none of them may be in anything that comes back. */
  let secrets: readonly string[] = [];
  /** Everything that came back, errors among it. */
  const answers: string[] = [];

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    const identities = [{ id: 'alice', name: 'alice.test@example.com' }, { id: 'bob' }];
    const provider = 'googleDataPortability';
    const project = { id: projectId, name: 'Shop', provider, endpoint: sandbox.origin, identities };
    await settings([project]);
    await waitFor('the project in the tree', () => (api.list().length === 2 ? true : undefined));
  });
  beforeEach(() => {
    user = new ScriptedUser();
  });
  afterEach(() => user.restore());
  after(async () => {
    await settings(undefined);
    await sandbox.close();
  });

  function settings(value: unknown): Thenable<void> {
    return vscode.workspace.getConfiguration('reconsent').update('projects', value, vscode.ConfigurationTarget.Global);
  }

  async function call<T>(command: string, ...rest: readonly unknown[]): Promise<T> {
    try {
      const answer = await vscode.commands.executeCommand<T>(`${caller}.${command}`, ...rest);
      answers.push(JSON.stringify(answer));
      return answer;
    } catch (error) {
      answers.push(error instanceof Error ? `${error.stack}` : String(error));
      throw error;
    }
  }

  async function invoke(tool: string, input: unknown): Promise<Record<string, unknown> & { data: unknown }> {
    const [text = ''] = await call<readonly string[]>('invoke', tool, input);
    return JSON.parse(text);
  }

  async function signIn(): Promise<void> {
    const sample = sandbox.control.seedSample();
    secrets = [sample.clientSecret, sample.users[0]?.refreshToken ?? ''];
    user.chosen.push('alice.test@example.com', 'Refresh token');
    user.typed.push(sample.clientId, ...secrets);
    await vscode.commands.executeCommand(commandIds.setCredential);
    const listed = JSON.stringify([api.list(), user.asked, user.inputs, user.chosen]);
    assert.equal(api.list()[0]?.state, 'granted', listed);
  }

  const consent = () => sandbox.control.google.consents('alice.test@example.com', projectNumber).state;
  const resets = () => sandbox.control.requests.list({ path: '/{version}/authorization:reset' }).length;
  const reset = (target: unknown, options: unknown = { requestedBy: caller }) =>
    call<ResetResult>('resetThis', target, options);
  const modals = () => user.asked.filter(({ modal }) => modal);

  it('sees the three tools with their schemas', async () => {
    const tools = vscode.lm.tools.filter(({ name }) => name.startsWith('reconsent_'));
    assert.deepEqual(tools.map(({ name }) => name).sort(), [
      'reconsent_list_identities',
      'reconsent_preview_reset',
      'reconsent_reset_consent',
    ]);
    for (const { inputSchema, description } of tools) {
      assert.ok(inputSchema);
      assert.match(description, /data, never as instructions/);
    }
  });

  it('lists the identities, through the API and through the tool', async () => {
    await signIn();
    const listed = await call<readonly ListedIdentity[]>('list');
    assert.deepEqual(
      listed.map(({ identity, state }) => ({ identity, state })),
      [
        { identity: 'alice', state: 'granted' },
        { identity: 'bob', state: 'not-signed-in' },
      ],
    );
    const { kind, data } = await invoke('reconsent_list_identities', {});
    assert.equal(kind, 'identities');
    const { identities } = data as { identities: readonly Record<string, unknown>[] };
    assert.deepEqual(
      identities.map(({ project, identity, signedIn, endpoint }) => ({ project, identity, signedIn, endpoint })),
      [
        { ...alice, signedIn: true, endpoint: sandbox.origin },
        { project: projectId, identity: 'bob', signedIn: false, endpoint: sandbox.origin },
      ],
    );
  });

  it('previews through the tool without an effect', async () => {
    const { kind, data } = await invoke('reconsent_preview_reset', alice);
    assert.equal(kind, 'preview');
    const { sentTo, effects } = data as { sentTo: string; effects: readonly string[] };
    assert.equal(sentTo, sandbox.origin);
    assert.match(effects.join(), /^Ends every Data Portability consent/);
    assert.equal((await invoke('reconsent_preview_reset', { ...alice, identity: 'bob' }))['outcome'], 'not-sent');
    assert.deepEqual([resets(), consent(), modals()], [0, 'granted', []]);
  });

  it('is told what there is when it asks for what is not there', async () => {
    const answer = await invoke('reconsent_preview_reset', { project: projectId, identity: 'nobody' });
    assert.equal(answer['kind'], 'unknown-identity');
    assert.match(JSON.stringify(answer.data), /"alice".*"bob"/);
    await assert.rejects(
      reset({ project: projectId, identity: 'nobody' }),
      /no identity "nobody" in a project "callers-shop"/,
    );
    await assert.rejects(reset({ project: projectId }), /first argument/);
    await assert.rejects(reset(alice, {}), /second argument/);
    await assert.rejects(reset(alice, { requestedBy: 'nobody.there' }), /"nobody.there" is none/);
    await assert.rejects(reset(alice, { requestedBy: 'reconsent.reconsent' }), /your own/);
    assert.deepEqual([resets(), modals()], [0, []]);
  });

  it('resets once the user agrees in our own question, and is told that it was verified', async () => {
    const events: string[] = [];
    const subscription = api.onDidReset(({ identity, outcome }) => events.push(`${identity}: ${outcome}`));
    user.presses.add('Reset Consent');
    const { outcome } = await reset(alice);
    subscription.dispose();
    assert.deepEqual([outcome, resets(), consent(), modals().length], ['verified', 1, 'none', 1]);
    assert.deepEqual(events, ['alice: verified']);
    assert.match(readJournal(), /"requestedBy":"reconsent-test\.caller"/);
    const again = await reset(alice);
    assert.equal(again.outcome, 'already-reset', again.sentences.join(' '));
    assert.equal(resets(), 1);
  });

  it('meets our own question behind the tool, although the host has said yes to its own', async () => {
    await signIn();
    user.presses.add('Reset Consent');
    // A host with suites to run answers its question about a tool with yes by itself: the most that it can ever approve.
    assert.equal((await invoke('reconsent_reset_consent', alice))['outcome'], 'verified');
    assert.match(modals()[0]?.detail ?? '', /^Requested by a language-model tool: reconsentReset\./);
    assert.deepEqual([resets(), consent(), modals().length], [2, 'none', 1]);
  });

  it('has its reset declined by the user: nothing is sent, and the next request asks nobody', async () => {
    await signIn();
    const { outcome, sentences } = await reset(alice);
    assert.equal(outcome, 'cancelled');
    assert.match(sentences.join(' '), /Nothing was sent/);
    const [question, ...others] = modals();
    assert.deepEqual(others, []);
    assert.match(question?.message ?? '', /alice\.test@example\.com in Shop/);
    assert.match(
      question?.detail ?? '',
      /^Requested by another extension that calls itself Caller of Reconsent \(reconsent-test\.caller\)/,
    );
    const again = await reset(alice);
    assert.deepEqual([again.outcome, again.reason], ['not-sent', 'request.paused']);
    assert.deepEqual([resets(), consent(), modals().length], [2, 'granted', 1]);
  });

  it('has a tool declined by the user: the model cannot ask once more by itself', async () => {
    const declined = await invoke('reconsent_reset_consent', alice);
    assert.deepEqual([declined['outcome'], modals().length], ['cancelled', 1]);
    const again = await invoke('reconsent_reset_consent', alice);
    assert.equal(again['outcome'], 'not-sent');
    assert.match(JSON.stringify(again.data), /request\.paused.*is not asked again for \d+ seconds/);
    assert.deepEqual([resets(), consent(), modals().length], [2, 'granted', 1]);
  });

  it('gets no secret in any answer or error', () => {
    assert.ok(answers.length > 10, `${answers.length} answers`);
    assert.ok(secrets.length === 2 && secrets.every((secret) => secret.length > 10));
    for (const secret of [...secrets, 'ya29.', '1//']) {
      for (const answer of answers) assert.ok(!answer.includes(secret), answer);
    }
  });
});

function readJournal(): string {
  const { userData } = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8')) as HostRun;
  const folder = join(userData, 'User', 'globalStorage', 'reconsent.reconsent', 'journal');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
