/** A Venafi server that demands a client certificate, with the files of the settings, real TLS and the whole reset. */
import '../fakes/editor';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInWithPassword } from '../../src/auth/vedauth';
import { signInFailed } from '../../src/auth/vedauthReasons';
import type { Project, Reason } from '../../src/core/model';
import { reasonParagraph, untranslated } from '../../src/core/outcomeText';
import { BoundSecret } from '../../src/core/redact';
import { venafiTpp } from '../../src/providers/venafiTpp/description';
import { credentialOrigins } from '../../src/providers/venafiTpp/settings';
import { startSandbox } from '../../src/sandbox/server';
import { Authorities } from '../../src/vscode/authorities';
import { systemClock } from '../../src/vscode/systemPorts';
import { FakeEditor } from '../fakes/editor';
import { never, VenafiWorld } from '../fakes/venafiWorld';

function innermost(why: Reason): Reason {
  return why.cause ? innermost(why.cause) : why;
}

describe('a Venafi server that demands a client certificate', () => {
  let world: VenafiWorld;
  let folder: string;
  let alice: string;
  let projects: readonly Project[];
  let authorities: Authorities;
  let changed: () => void;

  beforeEach(async () => {
    // What is wrong with a file is said in the language of the editor.
    new FakeEditor().use();
    world = await VenafiWorld.open();
    folder = await mkdtemp(join(tmpdir(), 'reconsent-mtls-'));
    alice = world.id('alice.test');
    projects = [];
    authorities = new Authorities({
      projects: {
        get all() {
          return projects;
        },
        pathOf: (id) => `[${id}]`,
        onDidChange: (listener: () => void) => {
          changed = listener;
          return { dispose: () => undefined };
        },
      },
      descriptions: new Map([[venafiTpp.id, venafiTpp]]),
      clock: systemClock,
    });
    world.useFiles({
      extraCertificates: (origin) => authorities.certificatesFor(origin),
      clientCertificate: (project, origin) => authorities.clientCertificateFor(project, origin),
    });
    await file('ca.pem', await world.control.ca());
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function file(name: string, content: string): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  /** A project of the settings, with these options besides. */
  async function use(origin: string, options: Readonly<Record<string, string>> = {}, id = 'tpp'): Promise<void> {
    const caBundle = join(folder, 'ca.pem');
    const { clientId } = world.sample;
    const project = { ...world.project, id, endpoint: origin, options: { clientId, caBundle, ...options } };
    projects = [...projects.filter((one) => one.id !== id), project];
    world.project = project;
    world.credential = world.credentialOf(world.sample.administrator);
    changed();
    await authorities.settled();
    assert.deepEqual(await authorities.problems(), []);
  }

  async function ownFiles(): Promise<{ clientCertificate: string; clientKey: string }> {
    const { cert, key } = await world.control.clientCertificate('reconsent');
    return { clientCertificate: await file('client.pem', cert), clientKey: await file('client.key', key) };
  }

  /** From the authority of another sandbox, of the same name. */
  async function strangersFiles(): Promise<{ clientCertificate: string }> {
    const other = await startSandbox();
    try {
      const { cert, key } = await other.control.venafi.clientCertificate('reconsent');
      return { clientCertificate: await file('stranger.pem', cert + key) };
    } finally {
      await other.close();
    }
  }

  const demanding = () => world.control.listen({ clientCertificate: 'demanded' });
  const received = () => world.sandbox.control.requests.count();
  const paragraph = (why: Reason) => reasonParagraph(why, world.texts, untranslated);

  async function assertNothingSent(code: string, text: RegExp): Promise<void> {
    const before = received();
    const outcome = await world.revoke(alice);
    assert.ok(outcome.kind === 'not-sent', `${outcome.kind} ${world.text(outcome)}`);
    assert.equal(innermost(outcome.reason).code, code, world.text(outcome));
    assert.match(world.text(outcome), text);
    assert.deepEqual([received() - before, world.previews.length, world.journal.calls.length], [0, 0, 0]);
    assert.equal(world.control.grants({ grantee: 'alice.test' }).length, 3);
  }

  it('with it: sign-in, preview, reset, proof, and the key is told nobody', async () => {
    const files = await ownFiles();
    await use((await demanding()).origin, files);
    await world.signInByDevice();
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.equal(world.requests('/oauth/revokegrants'), 1);
    assert.equal(world.control.grants({ grantee: 'alice.test' }).length, 0);
    const key = (await readFile(files.clientKey, 'utf8')).split('\n')[1] ?? '';
    assert.equal(key.length, 64);
    const kept = JSON.stringify([world.logLines, world.previews, [...world.journal.entries.values()], outcome]);
    assert.ok(!kept.includes(key));
    assert.doesNotMatch(kept, /PRIVATE KEY|client\.key/);
  });

  it('with it at both hosts: a token that has ended is renewed over the other one', async () => {
    const [sdk, auth] = [
      await world.control.listen({ clientCertificate: 'demanded', serves: 'vedsdk' }),
      await world.control.listen({ clientCertificate: 'demanded', serves: 'vedauth' }),
    ];
    await use(sdk.origin, { ...(await ownFiles()), authEndpoint: auth.origin });
    world.control.expireAccessTokens({ grantee: 'tpp-admin' });
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.equal(world.requests('/authorize/token'), 1);
  });

  it('without it: the reason is its own, and nothing is sent', async () => {
    await use((await demanding()).origin);
    await assertNothingSent(
      'http.client-certificate-missing',
      /asked for a client certificate, and the project has none/,
    );
  });

  it('with one of another authority: the reason is its own, and nothing is sent', async () => {
    await use((await demanding()).origin, await strangersFiles());
    await assertNothingSent(
      'http.client-certificate-refused',
      /ended the connection while it was being secured with the client certificate of the project/,
    );
  });

  it('with a file that is no longer what it was: nothing is sent, and the text says what it is', async () => {
    const files = await ownFiles();
    await use((await demanding()).origin, files);
    await rm(files.clientKey);
    await authorities.settled();
    await assertNothingSent('http.client-certificate-unusable', /clientKey does not exist/);
    const { key } = await world.control.clientCertificate('somebody-else');
    await writeFile(files.clientKey, key);
    await authorities.settled();
    await assertNothingSent('http.client-certificate-unusable', /belongs to none of the certificates/);
  });

  it('gets no password without it', async () => {
    const { origin } = await demanding();
    await use(origin);
    const boundTo = credentialOrigins(world.project);
    const client = { authOrigin: origin, clientId: world.sample.clientId, boundTo, project: world.project.id };
    const { username, password } = world.sample.administrator;
    const account = { username, password: new BoundSecret(password, [origin]), scope: world.sample.scope };
    const before = received();
    const result = await signInWithPassword(client, account, world, never);
    assert.ok(result.kind === 'unanswered', result.kind);
    const why = signInFailed(result, origin);
    assert.ok(why);
    assert.equal(innermost(why).code, 'http.client-certificate-missing');
    assert.match(paragraph(why), /Name its PEM files in the project/);
    assert.equal(received(), before);
  });

  it('another project without one does not use the connections of the first, nor the first those of the other', async () => {
    const { origin } = await demanding();
    await use(origin, await ownFiles(), 'first');
    assert.equal((await world.revoke(alice)).kind, 'verified');
    const seen = received();
    await use(origin, {}, 'second');
    const outcome = await world.revoke(world.id('bob.test'));
    assert.equal(innermost(outcome.reason).code, 'http.client-certificate-missing', world.text(outcome));
    assert.equal(received(), seen);
    await use(
      origin,
      { clientCertificate: join(folder, 'client.pem'), clientKey: join(folder, 'client.key') },
      'first',
    );
    assert.equal((await world.revoke(world.id('bob.test'))).kind, 'verified');
  });
});
