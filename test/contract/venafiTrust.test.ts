/** Certificates of a Venafi server: an authority of the project's own, and what a server that cannot prove itself gets: nothing. */
import '../fakes/editor';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInWithPassword } from '../../src/auth/vedauth';
import { startDeviceSignIn } from '../../src/auth/vedauthDevice';
import { signInFailed } from '../../src/auth/vedauthReasons';
import type { Reason } from '../../src/core/model';
import { reasonParagraph, untranslated } from '../../src/core/outcomeText';
import { BoundSecret } from '../../src/core/redact';
import { browseIdentities } from '../../src/providers/venafiTpp/identities';
import { apiOf } from '../../src/providers/venafiTpp/provider';
import { credentialOrigins } from '../../src/providers/venafiTpp/settings';
import { signOut } from '../../src/providers/venafiTpp/signOut';
import type { ListenerCertificate, VenafiListener } from '../../src/sandbox/venafi/api';
import { readCaBundle } from '../../src/vscode/caBundle';
import { leaving } from '../fakes/venafiScene';
import { never, VenafiWorld } from '../fakes/venafiWorld';

interface Row {
  readonly certificate: ListenerCertificate;
  readonly withBundle: boolean;
  readonly code: string;
  readonly text: RegExp;
}

const rows: Readonly<Record<string, Row>> = {
  'an authority that nobody has added': {
    certificate: 'good',
    withBundle: false,
    code: 'http.tls-untrusted',
    text: /is not trusted by this computer\..*caBundle/,
  },
  'another authority than the one of the bundle': {
    certificate: 'untrusted',
    withBundle: true,
    code: 'http.tls-untrusted',
    text: /is not trusted by this computer\..*caBundle/,
  },
  'no authority at all': {
    certificate: 'self-signed',
    withBundle: true,
    code: 'http.tls-untrusted',
    text: /is not trusted by this computer\..*caBundle/,
  },
  'another name': {
    certificate: 'wrong-name',
    withBundle: true,
    code: 'http.tls-name-mismatch',
    text: /was made for another name\..*Check the endpoint/,
  },
  'a time that is over': {
    certificate: 'expired',
    withBundle: true,
    code: 'http.tls-expired',
    text: /has expired\..*Renew it/,
  },
  'a time to come': {
    certificate: 'not-yet-valid',
    withBundle: true,
    code: 'http.tls-not-yet-valid',
    text: /is not valid yet\..*clock/,
  },
};

function innermost(why: Reason): Reason {
  return why.cause ? innermost(why.cause) : why;
}

describe('the certificate of a Venafi server', () => {
  let world: VenafiWorld;
  let folder: string;
  let alice: string;
  beforeEach(async () => {
    world = await VenafiWorld.open();
    folder = await mkdtemp(join(tmpdir(), 'reconsent-trust-'));
    alice = world.id('alice.test');
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As the settings do it: through the checked file. */
  async function addBundle(): Promise<void> {
    const path = join(folder, 'ca.pem');
    await writeFile(path, await world.control.ca());
    const bundle = await readCaBundle(path, Date.now());
    assert.ok(bundle.kind === 'bundle', JSON.stringify(bundle));
    for (const certificate of bundle.certificates) world.trust(certificate);
  }

  function point(sdk: VenafiListener, auth?: VenafiListener): void {
    const { project, sample } = world;
    const options = { ...project.options, ...(auth ? { authEndpoint: auth.origin } : {}) };
    world.project = { ...project, endpoint: sdk.origin, options };
    world.credential = world.credentialOf(sample.administrator);
  }

  const received = () => world.sandbox.control.requests.count();
  const receivedByAuth = () =>
    world.sandbox.control.requests.list().filter(({ path }) => path.toLowerCase().startsWith('/vedauth/')).length;
  const paragraph = (why: Reason) => reasonParagraph(why, world.texts, untranslated);
  const posts = () => world.requests('/oauth/revokegrants');

  it('is accepted with the bundle of the project: preview, reset, proof', async () => {
    point(await world.control.listen({ certificate: 'good' }));
    await addBundle();
    const outcome = await world.revoke(alice);
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.deepEqual([posts(), world.control.grants({ grantee: 'alice.test' }).length], [1, 0]);
  });

  for (const [what, { certificate, withBundle, code, text }] of Object.entries(rows)) {
    describe(`with ${what}`, () => {
      let bad: VenafiListener;
      beforeEach(async () => {
        bad = await world.control.listen({ certificate });
        if (withBundle) await addBundle();
      });

      function assertTold(why: Reason | undefined): void {
        assert.ok(why);
        assert.equal(innermost(why).code, code);
        assert.match(paragraph(why), text);
        assert.ok(paragraph(innermost(why)).includes(new URL(bad.origin).host), paragraph(why));
      }

      it(`a reset ends with ${code}; nobody is asked, nothing is sent`, async () => {
        point(bad);
        const before = received();
        const outcome = await world.revoke(alice);
        assert.ok(outcome.kind === 'not-sent', outcome.kind);
        assertTold(outcome.reason);
        assert.deepEqual([received() - before, world.previews.length, world.journal.calls.length], [0, 0, 0]);
        assert.equal(world.control.grants({ grantee: 'alice.test' }).length, 3);
      });

      it('looking for users sends nothing', async () => {
        point(bad);
        const token = world.credential.secrets['accessToken'];
        assert.ok(token);
        const before = received();
        const result = await browseIdentities(apiOf({ project: world.project }, world), token, 'test', 2, never);
        assert.ok(result.kind === 'failed', result.kind);
        assertTold(result.reason);
        assert.equal(received(), before);
      });

      it('a server that turns out so after the confirmation does not get the revocation', async () => {
        // The good server is trusted, whatever is tried with the other one.
        if (!withBundle) await addBundle();
        const { port } = bad;
        await world.control.closeListener(port);
        point(await world.control.listen({ certificate: 'good', port }));
        const identity = { id: alice, label: 'alice' };
        const target = { project: world.project, identity, credentials: [world.credential] } as const;
        const previewed = await world.provider.preview(target, 'revokeGrants', never);
        assert.ok(previewed.kind === 'ready', previewed.kind);
        await world.control.closeListener(port);
        await world.control.listen({ certificate: withBundle ? certificate : 'untrusted', port });
        const before = received();
        const confirmed = leaving();
        const sent = await previewed.prepared.send(confirmed, never);
        assert.ok(sent.kind === 'not-sent', sent.kind);
        assertTold(sent.reason);
        assert.deepEqual([received() - before, posts(), confirmed.left], [0, 0, 0]);
      });

      describe('on the authorization host', () => {
        beforeEach(async () => {
          if (!withBundle) return point(await world.control.listen({ certificate: 'none', serves: 'vedsdk' }), bad);
          point(await world.control.listen({ certificate: 'good', serves: 'vedsdk' }), bad);
        });
        const client = () => {
          const boundTo = credentialOrigins(world.project);
          return { authOrigin: bad.origin, clientId: world.sample.clientId, boundTo, project: world.project.id };
        };

        it('no code is asked for, and no password is sent', async () => {
          const { username, password } = world.sample.administrator;
          const account = { username, password: new BoundSecret(password, [bad.origin]), scope: world.sample.scope };
          const before = received();
          for (const result of [
            await startDeviceSignIn(client(), world.sample.scope, world, never),
            await signInWithPassword(client(), account, world, never),
          ]) {
            assert.ok(result.kind === 'unanswered', result.kind);
            assertTold(signInFailed(result, bad.origin));
          }
          assert.equal(received(), before);
        });

        it('no refresh token is sent, nothing is forgotten, and the revocation is not sent either', async () => {
          world.control.expireAccessTokens({ grantee: 'tpp-admin' });
          const outcome = await world.revoke(alice);
          assert.ok(outcome.kind === 'not-sent', `${outcome.kind} ${world.text(outcome)}`);
          assertTold(outcome.reason);
          assert.match(world.text(outcome), /You are still signed in; nothing was forgotten/);
          assert.deepEqual([receivedByAuth(), posts()], [0, 0]);
        });

        it('signing out does not send the token, and says that the server may still know it', async () => {
          const target = { project: world.project, identity: { id: '', label: '' } };
          const result = await signOut(target, world.credential, world.providerPorts, never);
          assert.ok(result.kind === 'failed', result.kind);
          assertTold(result.reason);
          assert.equal(receivedByAuth(), 0);
        });
      });
    });
  }

  it('has four different texts for the four ways to be wrong', () => {
    const codes = ['tls-untrusted', 'tls-name-mismatch', 'tls-expired', 'tls-not-yet-valid'];
    const params = { host: 'tpp.example', detail: '' };
    const texts = codes.map((code) => paragraph({ code: `http.${code}`, params, actions: [] }));
    assert.equal(new Set(texts).size, 4);
    for (const text of texts) assert.match(text, /Nothing was sent/);
  });
});
