/** The layers of the architecture, as a table, and the imports that break them. */
import { type ImportSite, imported, importsOf } from './imports';
import { finding, type TreeFile } from './sourceTree';

interface Layer {
  /** Layers whose modules may be imported, besides its own. */
  readonly layers: readonly string[];
  /** Layers of which only types may be imported. */
  readonly typesOf?: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
}

const layers: Readonly<Record<string, Layer>> = {
  core: { layers: [], packages: ['valibot'], node: false },
  http: { layers: ['core'], packages: ['undici'], node: true },
  auth: {
    layers: ['core', 'http'],
    packages: ['valibot', 'google-auth-library', 'jose', 'oauth4webapi'],
    node: true,
  },
  storage: { layers: ['core'], packages: ['valibot'], node: true },
  providers: { layers: ['core', 'auth', 'http'], packages: ['valibot'], node: false },
  // Nothing of core but types: both sides of a conversation must not share one mistake.
  sandbox: {
    layers: [],
    typesOf: ['core'],
    packages: ['valibot', 'hono', 'jose', 'asn1js'],
    node: true,
  },
  vscode: {
    layers: ['core', 'http', 'auth', 'storage', 'providers'],
    packages: ['vscode', 'valibot', 'jsonc-parser'],
    node: true,
  },
  'extension.ts': {
    layers: ['core', 'http', 'auth', 'storage', 'providers', 'vscode'],
    packages: ['vscode'],
    node: false,
  },
};

/** The one place from which the editor reaches the sandbox; and those in which a part is loaded at once. */
const doors: readonly { readonly from: string; readonly to: string; readonly kind: ImportSite['kind'] }[] = [
  { from: 'vscode/sandbox.ts', to: 'sandbox/api', kind: 'type' },
  { from: 'vscode/sandbox.ts', to: 'sandbox/server', kind: 'dynamic' },
  { from: 'extension.ts', to: 'vscode/engine', kind: 'require' },
  { from: 'vscode/editorApi.ts', to: 'vscode/packedTexts', kind: 'require' },
];

/** Ways to load modules that no rule here would see. */
const loaders = ['node:module', 'node:vm'];

export function layerFindings(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap((file) => {
    const name = layerOf(file.path);
    const layer = layers[name];
    if (!layer) return [`src/${file.path}:1: belongs to no layer`];
    return importsOf(file).flatMap((site) => {
      const wrong = judge(file, name, layer, site);
      return wrong === undefined ? [] : [finding(file, site.node, `${spelled(site)}: ${wrong}`)];
    });
  });
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function judge(file: TreeFile, name: string, layer: Layer, site: ImportSite): string | undefined {
  const what = site.specifier === undefined ? undefined : imported(file, site.specifier);
  const isDoor =
    what?.kind === 'module' &&
    doors.some((door) => door.from === file.path && door.to === what.path && door.kind === site.kind);
  if (site.kind === 'require' && !isDoor) return 'modules are imported, not required';
  if (!what) return 'only a literal says what is imported';
  switch (what.kind) {
    case 'outside':
      return 'leaves src/';
    case 'node':
      if (loaders.includes(what.name)) return 'would load modules unseen';
      return layer.node ? undefined : `${name} does not depend on Node.js`;
    case 'package':
      return layer.packages.includes(what.name) ? undefined : `${name} does not use the package ${what.name}`;
    case 'module': {
      const to = layerOf(what.path);
      const open = to === name || layer.layers.includes(to) || (layer.typesOf?.includes(to) && site.kind === 'type');
      if (open || isDoor) return;
      return `${name} does not import ${to}${layer.typesOf?.includes(to) ? ', except types' : ''}`;
    }
  }
}

function spelled({ kind, specifier }: ImportSite): string {
  const text = specifier === undefined ? '…' : `'${specifier}'`;
  switch (kind) {
    case 'static':
      return `import ${text}`;
    case 'type':
      return `import type ${text}`;
    case 'dynamic':
      return `import(${text})`;
    case 'require':
      return `require(${text})`;
  }
}
