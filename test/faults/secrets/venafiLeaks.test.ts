/** Every sign-in at Trust Protection Platform and what is done with it, and then every place that could hold a secret. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInWithPassword } from '../../../src/auth/vedauth';
import { startDeviceSignIn } from '../../../src/auth/vedauthDevice';
import { signInFailed } from '../../../src/auth/vedauthReasons';
import { targetKey } from '../../../src/core/model';
import { BoundSecret } from '../../../src/core/redact';
import { getGrants } from '../../../src/providers/venafiTpp/api';
import { apiOf } from '../../../src/providers/venafiTpp/provider';
import { credentialOrigins } from '../../../src/providers/venafiTpp/settings';
import { signOut } from '../../../src/providers/venafiTpp/signOut';
import { createFileGenerations } from '../../../src/storage/fileGenerations';
import { createFileJournal, type FileJournal } from '../../../src/storage/fileJournal';
import { createFileLocks } from '../../../src/storage/fileLocks';
import { createProcessIdentity } from '../../../src/storage/processIdentity';
import { systemClock } from '../../../src/vscode/systemPorts';
import { never, VenafiWorld } from '../../fakes/venafiWorld';
import { type HostileAnswer, hostileAnswers } from './hostile';
import { LeakStage, wayOf } from './leakStage';

const password = 'p&ss "wörd"\\/+= 1';
const answers = Object.keys(hostileAnswers) as HostileAnswer[];

describe('fault 12: flows of Trust Protection Platform leave no secret anywhere', () => {
  let world: VenafiWorld;
  let stage: LeakStage;
  let folder: string;
  let journal: FileJournal;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-leaks-'));
    const owner = createProcessIdentity({ windowId: 'window', clock: systemClock });
    const write = (line: string): void => stage.logged([line]);
    const log = { trace: write, info: write, warn: write, error: write };
    journal = createFileJournal({ folder, clock: systemClock, owner, log });
    const locks = createFileLocks({ folder, clock: systemClock, owner });
    world = await VenafiWorld.open({ journal, locks, generations: createFileGenerations({ folder }) });
    stage = new LeakStage(world.texts);
    world.control.setIdentity('tpp-admin', { password });
    world.control.setSwitches({ grantsCarryTokens: true });
    const { accessToken, refreshToken } = world.sample.administrator;
    for (const secret of [accessToken, refreshToken]) stage.search.plant('token of the operator', secret);
    stage.search.plant('typed password', password);
  });
  afterEach(async () => {
    stage.close();
    await journal.dispose();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  const alice = () => world.id('alice.test');
  const client = () => {
    const boundTo = credentialOrigins(world.project);
    return { authOrigin: world.sandbox.origin, clientId: world.sample.clientId, boundTo, project: world.project.id };
  };

  async function revoke(id = alice()): Promise<string> {
    const outcome = await world.revoke(id);
    const target = { project: world.project, identity: { id, label: id } };
    const state = world.store.get(targetKey(target));
    for (const preview of world.previews.splice(0))
      stage.preview(target, state, preview, wayOf(target, 'revokeGrants'));
    stage.outcome(target, outcome);
    stage.state(target, state);
    return outcome.kind;
  }

  async function signInByPassword(typed = password): Promise<string> {
    const secret = new BoundSecret(typed, credentialOrigins(world.project));
    const account = { username: 'tpp-admin', password: secret, scope: world.sample.scope };
    const ports = { transport: world.transport, clock: world.clock };
    const result = await signInWithPassword(client(), account, ports, never);
    stage.came('sign-in', result);
    const why = result.kind === 'issued' ? undefined : signInFailed(result, world.sandbox.origin);
    if (why) stage.search.look('shown: sign-in', stage.text(why));
    if (result.kind === 'issued') {
      const { accessToken, refreshToken } = result.tokens;
      const refresh = refreshToken === undefined ? {} : { refreshToken };
      world.credential = { ...world.credential, secrets: { accessToken, ...refresh }, storedAt: world.clock.now() };
    }
    return result.kind;
  }

  /** Asks for a code, shows it, lets somebody answer the page, and polls. */
  async function signInByDevice(answer: (userCode: string) => void): Promise<string> {
    const ports = { transport: world.transport, clock: world.clock };
    const started = await startDeviceSignIn(client(), world.sample.scope, ports, never);
    stage.search.lookInto('value: sign-in by a code', started.kind === 'started' ? started.waiting : started);
    if (started.kind !== 'started') return started.kind;
    stage.search.lookInto('shown: sign-in', started.code);
    answer(started.code.userCode);
    const waited = await started.waiting.wait(never);
    stage.came('sign-in', waited);
    const why = waited.kind === 'issued' ? undefined : signInFailed(waited, world.sandbox.origin);
    if (why) stage.search.look('shown: sign-in', stage.text(why));
    return waited.kind;
  }

  async function clean(kinds: readonly string[], places: readonly string[] = []): Promise<void> {
    await stage.journal(journal);
    await journal.dispose();
    stage.logged(world.logLines);
    stage.search.lookBelow('storage', folder);
    stage.search.lookInto('value: credentials', world.credential);
    stage.assertClean([...kinds, 'typed password'], ['log', 'value: credentials', ...places]);
  }

  it('signing in by password and by a code, reading, revoking, renewing and signing out', async () => {
    assert.equal(await signInByPassword('a wrong "password" & such'), 'refused');
    assert.equal(await signInByPassword(), 'issued');
    assert.equal(await signInByDevice((code) => world.control.decideDevice(code, { deny: true })), 'denied');
    const approve = (code: string): void => world.control.decideDevice(code, { identity: 'tpp-admin' });
    assert.equal(await signInByDevice(approve), 'issued');
    const token = world.credential.secrets['accessToken'] ?? assert.fail('nobody is signed in');
    const listed = await getGrants(apiOf({ project: world.project }, world), token, alice(), never);
    stage.came('grants', listed);
    assert.equal(await revoke(), 'verified');
    assert.equal(await revoke(`application:${world.sample.application}`), 'verified');
    world.control.expireAccessTokens({ grantee: 'tpp-admin' });
    stage.came('renewed', await revoke(world.id('bob.test')));
    const operator = { project: world.project, identity: { id: '', label: '' } };
    stage.came('sign-out', await signOut(operator, world.credential, world.providerPorts, never));
    const kinds = ['access_token', 'refresh_token', 'password', 'device_code', 'user_code', 'authorization'];
    await clean(
      [...kinds, 'accesstoken', 'refreshtoken'],
      ['storage: journal', 'exported: JSON Lines', 'value: grants'],
    );
  });

  const routes: Readonly<Record<string, { readonly pattern: RegExp; act(): Promise<unknown> }>> = {
    'a sign-in with a password': { pattern: /authorize\/oauth/i, act: () => signInByPassword() },
    'a sign-in by a code': {
      pattern: /authorize\/(device|token)/i,
      act: () => signInByDevice((code) => world.control.decideDevice(code, { deny: true })),
    },
    'a poll of a sign-in by a code': {
      pattern: /authorize\/token/i,
      act: () => signInByDevice((code) => world.control.decideDevice(code, { deny: true })),
    },
    'a revocation': { pattern: /revokegrants/i, act: () => revoke() },
    'what is read before it': { pattern: /getgrants|getrole|self|count|version/i, act: () => revoke() },
    'a refresh': {
      pattern: /authorize\/token/i,
      act: async () => {
        world.control.expireAccessTokens({ grantee: 'tpp-admin' });
        world.provider.forget({ project: world.project, identity: { id: alice(), label: '' } });
        return revoke();
      },
    },
    'a sign-out': {
      pattern: /revoke\/token/i,
      act: async () => {
        const operator = { project: world.project, identity: { id: '', label: '' } };
        stage.came('sign-out', await signOut(operator, world.credential, world.providerPorts, never));
      },
    },
  };
  for (const [what, { pattern, act }] of Object.entries(routes)) {
    it(`a server that repeats ${what} in every spelling, at every place of an answer`, async () => {
      for (const answer of answers) {
        world.credential = world.credentialOf(world.control.seedSample().administrator);
        stage.hostile(answer, ({ url }) => pattern.test(url));
        await act();
        stage.kind();
      }
      assert.ok(stage.echoed >= answers.length, `${stage.echoed} echoes`);
      await clean(['token of the operator']);
    });
  }
});
