/** The setting `reconsent.projects`: unknown → projects and precise problems. One bad entry never hides the good ones. */
import * as v from 'valibot';
import { parseEndpoint } from './endpoint';
import { hasInvisibleCharacters, plainText } from './foreignText';
import type { Identity, Project, ProviderOptions } from './model';
import type { ProviderProfile } from './provider';
import { endpointTexts, mendOption, type SettingProblem, settingTexts } from './settingTexts';

export interface ParsedProjects {
  readonly projects: readonly Project[];
  readonly problems: readonly SettingProblem[];
}

const maxNameLength = 128;
/** Ids of identities are the service's own, and some are long: prefixed universals of Venafi TPP. */
const maxIdentityIdLength = 512;

const objectSchema = v.record(v.string(), v.unknown());
const commonProjectKeys = new Set(['id', 'name', 'provider', 'endpoint', 'identities']);
const identityKeys = new Set(['id', 'name']);

/** Parses the setting. `providers` says which provider ids exist and what their own keys look like. */
export function parseProjects(value: unknown, providers: ReadonlyMap<string, ProviderProfile>): ParsedProjects {
  const problems: SettingProblem[] = [];
  if (value === undefined || value === null) return { projects: [], problems };
  if (!Array.isArray(value)) {
    problems.push({ path: '', ...settingTexts.noList });
    return { projects: [], problems };
  }
  const projects: Project[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const project = parseProject(entry, `[${index}]`, providers, problems);
    if (!project) continue;
    if (ids.has(project.id)) {
      const params = { id: plainText(project.id) };
      problems.push({ path: `[${index}].id`, ...settingTexts.sameId, params });
      continue;
    }
    ids.add(project.id);
    projects.push(project);
  }
  return { projects, problems };
}

function parseProject(
  entry: unknown,
  path: string,
  providers: ReadonlyMap<string, ProviderProfile>,
  problems: SettingProblem[],
): Project | undefined {
  const parsed = v.safeParse(objectSchema, entry);
  if (!parsed.success || Array.isArray(entry)) {
    problems.push({ path, ...settingTexts.noObject });
    return undefined;
  }
  const raw = parsed.output;
  const key = parseKey(raw, path, maxNameLength, problems);
  const provider = parseProvider(raw['provider'], `${path}.provider`, providers, problems);
  if (!key || !provider) return undefined;
  const endpoint = parseProjectEndpoint(raw['endpoint'], `${path}.endpoint`, provider, problems);
  const options = parseOptions(raw, path, provider, problems);
  if (endpoint === undefined || !options) return undefined;
  const identities = parseIdentities(raw['identities'], `${path}.identities`, problems);
  return { ...key, provider: provider.id, endpoint, options, identities };
}

/** Reads `id` and `name`; `id` defaults to `name`, and `name` to `id`. */
function parseKey(
  raw: Record<string, unknown>,
  path: string,
  maxIdLength: number,
  problems: SettingProblem[],
): { id: string; label: string } | undefined {
  for (const field of ['id', 'name'] as const) {
    const value = raw[field];
    if (value === undefined) continue;
    const maxLength = field === 'id' ? maxIdLength : maxNameLength;
    const wrong =
      typeof value !== 'string'
        ? settingTexts.keyNoText
        : value.trim() === ''
          ? settingTexts.keyEmpty
          : value.length > maxLength
            ? settingTexts.keyTooLong
            : hasInvisibleCharacters(value)
              ? settingTexts.keyInvisible
              : undefined;
    if (wrong) {
      problems.push({ path: `${path}.${field}`, ...wrong, params: { limit: String(maxLength) } });
      return undefined;
    }
  }
  const id = raw['id'] ?? raw['name'];
  if (typeof id !== 'string') {
    problems.push({ path, ...settingTexts.noKey });
    return undefined;
  }
  return { id, label: typeof raw['name'] === 'string' ? raw['name'] : id };
}

function parseProvider(
  value: unknown,
  path: string,
  providers: ReadonlyMap<string, ProviderProfile>,
  problems: SettingProblem[],
): ProviderProfile | undefined {
  const provider = typeof value === 'string' ? providers.get(value) : undefined;
  if (!provider) {
    const known = [...providers.keys()].map((id) => `"${id}"`).join(', ');
    if (typeof value === 'string') {
      problems.push({ path, ...settingTexts.providerUnknown, params: { provider: plainText(value, 60), known } });
    } else {
      const text = value === undefined ? settingTexts.providerMissing : settingTexts.providerNoText;
      problems.push({ path, ...text, params: { known } });
    }
  }
  return provider;
}

function parseProjectEndpoint(
  value: unknown,
  path: string,
  provider: ProviderProfile,
  problems: SettingProblem[],
): string | undefined {
  if (value === undefined) {
    if (provider.defaultEndpoint !== undefined) return provider.defaultEndpoint;
    problems.push({ path, ...settingTexts.endpointMissing, params: { provider: provider.label } });
    return undefined;
  }
  if (typeof value !== 'string') {
    problems.push({ path, ...settingTexts.endpointNoText });
    return undefined;
  }
  const endpoint = parseEndpoint(value);
  if (endpoint.kind === 'endpoint') return endpoint.origin;
  problems.push({ path, ...endpointTexts[endpoint.problem] });
  return undefined;
}

function parseOptions(
  raw: Record<string, unknown>,
  path: string,
  provider: ProviderProfile,
  problems: SettingProblem[],
): ProviderOptions | undefined {
  const own = Object.fromEntries(Object.entries(raw).filter(([key]) => !commonProjectKeys.has(key)));
  const options = v.safeParse(provider.optionsSchema, own);
  if (options.success) return options.output;
  for (const issue of options.issues) {
    const at = v.getDotPath(issue);
    problems.push({
      path: at === null ? path : `${path}.${plainText(at, 80)}`,
      what: plainText(issue.message),
      mend: mendOption,
    });
  }
  return undefined;
}

function parseIdentities(value: unknown, path: string, problems: SettingProblem[]): readonly Identity[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push({ path, ...settingTexts.identitiesNoList });
    return [];
  }
  const identities: Identity[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const at = `${path}[${index}]`;
    const parsed = v.safeParse(objectSchema, entry);
    if (!parsed.success || Array.isArray(entry)) {
      problems.push({ path: at, ...settingTexts.identityNoObject });
      continue;
    }
    const key = parseKey(parsed.output, at, maxIdentityIdLength, problems);
    if (!key) continue;
    for (const unknownKey of Object.keys(parsed.output).filter((name) => !identityKeys.has(name))) {
      problems.push({ path: `${at}.${plainText(unknownKey, 60)}`, ...settingTexts.identityKey });
    }
    if (ids.has(key.id)) {
      problems.push({ path: `${at}.id`, ...settingTexts.sameIdentityId, params: { id: plainText(key.id) } });
      continue;
    }
    ids.add(key.id);
    identities.push(key);
  }
  return identities;
}
