/**
 * Projects that go to and come from other people: by allow-list, so that nothing but what the schema names gets out or in.
 * Paths of files mean nothing on another computer, and stay here. Pure.
 */
import type { Project } from './model';
import { unused } from './projectDraft';
import type { RawProject } from './projectEntry';
import { type ProjectSteps, settingOf } from './projectSteps';
import { parseProjects } from './projectsSetting';
import type { ProviderDescription } from './provider';
import { type SettingProblem, sharedStandIn, unreadableShared } from './settingTexts';

/** Characters of a text that is read at all. */
export const maxSharedLength = 1_000_000;
const maxProjects = 500;
const settingKey = 'reconsent.projects';

type StepsOf = ReadonlyMap<string, ProjectSteps>;

/** The keys of files that a project names, which are left out. */
export function localKeys(entry: RawProject, steps: ProjectSteps): readonly string[] {
  return steps.steps.flatMap(({ id, kind }) => (kind === 'file' && entry[id] !== undefined ? [id] : []));
}

/** What of an entry may be shared: id, name, provider, what the wizards ask for, and ids and names of identities. */
export function sharedEntry(project: Project, entry: RawProject, { steps }: ProjectSteps): RawProject {
  const asked = steps.flatMap((step) => {
    const value = entry[step.id];
    return value === undefined || step.kind === 'file' ? [] : [[step.id, value] as const];
  });
  return {
    id: project.id,
    ...(project.label === project.id ? {} : { name: project.label }),
    provider: project.provider,
    ...Object.fromEntries(asked),
    identities: project.identities.map(({ id, label }) => (label === id ? { id } : { id, name: label })),
  };
}

/** A text that can be imported, and whose one key can be taken over into settings as it is. */
export function sharedText(entries: readonly RawProject[]): string {
  return `${JSON.stringify({ [settingKey]: entries }, null, 2)}\n`;
}

export interface OfferedProject {
  readonly project: Project;
  readonly entry: RawProject;
  /** Origins that credentials would go to and that are not the service's own. */
  readonly foreign: readonly string[];
  /** Keys that were left out because they name files. */
  readonly dropped: readonly string[];
}

export type ReadShared =
  | {
      readonly kind: 'projects';
      readonly offered: readonly OfferedProject[];
      /** What cannot be imported, each with the place in the text. */
      readonly refused: readonly SettingProblem[];
    }
  | { readonly kind: 'problem'; readonly problem: 'too-long' | 'not-json' | 'no-projects' | 'too-many' };

/** Reads what another person has exported, or the setting itself. Nothing of it is trusted further than it is shown. */
export function readShared(
  text: string,
  providers: ReadonlyMap<string, ProviderDescription>,
  stepsOf: StepsOf,
): ReadShared {
  if (text.length > maxSharedLength) return { kind: 'problem', problem: 'too-long' };
  const content = parseJson(text.replace(/^\ufeff/, ''));
  if (content === undefined) return { kind: 'problem', problem: 'not-json' };
  const list = Array.isArray(content) ? content : isObject(content) ? content[settingKey] : undefined;
  if (!Array.isArray(list) || list.length === 0) return { kind: 'problem', problem: 'no-projects' };
  if (list.length > maxProjects) return { kind: 'problem', problem: 'too-many' };
  const offered: OfferedProject[] = [];
  const refused: SettingProblem[] = [];
  for (const [index, raw] of list.entries()) {
    const read = readOne(raw, providers, stepsOf);
    if (read.kind === 'offered') offered.push(read.offered);
    else refused.push({ ...read.problem, path: `[${index}]${read.problem.path.replace(/^\[0\]/, '')}` });
  }
  return { kind: 'projects', offered, refused };
}

type ReadOne =
  | { readonly kind: 'offered'; readonly offered: OfferedProject }
  | { readonly kind: 'refused'; readonly problem: SettingProblem };

function readOne(raw: unknown, providers: ReadonlyMap<string, ProviderDescription>, stepsOf: StepsOf): ReadOne {
  const steps = isObject(raw) && typeof raw['provider'] === 'string' ? stepsOf.get(raw['provider']) : undefined;
  const dropped = isObject(raw) && steps ? localKeys(raw, steps) : [];
  const portable = isObject(raw)
    ? Object.fromEntries(Object.entries(raw).filter(([key]) => !dropped.includes(key)))
    : raw;
  const { projects, problems } = parseProjects([portable], providers);
  const [project] = projects;
  const [problem] = problems;
  // Half of a project, or one with keys that nobody here knows, is not what was meant to be shared.
  if (!project || problem || !steps || !isObject(portable)) {
    return { kind: 'refused', problem: problem ?? { path: '[0]', ...unreadableShared } };
  }
  const description = providers.get(project.provider);
  const origins = description?.credentialOrigins(project) ?? [];
  const local = origins.filter((origin) => !origin.startsWith('https:'));
  if (local.length > 0) {
    const params = { origins: local.join(', ') };
    return { kind: 'refused', problem: { path: '[0]', ...sharedStandIn, params } };
  }
  const entry = sharedEntry(project, normalised(portable, steps), steps);
  return {
    kind: 'offered',
    offered: { project, entry, foreign: foreignOrigins(project, origins, description), dropped },
  };
}

/** Addresses stand in the settings as what they mean, however they were written. */
function normalised(entry: RawProject, { steps }: ProjectSteps): RawProject {
  const changed = steps.flatMap((step) => {
    const value = entry[step.id];
    return step.kind === 'url' && typeof value === 'string' ? [[step.id, settingOf(step, value)] as const] : [];
  });
  return { ...entry, ...Object.fromEntries(changed) };
}

function foreignOrigins(
  project: Project,
  origins: readonly string[],
  description: ProviderDescription | undefined,
): readonly string[] {
  const own = description?.defaultEndpoint;
  const usual =
    own === undefined ? [] : (description?.credentialOrigins({ ...project, endpoint: own, options: {} }) ?? []);
  return origins.filter((origin) => !usual.includes(origin));
}

/** The entry under an id that no project has; its name stays. */
export function withFreeId(entry: RawProject, project: Project, taken: ReadonlySet<string>): RawProject {
  return { ...entry, id: unused(project.id, taken), name: project.label };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` for what is no JSON, which no JSON text means. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
