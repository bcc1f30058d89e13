import { context } from 'esbuild';

/**
 * The bundle has a thin entry and one file for each part that is loaded on first use. A dynamic `import()` of one of the
 * modules below becomes a `require` of its own file, so activation never pays for the network, sign-in or sandbox code.
 */
const lazyParts = {
  network: 'src/network.ts',
  googleOAuth: 'src/auth/googleOAuth.ts',
  sandbox: 'src/sandbox/server.ts',
};

/** @type {import('esbuild').Plugin} */
const splitLazyParts = {
  name: 'split-lazy-parts',
  setup(build) {
    build.onResolve({ filter: /^\./ }, async (args) => {
      if (args.kind !== 'dynamic-import') return undefined;
      const resolved = await build.resolve(args.path, { kind: 'import-statement', resolveDir: args.resolveDir });
      const part = Object.entries(lazyParts).find(([, file]) =>
        resolved.path.replaceAll('\\', '/').endsWith(`/${file}`),
      );
      if (part) return { path: `./${part[0]}.js`, external: true };
      return { errors: [{ text: `import('${args.path}') names no lazy part: add it to lazyParts in esbuild.mjs` }] };
    });
  },
};

const watching = process.argv.includes('--watch');
const build = await context({
  entryPoints: { extension: 'src/extension.ts', ...lazyParts },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  supported: { 'dynamic-import': false },
  minify: !watching,
  keepNames: false,
  sourcemap: watching ? 'linked' : false,
  metafile: true,
  legalComments: 'none',
  logLevel: 'info',
  plugins: [splitLazyParts],
});

if (watching) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
