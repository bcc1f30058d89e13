/** What a Data Portability scope is, and whether a selection of them can be asked for in one consent. */
import { currentScopes, documentedOnlyScopes, retiredScopes, type ScopeCategory, type ScopeRow } from './scopeData';

const scopePrefix = 'https://www.googleapis.com/auth/dataportability.';

/** Above this many scopes the consent address may become too long: Google answers 400 to over-long ones. */
export const manyScopes = 25;

export interface ScopeDescription {
  /**
   * - `known`: in the data.
   * - `retired`: once in the data; Google may refuse a consent that asks for it.
   * - `unknown`: reads like a Data Portability scope, but is not in the data. Newer than the data, or misspelt.
   * - `foreign`: no Data Portability scope. Google refuses a consent that mixes both.
   */
  readonly kind: 'known' | 'retired' | 'unknown' | 'foreign';
  /** The scope without its prefix; of a foreign scope, the text as it was given. */
  readonly resource: string;
  /** English; where nothing is known, the resource. */
  readonly label: string;
  /** Name of the service, English; `undefined` where it is not known. */
  readonly service: string | undefined;
  readonly category: ScopeCategory | undefined;
}

export type SelectionProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'foreign'; readonly scopes: readonly string[] };

export type SelectionWarning =
  /** `urlLength` is the estimated length of the consent address, in characters. */
  | { readonly kind: 'too-many'; readonly count: number; readonly urlLength: number }
  | { readonly kind: 'retired'; readonly resources: readonly string[] }
  | { readonly kind: 'unknown'; readonly resources: readonly string[] };

/** With problems a selection cannot be asked for; with warnings it can. */
export interface SelectionCheck {
  readonly problems: readonly SelectionProblem[];
  readonly warnings: readonly SelectionWarning[];
}

type Entry = Omit<ScopeDescription, 'resource'>;

const entries: ReadonlyMap<string, Entry> = new Map([
  ...currentScopes.map((row) => entry(row, 'known')),
  ...retiredScopes.map((row) => entry(row, 'retired')),
  ...documentedOnlyScopes.map((row) => entry(row, 'unknown')),
]);

const servicesById: ReadonlyMap<string, string> = new Map(
  [...currentScopes, ...retiredScopes, ...documentedOnlyScopes].map((row) => [serviceId(row.resource), row.service]),
);

function entry({ resource, label, service, category }: ScopeRow, kind: ScopeDescription['kind']): [string, Entry] {
  return [resource, { kind, label, service, category }];
}

/** `chrome.history` → `https://www.googleapis.com/auth/dataportability.chrome.history`. */
export function scopeOf(resource: string): string {
  return `${scopePrefix}${resource}`;
}

/**
 * The resource of a scope, `undefined` if it is no Data Portability scope. Takes what people write: the whole scope,
 * `dataportability.chrome.history`, or the resource itself.
 */
export function resourceOf(scope: string): string | undefined {
  const text = scope.trim();
  const rest = text.startsWith(scopePrefix) ? text.slice(scopePrefix.length) : text.replace(/^dataportability\./, '');
  // A space would smuggle a second scope into the request; a single word is a scope of OpenID Connect, not a resource.
  return /^[\w-]+(?:\.[\w-]+)+$/.test(rest) ? rest : undefined;
}

/** Tells what a scope or resource is. Never refuses one: what to do about it is up to {@link checkSelection}. */
export function describeScope(scope: string): ScopeDescription {
  const resource = resourceOf(scope);
  if (resource === undefined) {
    return { kind: 'foreign', resource: scope, label: scope, service: undefined, category: undefined };
  }
  const found = entries.get(resource);
  if (found) return { resource, ...found };
  const service = servicesById.get(serviceId(resource));
  return { kind: 'unknown', resource, label: resource, service, category: undefined };
}

/** Whether the scopes or resources can be asked for in one consent. */
export function checkSelection(resources: readonly string[]): SelectionCheck {
  const scopes = uniqueScopes(resources);
  const of = (kind: ScopeDescription['kind']): readonly string[] =>
    scopes.filter((scope) => scope.kind === kind).map(({ resource }) => resource);
  const problems: SelectionProblem[] = [];
  if (scopes.length === 0) problems.push({ kind: 'empty' });
  const foreign = of('foreign');
  if (foreign.length > 0) problems.push({ kind: 'foreign', scopes: foreign });
  const warnings: SelectionWarning[] = [];
  if (scopes.length > manyScopes) {
    const urlLength = consentUrlLength(scopes.map(({ resource }) => resource));
    warnings.push({ kind: 'too-many', count: scopes.length, urlLength });
  }
  const retired = of('retired');
  if (retired.length > 0) warnings.push({ kind: 'retired', resources: retired });
  const unknown = of('unknown');
  if (unknown.length > 0) warnings.push({ kind: 'unknown', resources: unknown });
  return { problems, warnings };
}

/** Descriptions of the scopes or resources, each once, in the given order. */
export function uniqueScopes(scopes: readonly string[]): readonly ScopeDescription[] {
  const found = new Map<string, ScopeDescription>();
  for (const scope of scopes) {
    const description = describeScope(scope);
    if (!found.has(description.resource)) found.set(description.resource, description);
  }
  return [...found.values()];
}

/** Everything of a consent address but its scopes: origin, client id, redirect, state, challenge, login hint. */
const addressLength = 480;

function consentUrlLength(resources: readonly string[]): number {
  return addressLength + new URLSearchParams({ scope: resources.map(scopeOf).join(' ') }).toString().length;
}

function serviceId(resource: string): string {
  return resource.slice(0, resource.indexOf('.'));
}
