/** Secrets that a Venafi server sends where none are expected, and names made to act: neither gets anywhere. */
import '../fakes/editor';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { signInWithPassword } from '../../src/auth/vedauth';
import { type DeviceResult, startDeviceSignIn } from '../../src/auth/vedauthDevice';
import { signInFailed } from '../../src/auth/vedauthReasons';
import { presentConfirmation } from '../../src/core/confirmation';
import { hasInvisibleCharacters } from '../../src/core/foreignText';
import type { Reason } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { untranslated } from '../../src/core/outcomeText';
import type { HttpResult, Transport } from '../../src/core/ports';
import { BoundSecret } from '../../src/core/redact';
import { getGrants } from '../../src/providers/venafiTpp/api';
import { venafiTpp } from '../../src/providers/venafiTpp/description';
import { identityByName, validateIdentity } from '../../src/providers/venafiTpp/identities';
import { apiOf } from '../../src/providers/venafiTpp/provider';
import { credentialOrigins } from '../../src/providers/venafiTpp/settings';
import { signOut } from '../../src/providers/venafiTpp/signOut';
import { createFileGenerations } from '../../src/storage/fileGenerations';
import { createFileJournal, type FileJournal } from '../../src/storage/fileJournal';
import { createFileLocks } from '../../src/storage/fileLocks';
import { Prompts } from '../../src/vscode/prompts';
import { Directory } from '../../src/vscode/venafi/directory';
import { pickIdentity } from '../../src/vscode/venafi/identityPick';
import { FakeEditor, type ShownPick } from '../fakes/editor';
import { never, VenafiWorld } from '../fakes/venafiWorld';
import { RecordingLog, Windows } from '../unit/storage/support';

const link = '[Sign in again](command:workbench.action.terminal.new)';
const password = 'p&ss "wörd"\\/+= 1';
/** Markdown that runs, an icon, a text that reads backwards, one that is long, one of several lines. */
const hostile = [link, '$(alert) Trusted', 'ali\u202egnp.exe', 'x'.repeat(10_000), 'one\nTwo: yes\r\u2028three'];

/** The value in every form in which it could have been written down. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((before) =>
    (['base64', 'base64url'] as const).map((alphabet) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(alphabet)
        .replace(/=+$/, '');
      // The characters at the ends depend on what stands beside it.
      return text.slice(before === 0 ? 0 : before + 1, -1);
    }),
  );
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  return [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1), ...encoded];
}

describe('what a hostile Venafi server sends', () => {
  let world: VenafiWorld;
  let folder: string;
  let journal: FileJournal;
  let editor: FakeEditor;
  let prompts: Prompts;
  let shown: string[];
  let kept: unknown[];
  let planted: Set<string>;
  const clipboard: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-leaks-'));
    const clock = { now: () => Date.now() };
    const owner = new Windows().identity('one');
    const log = new RecordingLog();
    journal = createFileJournal({ folder, clock, owner, log });
    const locks = createFileLocks({ folder, clock, owner });
    world = await VenafiWorld.open({ journal, locks, generations: createFileGenerations({ folder }) });
    shown = [];
    kept = [log.lines];
    clipboard.length = 0;
    planted = new Set();
    editor = new FakeEditor();
    editor.use();
    const show = async (message: string, ...more: unknown[]): Promise<undefined> => {
      shown.push(message, ...more.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))));
      return undefined;
    };
    Object.assign(editor.api.window, {
      showErrorMessage: show,
      showWarningMessage: show,
      showInformationMessage: show,
    });
    Object.assign(editor.api.env, { clipboard: { writeText: async (text: string) => void clipboard.push(text) } });
    prompts = new Prompts(world.texts);
    await plant();
  });
  afterEach(async () => {
    await journal.dispose();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function plant(): Promise<void> {
    const { control, sample } = world;
    control.setSwitches({ grantsCarryTokens: true });
    control.setIdentity('alice.test', { fullName: hostile[2] ?? '' });
    control.setIdentity('tpp-admin', { password });
    const { grants } = control.seed({
      applications: hostile.map((id) => ({ id, name: id, scope: 'certificate:manage' })),
      identities: hostile.map((name, at) => ({ name, fullName: name, prefixedUniversal: `local:{evil-${at}}` })),
      grants: hostile.map((application) => ({ grantee: 'alice.test', application })),
    });
    for (const tokens of [...grants, sample.administrator]) {
      planted.add(tokens.accessToken);
      if (tokens.refreshToken !== undefined) planted.add(tokens.refreshToken);
    }
    // Those that the server is about to send with the grants, as it sends them.
    const answer = await fetch(`${world.sandbox.origin}/vedsdk/oauth/GetGrants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sample.administrator.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ GranteePrefixedUniversal: world.id('alice.test') }),
    });
    const { Grants } = (await answer.json()) as { Grants: { AccessToken: string; RefreshToken: string }[] };
    assert.ok(Grants.length >= hostile.length + 3);
    for (const { AccessToken, RefreshToken } of Grants) planted.add(AccessToken).add(RefreshToken);
    assert.ok(![...planted].some((secret) => typeof secret !== 'string' || secret.length < 16));
    planted.add(password);
  }

  /** A description that repeats secrets in several spellings beside a link that would run. */
  function description(...secrets: readonly string[]): string {
    const spellings = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(`id:${secret}`).toString('base64url'),
    ]);
    return [link, ...spellings].join(' ');
  }

  const secretOf = (secret: string) => new BoundSecret(secret, credentialOrigins(world.project));
  const ownToken = () => world.credential.secrets['accessToken'] ?? assert.fail('nobody is signed in');
  const client = () => {
    const boundTo = credentialOrigins(world.project);
    return { authOrigin: world.sandbox.origin, clientId: world.sample.clientId, boundTo, project: world.project.id };
  };

  async function tell(result: unknown, why: Reason | undefined): Promise<void> {
    kept.push(result, why);
    if (why) await prompts.tell('error', 'TPP', why, []);
  }

  async function tellOutcome(outcome: Outcome): Promise<void> {
    await tell(outcome, outcome.reason);
    const [way] = venafiTpp.ways;
    assert.ok(way);
    const target = { project: world.project, identity: { id: world.id('alice.test'), label: hostile[0] ?? '' } };
    for (const preview of world.previews) {
      kept.push(preview);
      const how = { way, earlierUnknown: false, changed: false };
      const { message, detail } = presentConfirmation(target, preview, how, {
        translate: untranslated,
        texts: world.texts,
      });
      await prompts.confirm(message, detail, 'Reset');
    }
  }

  async function onDisk(): Promise<string> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
    return [...files.map(({ name }) => name), ...texts].join('\n');
  }

  async function assertClean({ journalled = true } = {}): Promise<void> {
    const disk = await onDisk();
    assert.equal(/"event"|"kind"/.test(disk), journalled, 'the journal was written');
    assert.ok(world.logLines.length > 0);
    const places = {
      log: world.logLines.join('\n'),
      disk,
      shown: shown.join('\n'),
      clipboard: clipboard.join('\n'),
      results: inspect(kept, { depth: 20, maxArrayLength: null, maxStringLength: null }),
      json: JSON.stringify(kept),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const secret of planted) {
        for (const form of formsOf(secret)) assert.ok(!text.includes(form), `${place} holds ${form}`);
      }
    }
    // What a server words has no business in the log, and opens no link anywhere.
    for (const text of hostile.filter((one) => one !== '')) assert.ok(!places.log.includes(text), text.slice(0, 80));
    assert.ok(!places.log.includes('command:'));
    assert.ok(!disk.includes(']('), 'no link in the journal');
    assert.deepEqual(clipboard, []);
    for (const text of shown) {
      assert.ok(!text.includes(']('), text);
      assert.ok(text.length < 5000, `${text.length} characters`);
      assert.ok(!hasInvisibleCharacters(text.replaceAll('\\n', '').replaceAll('\n', '')), text);
    }
  }

  it('fault 38: tokens in grants: a preview, a reset and its proof leave no token anywhere, and no name acts', async () => {
    const alice = world.id('alice.test');
    const listed = await getGrants(apiOf({ project: world.project }, world), ownToken(), alice, never);
    assert.ok(listed.kind === 'grants' && listed.grants.length === 3 + hostile.length, listed.kind);
    kept.push(listed);
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    await tellOutcome(outcome);
    assert.ok(
      shown.some((text) => text.includes('[Sign in again] (command:')),
      'the name was shown, and inert',
    );
    await assertClean();
  });

  it('by application', async () => {
    const outcome = await world.revoke(`application:${world.sample.application}`);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    await tellOutcome(outcome);
    await assertClean();
  });

  for (const fault of ['invalidRequest', 'insufficientRights', 'insufficientScope', 'invalidToken'] as const) {
    it(`fault 41: as the description of ${fault} to a revocation: its link does not run, and the echoed token is not kept`, async () => {
      const { accessToken, refreshToken } = world.sample.administrator;
      world.control.fault(fault, { route: 'revokeGrants', description: description(accessToken) });
      world.control.fault('refreshTokenInvalid', { route: 'token', description: description(refreshToken) });
      const outcome = await world.revoke(world.id('alice.test'));
      assert.equal(outcome.kind, 'refused', world.text(outcome));
      await tellOutcome(outcome);
      await assertClean();
    });
  }

  for (const fault of ['invalidRequest', 'refreshTokenInvalid'] as const) {
    it(`fault 41: as the description of ${fault} to a refresh and to a sign-out`, async () => {
      const { accessToken, refreshToken } = world.sample.administrator;
      world.control.fault('invalidRequest', { route: 'revokeToken', description: description(accessToken) });
      const operator = { project: world.project, identity: { id: '', label: '' } };
      const left = await signOut(operator, world.credential, world.providerPorts, never);
      assert.ok(left.kind === 'failed', left.kind);
      await tell(left, left.reason);
      world.control.expireAccessTokens({ grantee: 'tpp-admin' });
      world.control.fault(fault, { route: 'token', description: description(refreshToken) });
      const outcome = await world.revoke(world.id('alice.test'));
      await tellOutcome(outcome);
      assert.equal(world.requests('/oauth/revokegrants'), 0);
      await assertClean({ journalled: false });
    });
  }

  it('fault 41: as the description of a refused sign-in, with the password and the device code in it', async () => {
    const { username } = world.sample.administrator;
    const account = { username, password: secretOf(password), scope: world.sample.scope };
    world.control.fault('invalidRequest', { route: 'oauth', description: description(password), times: 1 });
    const refused = await signInWithPassword(client(), account, world, never);
    assert.ok(refused.kind === 'refused', refused.kind);
    await tell(refused, signInFailed(refused, world.sandbox.origin));
    const codes: string[] = [];
    const transport: Transport = {
      send: async (request, signal): Promise<HttpResult> => {
        const result = await world.transport.send(request, signal);
        const code = result.kind === 'response' && /"device_code":"([^"]+)"/.exec(result.body)?.[1];
        if (code) codes.push(code);
        return result;
      },
    };
    const started = await startDeviceSignIn(client(), world.sample.scope, { transport, clock: world.clock }, never);
    assert.ok(started.kind === 'started', started.kind);
    const [code] = codes;
    assert.ok(code !== undefined && codes.length === 1);
    planted.add(code);
    kept.push(started);
    world.control.fault('invalidRequest', { route: 'token', description: description(code) });
    const waited: DeviceResult = await started.waiting.wait(never);
    assert.ok(waited.kind === 'refused', waited.kind);
    await tell(waited, signInFailed(waited, world.sandbox.origin));
    await assertClean({ journalled: false });
  });

  it('fault 42: as names in the list of users: no icon, no direction, no line of its own, and never too long', async () => {
    const target = {
      project: world.project,
      identity: { id: '', label: '' },
      credentials: [world.credential] as const,
    };
    const directory = new Directory(target, world.providerPorts);
    const rows: ShownPick['items'][number][] = [];
    for (const typed of ['Sign in', 'alert', 'gnp', 'xxxx', 'Two: yes', link]) {
      editor.inPick = (pick) => {
        pick.type(typed);
        const wait = (): void => {
          if (pick.busy) return void setImmediate(wait);
          rows.push(...pick.items);
          pick.escape();
        };
        wait();
      };
      await pickIdentity('Add', directory, { clock: world.clock, texts: world.texts });
    }
    const texts = rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'string'));
    assert.ok(rows.length >= hostile.length, `${rows.length} rows`);
    assert.ok(texts.some((text) => text.includes('alert')));
    for (const text of texts) {
      assert.doesNotMatch(text, /(^|[^\\])\$\(/, 'an icon');
      assert.ok(!hasInvisibleCharacters(text), JSON.stringify(text));
      assert.ok(text.length <= 520, `${text.length} characters`);
    }
    for (const name of hostile) {
      const found = await identityByName(apiOf(target, world), ownToken(), name, never);
      if (found.kind !== 'identity' && found.kind !== 'aborted') await tell(found, found.reason);
    }
    const { accessToken } = world.sample.administrator;
    for (const route of ['browse', 'validate'] as const) {
      world.control.fault('invalidRequest', { route, description: description(accessToken) });
    }
    for (const found of [
      await directory.browse('alice', 20, never),
      await validateIdentity(apiOf(target, world), ownToken(), world.id('alice.test'), never),
    ]) {
      assert.ok(found.kind === 'failed', found.kind);
      await tell(found, found.reason);
    }
    await assertClean({ journalled: false });
  });
});
