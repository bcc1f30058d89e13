import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoundSecret } from '../../../src/core/redact';
import { openConnection } from '../../../src/http/connection';
import { defaultLimits } from '../../../src/http/limits';
import { nodeTimer } from '../../../src/http/timers';
import { type ClientCertificate, type GetCertificates, Trust, type TrustSettings } from '../../../src/http/trust';
import { Bench, type Listening, neverAborted } from './bench';
import { TestAuthority } from './certificates';

const origin = 'https://a.example';
const other = 'https://b.example';
const none: TrustSettings = { extraCertificates: () => [] };

describe('whom connections trust', () => {
  let bench: Bench;
  /** Of the process, of the system, of the project, and of nobody. */
  let ofProcess: TestAuthority;
  let system: TestAuthority;
  let project: TestAuthority;
  let stranger: TestAuthority;
  before(async () => {
    [ofProcess, system, project, stranger] = (await Promise.all(
      ['Process', 'System', 'Project', 'Stranger'].map((name) => TestAuthority.create(`CN=${name}`)),
    )) as [TestAuthority, TestAuthority, TestAuthority, TestAuthority];
  });
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  async function serve(authority: TestAuthority): Promise<Listening> {
    return bench.listen(https.createServer(await authority.issue()), 'https');
  }

  /** Connects once; says how that ended. */
  async function connect(trust: Trust, { origin: to }: Listening): Promise<string> {
    const settings = { limits: defaultLimits, trust, startTimer: nodeTimer };
    const direct = { kind: 'direct', because: 'wanted' } as const;
    const opened = await openConnection({ origin: new URL(to), proxy: direct }, settings, neverAborted);
    if (opened.kind === 'open') opened.socket.destroy();
    return opened.kind === 'failed' ? opened.cause : opened.kind;
  }

  describe('where Node can ask the system', () => {
    let asked: string[];
    let broken: boolean;
    const get: GetCertificates = (store) => {
      asked.push(store);
      if (store === 'default') return [ofProcess.pem];
      if (broken) throw new Error('no store');
      return [system.pem, ofProcess.pem];
    };
    beforeEach(() => {
      asked = [];
      broken = false;
    });

    it('reads the system only for an origin that is not vouched for, and once', async () => {
      const trust = new Trust({ extraCertificates: () => [project.pem] }, { get });
      assert.equal(trust.knowsSystem(), true);
      const servers = await Promise.all([ofProcess, project, system, stranger].map(serve));
      const ends: string[] = [];
      for (const server of servers) ends.push(await connect(trust, server));
      assert.deepEqual(ends, ['open', 'open', 'open', 'tls-untrusted']);
      // One context for what all trust, and one for both that the system was asked for.
      assert.deepEqual(asked, ['default', 'default', 'system']);
      for (const server of servers) await connect(trust, server);
      assert.deepEqual(asked, ['default', 'default', 'system']);
    });

    it('trusts the system without any addition, too', async () => {
      const trust = new Trust(none, { get });
      assert.equal(await connect(trust, await serve(system)), 'open');
      assert.equal(await connect(trust, await serve(stranger)), 'tls-untrusted');
    });

    it('keeps the others where the store of the system cannot be read', async () => {
      broken = true;
      const trust = new Trust({ extraCertificates: () => [project.pem] }, { get });
      assert.equal(await connect(trust, await serve(system)), 'tls-untrusted');
      assert.equal(await connect(trust, await serve(project)), 'open');
    });

    it('widens once for each origin', () => {
      const trust = new Trust(none, { get });
      assert.deepEqual([trust.widen(origin), trust.widen(origin), trust.widen(other)], [true, false, true]);
    });
  });

  describe('where Node cannot ask the system', () => {
    const old = { get: undefined };
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'reconsent-trust-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function withExtra(file: string | undefined, work: () => Promise<void>): Promise<void> {
      const before = process.env['NODE_EXTRA_CA_CERTS'];
      if (file === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
      else process.env['NODE_EXTRA_CA_CERTS'] = file;
      try {
        await work();
      } finally {
        if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
        else process.env['NODE_EXTRA_CA_CERTS'] = before;
      }
    }

    it('does not widen', () => {
      const trust = new Trust(none, old);
      assert.deepEqual([trust.knowsSystem(), trust.widen(origin)], [false, false]);
    });

    it('adds to what the process was told to trust', async () => {
      const file = join(folder, 'extra.pem');
      await writeFile(file, `# of the company\n${system.pem}\n${ofProcess.pem}\n`);
      await withExtra(file, async () => {
        const trust = new Trust({ extraCertificates: () => [project.pem] }, old);
        const ends: string[] = [];
        for (const one of [ofProcess, system, project, stranger]) ends.push(await connect(trust, await serve(one)));
        assert.deepEqual(ends, ['open', 'open', 'open', 'tls-untrusted']);
      });
    });

    for (const file of [undefined, '', '/nowhere/extra.pem']) {
      it(`adds to the roots where the process was told ${JSON.stringify(file)}`, async () => {
        await withExtra(file, async () => {
          const trust = new Trust({ extraCertificates: () => [project.pem] }, old);
          assert.equal(await connect(trust, await serve(project)), 'open');
          assert.equal(await connect(trust, await serve(system)), 'tls-untrusted');
        });
      });
    }
  });
});

describe('what is kept of trust', () => {
  let authority: TestAuthority;
  let files: { cert: string; key: string };
  before(async () => {
    authority = await TestAuthority.create();
    files = await authority.issue();
  });

  const pair = (certificates = files.cert, key = new BoundSecret(files.key, [origin])): ClientCertificate => ({
    kind: 'pair',
    certificates,
    key,
  });
  const unusable: ClientCertificate = { kind: 'unusable', detail: 'd' };

  /** What the settings say now, by origin and project. */
  class Settings implements TrustSettings {
    extra: readonly string[] = [];
    own: ClientCertificate = { kind: 'none' };
    extraCertificates = (at: string) => (at === origin ? this.extra : []);
    clientCertificate = (project: string, at: string): ClientCertificate =>
      project === 'shop' && at === origin ? this.own : { kind: 'none' };
  }

  let settings: Settings;
  let trust: Trust;
  beforeEach(() => {
    settings = new Settings();
    trust = new Trust(settings, { get: () => [authority.pem] });
  });

  it('a certificate is shown for a project, where the settings know any', () => {
    settings.own = unusable;
    assert.equal(trust.clientCertificate(origin, 'shop'), unusable);
    assert.deepEqual(trust.clientCertificate(origin, undefined), { kind: 'none' });
    assert.deepEqual(trust.clientCertificate(other, 'shop'), { kind: 'none' });
    assert.deepEqual(new Trust(none).clientCertificate(origin, 'shop'), { kind: 'none' });
  });

  it('something is own where authorities were added or a certificate is shown', () => {
    assert.deepEqual([trust.isOwn(origin, 'shop'), trust.isOwn(other, 'shop')], [false, false]);
    settings.own = unusable;
    assert.deepEqual(
      [trust.isOwn(origin, 'shop'), trust.isOwn(origin, 'b'), trust.isOwn(other, 'shop')],
      [true, false, false],
    );
    settings.own = { kind: 'none' };
    settings.extra = [authority.pem];
    assert.deepEqual([trust.isOwn(origin, undefined), trust.isOwn(other, undefined)], [true, false]);
  });

  it('connections have one name as long as nothing changes, and none where nothing is added', () => {
    const names = () => [trust.nameFor(origin, 'shop'), trust.nameFor(origin, 'b'), trust.nameFor(other, 'shop')];
    assert.deepEqual(names(), ['', '', '']);
    const seen = new Set<string | undefined>(['']);
    for (const change of [
      () => {
        settings.own = unusable;
      },
      () => {
        settings.own = pair();
      },
      () => {
        settings.own = pair(authority.pem);
      },
      () => {
        settings.extra = [authority.pem];
      },
      () => {
        settings.extra = [authority.pem, files.cert];
      },
      () => {
        settings.own = { kind: 'none' };
      },
    ]) {
      change();
      const [shop, b, elsewhere] = names();
      assert.ok(!seen.has(shop), shop);
      seen.add(shop);
      assert.deepEqual(names(), [shop, b, elsewhere]);
      assert.equal(b === '', settings.extra.length === 0);
      assert.equal(shop === b, settings.own.kind === 'none');
      assert.equal(elsewhere, '');
      assert.doesNotMatch(shop ?? '', /PRIVATE|BEGIN/);
    }
  });

  it('two projects with the same certificate have two names', () => {
    settings.clientCertificate = () => pair();
    assert.notEqual(trust.nameFor(origin, 'shop'), trust.nameFor(origin, 'b'));
    assert.notEqual(trust.contextFor(origin, 'shop'), trust.contextFor(origin, 'b'));
  });

  it('contexts are shared by all that trust the same, and made anew when that changes', () => {
    const bare = trust.contextFor(origin, undefined);
    assert.equal(trust.contextFor(other, 'shop'), bare);
    settings.extra = [authority.pem];
    const added = trust.contextFor(origin, 'shop');
    assert.notEqual(added, bare);
    assert.equal(trust.contextFor(origin, undefined), added);
    assert.equal(trust.contextFor(other, undefined), bare);
    trust.widen(origin);
    assert.notEqual(trust.contextFor(origin, undefined), added);
  });

  it('the context of a project is kept for its newest certificate', () => {
    settings.own = pair();
    const first = trust.contextFor(origin, 'shop');
    assert.notEqual(first, trust.contextFor(origin, undefined));
    assert.equal(trust.contextFor(origin, 'shop'), first);
    settings.own = pair(`${files.cert}\n`);
    const second = trust.contextFor(origin, 'shop');
    assert.notEqual(second, first);
    settings.extra = [authority.pem];
    const third = trust.contextFor(origin, 'shop');
    assert.notEqual(third, second);
    trust.widen(origin);
    const fourth = trust.contextFor(origin, 'shop');
    assert.notEqual(fourth, third);
    assert.equal(trust.contextFor(origin, 'shop'), fourth);
  });

  it('the key of another origin is not used', () => {
    settings.own = pair(files.cert, new BoundSecret(files.key, [other]));
    assert.throws(() => trust.contextFor(origin, 'shop'), /an origin of another project/);
  });
});
