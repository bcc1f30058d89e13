/** Settings as text with comments and trailing commas → the places of `reconsent.projects` in it. */
import { type Node, parseTree } from 'jsonc-parser';
import { plainText } from '../../core/foreignText';
import type { SettingsPlace } from './places';

/** A piece of the text: offsets as the editor counts them. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

export interface Located {
  /** The key, or the entry of a list, that is to be marked. */
  readonly mark: Span;
  readonly value: Node | undefined;
  /** The whole property with its key; absent for entries of a list. */
  readonly property: Node | undefined;
}

/** Larger files are no settings that somebody wrote. */
const longestText = 5_000_000;

/** The same text, of the same length, without the byte order mark that the parser does not know. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
}

/** The properties that set the projects, dotted or nested; the last one of a name counts. */
export function projectsProperties(text: string, place: SettingsPlace): readonly Node[] {
  if (text.length > longestText) return [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  const settings = place === 'workspace' ? valueIn(propertyOf(root, 'settings')) : root;
  const dotted = propertyOf(settings, 'reconsent.projects');
  const nested = propertyOf(valueIn(propertyOf(settings, 'reconsent')), 'projects');
  return [dotted, nested].filter((one) => one !== undefined);
}

export function propertyOf(object: Node | undefined, key: string): Node | undefined {
  return propertiesOf(object).findLast((property) => keyOf(property) === key);
}

export function propertiesOf(object: Node | undefined): readonly Node[] {
  return object?.type === 'object' ? (object.children ?? []) : [];
}

export function itemsOf(list: Node | undefined): readonly Node[] {
  return list?.type === 'array' ? (list.children ?? []) : [];
}

export function keyOf(property: Node): string {
  const key: unknown = property.children?.[0]?.value;
  return typeof key === 'string' ? key : '';
}

export function valueIn(property: Node | undefined): Node | undefined {
  return property?.children?.[1];
}

export function textOf(node: Node | undefined): string | undefined {
  const value: unknown = node?.type === 'string' ? node.value : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Where a path such as `[2].identities[0].id` leads; as far as there is something. */
export function locate(setting: Node, path: string): Located {
  let found: Located = { mark: setting.children?.[0] ?? setting, value: valueIn(setting), property: setting };
  for (let rest = path; rest !== ''; ) {
    const next = step(found.value, rest);
    if (!next) break;
    [found, rest] = next;
  }
  return found;
}

function step(value: Node | undefined, path: string): readonly [found: Located, rest: string] | undefined {
  const index = /^\[(\d+)\]/.exec(path);
  if (index) {
    const item = itemsOf(value)[Number(index[1])];
    // A whole project would be a wall of red: its first character leads there.
    return (
      item && [
        { mark: { offset: item.offset, length: 1 }, value: item, property: undefined },
        path.slice(index[0].length),
      ]
    );
  }
  // The path holds keys as plain text, and they may contain what separates them: the longest one that fits is meant.
  const [longest] = propertiesOf(value)
    .map((property) => ({ property, name: `.${plainText(keyOf(property), 60)}` }))
    .filter(({ name }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
    .sort((a, b) => b.name.length - a.name.length);
  if (!longest) return undefined;
  const { property, name } = longest;
  return [{ mark: property.children?.[0] ?? property, value: valueIn(property), property }, path.slice(name.length)];
}
