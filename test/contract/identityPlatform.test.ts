import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialVault } from '../../src/auth/credentialVault';
import type { Project, Target } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { CredentialForm, Preview, Provider } from '../../src/core/provider';
import { reasonTexts } from '../../src/core/reasonTexts';
import { runReset } from '../../src/core/resetOperation';
import { createTransport, type UndiciTransport } from '../../src/http/transport';
import { identityPlatform } from '../../src/providers/identityPlatform/description';
import { createIdentityPlatform } from '../../src/providers/identityPlatform/provider';
import type { RunningSandbox } from '../../src/sandbox/api';
import type { IdentityPlatformSample, IdentityPlatformSampleUser } from '../../src/sandbox/identityPlatform/seedApi';
import { startSandbox } from '../../src/sandbox/server';
import { FakeClock } from '../fakes/clock';
import { MemoryJournal, MemoryMarkerStore, MemorySecretStore, MemoryTargetLocks } from '../fakes/storage';

const never = new AbortController().signal;
const texts = collectReasonTexts([reasonTexts, identityPlatform.reasonTexts]);

function formNamed(id: string): CredentialForm {
  const form = identityPlatform.credentialForms.find((one) => one.id === id);
  assert.ok(form, id);
  return form;
}

/** One user of the sandbox's sample project, and what a reset of that user needs. */
class World {
  readonly logLines: string[] = [];
  readonly journal = new MemoryJournal();
  readonly clock: FakeClock;
  readonly provider: Provider;
  readonly sample: IdentityPlatformSample;
  readonly user: IdentityPlatformSampleUser;
  readonly vault: CredentialVault;
  project: Project;
  previews: Preview[] = [];
  #operations = 0;

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly transport: UndiciTransport,
    write: string[],
    options: Record<string, unknown>,
  ) {
    this.logLines = write;
    this.clock = new FakeClock(sandbox.control.clock);
    this.sample = sandbox.control.identityPlatform.seedSample();
    const [user] = this.sample.users;
    assert.ok(user);
    this.user = user;
    this.provider = createIdentityPlatform({ transport, clock: this.clock });
    this.project = {
      id: 'shop',
      label: 'Shop',
      provider: 'identityPlatform',
      endpoint: sandbox.origin,
      options: { identityProvider: 'apple.com', ...options },
      identities: [{ id: 'carol', label: 'carol.test@example.com' }],
    };
    this.vault = new CredentialVault({
      secrets: new MemorySecretStore(),
      markers: new MemoryMarkerStore(),
      clock: this.clock,
      log: this.#log,
      describe: () => identityPlatform,
    });
  }

  get #log() {
    const write = (line: string): void => void this.logLines.push(line);
    return { trace: write, info: write, warn: write, error: write };
  }

  static async open(options: Record<string, unknown> = {}): Promise<World> {
    const sandbox = await startSandbox({ port: 0 });
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const transport = createTransport({
      log: { trace: write, info: write, warn: write, error: write },
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
      limits: { totalMs: 400 },
    });
    return new World(sandbox, transport, lines, options);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sandbox.close();
  }

  get target(): Target {
    const [identity] = this.project.identities;
    assert.ok(identity);
    return { project: this.project, identity };
  }

  get appleKey(): Record<string, string> {
    const { privateKey, keyId, teamId, bundleId } = this.sample.apple;
    return { appleKey: privateKey, appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId };
  }

  async store(form: string, values: Readonly<Record<string, string>>): Promise<void> {
    const defaults = {
      apiKey: this.sample.apiKey,
      refreshToken: this.user.refreshToken,
      tokenType: 'REFRESH_TOKEN',
      token: this.user.apple.refreshToken,
    };
    await this.vault.replace(this.target, formNamed(form), { ...defaults, ...values });
  }

  async reset(way = 'revokeToken'): Promise<Outcome> {
    return runReset(
      this.target,
      {
        provider: this.provider,
        credentials: this.vault,
        locks: new MemoryTargetLocks(),
        journal: this.journal,
        clock: this.clock,
        random: { id: () => `operation-${++this.#operations}` },
        signInEnded: () => assert.fail('nobody is an operator'),
        log: this.#log,
        byOperator: false,
        currentTarget: () => this.target,
        confirm: async (_target, preview) => {
          this.previews.push(preview);
          return { kind: 'confirmed', by: 'modal' };
        },
        progress: () => {},
        way,
      },
      never,
    );
  }

  say(outcome: Outcome): string {
    return `${outcome.kind}: ${reasonParagraph(outcome.reason, texts, untranslated)}`;
  }

  authorized(): boolean {
    const grants = this.sandbox.control.identityPlatform.apple.grants();
    return grants.some(({ user, state }) => user === this.user.appleUser && state === 'authorized');
  }
}

describe('Identity Platform against the sandbox', () => {
  let world: World;
  afterEach(() => world.close());

  it('with an Apple key: verified; the credential is forgotten, and a second reset sends nothing', async () => {
    world = await World.open({ firebaseProject: 'reconsent-sample' });
    await world.store('refreshToken', world.appleKey);
    assert.ok(world.authorized());
    const outcome = await world.reset();
    assert.equal(outcome.kind, 'verified', world.say(outcome));
    assert.ok(!world.authorized());
    assert.equal((await world.vault.read(world.target)).kind, 'missing');
    const before = world.sandbox.control.requests.count();
    assert.equal((await world.reset()).kind, 'already-reset');
    assert.equal(world.sandbox.control.requests.count(), before);
  });

  it('without a key: accepted, and the text says the difference', async () => {
    world = await World.open();
    await world.store('refreshToken', {});
    const outcome = await world.reset();
    assert.match(world.say(outcome), /^accepted: .*cannot be verified.*without a key nobody else tells/);
    assert.ok(!world.authorized());
    const [revocation, ...others] = world.sandbox.control.identityPlatform.revocations();
    assert.deepEqual(others, []);
    assert.equal(revocation?.uid, world.user.uid);
    assert.match(
      reasonParagraph(world.previews[0]?.effects[0] ?? assert.fail(), texts, untranslated),
      new RegExp(`user ${world.user.uid} of the project reconsent-sample; a token of apple\\.com`),
    );
  });

  it('is patient while Apple still takes the token, and says so when it stays', async () => {
    world = await World.open();
    world.sandbox.control.identityPlatform.setSwitches({ revokePropagationMs: 60_000 });
    await world.store('refreshToken', world.appleKey);
    assert.equal((await world.reset()).kind, 'verified');
    const again = world.sandbox.control.identityPlatform.seedSample().users[0];
    assert.ok(again);
    world.sandbox.control.identityPlatform.setSwitches({ revokePropagationMs: 600_000 });
    await world.store('refreshToken', { ...world.appleKey, token: again.apple.refreshToken });
    assert.equal((await world.reset()).kind, 'not-reset');
  });

  it('straight to Apple: verified, also when the Firebase user is deleted', async () => {
    world = await World.open();
    await world.store('refreshToken', world.appleKey);
    world.sandbox.control.identityPlatform.deleteUser(world.user.uid);
    const refused = await world.reset();
    assert.match(world.say(refused), /^refused: The Firebase user is deleted/);
    assert.equal((await world.reset('appleRevoke')).kind, 'verified');
    assert.ok(!world.authorized());
  });

  it('by each other sign-in', async () => {
    world = await World.open();
    const { identityPlatform: service } = world.sandbox.control;
    const { email, password, uid } = world.user;
    const customToken = await service.customToken({ project: world.sample.project, uid });
    const { idToken } = await service.signIn({ uid });
    const rows = { password: { email, password }, customToken: { customToken }, idToken: { idToken } };
    for (const [form, values] of Object.entries(rows)) {
      const again = service.seedSample().users[0];
      assert.ok(again);
      await world.store(form, { ...world.appleKey, token: again.apple.refreshToken, ...values });
      const outcome = await world.reset();
      assert.equal(outcome.kind, 'verified', `${form}: ${world.say(outcome)}`);
    }
  });

  for (const redirectUri of ['https://app.example.com/callback', undefined]) {
    it(`a code of ${redirectUri ? 'a web page' : 'an app'}: accepted`, async () => {
      world = await World.open();
      const { bundleId, servicesId } = world.sample.apple;
      const { code } = await world.sandbox.control.identityPlatform.apple.authorize({
        user: world.user.appleUser,
        clientId: redirectUri ? servicesId : bundleId,
        ...(redirectUri ? { redirectUri } : {}),
      });
      const kind = redirectUri ? { clientKind: 'web', redirectUri } : { clientKind: 'native' };
      await world.store('refreshToken', { tokenType: 'CODE', token: code, ...kind });
      const outcome = await world.reset();
      assert.equal(outcome.kind, 'accepted', world.say(outcome));
      assert.ok(!world.authorized());
      const again = await world.reset();
      assert.match(world.say(again), /^not-sent: This code was sent before/);
    });
  }

  it('a code with the wrong kind of client: the checklist', async () => {
    world = await World.open();
    const { code } = await world.sandbox.control.identityPlatform.apple.authorize({
      user: world.user.appleUser,
      clientId: world.sample.apple.servicesId,
      redirectUri: 'https://app.example.com/callback',
    });
    await world.store('refreshToken', { tokenType: 'CODE', clientKind: 'native', token: code });
    const outcome = await world.reset();
    assert.match(world.say(outcome), /^refused: Apple did not take.*Age of the code.*\[✓\].*bundle ID.*\[\?\]/);
  });

  it('a code that times out: unknown, and one request', async () => {
    world = await World.open();
    world.sandbox.control.identityPlatform.fault('noAnswer', { route: 'revokeToken' });
    await world.store('refreshToken', { tokenType: 'CODE', clientKind: 'native', token: 'c.once' });
    const outcome = await world.reset();
    assert.match(world.say(outcome), /^unknown: .*a code is good once/);
    const sent = world.sandbox.control.requests.list().filter(({ path }) => path.endsWith('accounts:revokeToken'));
    assert.equal(sent.length, 1);
  });

  it('an echoed API key is taken out', async () => {
    world = await World.open();
    const { apiKey } = world.sample;
    world.sandbox.control.identityPlatform.fault('consumerSuspended', { route: 'revokeToken', apiKey });
    await world.store('refreshToken', {});
    const outcome = await world.reset();
    assert.match(world.say(outcome), /^refused: Google has suspended/);
    const traces = JSON.stringify([outcome, world.logLines, world.previews]);
    for (const secret of [apiKey, world.user.refreshToken, world.user.apple.refreshToken]) {
      assert.ok(!traces.includes(secret));
    }
  });

  it('as an emulator: unsupported for its own tokens, and nothing at all for real ones', async () => {
    world = await World.open();
    const { refreshToken: real } = world.user;
    world.sandbox.control.identityPlatform.setSwitches({ emulator: true });
    const { refreshToken } = await world.sandbox.control.identityPlatform.signIn({ uid: world.user.uid });
    await world.store('refreshToken', { refreshToken });
    assert.match(world.say(await world.reset()), /^unsupported: The Firebase Auth emulator/);
    await world.store('refreshToken', { refreshToken: real });
    const before = world.sandbox.control.requests.count();
    assert.match(world.say(await world.reset()), /^not-sent: At .* runs the Firebase Auth emulator/);
    const [seen, ...more] = world.sandbox.control.requests.list().slice(before);
    assert.deepEqual([seen?.method, seen?.path, more], ['GET', '/', []]);
  });
});

describe('Identity Platform: a credential of another address', () => {
  let second: Server;
  let world: World;
  afterEach(async () => {
    await world.close();
    await new Promise((resolve) => second.close(resolve));
  });

  it('is not sent to it: the second server sees nothing', async () => {
    const seen: string[] = [];
    second = createServer((request, answer) => {
      seen.push(request.url ?? '');
      answer.end('{}');
    });
    await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve));
    world = await World.open();
    await world.store('refreshToken', {});
    world.project = { ...world.project, endpoint: `http://127.0.0.1:${(second.address() as AddressInfo).port}` };
    assert.match(world.say(await world.reset()), /^not-sent: This sign-in belongs to/);
    assert.deepEqual(seen, []);
  });
});
