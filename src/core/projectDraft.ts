/** A project that is being made or changed, and the entry of `reconsent.projects` it becomes. Pure. */
import { hasInvisibleCharacters } from './foreignText';
import type { Project } from './model';
import type { RawProject } from './projectEntry';
import type { ProjectStep } from './projectSteps';
import { parseProjects } from './projectsSetting';
import type { ProviderDescription } from './provider';
import { type SettingProblem, unreadableEntry } from './settingTexts';

export type DraftValue = string | readonly string[];

export interface ProjectDraft {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** By the id of the step; what is left out has none. */
  readonly values: Readonly<Record<string, DraftValue>>;
}

export type KeyProblem = 'empty' | 'too-long' | 'invisible' | 'taken';

/** Of a name, and of the id of a project. */
const maxKeyLength = 128;
/** Of an identity: some services have long ones. */
export const maxIdentityIdLength = 512;

/** What is wrong with an id or a name, by the rules that the settings are read with. */
export function keyProblem(
  text: string,
  taken: ReadonlySet<string> = new Set(),
  maxLength = maxKeyLength,
): KeyProblem | undefined {
  const key = text.trim();
  if (key === '') return 'empty';
  if (key.length > maxLength) return 'too-long';
  if (hasInvisibleCharacters(key)) return 'invisible';
  return taken.has(key) ? 'taken' : undefined;
}

/** An id made of a name, which no other project has. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, maxKeyLength - 8)
    .replaceAll(/^-+|-+$/g, '');
  return unused(plain === '' ? 'project' : plain, taken);
}

/** The id itself or, when another project has it, with the first free number behind it. */
export function unused(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  for (let number = 2; ; number++) {
    const numbered = `${id.slice(0, maxKeyLength - 8)}-${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** A value that no step could have given is none of the draft's, and stays in the entry as it is. */
export function draftOf(project: Project, entry: RawProject, steps: readonly ProjectStep[]): ProjectDraft {
  const values = steps.flatMap(({ id }) => {
    const value = entry[id];
    return isDraftValue(value) ? [[id, value] as const] : [];
  });
  return { id: project.id, name: project.label, provider: project.provider, values: Object.fromEntries(values) };
}

function isDraftValue(value: unknown): value is DraftValue {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

/** The entry of a draft. Of an earlier one, what the wizards do not know stays as it is. */
export function entryOf(draft: ProjectDraft, steps: readonly ProjectStep[], before: RawProject = {}): RawProject {
  const { id, name, provider, values } = draft;
  const asked = new Set(steps.map((step) => step.id));
  const kept = Object.entries(before).filter(([key, value]) => !asked.has(key) || !isDraftValue(value));
  const { id: _id, name: _name, provider: _provider, identities, ...others } = Object.fromEntries(kept);
  const given = steps.flatMap((step) => {
    const value = values[step.id];
    return value === undefined || value.length === 0 ? [] : [[step.id, value] as const];
  });
  return {
    id,
    ...(name === id && before['name'] === undefined ? {} : { name }),
    provider,
    ...Object.fromEntries(given),
    ...others,
    identities: identities ?? [],
  };
}

export type CheckedEntry =
  | { readonly kind: 'project'; readonly project: Project }
  | { readonly kind: 'problem'; readonly problem: SettingProblem };

/** Whether the settings can be read with this entry in them. */
export function checkEntry(entry: RawProject, providers: ReadonlyMap<string, ProviderDescription>): CheckedEntry {
  const { projects, problems } = parseProjects([entry], providers);
  const [project] = projects;
  if (project) return { kind: 'project', project };
  const [problem] = problems;
  return { kind: 'problem', problem: problem ?? { path: '', ...unreadableEntry } };
}
