import '../../fakes/editor';
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project } from '../../../src/core/model';
import { parseProjects } from '../../../src/core/projectsSetting';
import { providerDescriptions } from '../../../src/providers/registry';
import { Authorities } from '../../../src/vscode/authorities';
import { type CaBundleProblem, caBundleTexts, judgeCaBundle, readCaBundle } from '../../../src/vscode/caBundle';
import { systemClock } from '../../../src/vscode/systemPorts';
import { Bench, post, sendCounting } from '../http/bench';
import { type ServerCertificate, TestAuthority } from '../http/certificates';

const dayMs = 86_400_000;

describe('fault 5: the file with the authorities of a project', () => {
  let authority: TestAuthority;
  let server: ServerCertificate;
  let folder: string;
  before(async () => {
    authority = await TestAuthority.create();
    server = await authority.issue();
    folder = mkdtempSync(join(tmpdir(), 'reconsent-ca-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const der = (pem: string): Buffer => new X509Certificate(pem).raw;
  const judge = (bytes: Buffer | string, now = Date.now()): string => {
    const judged = judgeCaBundle(Buffer.from(bytes), now);
    return judged.kind === 'bundle' ? `${judged.certificates.length}` : judged.problem;
  };

  it('may hold several authorities, with text around them, in the manner of Windows, too', async () => {
    const other = await TestAuthority.create('CN=Other');
    const text = `# roots\n${authority.pem}\n\n${other.pem}`;
    assert.equal(judge(text), '2');
    assert.equal(judge(`\ufeff${text.replaceAll('\n', '\r\n')}`), '2');
  });

  it('adds authorities alone, also where a server stands beside them', () => {
    assert.equal(judge(`${server.cert}\n${authority.pem}`), '1');
  });

  const bad: Readonly<Record<string, readonly [CaBundleProblem, () => Buffer | string]>> = {
    'an empty one': ['empty', () => ''],
    'white space': ['empty', () => ' \n'],
    'a binary certificate': ['der', () => der(authority.pem)],
    'PKCS#7 as text': ['pkcs7', () => '-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n'],
    'PKCS#7 in binary form': ['pkcs7', () => Buffer.from('3082010006092a864886f70d010702a082', 'hex')],
    'a server alone': ['leaf-only', () => server.cert],
    'a private key beside an authority': ['private-key', () => `${authority.pem}\n${server.key}`],
    'a page': ['no-certificate', () => '<html>404</html>'],
    'a cut certificate': ['broken', () => authority.pem.replace(/\n[^\n]{10}/, '\nAAAA')],
  };
  for (const [name, [problem, bytes]] of Object.entries(bad)) {
    it(`${name}: ${problem}`, () => assert.equal(judge(bytes()), problem));
  }

  it('authorities that have expired are left out; when none is left, that is said', async () => {
    assert.equal(judge(authority.pem, Date.now() + 2000 * dayMs), 'expired');
  });

  it('a missing one, a folder, and one of 50 MB that is not even read', async () => {
    const huge = join(folder, 'huge.pem');
    writeFileSync(huge, authority.pem);
    truncateSync(huge, 50_000_000);
    for (const [path, problem] of [
      [join(folder, 'none.pem'), 'missing'],
      [folder, 'not-a-file'],
      [huge, 'too-large'],
    ] as const) {
      assert.deepEqual(await readCaBundle(path, Date.now()), { kind: 'problem', problem });
    }
  });

  it('has a text for each problem that says what to do', () => {
    for (const { what, mend } of Object.values(caBundleTexts)) {
      assert.match(what, /^[a-z]/);
      assert.match(mend, /\.$/);
    }
  });

  describe('in the settings', () => {
    let bench: Bench;
    let projects: readonly Project[];
    let changed: () => void;
    let authorities: Authorities;
    let shiftMs: number;
    let onRead: () => void;
    beforeEach(() => {
      onRead = () => undefined;
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
        clock: {
          ...systemClock,
          now: () => {
            onRead();
            return Date.now() + shiftMs;
          },
        },
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
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };

    it('is trusted for the origins of its project, from the next request on, and no longer when it is taken out', async () => {
      const serve = () =>
        bench.listen(
          https.createServer(server, (_, response) => response.end('secure')),
          'https',
        );
      const [own, other] = [await serve(), await serve()];
      const trust = { extraCertificates: (origin: string) => authorities.certificatesFor(origin) };
      const transport = bench.transport({ trust });
      const ask = async (origin: string, effect: 'read' | 'irreversible' = 'read') => {
        await authorities.settled();
        const { result } = await sendCounting(transport, { ...post(origin), effect });
        return result.kind === 'not-sent' ? result.cause : result.kind;
      };
      assert.equal(await ask(own.origin), 'tls-untrusted');
      const caBundle = file('ca.pem', authority.pem);
      set({ endpoint: own.origin, caBundle });
      assert.deepEqual([await ask(own.origin), await ask(other.origin)], ['response', 'tls-untrusted']);
      set({ endpoint: own.origin, authEndpoint: other.origin, caBundle });
      assert.equal(await ask(other.origin), 'response');
      transport.warm(own.origin);
      set({ endpoint: own.origin });
      for (const effect of ['read', 'irreversible'] as const) {
        assert.equal(await ask(own.origin, effect), 'tls-untrusted', 'kept connections are not used any more');
      }
    });

    it('is read again when it has changed on the disk: the next call trusts the new one, and the old one no longer', async () => {
      const next = await TestAuthority.create();
      const serve = async (certificate: ServerCertificate) =>
        bench.listen(
          https.createServer(certificate, (_, response) => response.end('secure')),
          'https',
        );
      const [before, after] = [await serve(server), await serve(await next.issue())];
      const transport = bench.transport({
        trust: { extraCertificates: (origin) => authorities.certificatesFor(origin) },
      });
      const ask = async ({ origin }: { readonly origin: string }, effect: 'read' | 'irreversible') => {
        await authorities.settled();
        const { result } = await sendCounting(transport, { ...post(origin), effect });
        return result.kind === 'not-sent' ? result.cause : result.kind;
      };
      const caBundle = file('rotated.pem', authority.pem);
      set({ endpoint: before.origin, authEndpoint: after.origin, caBundle });
      for (const effect of ['read', 'irreversible'] as const) {
        file('rotated.pem', authority.pem);
        assert.deepEqual([await ask(before, effect), await ask(after, effect)], ['response', 'tls-untrusted']);
        transport.warm(before.origin);
        // In place, and by a file that takes its place, as deployments do it.
        if (effect === 'read') file('rotated.pem', next.pem);
        else renameSync(file('new.pem', next.pem), caBundle);
        assert.deepEqual([await ask(before, effect), await ask(after, effect)], ['tls-untrusted', 'response']);
      }
      rmSync(caBundle);
      assert.equal(await ask(after, 'read'), 'tls-untrusted');
      assert.match((await authorities.problems())[0]?.what ?? '', /does not exist/);
      file('rotated.pem', next.pem);
      assert.equal(await ask(after, 'read'), 'response');
      assert.deepEqual(await authorities.problems(), []);
    });

    it('is read anew for all projects that name it when it changes between the readings for two of them', async () => {
      const next = await TestAuthority.create('CN=Next');
      const caBundle = file('shared.pem', authority.pem);
      // The clock is asked right before each reading.
      let readings = 0;
      onRead = () => {
        if (++readings === 2) file('shared.pem', next.pem);
      };
      const clientCertificate = join(folder, 'none.pem');
      set(
        { endpoint: 'https://one.example', caBundle, clientCertificate },
        { endpoint: 'https://two.example', caBundle },
      );
      await authorities.settled();
      await authorities.settled();
      const [one, two] = ['https://one.example', 'https://two.example'].map((origin) =>
        authorities.certificatesFor(origin),
      );
      assert.deepEqual(one, two);
    });

    it('is read once for as long as it stays what it is', async () => {
      const caBundle = file('same.pem', authority.pem);
      set({ endpoint: 'https://tpp.example', caBundle });
      await authorities.settled();
      const first = authorities.certificatesFor('https://tpp.example');
      await authorities.settled();
      assert.equal(authorities.certificatesFor('https://tpp.example'), first);
    });

    const refused: Readonly<Record<string, readonly [CaBundleProblem, content: () => Buffer | string | undefined]>> = {
      missing: ['missing', () => undefined],
      empty: ['empty', () => ''],
      DER: ['der', () => der(authority.pem)],
      'PKCS#7': ['pkcs7', () => '-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n'],
      'a leaf': ['leaf-only', () => server.cert],
      'with a private key': ['private-key', () => `${authority.pem}\n${server.key}`],
      expired: ['expired', () => authority.pem],
      'of 50 MB': ['too-large', () => Buffer.alloc(50_000_000, 'x')],
    };
    for (const [what, [problem, content]] of Object.entries(refused)) {
      it(`that is ${what} is told when the settings are saved, adds nothing, and nothing is sent`, async () => {
        const bytes = content();
        const caBundle = join(folder, `refused-${problem}.pem`);
        if (bytes !== undefined) writeFileSync(caBundle, bytes);
        if (problem === 'expired') shiftMs = 2000 * dayMs;
        let received = 0;
        const tpp = await bench.listen(
          https.createServer(server, (_, response) => {
            received++;
            response.end('{}');
          }),
          'https',
        );
        set({ endpoint: tpp.origin, caBundle });
        const text = caBundleTexts[problem];
        assert.deepEqual(
          (await authorities.problems()).map(({ path, what, mend }) => ({ path, what, mend })),
          [{ path: '[0].caBundle', what: `${caBundle} ${text.what}`, mend: text.mend }],
        );
        assert.deepEqual(authorities.certificatesFor(tpp.origin), []);
        const trust = { extraCertificates: (origin: string) => authorities.certificatesFor(origin) };
        const { result, sent } = await sendCounting(bench.transport({ trust }), post(tpp.origin));
        assert.deepEqual([result.kind === 'not-sent' && result.cause, sent, received], ['tls-untrusted', 0, 0]);
      });
    }

    it('is told with its place, its path and what to do', async () => {
      set(
        { endpoint: 'https://tpp.example', caBundle: file('ok.pem', authority.pem) },
        { endpoint: 'https://tpp.example', caBundle: file('leaf.pem', server.cert) },
      );
      assert.deepEqual(await authorities.problems(), [
        {
          path: '[1].caBundle',
          what: `${join(folder, 'leaf.pem')} holds the certificate of a server, and none of an authority`,
          mend: caBundleTexts['leaf-only'].mend,
          project: projects[1],
          file: join(folder, 'leaf.pem'),
          option: 'caBundle',
          problem: 'leaf-only',
        },
      ]);
    });

    it('that was refused is read again before the next request: mended in its place, it counts', async () => {
      const origin = 'https://tpp.example';
      set({ endpoint: origin, caBundle: file('mended.pem', server.cert) });
      assert.equal((await authorities.settled()).problems.length, 1);
      file('mended.pem', authority.pem);
      const both = await Promise.all([authorities.settled(), authorities.settled()]);
      assert.deepEqual(
        both.map(({ problems }) => problems),
        [[], []],
      );
      assert.equal(authorities.certificatesFor(origin).length, 1);
    });
  });

  it('is named by its whole path', () => {
    const problems = (caBundle: unknown) =>
      parseProjects(
        [{ id: 'p', provider: 'venafiTpp', endpoint: 'https://tpp.example', caBundle }],
        providerDescriptions,
      ).problems.length;
    for (const path of ['/etc/ca.pem', '~/ca.pem', 'C:\\ca.pem', 'C:/ca.pem', '\\\\server\\share\\ca.pem']) {
      assert.equal(problems(path), 0, path);
    }
    for (const path of ['ca.pem', './ca.pem', '', 7, '/a\nb']) assert.equal(problems(path), 1, String(path));
  });
});
