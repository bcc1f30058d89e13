import assert from 'node:assert/strict';
import { type Bundle, bundles } from '../../../scripts/host/bundles';

describe('the bundles', () => {
  let all: readonly Bundle[];
  before(function () {
    this.timeout(60_000);
    all = bundles();
  });

  const bundle = (name: string): Bundle => {
    const found = all.find((one) => one.name === name);
    assert.ok(found, `no bundle is called ${name}`);
    return found;
  };
  const packages = (name: string): string[] => {
    const names = bundle(name).inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    return [...new Set(names)];
  };

  it('are the thin entry and one for each part that is loaded on first use', () => {
    const names = all.map(({ name }) => name).sort();
    assert.deepEqual(names, [
      'appleClientSecret',
      'bulk',
      'extension',
      'googleDataPortability',
      'googleOAuth',
      'identityPlatform',
      'jobs',
      'journal',
      'sandbox',
      'sandboxCertificates',
      'settingsProblems',
      'signIn',
      'tasks',
      'tools',
      'transport',
      'venafi',
      'venafiTpp',
      'wizard',
    ]);
  });

  it('leave the network, sign-in and the sandbox out of activation', () => {
    assert.deepEqual(packages('extension'), ['valibot']);
    const lazy = /^src\/(sandbox\/|http\/|auth\/googleOAuth|providers\/[^/]+\/(provider|api|errors|accessTokens)\.ts)/;
    assert.deepEqual(
      bundle('extension').inputs.filter((file) => lazy.test(file)),
      [],
    );
  });

  it('load no network module of Node.js at activation', () => {
    const network = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dgram'];
    const found = bundle('extension').imports.filter((name) => network.includes(name.replace(/^node:/, '')));
    assert.deepEqual(found, []);
  });

  it('reach each lazy part from where it belongs', () => {
    const reached = all.flatMap(({ name, imports }) =>
      imports.filter((path) => path.startsWith('.')).map((path) => `${name} → ${path}`),
    );
    assert.deepEqual(reached.sort(), [
      'extension → ./bulk.js',
      'extension → ./googleDataPortability.js',
      'extension → ./identityPlatform.js',
      'extension → ./jobs.js',
      'extension → ./journal.js',
      'extension → ./sandbox.js',
      'extension → ./settingsProblems.js',
      'extension → ./signIn.js',
      'extension → ./tasks.js',
      'extension → ./tools.js',
      'extension → ./transport.js',
      'extension → ./venafi.js',
      'extension → ./venafiTpp.js',
      'extension → ./wizard.js',
      'googleDataPortability → ./googleOAuth.js',
      'identityPlatform → ./appleClientSecret.js',
      'sandbox → ./sandboxCertificates.js',
      'signIn → ./googleOAuth.js',
      'wizard → ./signIn.js',
    ]);
  });

  it('need VS Code in the entry and in what asks the user', () => {
    assert.deepEqual(
      all.filter(({ imports }) => imports.includes('vscode')).map(({ name }) => name),
      ['extension', 'signIn', 'jobs', 'bulk', 'journal', 'tasks', 'settingsProblems', 'tools', 'venafi', 'wizard'],
    );
  });

  it('keep undici to the transport, without its entry, which sets the dispatcher of the whole process', () => {
    const withUndici = all.filter(({ name }) => packages(name).includes('undici')).map(({ name }) => name);
    assert.deepEqual(withUndici, ['transport']);
    const entries = bundle('transport').inputs.filter((file) => /undici\/(index|lib\/global)\.js$/.test(file));
    assert.deepEqual(entries, []);
  });

  it('keep jose to what signs with it', () => {
    const withJose = all.filter(({ name }) => packages(name).includes('jose')).map(({ name }) => name);
    assert.deepEqual(withJose.sort(), ['appleClientSecret', 'sandbox']);
  });

  it('keep the device flow of RFC 8628 to what signs in with it', () => {
    const withFlow = all.filter(({ name }) => packages(name).includes('oauth4webapi')).map(({ name }) => name);
    assert.deepEqual(withFlow, ['venafi']);
  });

  it('keep the parser of commented JSON to what reads settings as text', () => {
    const withParser = all.filter(({ name }) => packages(name).includes('jsonc-parser')).map(({ name }) => name);
    assert.deepEqual(withParser, ['settingsProblems']);
  });

  it('keep the sandbox apart from what it is to be judged by', () => {
    assert.deepEqual(packages('sandbox').sort(), ['hono', 'jose', 'valibot']);
    assert.deepEqual(
      bundle('sandbox').inputs.filter((file) => /^src\/(?!sandbox\/)/.test(file)),
      [],
    );
  });

  for (const [name, kB] of Object.entries({
    transport: 350,
    googleOAuth: 200,
    signIn: 60,
    jobs: 60,
    bulk: 60,
    journal: 40,
    tasks: 60,
    settingsProblems: 40,
    tools: 40,
    googleDataPortability: 60,
    venafi: 90,
    wizard: 90,
    venafiTpp: 60,
    identityPlatform: 60,
    appleClientSecret: 60,
    sandbox: 240,
    sandboxCertificates: 90,
  })) {
    it(`keep ${name} below ${kB} kB`, () => assert.ok(bundle(name).bytes <= kB * 1000, `${bundle(name).bytes} bytes`));
  }
});
