import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { build as bundle, context, transform } from 'esbuild';

const { values: flags } = parseArgs({
  options: {
    /** Development bundles with source maps, rebuilt at every change. */
    watch: { type: 'boolean', default: false },
    /** Where the bundles go. */
    outdir: { type: 'string', default: 'dist' },
    /** Keeps the names of functions, for a profile. */
    names: { type: 'boolean', default: false },
    /** Prints esbuild's metafile (which source and which package is in which bundle) as JSON; writes no bundle. */
    metafile: { type: 'boolean', default: false },
  },
});

/**
 * The bundle has one file for each part that is loaded on first use. A dynamic `import()` of one of the modules below
 * becomes a `require` of its own file, so activation never pays for the network, sign-in or sandbox code.
 */
const lazyParts = {
  engine: 'src/vscode/engine.ts',
  texts: 'src/vscode/packedTexts.ts',
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

/** Parts that no code of the extension is in: they stand on their own. */
const standAlone = ['sandbox', 'sandboxCertificates'];

/** What is there when the part is loaded. Texts are needed also where the engine cannot be. */
const before = (part) => {
  if (standAlone.includes(part)) return [];
  const engine = ['engine', 'texts'].includes(part) ? [] : [`import './${lazyParts.engine}';`];
  return ["import './src/extension.ts';", ...engine];
};

/**
 * Makes the entries of the lazy parts, and sees to it that nothing but them is imported dynamically, or required.
 *
 * Each module is in one file only: esbuild puts what several entries reach into a file of its own, one for each set of
 * entries. A part is asked for by the extension alone, and nearly always by its engine, so its entry may say that both are
 * there; then all that is needed at activation is reached by the same set, as is the engine, and is one file instead of thirty.
 *
 * @type {import('esbuild').Plugin}
 */
const lazyEntries = {
  name: 'lazy-entries',
  setup(build) {
    build.onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice('part:'.length), namespace: 'part' }));
    build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: [...before(path), `export * from './${lazyParts[path]}';`].join(' '),
      resolveDir: import.meta.dirname,
    }));
    build.onResolve({ filter: /^\./ }, async (args) => {
      const isOwn = args.importer !== '' && !args.importer.includes('node_modules');
      if (!isOwn || !['dynamic-import', 'require-call'].includes(args.kind)) return undefined;
      const resolved = await build.resolve(args.path, { kind: 'import-statement', resolveDir: args.resolveDir });
      const file = resolved.path.replaceAll('\\', '/');
      const part = Object.keys(lazyParts).find((name) => file.endsWith(`/${lazyParts[name]}`));
      if (part) return { path: `./${part}.js`, external: true };
      return { errors: [{ text: `import('${args.path}') names no lazy part: add it to lazyParts in esbuild.mjs` }] };
    });
  },
};

/**
 * esbuild splits only ES modules, and the oldest VS Code we run in wants CommonJS: each file is turned into it after the
 * split, under a name that says who shares it.
 *
 * @type {import('esbuild').Plugin}
 */
const asCommonJs = {
  name: 'as-common-js',
  setup(build) {
    build.onEnd(async ({ outputFiles, metafile }) => {
      if (!metafile) return;
      const names = sharedNames(metafile);
      const renamed = (text) => [...names].reduce((all, [from, to]) => all.replaceAll(from, to), text);
      const entry = outputFiles.find(({ path }) => basename(path) === 'extension.js');
      delete metafile.outputs[keyOf(entry.path)];
      const outputs = JSON.parse(renamed(JSON.stringify(metafile.outputs)));
      const files = new Map();
      for (const { path, text } of outputFiles) if (path !== entry.path) files.set(renamed(path), renamed(text));
      for (const [path, text] of files) {
        const isEntry = path === entry.path;
        const code = isEntry ? await inOne(renamed(entry.text), files) : await converted(text, path);
        const made = outputs[keyOf(path)];
        made.bytes = Buffer.byteLength(code);
        if (isEntry) made.imports = made.imports.filter((one) => basename(one.path) !== 'runtime.js');
        if (flags.metafile) continue;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, code);
      }
      metafile.outputs = outputs;
    });
  },
};

function keyOf(path) {
  return relative(import.meta.dirname, path).replaceAll('\\', '/');
}

async function converted(text, path) {
  const { code } = await transform(text, { ...commonJs, banner: '"use strict";', sourcefile: path });
  return code;
}

/**
 * Each file that is required costs a way through the loader that the editor has patched. So what is needed at activation is
 * one with the entry of the extension, and with the helpers. And getters cost a quarter of loading it: what it exports is
 * all there at its end, and stays.
 */
async function inOne(entry, files) {
  // Under another name meanwhile: what requires would be wrapped once more, for ES modules.
  const hidden = (text) => text.replaceAll(/\brequire\b/g, 'laterRequire');
  const texts = new Map([...files].map(([path, text]) => [`./${basename(path)}`, hidden(text)]));
  const { outputFiles } = await bundle({
    ...output,
    stdin: { contents: `${entry}export * from './extension.js';` },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [
      {
        name: 'in-one',
        setup(build) {
          build.onResolve({ filter: /.*/ }, ({ path }) =>
            /^\.\/(extension|runtime)\.js$/.test(path) ? { path, namespace: 'made' } : { path, external: true },
          );
          build.onLoad({ filter: /.*/, namespace: 'made' }, ({ path }) => ({ contents: texts.get(path) }));
        },
      },
    ],
  });
  const ofExports = /export\s*\{([^{}]+)\};(?=\s*(\/\/# sourceMappingURL=.*)?\s*$)/;
  const [, names] = ofExports.exec(outputFiles[0].text) ?? [];
  if (!names) throw new Error('The bundle for activation does not end with its exports.');
  const values = names.split(',').map((one) => one.trim().split(/\s+as\s+/));
  const exported = values.map(([value, name = value]) => `${name}: ${value}`);
  const whole = outputFiles[0].text.replace(ofExports, () => `module.exports = { ${exported.join(', ')} };`);
  return converted(whole.replaceAll('laterRequire', 'require'), 'extension.js');
}

/**
 * The names that esbuild gave to what is shared → ours, which do not change with what is in them: those of the parts
 * that share it, or what is needed at activation (`extension`), what the engine has brought (`sharedByEngine`), the part of it
 * that the sandbox uses, too, and the few helpers of esbuild that everything uses (`runtime`).
 */
function sharedNames({ outputs }) {
  const names = new Map();
  const entries = Object.keys(outputs).filter((path) => outputs[path].entryPoint);
  for (const path of Object.keys(outputs)) {
    const [generated] = /chunk-[A-Z0-9]{8}(?=\.js$)/.exec(path) ?? [];
    if (!generated) continue;
    const users = entries.filter((one) => staticallyReached(outputs, one).has(path)).map((one) => basename(one, '.js'));
    const engine = users.includes('sandbox') ? 'sharedWithSandbox' : 'sharedByEngine';
    const later = users.includes('engine') ? engine : users.sort().join('-');
    const ownName = users.includes('extension') ? 'extension' : later;
    names.set(generated, users.length === entries.length ? 'runtime' : ownName);
  }
  if (new Set(names.values()).size < names.size) throw new Error(`Two files of one name: ${[...names.values()]}`);
  return names;
}

function staticallyReached(outputs, from, reached = new Set()) {
  for (const { path, kind } of outputs[from].imports) {
    if (kind !== 'import-statement' || !outputs[path] || reached.has(path)) continue;
    staticallyReached(outputs, path, reached.add(path));
  }
  return reached;
}

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
 * The parser is WebAssembly, written as text into the source of undici. Compressed it is a third as long, and unpacking takes
 * a millisecond when the first connection is opened.
 *
 * @type {import('esbuild').Plugin}
 */
const packedHttpParser = {
  name: 'packed-http-parser',
  setup(build) {
    build.onLoad({ filter: /[\\/]undici[\\/]lib[\\/]llhttp[\\/]llhttp-wasm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const [, text] = /const wasmBase64 = '([A-Za-z0-9+/=]+)'/.exec(source) ?? [];
      const unpack = "Buffer.from(wasmBase64, 'base64')";
      if (!text || !source.includes(unpack)) return { errors: [{ text: `${path} is not written as it was` }] };
      const packed = brotliCompressSync(Buffer.from(text, 'base64')).toString('base64');
      return {
        contents: source.replace(text, packed).replace(unpack, `require('node:zlib').brotliDecompressSync(${unpack})`),
      };
    });
  },
};

/**
 * undici's client also speaks HTTP/2, and sends forms as `fetch` has them. We offer servers HTTP/1.1 alone (`connection.ts`),
 * and send texts: what does the rest is left out, a third of the transport.
 *
 * @type {import('esbuild').Plugin}
 */
const plainHttp = {
  name: 'plain-http',
  setup(build) {
    const unused = /^(\.\/client-h2\.js|\.\.\/web\/fetch\/body\.js)$/;
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]/.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: unused, namespace: 'left-out' }, ({ path }) => ({
      contents: `const gone = () => { throw new Error('${path} of undici is not part of Reconsent'); };
        module.exports = Object.assign(gone, { extractBody: gone });`,
    }));
  },
};

/**
 * gaxios loads a `fetch` when it is given none, and an agent for it when the environment names a proxy. Nothing is sent by
 * it: google-auth-library, which it belongs to, is given our transport, and must never go past it.
 *
 * @type {import('esbuild').Plugin}
 */
const noOtherFetch = {
  name: 'no-other-fetch',
  setup(build) {
    const instead = {
      "import('node-fetch')": "Promise.reject(new Error('node-fetch is not part of Reconsent'))",
      "import('https-proxy-agent')": 'Promise.resolve({ HttpsProxyAgent: class {} })',
    };
    build.onLoad({ filter: /[\\/]gaxios[\\/]build[\\/].*[\\/]gaxios\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [load, stub] of Object.entries(instead)) {
        if (!contents.includes(load)) return { errors: [{ text: `${path} has no ${load} any more` }] };
        contents = contents.replaceAll(load, () => stub);
      }
      return { contents };
    });
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
    const { absWorkingDir, outdir } = build.initialOptions;
    const types = join(absWorkingDir, 'src', 'vscode', 'publicApi.ts');
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0 || flags.metafile) return;
      await copyFile(types, resolve(absWorkingDir, outdir, 'api.d.ts'));
    });
  },
};

/**
 * What stands in for `vscode`: one object that inherits the editor's API, with an `l10n` that reads the packed texts. A module
 * with `export *` would copy the hundreds of names of the API, three times at each activation; so every source that imports
 * them all is given the one binding.
 *
 * @type {import('esbuild').Plugin}
 */
const editorApi = {
  name: 'editor-api',
  setup(build) {
    const folder = join(import.meta.dirname, 'src', 'vscode');
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(
        /^import \* as vscode from 'vscode';$/m,
        "import { texts_, vscode } from 'editor:api';",
      );
      if (contents === source) return undefined;
      // Known to the bundler, the texts need no way through the API at each of their hundreds of places.
      return { contents: contents.replaceAll(/\bvscode\.l10n\b/g, 'texts_'), loader: 'ts' };
    });
    build.onResolve({ filter: /^editor:api$/ }, ({ path }) => ({ path, namespace: 'editor' }));
    build.onLoad({ filter: /.*/, namespace: 'editor' }, () => ({
      contents: `import { packagedTexts } from './editorApi';
        const editor = require('vscode');
        export const texts_ = packagedTexts(() => editor.env.language);
        export const vscode = Object.create(editor, { l10n: { value: texts_ } });`,
      resolveDir: folder,
    }));
  },
};

/**
 * Languages besides English: the texts that `l10n` has in the editor's format, once for each language, compressed, and
 * without the English ones, which stand in the code. A quarter of the size.
 *
 * @type {import('esbuild').Plugin}
 */
const packedTexts = {
  name: 'packed-texts',
  setup(build) {
    const { absWorkingDir, outdir } = build.initialOptions;
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0 || flags.metafile) return;
      const folder = join(absWorkingDir, 'l10n');
      const bundles = {};
      for (const file of (await readdir(folder)).sort()) {
        const [, language] = /^bundle\.l10n\.(.+)\.json$/.exec(file) ?? [];
        if (language) bundles[language] = JSON.parse(await readFile(join(folder, file), 'utf8'));
      }
      const english = [...new Set(Object.values(bundles).flatMap(Object.keys))];
      const to = resolve(absWorkingDir, outdir, 'l10n');
      await mkdir(to, { recursive: true });
      const keys = Buffer.alloc(4 * english.length);
      const textKey = await keyOfTexts();
      for (const [index, text] of english.entries()) keys.writeUInt32BE(textKey(text), 4 * index);
      if (new Set(english.map(textKey)).size < english.length) throw new Error('Two texts have one key.');
      await writeFile(join(to, 'keys.bin'), keys);
      for (const [language, texts] of Object.entries(bundles)) {
        const list = english.map((text) => texts[text] ?? null);
        await writeFile(join(to, `${language}.json.br`), brotliCompressSync(JSON.stringify(list)));
      }
    });
  },
};

/** The very function that looks texts up. */
async function keyOfTexts() {
  const source = await readFile(join(import.meta.dirname, 'src', 'vscode', 'textKey.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).textKey;
}

/** For both steps: the split, and the turn to CommonJS. */
const output = /** @type {const} */ ({
  platform: 'node',
  target: 'node20',
  minifyIdentifiers: !flags.watch && !flags.names,
  minifySyntax: !flags.watch,
  minifyWhitespace: !flags.watch,
  sourcemap: flags.watch ? 'inline' : false,
  // THIRD-PARTY-NOTICES.md carries them.
  legalComments: 'none',
});

const commonJs = /** @type {const} */ ({
  ...output,
  // For 'node' it would repeat the names of all exports, for ES modules that import them.
  platform: 'neutral',
  format: 'cjs',
  supported: { 'dynamic-import': false },
});

const build = await context({
  ...output,
  entryPoints: {
    extension: 'src/extension.ts',
    ...Object.fromEntries(Object.keys(lazyParts).map((name) => [name, `part:${name}`])),
  },
  absWorkingDir: import.meta.dirname,
  outdir: flags.outdir,
  bundle: true,
  format: 'esm',
  splitting: true,
  external: ['vscode'],
  // What is written as ES modules can be bundled better; and jsonc-parser's other entry not at all.
  mainFields: ['module', 'main'],
  metafile: true,
  write: false,
  logLevel: flags.metafile ? 'warning' : 'info',
  plugins: [
    lazyEntries,
    editorApi,
    packedTexts,
    oneHttpParser,
    packedHttpParser,
    plainHttp,
    noOtherFetch,
    asCommonJs,
    apiTypes,
  ],
});

if (flags.watch) {
  await build.watch();
} else {
  const { metafile } = await build.rebuild();
  await build.dispose();
  if (flags.metafile) console.log(JSON.stringify(metafile));
}
