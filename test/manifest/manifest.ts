/** `package.json` and its texts, as the tests of this folder read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repoRoot = resolve(__dirname, '..', '..');

export interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Setting {
  readonly scope?: string;
  readonly order?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly markdownDescription?: string;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly icon?: string;
  readonly l10n?: string;
  readonly engines: { readonly vscode: string };
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: unknown; readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
      readonly enablement?: string;
    }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when?: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly description: string;
        readonly media: Readonly<Record<string, string>>;
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly taskDefinitions: readonly {
      readonly type: string;
      readonly required: readonly string[];
      readonly properties: Readonly<Record<string, unknown>>;
    }[];
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly toolReferenceName: string;
      readonly canBeReferencedInPrompt: boolean;
      readonly icon: string;
      readonly modelDescription: string;
      readonly inputSchema: { readonly required?: readonly string[]; readonly additionalProperties: unknown };
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

export const manifest = readJson('package.json') as Manifest;

/** Texts by file: `package.nls.json`, and one for each language. */
export const manifestTexts: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  readdirSync(repoRoot)
    .filter((file) => /^package\.nls(\.[\w-]+)?\.json$/.test(file))
    .map((file) => [file, readJson(file) as Record<string, string>]),
);

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repoRoot, path), 'utf8'));
}

/** Every text below `value`, however deep, with where it stands: `contributes.commands.0.title`. */
export function* textsOf(value: unknown, path = ''): Generator<{ readonly path: string; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* textsOf(inner, path === '' ? key : `${path}.${key}`);
}

const completion = 'onContext:';

/** Every clause of package.json that VS Code evaluates: also that which ends a step of the walkthrough. */
export function clauses(): readonly { readonly path: string; readonly clause: string }[] {
  return [...textsOf(manifest.contributes, 'contributes')].flatMap(({ path, text }) => {
    if (/\.(when|enablement)$/.test(path)) return [{ path, clause: text }];
    const ends = /\.completionEvents\.\d+$/.test(path) && text.startsWith(completion);
    return ends ? [{ path, clause: text.slice(completion.length) }] : [];
  });
}
