/**
 * Fault 12 in a real VS Code: the extension itself at trace level, driven by its commands; then all that it has left behind.
 * Its log is read from the file that the editor writes. The plain suites of this fault go through every answer of a hostile
 * server; here are those that reach the most places.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunningSandbox } from '../../../src/sandbox/api';
import type { SampleWorld } from '../../../src/sandbox/google/api';
import type { IdentityPlatformSample } from '../../../src/sandbox/identityPlatform/seedApi';
import { startSandbox } from '../../../src/sandbox/server';
import type { VenafiSample } from '../../../src/sandbox/venafi/api';
import { commandIds } from '../../../src/vscode/commandIds';
import type { ReconsentApi } from '../../../src/vscode/publicApi';
import { type HostileAnswer, hostileAnswer } from '../../faults/secrets/hostile';
import { LeakSearch } from '../../faults/secrets/leakSearch';
import { type TappedRequest, WireTap } from '../../faults/secrets/wireTap';
import { consent } from '../../unit/sandbox/consentForm';
import type { HostRun } from '../inHost/events';
import { reconsent, type ScriptedUser, waitFor } from './scripted';
import { WatchedEditor } from './watchedEditor';

const password = 'p&ss "wörd"\\/+= 1';
const alice = 'alice.test@example.com';
const carol = 'carol.test@example.com';
const caller = 'reconsent-test.caller';
const answers = ['a 401', 'a refusal (400)', 'headers of a challenge'] as const satisfies readonly HostileAnswer[];
/** No secrets: by these it is seen that a place is read. */
const known = { google: 'known-Qx7w-google', apple: 'known-Qx7w-apple', tpp: 'known-Qx7w-tpp' };
/** Codes that a person has to read, and to type elsewhere; and the link that leads to the consent page. */
const shownIn: Readonly<Record<string, readonly string[]>> = {
  user_code: ['shown', 'clipboard'],
  state: ['clipboard'],
};

/** What has to have been on the wire or typed, for there to be something to find. */
const kinds = [
  ...['access_token', 'authorization', 'client_secret', 'code', 'code_verifier', 'refresh_token', 'signature', 'state'],
  ...['id_token', 'idtoken', 'token', 'x-goog-api-key', 'typed: API key and tokens', 'typed: Apple key'],
  ...['accesstoken', 'device_code', 'password', 'refreshtoken', 'user_code'],
];
/** What the extension handed to the editor. */
const shown = [
  ...['answers to tools and extensions', 'clipboard', 'shown: documents', 'shown: input boxes', 'shown: lists'],
  ...['shown: notifications', 'shown: progress', 'shown: steps'],
];
/** Each project is named there. */
const places = [
  /\/Reconsent\.log$/,
  /\/journal\/window-.*\.jsonl$/,
  /\/markers\//,
  /User\/settings\.json$/,
  /exported-.*\.csv$/,
  /exported-.*\.jsonl$/,
  /^shown: notifications$/,
  /^shown: lists$/,
  /^answers to tools and extensions$/,
  /^settings$/,
];
/** Each flow has left its lines in the log. */
const lines = [
  /\[trace\] POST \S+\/token 400/,
  /\[info\] POST \S+\/v1\/authorization:reset 401/,
  /\[info\] POST \S+portabilityArchive:initiate 200/,
  /\[trace\] GET \S+\/\{signed address\} 200/,
  /-google\/\S+: refused/,
  /-google\/\S+: verified/,
  /accounts:revokeToken 400/,
  /\/auth\/revoke 401/,
  /-apple\/\S+: refused/,
  /-apple\/\S+: verified/,
  /authorize\/oauth 400/,
  /authorize\/device 200/,
  /authorize\/token 200/,
  /RevokeGrants 401/,
  /-tpp\/\S+: refused/,
  /-tpp\/\S+: verified/,
  /revoke\/token 401/,
];

describe('fault 12: no secret is left behind in a real VS Code', () => {
  let api: ReconsentApi;
  let sandbox: RunningSandbox;
  let samples: {
    readonly google: SampleWorld;
    readonly identityPlatform: IdentityPlatformSample;
    readonly venafi: VenafiSample;
  };
  let editor: WatchedEditor;
  let user: ScriptedUser;
  let folder: string;
  const search = new LeakSearch();
  let tap: WireTap;
  /** How many requests a hostile server has answered, by their paths. */
  const echoed = new Map<string, number>();

  before(async () => {
    // From here on, and not for the suites before.
    tap = new WireTap({ found: (kind, value) => search.plant(kind, value, shownIn[kind]) });
    api = await reconsent();
    sandbox = await startSandbox({ port: 0 });
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder is open');
    const { control } = sandbox;
    const google = control.seedSample();
    samples = { google, identityPlatform: control.identityPlatform.seedSample(), venafi: control.venafi.seedSample() };
    const { administrator, clientId, users } = samples.venafi;
    control.venafi.setIdentity(administrator.username, { password });
    control.venafi.setSwitches({ grantsCarryTokens: true, deviceIntervalS: 1 });
    const { keyId, teamId, bundleId } = samples.identityPlatform.apple;
    const apple = { appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId };
    const at = (id: string, provider: string) => ({ id, provider, endpoint: sandbox.origin });
    await setProjects([
      { ...at(known.google, 'googleDataPortability'), clientId: google.clientId, identities: [{ id: alice }] },
      { ...at(known.apple, 'identityPlatform'), ...apple, identities: [{ id: carol }] },
      {
        ...at(known.tpp, 'venafiTpp'),
        clientId,
        identities: [{ id: users[0]?.prefixedUniversal, name: 'grantee' }],
      },
    ]);
    await waitFor('the projects in the tree', () => (api.list().length === 3 ? true : undefined));
  });
  beforeEach(() => {
    editor = new WatchedEditor({ search, folder, goOn });
    user = editor.user;
  });
  afterEach(async () => {
    tap.hostile = undefined;
    await editor.restore();
  });
  after(async () => {
    tap.close();
    await setProjects(undefined);
    await sandbox.close();
    // Projects that were exported as a document: before a debug session the editor would ask where to save it.
    for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
  });

  function setProjects(value: unknown): Thenable<void> {
    return vscode.workspace.getConfiguration('reconsent').update('projects', value, vscode.ConfigurationTarget.Global);
  }

  /** A link to a consent page is followed, and a code typed at its page. */
  async function goOn(copied: string): Promise<void> {
    user.presses.delete('Copy Code');
    const { devices, decideDevice } = sandbox.control.venafi;
    if (copied.startsWith('http')) await (await fetch(await consent(copied))).text();
    else if (devices().some(({ userCode }) => userCode === copied))
      decideDevice(copied, { identity: samples.venafi.administrator.username });
  }

  async function command(id: string, identity: string, ...chosen: readonly string[]): Promise<void> {
    user.chosen.push(identity, ...chosen);
    await vscode.commands.executeCommand(id);
    assert.deepEqual(user.typed, [], `${id} did not ask for it: ${JSON.stringify([editor.told, user.chosen])}`);
    user.chosen.length = 0;
  }

  function type(kind: string, ...values: readonly string[]): void {
    for (const value of values) search.plant(`typed: ${kind}`, value);
    user.typed.push(...values);
  }

  const listed = (project: string) => api.list().find((one) => one.project === project) ?? assert.fail(project);
  const whyNot = (project: string) => JSON.stringify([listed(project), editor.told]);

  /** A service that does nothing, behind a server that repeats what it was sent: each time in another way. */
  async function amongEchoes(paths: readonly string[], project: string, act: () => Promise<void>): Promise<void> {
    const before = new Map(echoed);
    for (const name of answers) {
      const timers: NodeJS.Timeout[] = [];
      const { faults } = sandbox.control;
      const added = paths.map((path) => faults.add({ match: { path }, effect: { kind: 'answer', status: 500 } }));
      tap.hostile = (request) => {
        const path = paths.find((one) => isAt(one, request));
        if (path === undefined) return undefined;
        echoed.set(path, (echoed.get(path) ?? 0) + 1);
        // What nobody knows the result of would be looked for, for two minutes. It is stopped as soon as that has begun.
        const stop = () => void vscode.commands.executeCommand(commandIds.stopWaiting, nodeOf(project));
        timers.push(setInterval(stop, 100));
        return hostileAnswer(name, request);
      };
      await act();
      for (const timer of timers) clearInterval(timer);
      tap.hostile = undefined;
      for (const fault of added) faults.remove(fault);
    }
    for (const path of paths)
      assert.ok((echoed.get(path) ?? 0) > (before.get(path) ?? 0), `nothing was sent to ${path}: ${whyNot(project)}`);
  }

  function nodeOf(project: string): { readonly kind: string; readonly target: unknown } {
    return { kind: 'identity', target: { project: { id: project }, identity: { id: listed(project).identity } } };
  }

  async function invoke(tool: string, input: unknown): Promise<void> {
    const answer = await vscode.commands
      .executeCommand(`${caller}.invoke`, tool, input)
      .then(undefined, (thrown: unknown) => thrown);
    search.lookInto('answers to tools and extensions', answer);
  }

  it('Google: nonsense and a token pasted, tools, echoes, a reset, and the way through the browser', async () => {
    const { clientSecret, users } = samples.google;
    const refreshToken = users[0]?.refreshToken ?? '';
    for (const [token, state] of [
      [`"${refreshToken}"`, 'not-signed-in'],
      [refreshToken, 'granted'],
    ] as const) {
      type('client secret and refresh token', clientSecret, token);
      await command(commandIds.setCredential, alice, 'Refresh token');
      assert.equal(listed(known.google).state, state);
    }
    user.presses.add('Reset Consent').add('Choose a Scope…').add('Copy Sign-in Link');
    const target = { project: known.google, identity: alice };
    await invoke('reconsent_list_identities', {});
    const preview = () => invoke('reconsent_preview_reset', target);
    // A token that is not accepted is renewed first.
    await amongEchoes(['/{version}/accessType:check', '/token'], known.google, preview);
    await amongEchoes(['/{version}/authorization:reset'], known.google, () => command(commandIds.resetConsent, alice));
    const answer = await api.reset(target, { requestedBy: caller });
    search.lookInto('answers to tools and extensions', answer, api.list());
    assert.equal(answer.outcome, 'verified', answer.reason);
    type('client secret', clientSecret);
    await command(commandIds.rescueScope, alice, 'Activity in Google Search', 'Enter client ID and secret');
    assert.equal(listed(known.google).state, 'needs-consent', whyNot(known.google));
    await command(commandIds.grantAgain, alice);
    assert.equal(listed(known.google).state, 'granted', whyNot(known.google));
  });

  it('Google: an archive by a signed address', async () => {
    user.presses.add('Start Job');
    await command(commandIds.startJob, alice, 'myactivity.search', 'All data');
    const [job] = sandbox.control.google.consents(alice, samples.google.project).jobs;
    assert.ok(job, whyNot(known.google));
    const row = { ...nodeOf(known.google), job: { jobId: job.id } };
    for (const id of [commandIds.checkJobs, commandIds.copyJobId, commandIds.downloadArchive])
      await vscode.commands.executeCommand(id, row);
    assert.deepEqual(editor.copied, [job.id]);
    assert.ok(readdirSync(folder).length > 0, whyNot(known.google));
  });

  it('Identity Platform: every field, echoes, the way straight to Apple, and a reset', async () => {
    const { apiKey, apple, users } = samples.identityPlatform;
    const [person] = users;
    assert.ok(person);
    type('API key and tokens', apiKey, person.refreshToken, person.apple.refreshToken);
    type('Apple key', apple.privateKey.replaceAll('\n', ' '));
    await command(commandIds.setCredential, carol, 'Firebase refresh token', 'Refresh token', 'Paste the text');
    assert.equal(listed(known.apple).state, 'granted');
    user.presses.add('Revoke Apple Token').add('Revoke at Apple');
    const reset = () => command(commandIds.resetConsent, carol);
    await amongEchoes(['[/identitytoolkit.googleapis.com]/v2/accounts:revokeToken'], known.apple, reset);
    const straight = () => command(commandIds.resetAnotherWay, carol, 'Revoke at Apple');
    await amongEchoes(['[/appleid.apple.com]/auth/revoke'], known.apple, straight);
    await reset();
    assert.equal(listed(known.apple).lastOutcome, 'verified', whyNot(known.apple));
  });

  it('Trust Protection Platform: password and code, echoes, a refresh, a reset, and the sign-out', async () => {
    const { username } = samples.venafi.administrator;
    search.plant('typed: password', password);
    const signIn = async (): Promise<void> => {
      user.typed.push(username, password);
      await command(commandIds.signIn, 'grantee', 'User name and password');
    };
    await amongEchoes(['/vedauth/authorize/oauth'], known.tpp, signIn);
    await signIn();
    assert.equal(listed(known.tpp).state, 'granted', whyNot(known.tpp));
    user.presses.add('Copy Code').add('Continue').add('Revoke Grants').add('Sign Out');
    await command(commandIds.signIn, 'grantee', 'With a code in the browser');
    const reset = () => command(commandIds.resetConsent, 'grantee');
    await amongEchoes(['/vedsdk/oauth/revokegrants'], known.tpp, reset);
    sandbox.control.venafi.expireAccessTokens({ grantee: username });
    await reset();
    assert.equal(listed(known.tpp).lastOutcome, 'verified', whyNot(known.tpp));
    await amongEchoes(['/vedauth/revoke/token'], known.tpp, () => command(commandIds.signOut, 'grantee'));
  });

  it('the journal and the projects exported, an id of the journal copied, and projects imported', async () => {
    await command(commandIds.exportJournal, 'JSON Lines');
    await command(commandIds.exportJournal, 'CSV');
    await command(commandIds.exportProjects, known.google, 'Open as a document');
    const exported = readdirSync(folder).filter((name) => /^exported-.*\.(csv|jsonl)$/.test(name));
    assert.equal(exported.length, 2, exported.join());
    const lines = exported.map((name) => readFileSync(join(folder, name), 'utf8'));
    const { operationId } = JSON.parse(lines.find((text) => text.startsWith('{'))?.split('\n')[0] ?? '') as {
      readonly operationId: string;
    };
    await vscode.commands.executeCommand(commandIds.copyOperationId, { operationId });
    assert.deepEqual(editor.copied, [operationId]);
    // Somebody else's file with a secret where none belongs: what is wrong with it is told without the value.
    const clientSecret = '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6789';
    const shared = [{ id: 'with-secret', provider: 'googleDataPortability', clientSecret, refreshToken: clientSecret }];
    search.plant('secret in an imported file', clientSecret);
    user.presses.add('Import');
    user.typed.push(JSON.stringify({ 'reconsent.projects': shared }));
    await command(commandIds.importProjects, 'Paste the text…');
  });

  it('and then: log at trace level, journal, settings, storage, what was shown, copied and exported', () => {
    const { events, userData } = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8')) as HostRun;
    // All that this VS Code has on its disk. Its SecretStorage is not among it: this workbench has no key to keep one with,
    // so it stays in the memory of the page. The UI suite of this fault has a key, and searches what is stored, too.
    search.lookBelow('disk', dirname(userData));
    search.lookBelow('workspace', folder);
    search.look('environment of the process', JSON.stringify(process.env), process.argv.join(' '), process.title);
    search.lookInto('settings', vscode.workspace.getConfiguration().inspect('reconsent.projects'));
    for (const document of vscode.workspace.textDocuments) search.look('shown: documents', document.getText());
    search.lookInto('crash report', process.report.getReport());
    const hits = search.search();
    appendFileSync(events, `${JSON.stringify({ kind: 'line', text: `    ${search.summary(hits)}` })}\n`);
    assert.deepEqual(
      hits.map(({ secret, place, encoding, around }) => `${secret} in ${place}, ${encoding}: ${around}`),
      [],
    );
    const missing = (all: readonly string[], there: Iterable<string>) => all.filter((one) => ![...there].includes(one));
    assert.deepEqual(missing(kinds, search.kinds), [], 'were never on the wire, or typed');
    assert.deepEqual(missing(shown, search.places), [], 'were never looked at');
    // And the search is not blind: what is no secret is found in every place that names it.
    const files = search.places.filter((place) => /^(disk|workspace): (?!names$)/.test(place));
    assert.ok(files.length >= 25, `${files.length} files`);
    for (const id of Object.values(known)) {
      const foundIn = search.whereIs(id);
      for (const place of places)
        assert.ok(
          foundIn.some((one) => place.test(one)),
          `${id} was not found in ${place}, but in ${foundIn}`,
        );
    }
    const log = files.find((place) => /Reconsent\.log$/.test(place)) ?? assert.fail('there is no log');
    const logged = readFileSync(join(dirname(userData), log.replace('disk: ', '')), 'utf8');
    for (const line of lines) assert.match(logged, line);
  });
});

/** Whether it is at a path as the faults of the sandbox name it: `{version}` is one, and a part in brackets may be missing. */
function isAt(path: string, { url }: TappedRequest): boolean {
  const end = path.replace(/^\[.*\]|^\/\{.*?\}/, '').toLowerCase();
  return new URL(url, 'http://here').pathname.toLowerCase().endsWith(end);
}
