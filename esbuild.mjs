import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';

const { values: flags } = parseArgs({
  options: {
    /** Development bundles with source maps, rebuilt at every change. */
    watch: { type: 'boolean', default: false },
    /** Where the bundles go. */
    outdir: { type: 'string', default: 'dist' },
    /** Prints esbuild's metafile (which source and which package is in which bundle) as JSON; writes no bundle. */
    metafile: { type: 'boolean', default: false },
  },
});

/**
 * The bundle has a thin entry and one file for each part that is loaded on first use. A dynamic `import()` of one of the
 * modules below becomes a `require` of its own file, so activation never pays for the network, sign-in or sandbox code.
 * Each part has its own copy of the classes it uses: nothing that crosses parts may be told apart by `instanceof`.
 */
const lazyParts = {
  transport: 'src/http/transport.ts',
  googleOAuth: 'src/auth/googleOAuth.ts',
  signIn: 'src/vscode/signIn/signIn.ts',
  jobs: 'src/vscode/jobs/jobActions.ts',
  bulk: 'src/vscode/bulk/bulkActions.ts',
  journal: 'src/vscode/journal/journalActions.ts',
  tasks: 'src/vscode/tasks/taskActions.ts',
  settingsProblems: 'src/vscode/settingsProblems/settingsDiagnostics.ts',
  tools: 'src/vscode/tools/toolActions.ts',
  venafi: 'src/vscode/venafi/venafiActions.ts',
  wizard: 'src/vscode/wizard/wizardActions.ts',
  googleDataPortability: 'src/providers/googleDataPortability/provider.ts',
  appleClientSecret: 'src/auth/appleClientSecret.ts',
  identityPlatform: 'src/providers/identityPlatform/provider.ts',
  venafiTpp: 'src/providers/venafiTpp/provider.ts',
  sandbox: 'src/sandbox/server.ts',
  sandboxCertificates: 'src/sandbox/venafi/certificates.ts',
};

/** @type {import('esbuild').Plugin} */
const splitLazyParts = {
  name: 'split-lazy-parts',
  setup(build) {
    build.onResolve({ filter: /^\./ }, async (args) => {
      if (args.kind !== 'dynamic-import' || args.importer.includes('node_modules')) return undefined;
      const resolved = await build.resolve(args.path, { kind: 'import-statement', resolveDir: args.resolveDir });
      const file = resolved.path.replaceAll('\\', '/');
      const part = Object.keys(lazyParts).find((name) => file.endsWith(`/${lazyParts[name]}`));
      if (part) return { path: `./${part}.js`, external: true };
      return { errors: [{ text: `import('${args.path}') names no lazy part: add it to lazyParts in esbuild.mjs` }] };
    });
  },
};

/**
 * undici brings its HTTP parser twice, with SIMD instructions and, for where there are none, without. The one that runs
 * everywhere is as much as our few answers need, and half as large to install.
 *
 * @type {import('esbuild').Plugin}
 */
const oneHttpParser = {
  name: 'one-http-parser',
  setup(build) {
    build.onResolve({ filter: /\/llhttp_simd-wasm\.js$/ }, ({ path, kind, resolveDir }) =>
      build.resolve(path.replace('llhttp_simd-wasm', 'llhttp-wasm'), { kind, resolveDir }),
    );
  },
};

/**
 * gaxios loads it when it is given no `fetch`. It is always given ours, and must never go past it.
 *
 * @type {import('esbuild').Plugin}
 */
const noOtherFetch = {
  name: 'no-other-fetch',
  setup(build) {
    build.onResolve({ filter: /^node-fetch$/ }, ({ path }) => ({ path, namespace: 'no-other-fetch' }));
    build.onLoad({ filter: /.*/, namespace: 'no-other-fetch' }, ({ path }) => ({
      contents: `export default () => { throw new Error('${path} is not part of Reconsent'); };`,
    }));
  },
};

/**
 * The types of the exported API, for the authors of other extensions: the very file that the code is checked against.
 *
 * @type {import('esbuild').Plugin}
 */
const apiTypes = {
  name: 'api-types',
  setup(build) {
    const { absWorkingDir, outdir, write } = build.initialOptions;
    const types = join(absWorkingDir, 'src', 'vscode', 'publicApi.ts');
    build.onEnd(() => void (write && copyFileSync(types, resolve(absWorkingDir, outdir, 'api.d.ts'))));
  },
};

const build = await context({
  entryPoints: { extension: 'src/extension.ts', ...lazyParts },
  absWorkingDir: import.meta.dirname,
  outdir: flags.outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  // Its other entry is made for loaders that run in the browser, and cannot be bundled.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  supported: { 'dynamic-import': false },
  minify: !flags.watch,
  sourcemap: flags.watch ? 'linked' : false,
  metafile: true,
  write: !flags.metafile,
  // THIRD-PARTY-NOTICES.md carries them.
  legalComments: 'none',
  logLevel: flags.metafile ? 'warning' : 'info',
  plugins: [splitLazyParts, oneHttpParser, noOtherFetch, apiTypes],
});

if (flags.watch) {
  await build.watch();
} else {
  const { metafile } = await build.rebuild();
  await build.dispose();
  if (flags.metafile) console.log(JSON.stringify(metafile));
}
