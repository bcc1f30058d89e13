/** The tables of the README that follow from package.json, its texts and the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskEnds } from '../../src/core/taskEnds';
import { repoRoot } from '../host/paths';
import { commandNotes } from './commandNotes';

type Json = Readonly<Record<string, unknown>>;

interface Setting {
  readonly default?: unknown;
  readonly scope?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly items?: {
    readonly properties: Readonly<Record<string, Setting>>;
    readonly allOf: readonly {
      readonly if: { readonly properties: { readonly provider: { readonly const: string } } };
      readonly then: { readonly properties: Readonly<Record<string, Setting | true>> };
    }[];
  };
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
    };
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const end = '<!-- end -->';

const read = (file: string): unknown => JSON.parse(readFileSync(join(repoRoot, file), 'utf8'));

/** The README with its tables as they have to be. Throws Error where a command has no note, or a mark is missing. */
export function withTables(readme: string): string {
  const { contributes } = read('package.json') as Manifest;
  const texts = read('package.nls.json') as Json;
  const text = (key: string): string => String(texts[key.slice(1, -1)] ?? key);
  const tables: Readonly<Record<string, string>> = {
    commands: commandTable(contributes, text),
    settings: settingTable(contributes.configuration.properties, text),
    keys: keyTables(contributes.configuration.properties, text),
    'exit codes': table(
      ['exit code', 'meaning'],
      Object.values(taskEnds).map(({ code, meaning }) => [String(code), meaning]),
    ),
  };
  return Object.entries(tables).reduce((page, [name, lines]) => {
    const begin = `<!-- ${name}: npm run readme -->`;
    const from = page.indexOf(begin);
    const to = page.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`README.md has no place for ${name}: ${begin}`);
    return `${page.slice(0, from)}${begin}\n\n${lines}\n\n${page.slice(to)}`;
  }, readme);
}

function commandTable({ commands, menus }: Manifest['contributes'], text: (key: string) => string): string {
  const hidden = menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
  const shown = new Map(
    commands
      .filter(({ command }) => !hidden.includes(command))
      .map(({ command, title }) => [command.replace('reconsent.', ''), text(title)]),
  );
  const noted = commandNotes.flatMap(([ids]) => ids);
  const wrong = [...shown.keys()]
    .filter((id) => !noted.includes(id))
    .concat(noted.filter((id, at) => !shown.has(id) || noted.indexOf(id) !== at));
  if (wrong.length > 0)
    throw new Error(`In scripts/readme/commandNotes.ts, once for each command: ${wrong.join(', ')}`);
  const rows = commandNotes.map(([ids, note]) => [ids.map((id) => shown.get(id) ?? id).join(', '), note]);
  return table(['command', 'what it does'], rows);
}

function settingTable(properties: Readonly<Record<string, Setting>>, text: (key: string) => string): string {
  const rows = Object.entries(properties).map(([name, setting]) => [
    `\`${name}\``,
    `\`${JSON.stringify(setting.default)}\``,
    meaning(setting, text),
  ]);
  return table(['setting', 'default', 'meaning'], rows);
}

/** The keys of all projects, and then of each provider's, in the names that the schema's snippets have. */
function keyTables(properties: Readonly<Record<string, Setting>>, text: (key: string) => string): string {
  const { items } = properties['reconsent.projects'] ?? {};
  if (!items) throw new Error('reconsent.projects describes no projects.');
  const rowsOf = (keys: Readonly<Record<string, Setting | true>>): readonly (readonly string[])[] =>
    Object.entries(keys).flatMap(([name, key]) => (key === true ? [] : [[`\`${name}\``, meaning(key, text)]]));
  const parts = items.allOf.map(({ if: { properties: of }, ...rest }) => {
    const provider = of.provider.const;
    return `With \`"provider": "${provider}"\`:\n\n${table(['key', 'meaning'], rowsOf(rest.then.properties))}`;
  });
  return [table(['key', 'meaning'], rowsOf(items.properties)), ...parts].join('\n\n');
}

function meaning({ markdownDescription, description }: Setting, text: (key: string) => string): string {
  return text(markdownDescription ?? description ?? '').replaceAll('|', '\\|');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
