import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import type { HostRun } from '../inHost/events';
import { reconsent, ScriptedUser, waitFor } from './scripted';

const projectNumber = '123456789012';
const refreshTokenForm = 'Refresh token';

describe('resetting a consent in the extension host', () => {
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let other: RunningSandbox;
  let user: ScriptedUser;
  const settings = () => vscode.workspace.getConfiguration('reconsent');

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    other = await startSandbox({ port: 0 });
  });
  beforeEach(() => {
    user = new ScriptedUser();
  });
  afterEach(() => user.restore());
  after(async () => {
    await settings().update('projects', undefined, vscode.ConfigurationTarget.Global);
    await sandbox.close();
    await other.close();
  });

  /** Writes the project as a user would, and waits until the extension has read it. */
  async function configure(endpoint: string, apiVersion = 'v1'): Promise<void> {
    const project = {
      id: 'shop',
      name: 'Shop',
      provider: 'googleDataPortability',
      endpoint,
      apiVersion,
      identities: [{ id: 'alice', name: 'alice.test@example.com' }, { id: 'bob' }],
    };
    await settings().update('projects', [project], vscode.ConfigurationTarget.Global);
    await waitFor('the project in the tree', () => (api.list().length === 2 ? true : undefined));
  }

  async function command(id: string, identity: string): Promise<void> {
    user.chosen.unshift(identity);
    await vscode.commands.executeCommand(id);
  }

  async function signIn(): Promise<void> {
    const sample = sandbox.control.seedSample();
    user.chosen.push(refreshTokenForm);
    user.typed.push(sample.clientId, sample.clientSecret, sample.users[0]?.refreshToken ?? '');
    await command(commandIds.setCredential, 'alice.test@example.com');
  }

  const alice = () => api.list().find(({ identity }) => identity === 'alice');
  const consent = () => sandbox.control.google.consents('alice.test@example.com', projectNumber).state;
  const resetRequests = () => sandbox.control.requests.list({ path: '/{version}/authorization:reset' });

  it('registers every command', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    for (const id of Object.values(commandIds)) assert.ok(known.has(id), id);
  });

  it('lists the configured identities with their states', async () => {
    await configure(sandbox.origin);
    assert.deepEqual(
      api.list().map(({ project, identity, state, description }) => ({ project, identity, state, description })),
      ['alice', 'bob'].map((identity) => ({
        project: 'shop',
        identity,
        state: 'not-signed-in',
        description: 'not signed in on this computer',
      })),
    );
  });

  it('keeps a credential in the secret storage, and reads the consent with it', async () => {
    await configure(sandbox.origin);
    await signIn();
    const secretInputs = user.inputs.filter(({ password }) => password === true);
    assert.equal(secretInputs.length, 2, 'client secret and refresh token are asked for as passwords');
    assert.match(user.inputs[0]?.prompt ?? '', /secret storage of this computer/);
    assert.equal(alice()?.state, 'granted');
    assert.match(alice()?.description ?? '', /^granted · 2 scopes/);
    assert.ok(!JSON.stringify(settings().inspect('projects')).includes('sandbox-'), 'no secret in the settings');
  });

  it('sends nothing when the confirmation is dismissed', async () => {
    await command(commandIds.resetConsent, 'alice.test@example.com');
    assert.equal(user.asked[0]?.modal, true);
    assert.match(user.asked[0]?.message ?? '', /alice\.test@example\.com in Shop/);
    assert.match(user.asked[0]?.detail ?? '', /^Ends every Data Portability consent/);
    assert.equal(resetRequests().length, 0);
    assert.equal(consent(), 'granted');
  });

  it('does not show the credential to another origin', async () => {
    await configure(other.origin);
    user.presses.add('Reset Consent');
    await command(commandIds.resetConsent, 'alice.test@example.com');
    await vscode.commands.executeCommand(commandIds.checkAllConsents);
    assert.equal(other.control.requests.connections(), 0);
    assert.match(user.asked[0]?.message ?? '', /belongs to http:\/\/127\.0\.0\.1:\d+/);
    assert.equal(alice()?.state, 'unusable-credential');
    await configure(sandbox.origin);
  });

  it('resets after the confirmation: gone at the service, verified in the store and in the journal', async () => {
    await configure(sandbox.origin, 'v1beta');
    const events: string[] = [];
    const subscription = api.onDidReset(({ identity, outcome }) => events.push(`${identity}: ${outcome}`));
    user.presses.add('Reset Consent');
    await command(commandIds.resetConsent, 'alice.test@example.com');
    subscription.dispose();

    assert.equal(consent(), 'none');
    assert.deepEqual(
      resetRequests().map(({ path, bodyLength }) => ({ path, bodyLength })),
      [{ path: '/v1beta/authorization:reset', bodyLength: 0 }],
    );
    assert.equal(alice()?.state, 'needs-consent');
    assert.equal(alice()?.lastOutcome, 'verified');
    assert.match(alice()?.description ?? '', /^needs consent · reset verified$/);
    assert.deepEqual(events, ['alice: verified']);
    assert.deepEqual(
      user.asked.filter(({ modal }) => !modal),
      [],
      'success shows in place, not as a notification',
    );
    const journal = readJournal();
    assert.match(journal, /"sending"/);
    assert.match(journal, /"verified"/);
    assert.doesNotMatch(journal, /ya29\.|1\/\/sandbox|GOCSPX/);
  });

  it('a second reset sends nothing and says so', async () => {
    const before = sandbox.control.requests.count();
    user.presses.add('Reset Consent');
    await command(commandIds.resetConsent, 'alice.test@example.com');
    assert.equal(sandbox.control.requests.count(), before);
    assert.equal(alice()?.lastOutcome, 'already-reset');
    assert.match(user.asked[0]?.message ?? '', /^alice\.test@example\.com \(Shop\): Already reset/);
  });

  it('leaves the process-wide dispatcher and fetch as they were', () => {
    assert.equal(
      Object.getOwnPropertySymbols(globalThis).includes(Symbol.for('undici.globalDispatcher.1')),
      dispatcherAtStart,
    );
    assert.equal(globalThis.fetch, fetchAtStart);
  });
});

/** As found when this bundle was loaded, before any reset. */
const dispatcherAtStart = Object.getOwnPropertySymbols(globalThis).includes(Symbol.for('undici.globalDispatcher.1'));
const fetchAtStart = globalThis.fetch;

function readJournal(): string {
  const { userData } = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8')) as HostRun;
  const folder = join(userData, 'User', 'globalStorage', 'reconsent.reconsent', 'journal');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
