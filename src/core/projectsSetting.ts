/** The setting `reconsent.projects`: unknown → projects and precise problems. One bad entry never hides the good ones. */
import * as v from 'valibot';
import { type EndpointProblem, parseEndpoint } from './endpoint';
import { hasInvisibleCharacters, plainText } from './foreignText';
import type { Identity, Project, ProviderOptions } from './model';
import type { ProviderDescription } from './provider';

/** A place in the setting that cannot be used, what is wrong there, and how to mend it. */
export interface SettingProblem {
  /** For instance `[2].identities[0].id`; empty for the setting as a whole. */
  readonly path: string;
  readonly what: string;
  readonly mend: string;
}

export interface ParsedProjects {
  readonly projects: readonly Project[];
  readonly problems: readonly SettingProblem[];
}

const maxNameLength = 128;
/** Ids of identities are the service's own, and some are long: prefixed universals of Venafi TPP. */
const maxIdentityIdLength = 512;

const endpointTexts: Readonly<Record<EndpointProblem, readonly [what: string, mend: string]>> = {
  'not-a-url': [
    'is not a web address',
    'Write the whole origin, for instance "https://dataportability.googleapis.com".',
  ],
  'not-https': ['is not an https address', 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.'],
  'has-userinfo': [
    'contains a user name or "@"',
    'Credentials do not belong into an address; remove everything up to the "@".',
  ],
  'has-query': ['contains a query', 'Remove everything from the "?" on.'],
  'has-fragment': ['contains a fragment', 'Remove everything from the "#" on.'],
  'has-path': ['contains a path', 'Write the origin alone: scheme, host and, if needed, port.'],
  'has-control-characters': ['contains spaces, backslashes or control characters', 'Remove them.'],
  'has-trailing-dot': ['has a host name that ends with a dot', 'Remove the last dot of the host name.'],
};

const objectSchema = v.record(v.string(), v.unknown());
const commonProjectKeys = new Set(['id', 'name', 'provider', 'endpoint', 'identities']);
const identityKeys = new Set(['id', 'name']);

/** Parses the setting. `providers` says which provider ids exist and what their own keys look like. */
export function parseProjects(value: unknown, providers: ReadonlyMap<string, ProviderDescription>): ParsedProjects {
  const problems: SettingProblem[] = [];
  if (value === undefined || value === null) return { projects: [], problems };
  if (!Array.isArray(value)) {
    problems.push({ path: '', what: 'reconsent.projects is not a list', mend: 'Write a list of projects: [ { … } ].' });
    return { projects: [], problems };
  }
  const projects: Project[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const project = parseProject(entry, `[${index}]`, providers, problems);
    if (!project) continue;
    if (ids.has(project.id)) {
      problems.push({
        path: `[${index}].id`,
        what: `another project has the id "${plainText(project.id)}" too`,
        mend: 'Give each project an id of its own. The first one is used, this one is left out.',
      });
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
  providers: ReadonlyMap<string, ProviderDescription>,
  problems: SettingProblem[],
): Project | undefined {
  const parsed = v.safeParse(objectSchema, entry);
  if (!parsed.success || Array.isArray(entry)) {
    problems.push({ path, what: 'is not an object', mend: 'Write { "id": …, "provider": …, "identities": [ … ] }.' });
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
        ? 'is not a text'
        : value.trim() === ''
          ? 'is empty'
          : value.length > maxLength
            ? `is longer than ${maxLength} characters`
            : hasInvisibleCharacters(value)
              ? 'contains control or invisible characters'
              : undefined;
    if (wrong) {
      problems.push({ path: `${path}.${field}`, what: wrong, mend: 'Write a short, readable text in quotes.' });
      return undefined;
    }
  }
  const id = raw['id'] ?? raw['name'];
  if (typeof id !== 'string') {
    problems.push({
      path,
      what: 'has neither "id" nor "name"',
      mend: 'Add "id": a text that stays the same for good.',
    });
    return undefined;
  }
  return { id, label: typeof raw['name'] === 'string' ? raw['name'] : id };
}

function parseProvider(
  value: unknown,
  path: string,
  providers: ReadonlyMap<string, ProviderDescription>,
  problems: SettingProblem[],
): ProviderDescription | undefined {
  const provider = typeof value === 'string' ? providers.get(value) : undefined;
  if (!provider) {
    const known = [...providers.keys()].map((id) => `"${id}"`).join(', ');
    const what =
      typeof value === 'string'
        ? `"${plainText(value, 60)}" is not a known provider`
        : value === undefined
          ? 'is missing'
          : 'is not a text';
    problems.push({ path, what, mend: `Use one of: ${known}.` });
  }
  return provider;
}

function parseProjectEndpoint(
  value: unknown,
  path: string,
  provider: ProviderDescription,
  problems: SettingProblem[],
): string | undefined {
  if (value === undefined) {
    if (provider.defaultEndpoint !== undefined) return provider.defaultEndpoint;
    problems.push({ path, what: 'is missing', mend: `${provider.label} has no public address: name yours.` });
    return undefined;
  }
  if (typeof value !== 'string') {
    problems.push({ path, what: 'is not a text', mend: 'Write the address in quotes.' });
    return undefined;
  }
  const endpoint = parseEndpoint(value);
  if (endpoint.kind === 'endpoint') return endpoint.origin;
  const [what, mend] = endpointTexts[endpoint.problem];
  problems.push({ path, what, mend });
  return undefined;
}

function parseOptions(
  raw: Record<string, unknown>,
  path: string,
  provider: ProviderDescription,
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
      mend: 'Correct or remove this entry.',
    });
  }
  return undefined;
}

function parseIdentities(value: unknown, path: string, problems: SettingProblem[]): readonly Identity[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push({ path, what: 'is not a list', mend: 'Write a list of identities: [ { "id": … } ].' });
    return [];
  }
  const identities: Identity[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const at = `${path}[${index}]`;
    const parsed = v.safeParse(objectSchema, entry);
    if (!parsed.success || Array.isArray(entry)) {
      problems.push({ path: at, what: 'is not an object', mend: 'Write { "id": "alice.test@example.com" }.' });
      continue;
    }
    const key = parseKey(parsed.output, at, maxIdentityIdLength, problems);
    if (!key) continue;
    for (const unknownKey of Object.keys(parsed.output).filter((name) => !identityKeys.has(name))) {
      problems.push({
        path: `${at}.${plainText(unknownKey, 60)}`,
        what: 'is not a key of an identity',
        mend: 'Remove it. Secrets never belong into settings: use "Reconsent: Set Credential…".',
      });
    }
    if (ids.has(key.id)) {
      problems.push({
        path: `${at}.id`,
        what: `another identity of this project has the id "${plainText(key.id)}" too`,
        mend: 'Give each identity an id of its own. The first one is used, this one is left out.',
      });
      continue;
    }
    ids.add(key.id);
    identities.push(key);
  }
  return identities;
}
