import assert from 'node:assert/strict';
import { type Bundle, bundles, withNeeds } from '../../../scripts/host/bundles';

/** The largest size of each lazy part, in kB. */
const limits = {
  engine: 272,
  texts: 2,
  transport: 145,
  googleOAuth: 63,
  signIn: 42,
  jobs: 31,
  bulk: 17,
  journal: 14,
  tasks: 13,
  tools: 20,
  settingsProblems: 29,
  googleDataPortability: 43,
  venafi: 74,
  wizard: 46,
  venafiTpp: 37,
  identityPlatform: 35,
  appleClientSecret: 30,
  sandbox: 220,
  sandboxCertificates: 70,
};
const lazyParts = Object.keys(limits);

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
  /** What is loaded when that bundle is. */
  const loaded = (name: string) => {
    const parts = withNeeds(all, bundle(name));
    return {
      names: parts.map((one) => one.name),
      inputs: parts.flatMap(({ inputs }) => inputs),
      imports: parts.flatMap(({ imports }) => imports),
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  const packagesOf = (inputs: readonly string[]): string[] => {
    const names = inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    return [...new Set(names)];
  };
  const loadedWith = (name: string): string[] =>
    [...lazyParts, 'extension'].filter((one) => packagesOf(loaded(one).inputs).includes(name));

  it('are one for activation, one for each part that is loaded on first use, and what several of them share', () => {
    const shared = [
      'appleClientSecret-sandbox',
      'bulk-jobs',
      'googleDataPortability-identityPlatform-venafi-venafiTpp',
      'googleDataPortability-signIn',
      'googleOAuth-venafi',
      'runtime',
      'sharedByEngine',
      'sharedWithSandbox',
      'signIn-wizard',
      'venafi-venafiTpp',
      'venafi-venafiTpp-wizard',
    ];
    assert.deepEqual(all.map(({ name }) => name).sort(), [...lazyParts, ...shared, 'extension'].sort());
  });

  it('hold each module once, so that its classes are the same for all', () => {
    const inputs = all.flatMap((one) => one.inputs);
    assert.deepEqual(
      inputs.filter((file, index) => inputs.indexOf(file) !== index),
      [],
    );
    assert.ok(inputs.includes('src/extension.ts') && inputs.includes('src/http/transport.ts'));
  });

  it('load at activation nothing but what is needed there', () => {
    assert.deepEqual(loaded('extension').names.sort(), ['extension']);
  });

  it('load the texts of other languages also where the engine cannot be loaded', () => {
    assert.deepEqual(loaded('texts').names.sort(), ['extension', 'runtime', 'texts']);
  });

  it('load with a lazy part what carries its name, and what activation and the engine have loaded', () => {
    const there = loaded('engine').names;
    for (const part of lazyParts.filter((name) => name !== 'engine')) {
      const others = loaded(part).names.filter((name) => name !== part && !there.includes(name));
      for (const name of others) assert.ok(name.split('-').includes(part), `${part} needs ${name}`);
    }
  });

  it('leave what asks, reads and sends, and the texts of it, out of activation', () => {
    const { inputs, imports } = loaded('extension');
    const later =
      /^src\/(auth|storage|http|providers|sandbox)\/|[tT]exts\.ts$|\/(consentOperations|jobOperations|prompts|allCommands|projects|consentTree)\.ts$/;
    assert.deepEqual(
      inputs.filter((file) => later.test(file)),
      [],
    );
    assert.deepEqual(imports, ['vscode']);
  });

  it('leave the network, sign-in and the sandbox out of activation', () => {
    const { inputs } = loaded('extension');
    assert.deepEqual(packagesOf(inputs), []);
    const lazy = /^src\/(sandbox\/|http\/|auth\/googleOAuth|providers\/[^/]+\/(provider|api|errors|accessTokens)\.ts)/;
    assert.deepEqual(
      inputs.filter((file) => lazy.test(file)),
      [],
    );
  });

  it('load no network module of Node.js at activation', () => {
    const network = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dgram'];
    const found = loaded('extension').imports.filter((name) => network.includes(name.replace(/^node:/, '')));
    assert.deepEqual(found, []);
  });

  it('reach each lazy part from where it belongs', () => {
    const reached = all.flatMap(({ name, loads }) => loads.map((part) => `${name} → ${part}`));
    assert.deepEqual(reached.sort(), [
      'extension → engine',
      'extension → journal',
      'extension → settingsProblems',
      'extension → tasks',
      'extension → texts',
      'extension → tools',
      'googleDataPortability → googleOAuth',
      'identityPlatform → appleClientSecret',
      'sandbox → sandboxCertificates',
      'sharedByEngine → bulk',
      'sharedByEngine → googleDataPortability',
      'sharedByEngine → identityPlatform',
      'sharedByEngine → jobs',
      'sharedByEngine → journal',
      'sharedByEngine → sandbox',
      'sharedByEngine → signIn',
      'sharedByEngine → tasks',
      'sharedByEngine → transport',
      'sharedByEngine → venafi',
      'sharedByEngine → venafiTpp',
      'sharedByEngine → wizard',
      'signIn → googleOAuth',
      'wizard → signIn',
    ]);
  });

  it('have VS Code from one place, where its l10n knows the texts of the package', () => {
    const withEditor = all.filter(({ imports }) => imports.includes('vscode'));
    assert.deepEqual(
      withEditor.map(({ name }) => name),
      ['extension'],
    );
    assert.ok(withEditor[0]?.inputs.includes('src/vscode/editorApi.ts'));
  });

  it('keep undici to the transport, without its entry, which sets the dispatcher of the whole process', () => {
    assert.deepEqual(loadedWith('undici'), ['transport']);
    const entries = loaded('transport').inputs.filter((file) => /undici\/(index|lib\/global)\.js$/.test(file));
    assert.deepEqual(entries, []);
  });

  it('leave out of undici what speaks HTTP/2 and what sends the bodies of fetch', () => {
    const unused = loaded('transport').inputs.filter((file) => /undici\/lib\/(web\/|.*-h2\.js)/.test(file));
    assert.deepEqual(unused, []);
  });

  it('keep jose to what signs with it', () => {
    assert.deepEqual(loadedWith('jose').sort(), ['appleClientSecret', 'sandbox']);
  });

  it('keep the device flow of RFC 8628 to what signs in with it', () => {
    assert.deepEqual(loadedWith('oauth4webapi'), ['venafi']);
  });

  it('keep the parser of commented JSON to what reads settings as text', () => {
    assert.deepEqual(loadedWith('jsonc-parser'), ['settingsProblems']);
  });

  it('keep the sandbox apart from what it is to be judged by', () => {
    const inputs = [...loaded('sandbox').inputs, ...loaded('sandboxCertificates').inputs];
    assert.deepEqual(
      inputs.filter((file) => /^src\/(?!sandbox\/)/.test(file)),
      [],
    );
    assert.deepEqual(packagesOf(loaded('sandbox').inputs).sort(), ['hono', 'jose', 'valibot']);
  });

  it('keep what is loaded at activation below 15 kB', () => {
    assert.ok(loaded('extension').bytes <= 15_000, `${loaded('extension').bytes} bytes`);
  });

  for (const [name, kB] of Object.entries(limits)) {
    it(`keep what is loaded with ${name}, besides what is there, below ${kB} kB`, () => {
      const there = loaded(name === 'engine' ? 'extension' : 'engine').names;
      const own = withNeeds(all, bundle(name)).filter((one) => !there.includes(one.name));
      const bytes = own.reduce((sum, one) => sum + one.bytes, 0);
      assert.ok(bytes <= kB * 1000, `${bytes} bytes`);
    });
  }
});
