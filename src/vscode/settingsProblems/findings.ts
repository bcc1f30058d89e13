/** What is wrong with `reconsent.projects` in a document, where, and which edits mend it. Knows nothing of the editor. */
import { type Edit, findNodeAtLocation, getNodePath, getNodeValue, modify, type Node } from 'jsonc-parser';
import { plainText } from '../../core/foreignText';
import type { parseProjects } from '../../core/projectsSetting';
import type { ProviderProfile } from '../../core/provider';
import { type SettingProblem, unknownOption } from '../../core/settingTexts';
import { nearest } from './nearest';
import type { SettingsPlace } from './places';
import { repairedEndpoint, soundsSecret, uniqueId } from './repairs';
import {
  itemsOf,
  keyOf,
  type Located,
  locate,
  projectsProperties,
  propertiesOf,
  propertyOf,
  type Span,
  textOf,
  valueIn,
  withoutMark,
} from './settingsTree';

export type Fix =
  | { readonly kind: 'remove'; readonly key: string; readonly edits: readonly Edit[] }
  | { readonly kind: 'remove-secret'; readonly key: string; readonly edits: readonly Edit[] }
  | { readonly kind: 'replace'; readonly by: string; readonly edits: readonly Edit[] };

export type Finding = Span & {
  readonly fixes: readonly Fix[];
} & (
    | { readonly kind: 'ignored'; readonly place: SettingsPlace }
    | { readonly kind: 'secret'; readonly key: string }
    | { readonly kind: 'file'; readonly key: string; readonly words: string }
    /** `key` is absent where an entry of a list is meant. */
    | { readonly kind: 'problem'; readonly key: string | undefined; readonly problem: SettingProblem }
  );

/** A file that a project names and that cannot be used. */
export interface RefusedFile {
  /** The key and the path that name it. */
  readonly option: string;
  readonly file: string;
  /** What is wrong and how to mend it: sentences in the user's language. */
  readonly words: string;
}

export interface FindingDeps {
  readonly parse: typeof parseProjects;
  readonly providers: ReadonlyMap<string, ProviderProfile>;
  /** As they were when they were last read. */
  readonly files: readonly RefusedFile[];
  readonly formatting: { readonly insertSpaces: boolean; readonly tabSize: number; readonly eol: string };
}

const projectKeys = ['id', 'name', 'provider', 'endpoint', 'identities'];
const identityKeys = ['id', 'name'];

/** In the order of the text. */
export function findProblems(text: string, place: SettingsPlace, deps: FindingDeps): readonly Finding[] {
  try {
    return allProblems(text, place, deps);
  } catch (error) {
    // Nested deeper than the stack goes: no settings that somebody wrote.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function allProblems(text: string, place: SettingsPlace, deps: FindingDeps): readonly Finding[] {
  const readable = withoutMark(text);
  const page = new SettingsPage(readable, place, deps);
  return projectsProperties(readable, place)
    .flatMap((setting) => page.findingsOf(setting))
    .sort((a, b) => a.offset - b.offset);
}

class SettingsPage {
  constructor(
    private readonly text: string,
    private readonly place: SettingsPlace,
    private readonly deps: FindingDeps,
  ) {}

  findingsOf(setting: Node): readonly Finding[] {
    const secrets = itemsOf(valueIn(setting)).flatMap((project) => this.#secretsOf(project));
    if (this.place !== 'user') return [...this.#ignored(setting), ...secrets];
    const unknown = itemsOf(valueIn(setting)).flatMap((project) => this.#unknownOf(project));
    const marked = new Set([...secrets, ...unknown].map(({ offset }) => offset));
    const list = valueIn(setting);
    const value: unknown = list && getNodeValue(list);
    const { problems } = this.deps.parse(value, this.deps.providers);
    const found = problems.map((problem) => this.#problem(setting, problem));
    const files = itemsOf(list).flatMap((project) => this.#filesOf(project));
    return [...secrets, ...unknown, ...files, ...found.filter(({ offset }) => !marked.has(offset))];
  }

  /** By what the text says now: a path that is being corrected is no longer that of the file. */
  #filesOf(project: Node): readonly Finding[] {
    return propertiesOf(project).flatMap((property): readonly Finding[] => {
      const [option, file] = [keyOf(property), textOf(valueIn(property))];
      const refused = this.deps.files.find((one) => one.option === option && one.file === file);
      if (!refused) return [];
      const mark = spanOf(property.children?.[0] ?? property);
      return [{ ...mark, kind: 'file', key: option, words: refused.words, fixes: [] }];
    });
  }

  /** All of them: the schema of a provider stops at the first. */
  #unknownOf(project: Node): readonly Finding[] {
    const provider = this.deps.providers.get(textOf(valueIn(propertyOf(project, 'provider'))) ?? '');
    if (!provider) return [];
    const known = this.#keysOf(project);
    return propertiesOf(project)
      .filter((property) => !known.includes(keyOf(property)) && !soundsSecret(keyOf(property)))
      .map((property) => ({
        ...spanOf(property.children?.[0] ?? property),
        kind: 'problem',
        key: plainText(keyOf(property), 60),
        problem: { path: '', ...unknownOption, params: { provider: provider.label } },
        fixes: this.#unknownKeyFixes(project, property, known),
      }));
  }

  #ignored(setting: Node): readonly Finding[] {
    const { mark } = locate(setting, '');
    const fixes = this.#removal('remove', 'reconsent.projects', setting);
    return [{ ...spanOf(mark), kind: 'ignored', place: this.place, fixes }];
  }

  /** Keys that nobody knows and that sound like a secret, in the project and its identities. */
  #secretsOf(project: Node): readonly Finding[] {
    const known = this.#keysOf(project);
    const inProject = propertiesOf(project).filter((property) => !known.includes(keyOf(property)));
    const inIdentities = itemsOf(valueIn(propertyOf(project, 'identities'))).flatMap((identity) =>
      propertiesOf(identity).filter((property) => !identityKeys.includes(keyOf(property))),
    );
    return [...inProject, ...inIdentities]
      .filter((property) => soundsSecret(keyOf(property)))
      .map((property) => {
        const key = plainText(keyOf(property), 60);
        const fixes = this.#removal('remove-secret', key, property);
        return { ...spanOf(property.children?.[0] ?? property), kind: 'secret', key, fixes };
      });
  }

  #problem(setting: Node, problem: SettingProblem): Finding {
    const at = locate(setting, problem.path);
    const key = at.property && at.property !== setting ? plainText(keyOf(at.property), 60) : undefined;
    return { ...spanOf(at.mark), kind: 'problem', key, problem, fixes: this.#fixesOf(setting, problem, at) };
  }

  #fixesOf(setting: Node, { path }: SettingProblem, at: Located): readonly Fix[] {
    const [whole, number = ''] = /^\[(\d+)\]/.exec(path) ?? [];
    const project = whole === undefined ? undefined : itemsOf(valueIn(setting))[Number(number)];
    if (!project) return [];
    const identity = /^\[\d+\]\.identities\[(\d+)\]/.exec(path)?.[1];
    const entry =
      identity === undefined ? project : itemsOf(valueIn(propertyOf(project, 'identities')))[Number(identity)];
    if (!entry) return [];
    const known = identity === undefined ? this.#keysOf(project) : identityKeys;
    if (path.endsWith('.id')) return this.#uniqueIdFix(setting, project, entry, at);
    if (!at.property || at.property.parent !== entry) return [];
    const key = keyOf(at.property);
    if (!known.includes(key)) return this.#unknownKeyFixes(entry, at.property, known);
    const value = textOf(at.value);
    if (value === undefined || !at.value) return [];
    const by = key === 'provider' ? nearest(value, [...this.deps.providers.keys()]) : undefined;
    const address = /endpoint$/i.test(key) && key !== 'authEndpoint' ? repairedEndpoint(value) : undefined;
    const better = by ?? address;
    return better === undefined ? [] : [replacement(at.value, better)];
  }

  #unknownKeyFixes(entry: Node, property: Node, known: readonly string[]): readonly Fix[] {
    const key = keyOf(property);
    const there = propertiesOf(entry).map(keyOf);
    const meant = nearest(
      key,
      known.filter((one) => !there.includes(one)),
    );
    const [name] = property.children ?? [];
    const remove = this.#removal('remove', plainText(key, 60), property);
    return meant !== undefined && name ? [replacement(name, meant), ...remove] : remove;
  }

  /** Only for the later one of two: the first keeps its id, under which its credentials are filed. */
  #uniqueIdFix(setting: Node, project: Node, entry: Node, at: Located): readonly Fix[] {
    const siblings = itemsOf(entry === project ? valueIn(setting) : valueIn(propertyOf(project, 'identities')));
    const ids = siblings.map(idOf);
    const id = idOf(entry);
    if (id === undefined || ids.filter((one) => one === id).length < 2) return [];
    const by = uniqueId(id, new Set(ids.filter((one) => one !== undefined)));
    if (at.property && keyOf(at.property) === 'id' && at.value) return [replacement(at.value, by)];
    if (!isAtItsPath(entry)) return [];
    const edits = modify(this.text, [...getNodePath(entry), 'id'], by, this.#options());
    return [{ kind: 'replace', by, edits }];
  }

  #keysOf(project: Node): readonly string[] {
    const provider = this.deps.providers.get(textOf(valueIn(propertyOf(project, 'provider'))) ?? '');
    const schema: object | undefined = provider?.optionsSchema;
    const own: unknown = schema && 'entries' in schema ? schema.entries : undefined;
    return [...projectKeys, ...(typeof own === 'object' && own !== null ? Object.keys(own) : [])];
  }

  /** None where a key is there twice: its path leads to another one, which must not go in the place of this one. */
  #removal(kind: 'remove' | 'remove-secret', key: string, property: Node): readonly Fix[] {
    // The path of its value: the property itself has none of its own.
    const value = valueIn(property);
    if (!value || !isAtItsPath(value)) return [];
    return [{ kind, key, edits: modify(this.text, getNodePath(value), undefined, this.#options()) }];
  }

  #options() {
    return { formattingOptions: this.deps.formatting };
  }
}

function idOf(entry: Node): string | undefined {
  return textOf(valueIn(propertyOf(entry, 'id'))) ?? textOf(valueIn(propertyOf(entry, 'name')));
}

function isAtItsPath(node: Node): boolean {
  let root = node;
  while (root.parent) root = root.parent;
  return findNodeAtLocation(root, getNodePath(node)) === node;
}

function replacement({ offset, length }: Span, by: string): Fix {
  return { kind: 'replace', by, edits: [{ offset, length, content: JSON.stringify(by) }] };
}

function spanOf({ offset, length }: Span): Span {
  return { offset, length };
}
