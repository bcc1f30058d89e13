import '../../fakes/editor';
import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import type { Project } from '../../../src/core/model';
import { parseProjects } from '../../../src/core/projectsSetting';
import { providerDescriptions } from '../../../src/providers/registry';
import { Authorities } from '../../../src/vscode/authorities';
import {
  type ClientCertificateProblem,
  clientCertificateTexts,
  judgeClientCertificate,
  readClientCertificate,
} from '../../../src/vscode/clientCertificate';
import { systemClock } from '../../../src/vscode/systemPorts';
import { FakeEditor } from '../../fakes/editor';
import { Bench, get, neverAborted, post, sendCounting } from '../http/bench';
import { type ServerCertificate, TestAuthority } from '../http/certificates';

const dayMs = 86_400_000;

describe('the client certificate of a project', () => {
  let authority: TestAuthority;
  let client: ServerCertificate;
  let folder: string;
  before(async () => {
    // What is wrong with a file is said in the language of the editor.
    new FakeEditor().use();
    authority = await TestAuthority.create();
    client = await authority.issue({ name: 'alice' });
    folder = mkdtempSync(join(tmpdir(), 'reconsent-client-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  describe('as its files', () => {
    const judge = (certificate: string | Buffer, key?: string | Buffer, now = Date.now()): string => {
      const keyFile = key === undefined ? undefined : Buffer.from(key);
      const judged = judgeClientCertificate(Buffer.from(certificate), keyFile, now);
      return judged.kind === 'pair' ? 'pair' : `${judged.at} ${judged.problem}`;
    };
    const keyObject = (): KeyObject => createPrivateKey(client.key);
    const passphrase = { cipher: 'aes-256-cbc', passphrase: 'planted-passphrase' };

    it('may have the key beside it or apart, in any of its PEM forms, with text around', () => {
      assert.equal(judge(client.cert, client.key), 'pair');
      assert.equal(judge(`Bag Attributes\n${client.key}\n${client.cert}`), 'pair');
      assert.equal(
        judge(client.cert.replaceAll('\n', '\r\n'), keyObject().export({ type: 'sec1', format: 'pem' })),
        'pair',
      );
    });

    it('stands first in what a server is shown, whatever the order in the file', () => {
      const judged = judgeClientCertificate(
        Buffer.from(`${authority.pem}\n${client.cert}\n${client.key}`),
        undefined,
        Date.now(),
      );
      assert.ok(judged.kind === 'pair');
      const blocks = judged.certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      assert.deepEqual(
        blocks.map((pem) => new X509Certificate(pem).subject),
        ['CN=alice', 'CN=Test Authority'],
      );
      assert.doesNotMatch(judged.certificates, /PRIVATE KEY/);
    });

    const bad: Readonly<Record<string, readonly [told: string, () => readonly [string | Buffer, (string | Buffer)?]]>> =
      {
        'an empty file': ['clientCertificate empty', () => ['']],
        'an empty key': ['clientKey empty', () => [client.cert, ' \n']],
        'a page': ['clientCertificate no-certificate', () => ['<html>404</html>']],
        'a key alone': ['clientCertificate no-certificate', () => [client.key]],
        'a cut certificate': [
          'clientCertificate broken',
          () => [client.cert.replace(/\n[^\n]{10}/, '\nAAAA'), client.key],
        ],
        'a binary certificate': ['clientCertificate der', () => [new X509Certificate(client.cert).raw, client.key]],
        'a binary key': ['clientKey der', () => [client.cert, keyObject().export({ type: 'pkcs8', format: 'der' })]],
        'a container': [
          'clientCertificate pkcs12',
          () => [Buffer.from('308204d6020103308204a006092a864886f70d010701', 'hex')],
        ],
        'no key': ['clientCertificate no-key', () => [client.cert]],
        'no key in its file': ['clientKey no-key', () => [client.cert, client.cert]],
        'a key with a passphrase': [
          'clientKey encrypted-key',
          () => [client.cert, keyObject().export({ type: 'pkcs8', format: 'pem', ...passphrase })],
        ],
        'a key with a passphrase in the older form': [
          'clientCertificate encrypted-key',
          () => [`${client.cert}${keyObject().export({ type: 'sec1', format: 'pem', ...passphrase })}`],
        ],
        'a cut key': ['clientKey broken-key', () => [client.cert, client.key.replace(/\n[^\n]{10}/, '\nAAAA')]],
      };
    for (const [name, [told, files]] of Object.entries(bad)) {
      it(`${name}: ${told}`, () => assert.equal(judge(...files()), told));
    }

    it('the key of another certificate: no-pair', async () => {
      const other = await authority.issue();
      assert.equal(judge(client.cert, other.key), 'clientKey no-pair');
      assert.equal(judge(client.cert + other.key), 'clientCertificate no-pair');
    });

    it('that has expired, or is not valid yet, is said to', () => {
      assert.equal(judge(client.cert, client.key, Date.now() + 100 * dayMs), 'clientCertificate expired');
      assert.equal(judge(client.cert, client.key, Date.now() - 100 * dayMs), 'clientCertificate not-yet-valid');
    });

    it('that are missing, a folder, or of 50 MB are not read', async () => {
      const huge = file('huge.pem', client.cert);
      truncateSync(huge, 50_000_000);
      const own = file('own.pem', client.cert);
      const problemOf = async (paths: Parameters<typeof readClientCertificate>[0]): Promise<string> => {
        const read = await readClientCertificate(paths, Date.now());
        return read.kind === 'problem' ? `${read.at} ${read.problem}` : read.kind;
      };
      const none = join(folder, 'none.pem');
      assert.equal(await problemOf({ clientCertificate: none }), 'clientCertificate missing');
      assert.equal(await problemOf({ clientCertificate: folder }), 'clientCertificate not-a-file');
      assert.equal(await problemOf({ clientCertificate: huge }), 'clientCertificate too-large');
      assert.equal(await problemOf({ clientCertificate: own, clientKey: none }), 'clientKey missing');
      assert.equal(await problemOf({ clientCertificate: own, clientKey: huge }), 'clientKey too-large');
      assert.equal(await problemOf({ clientKey: own }), 'clientKey key-alone');
    });

    it('have a text for each problem that says what to do', () => {
      for (const { what, mend } of Object.values(clientCertificateTexts)) {
        assert.match(what, /^[a-z]/);
        assert.match(mend, /\.$/);
      }
      const { what, mend } = clientCertificateTexts['encrypted-key' satisfies ClientCertificateProblem];
      assert.match(`${what}. ${mend}`, /passphrase, which is not supported.*openssl pkey/);
    });
  });

  describe('in the settings', () => {
    let bench: Bench;
    let projects: readonly Project[];
    let changed: () => void;
    let authorities: Authorities;
    let shiftMs: number;
    beforeEach(() => {
      bench = new Bench();
      projects = [];
      shiftMs = 0;
      changed = () => assert.fail('nobody listens');
      authorities = new Authorities({
        projects: {
          get all() {
            return projects;
          },
          pathOf: (id) => `[${projects.findIndex((one) => one.id === id)}]`,
          onDidChange: (listener: () => void) => {
            changed = listener;
            return { dispose: () => undefined };
          },
        },
        descriptions: providerDescriptions,
        clock: { ...systemClock, now: () => Date.now() + shiftMs },
      });
    });
    afterEach(() => bench.close());

    const set = (...entries: readonly object[]): void => {
      const parsed = parseProjects(
        entries.map((entry, at) => ({ id: `p${at}`, provider: 'venafiTpp', ...entry })),
        providerDescriptions,
      );
      assert.deepEqual(parsed.problems, []);
      projects = parsed.projects;
      changed();
    };

    /** Answers with the name on the client's certificate. */
    async function asking(more: https.ServerOptions = {}) {
      const server = await authority.issue();
      return bench.listen(
        https.createServer(
          { ...server, ca: authority.pem, requestCert: true, rejectUnauthorized: false, ...more },
          ({ socket }, response) => {
            const peer = (socket as TLSSocket).getPeerCertificate();
            response.end(peer.subject?.CN ?? 'nobody');
          },
        ),
        'https',
      );
    }

    function transport() {
      return bench.transport({
        trust: {
          extraCertificates: () => [authority.pem],
          clientCertificate: (project, origin) => authorities.clientCertificateFor(project, origin),
        },
      });
    }

    const seen = async (on: ReturnType<typeof transport>, origin: string, project: string | undefined, how = get) => {
      await authorities.settled();
      const result = await on.send({ ...how(origin), ...(project === undefined ? {} : { project }) }, neverAborted);
      return result.kind === 'response' ? result.body : 'cause' in result ? result.cause : result.kind;
    };

    it("is shown to the project's own origins alone, and in its own name alone", async () => {
      const [sdk, auth, elsewhere] = [await asking(), await asking(), await asking()];
      const own = { clientCertificate: file('own.pem', client.cert), clientKey: file('own.key', client.key) };
      set({ endpoint: sdk.origin, authEndpoint: auth.origin, ...own }, { endpoint: sdk.origin });
      const on = transport();
      for (const how of [get, post]) {
        assert.deepEqual(
          [
            await seen(on, sdk.origin, 'p0', how),
            await seen(on, auth.origin, 'p0', how),
            await seen(on, elsewhere.origin, 'p0', how),
            await seen(on, sdk.origin, 'p1', how),
            await seen(on, sdk.origin, undefined, how),
          ],
          ['alice', 'alice', 'nobody', 'nobody', 'nobody'],
        );
      }
    });

    it('makes connections that no other project uses, whoever was first, warm ones and those of a bulk included', async () => {
      const sdk = await asking();
      const bob = await authority.issue({ name: 'bob' });
      set(
        { endpoint: sdk.origin, clientCertificate: file('a.pem', client.cert + client.key) },
        { endpoint: sdk.origin, clientCertificate: file('b.pem', bob.cert + bob.key) },
        { endpoint: sdk.origin },
      );
      await authorities.settled();
      const on = transport();
      const names = ['alice', 'bob', 'nobody'];
      const round = async (one: typeof on | ReturnType<(typeof on)['openBulk']>, how: typeof get) => {
        for (const at of [0, 1, 2, 2, 1, 0]) {
          const result = await one.send({ ...how(sdk.origin), project: `p${at}` }, neverAborted);
          assert.equal(result.kind === 'response' && result.body, names[at], JSON.stringify(result));
        }
      };
      await round(on, get);
      // Each keeps its own, and comes back to it.
      assert.equal(sdk.connections(), 3);
      for (const at of [0, 1, 2]) {
        on.warm(sdk.origin, `p${at}`);
        assert.equal(await seen(on, sdk.origin, `p${(at + 1) % 3}`, post), names[(at + 1) % 3]);
        assert.equal(await seen(on, sdk.origin, `p${at}`, post), names[at]);
      }
      const bulk = on.openBulk();
      await round(bulk, post);
      await bulk.close();
    });

    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      for (const how of [get, post]) {
        it(`${maxVersion}, ${how.name}: a server that demands one gets nothing without it, or with a wrong one`, async () => {
          let requests = 0;
          const sdk = await asking({ rejectUnauthorized: true, maxVersion });
          const stranger = await (await TestAuthority.create('CN=Stranger')).issue();
          const own = { clientCertificate: join(folder, 'own.pem'), clientKey: join(folder, 'own.key') };
          set({ endpoint: sdk.origin }, { endpoint: sdk.origin, ...own });
          const on = transport();
          const ask = async (project: string) => {
            await authorities.settled();
            const { result, sent } = await sendCounting(on, { ...how(sdk.origin), project });
            requests += sent;
            return result.kind === 'response' ? result.body : 'cause' in result ? `${result.kind} ${result.cause}` : '';
          };
          assert.equal(await ask('p0'), 'not-sent client-certificate-missing');
          file('own.pem', stranger.cert);
          file('own.key', stranger.key);
          assert.equal(await ask('p1'), 'not-sent client-certificate-refused');
          assert.equal(requests, 0, 'nothing left');
          file('own.pem', client.cert);
          file('own.key', client.key);
          assert.equal(await ask('p1'), 'alice');
          assert.equal(await ask('p0'), 'not-sent client-certificate-missing');
          assert.equal(requests, 1);
        });
      }
    }

    it('that can no longer be used keeps everything here, and says why', async () => {
      const sdk = await asking();
      const path = file('own.pem', client.cert + client.key);
      set({ endpoint: sdk.origin, clientCertificate: path });
      const on = transport();
      assert.equal(await seen(on, sdk.origin, 'p0'), 'alice');
      const told = async (): Promise<string> => {
        await authorities.settled();
        const { result, sent } = await sendCounting(on, { ...post(sdk.origin), project: 'p0' });
        assert.deepEqual([result.kind, sent], ['not-sent', 0]);
        return result.kind === 'not-sent' ? `${result.cause}: ${result.detail}` : '';
      };
      shiftMs = 100 * dayMs;
      assert.match(
        await told(),
        /^client-certificate-unusable: clientCertificate holds a certificate that has expired/,
      );
      shiftMs = 0;
      assert.equal(await seen(on, sdk.origin, 'p0'), 'alice');
      file('own.pem', client.cert);
      assert.match(await told(), /clientCertificate holds no private key/);
      rmSync(path);
      assert.match(await told(), /clientCertificate does not exist/);
      file('own.pem', client.cert + client.key);
      assert.equal(await seen(on, sdk.origin, 'p0'), 'alice');
    });

    it('is checked when they change, told with its place, its path and what to do; no key is in what is told', async () => {
      const other = await authority.issue();
      const clientKey = file('other.key', other.key);
      set({ endpoint: 'https://tpp.example', clientCertificate: file('own.pem', client.cert), clientKey });
      const problems = await authorities.problems();
      assert.deepEqual(problems, [
        {
          path: '[0].clientKey',
          what: `${clientKey} holds a key that belongs to none of the certificates`,
          mend: clientCertificateTexts['no-pair'].mend,
          project: projects[0],
          file: clientKey,
          option: 'clientKey',
          problem: 'no-pair',
        },
      ]);
      set({
        endpoint: 'https://tpp.example',
        clientCertificate: join(folder, 'own.pem'),
        clientKey: file('own.key', client.key),
      });
      assert.deepEqual(await authorities.problems(), []);
      const shown = authorities.clientCertificateFor('p0', 'https://tpp.example');
      const body = client.key.split('\n')[1] ?? assert.fail();
      for (const text of [inspect([problems, shown], { depth: 9 }), JSON.stringify(shown), bench.logged.join('\n')]) {
        assert.ok(!text.includes(body));
      }
    });
  });
});
