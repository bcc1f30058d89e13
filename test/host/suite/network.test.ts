/** Ways to a server that only an editor has: its proxy settings, and its own `fetch`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Fetch } from '../../../src/http/fetchExchange';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { startSandbox } from '../../../src/sandbox/server';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { ConnectProxy } from '../../faults/network/connectProxy';
import { Gate } from '../../faults/network/gate';
import { TestAuthority } from '../../unit/http/certificates';
import { reconsent, ScriptedUser, waitFor } from './scripted';

/** A name that only the proxies of these tests know. */
const host = 'service.invalid';

/** What the second extension noted when it was activated, before Reconsent was. */
interface Witness {
  readonly found: Readonly<Record<string, unknown>>;
  readonly foundBefore: boolean;
  shared(): Readonly<Record<string, unknown>>;
}

describe('the network in the extension host', () => {
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let authority: TestAuthority;
  let gate: Gate;
  let proxy: ConnectProxy;
  let user: ScriptedUser;
  let folder: string;

  before(async () => {
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    authority = await TestAuthority.create();
    gate = await Gate.open(sandbox.origin, { host, authority });
    folder = mkdtempSync(join(tmpdir(), 'reconsent-network-'));
    writeFileSync(join(folder, 'ca.pem'), authority.pem);
  });
  beforeEach(async () => {
    user = new ScriptedUser();
    proxy = await ConnectProxy.open(() => gate.port);
  });
  afterEach(async () => {
    user.restore();
    await proxy.close();
    await setHttp('proxy', undefined);
    await setHttp('noProxy', undefined);
  });
  after(async () => {
    await setProjects(undefined);
    await gate.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const setHttp = (name: string, value: unknown) =>
    vscode.workspace.getConfiguration('http').update(name, value, vscode.ConfigurationTarget.Global);
  const setProjects = (value: unknown) =>
    vscode.workspace.getConfiguration('reconsent').update('projects', value, vscode.ConfigurationTarget.Global);
  const listed = (project: string) =>
    waitFor('the project in the tree', () => (api.list()[0]?.project === project ? true : undefined));
  const resets = () => gate.count(/:reset$|revokegrants$/i);

  it('a reset goes through the proxy of http.proxy, which wants a user name and a password', async () => {
    proxy.wanted = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    await setHttp('proxy', proxy.origin.replace('//', '//me:p%40ss@'));
    const { clientId, users, administrator } = sandbox.control.venafi.seedSample();
    const identities = [{ id: users[0]?.prefixedUniversal, name: users[0]?.name }];
    const caBundle = join(folder, 'ca.pem');
    await setProjects([
      { id: 'proxied', name: 'TPP', provider: 'venafiTpp', endpoint: gate.origin, clientId, caBundle, identities },
    ]);
    await listed('proxied');
    user.chosen.push('alice.test', 'User name and password');
    user.typed.push(administrator.username, administrator.password);
    await vscode.commands.executeCommand(commandIds.signIn);
    user.presses.add('Revoke Grants');
    user.chosen.push('alice.test');
    await vscode.commands.executeCommand(commandIds.resetConsent);
    assert.equal(api.list()[0]?.lastOutcome, 'verified', JSON.stringify([api.list(), user.asked]));
    assert.equal(sandbox.control.venafi.grants({ grantee: 'alice.test' }).length, 0);
    assert.equal(resets(), 1);
    assert.ok(proxy.asked.length > 0);
    assert.deepEqual([...new Set(proxy.asked.map(({ target }) => target))], [`${host}:${gate.port}`]);
  });

  it('a proxy that wants another password gets nothing but its own', async () => {
    const before = gate.arrived.length;
    proxy.wanted = 'Basic other';
    await setHttp('proxy', proxy.origin.replace('//', '//me:wrong@'));
    user.chosen.push('alice.test');
    await vscode.commands.executeCommand(commandIds.checkConsent);
    assert.match(api.list()[0]?.description ?? '', /state unknown/);
    assert.ok(proxy.asked.length > 0, 'the proxy was asked');
    assert.equal(gate.arrived.length, before);
  });

  it("what only a PAC script knows is reached through the editor's own fetch", async () => {
    const original = globalThis.fetch;
    // VS Code's server build has no PAC script to ask: what it would have answered is put in, all the rest is VS Code's.
    globalThis.fetch = editorsPatch(async () => proxy.origin);
    try {
      const { clientId, clientSecret, users } = sandbox.control.seedSample();
      const identities = [{ id: 'alice', name: 'alice.test@example.com' }];
      await setProjects([
        { id: 'behind-pac', name: 'Shop', provider: 'googleDataPortability', endpoint: gate.origin, identities },
      ]);
      await listed('behind-pac');
      user.chosen.push('alice.test@example.com', 'Refresh token');
      user.typed.push(clientId, clientSecret, users[0]?.refreshToken ?? '');
      await vscode.commands.executeCommand(commandIds.setCredential);
      const before = resets();
      user.presses.add('Reset Consent');
      user.chosen.push('alice.test@example.com');
      await vscode.commands.executeCommand(commandIds.resetConsent);
      assert.equal(api.list()[0]?.lastOutcome, 'verified', JSON.stringify([api.list(), user.asked]));
      assert.equal(sandbox.control.google.consents('alice.test@example.com', '123456789012').state, 'none');
      assert.equal(resets() - before, 1);
      assert.deepEqual([...new Set(proxy.asked.map(({ target }) => target))], [`${host}:${gate.port}`]);
    } finally {
      globalThis.fetch = original;
    }
  });

  it('what all extensions share is as it was before Reconsent was activated', () => {
    const witness = vscode.extensions.getExtension<Witness>('reconsent-test.caller')?.exports;
    assert.ok(witness?.foundBefore, 'the witness came too late');
    const now = witness.shared();
    for (const [name, value] of Object.entries(witness.found)) assert.ok(Object.is(now[name], value), name);
  });

  /** The `fetch` that VS Code makes of Node's, with `resolveProxy` in the place of what asks the PAC script. */
  function editorsPatch(resolveProxy: () => Promise<string>): typeof fetch {
    const load = createRequire(join(vscode.env.appRoot, 'package.json'));
    const agent = load.resolve('@vscode/proxy-agent');
    // One of our own: it keeps the authorities that it was given first.
    const used = load.cache[agent];
    delete load.cache[agent];
    const { createFetchPatch } = load(agent);
    if (used) load.cache[agent] = used;
    const silent = () => undefined;
    const parameters = {
      isAdditionalFetchSupportEnabled: () => true,
      getProxySupport: () => 'override',
      addCertificatesV1: () => true,
      addCertificatesV2: () => false,
      loadSystemCertificatesFromNode: () => true,
      loadAdditionalCertificates: async () => [authority.pem],
      log: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
    };
    const { __vscodeOriginalFetch: nodes } = globalThis as { readonly __vscodeOriginalFetch?: Fetch };
    assert.ok(nodes, 'VS Code has not patched fetch');
    return createFetchPatch(parameters, nodes, resolveProxy);
  }
});
