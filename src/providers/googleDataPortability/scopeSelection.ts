/** What the scope picker shows, and what becomes of a click in it. */
import * as v from 'valibot';
import { currentScopes } from './scopeData';
import { type ScopeDescription, uniqueScopes } from './scopes';

/** How many sets of the past are offered. */
export const recentSetLimit = 5;

export interface ScopeSources {
  /** Whom the consent is for, as the user knows it; for the title. */
  readonly subject: string;
  /** The project option `scopes`: scopes or resources. */
  readonly projectSet: readonly string[];
  /** Sets that were chosen before, most recent first. */
  readonly recentSets: readonly (readonly string[])[];
  /** What the identity has granted, as far as it is known: scopes or resources. */
  readonly granted: readonly string[];
  /**
   * Whether the consent is reset before this selection is asked for. Asking for a granted scope while the grant is live
   * ends at a page of Google that never comes back, so without a reset granted scopes cannot be chosen.
   */
  readonly resetFirst: boolean;
}

export interface ScopeItem extends ScopeDescription {
  readonly kind: 'known' | 'retired' | 'unknown';
  readonly granted: boolean;
  /** It cannot be chosen, because it is granted and stays so. */
  readonly locked: boolean;
}

export interface ScopeGroup {
  /** `undefined` for scopes of services that are not known; that group comes last. */
  readonly service: string | undefined;
  readonly items: readonly ScopeItem[];
}

/** A selection that can be taken at once. */
export interface ScopeSet {
  readonly kind: 'project' | 'recent' | 'granted';
  readonly items: readonly ScopeItem[];
}

export interface ScopeModel {
  readonly subject: string;
  readonly groups: readonly ScopeGroup[];
  /** Project set, recent sets, granted scopes. No two hold the same scopes, and each holds some that may be chosen. */
  readonly sets: readonly ScopeSet[];
  /** What to begin with: the project set, or else the most recent set, or else the grant. */
  readonly initial: Selection;
  /** Entries of the project set that are no Data Portability scopes; they are left out. */
  readonly foreign: readonly string[];
}

export interface Selection {
  /** Resources, in the order of the groups. */
  readonly chosen: readonly string[];
  /** What could not be chosen because it is locked. */
  readonly refused: readonly ScopeItem[];
}

/** The picker's model. Scopes that are not current are in it only when a source names them. */
export function scopeModel(sources: ScopeSources): ScopeModel {
  const { subject, resetFirst } = sources;
  const granted = new Set(usable(sources.granted).map(({ resource }) => resource));
  const item = (scope: UsableScope): ScopeItem => {
    const isGranted = granted.has(scope.resource);
    return { ...scope, granted: isGranted, locked: isGranted && !resetFirst };
  };
  const recent = recentSets(sources.recentSets);
  const named = [...sources.projectSet, ...recent.flat(), ...sources.granted];
  const items = usable([...currentScopes.map(({ resource }) => resource), ...named]).map(item);
  const set = (kind: ScopeSet['kind'], scopes: readonly string[]): ScopeSet => ({
    kind,
    items: usable(scopes).map(item),
  });
  const sets = distinct([
    set('project', sources.projectSet),
    ...recent.map((scopes) => set('recent', scopes)),
    set('granted', sources.granted),
  ]);
  const groups = groupByService(items);
  return {
    subject,
    groups,
    sets: sets.filter((offer) => offer.items.some(({ locked }) => !locked)),
    initial: inGroupOrder(groups, sets[0]?.items ?? []),
    foreign: uniqueScopes(sources.projectSet)
      .filter(({ kind }) => kind === 'foreign')
      .map(({ resource }) => resource),
  };
}

/**
 * What is chosen after a change of the check marks. A set is taken by checking it alone: then it replaces the selection.
 * When several are checked at once (*Toggle all checkboxes*), sets count for nothing.
 */
export function select(
  model: ScopeModel,
  before: readonly string[],
  items: readonly ScopeItem[],
  sets: readonly ScopeSet[],
): Selection {
  const now = inGroupOrder(model.groups, items);
  const [only, ...others] = sets;
  const takesSet = only !== undefined && others.length === 0 && now.refused.length === 0 && same(now.chosen, before);
  return takesSet ? inGroupOrder(model.groups, only.items) : now;
}

/** Sets of scopes from outside, such as a store; `[]` for anything else. */
export function parseRecentSets(stored: unknown): readonly (readonly string[])[] {
  const parsed = v.safeParse(v.array(v.array(v.string())), stored);
  return parsed.success ? recentSets(parsed.output) : [];
}

/** The sets to store after `chosen` was taken. */
export function withRecentSet(
  sets: readonly (readonly string[])[],
  chosen: readonly string[],
): readonly (readonly string[])[] {
  return recentSets([chosen, ...sets]);
}

type UsableScope = ScopeDescription & { readonly kind: ScopeItem['kind'] };

function usable(scopes: readonly string[]): readonly UsableScope[] {
  return uniqueScopes(scopes).filter((scope): scope is UsableScope => scope.kind !== 'foreign');
}

/** As resources, without empty ones, each once, at most {@link recentSetLimit}. */
function recentSets(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const scopes of sets) {
    const resources = usable(scopes).map(({ resource }) => resource);
    if (resources.length > 0 && !found.has(setKey(resources))) found.set(setKey(resources), resources);
  }
  return [...found.values()].slice(0, recentSetLimit);
}

function distinct(sets: readonly ScopeSet[]): readonly ScopeSet[] {
  const found = new Map<string, ScopeSet>();
  for (const set of sets) {
    const key = setKey(set.items.map(({ resource }) => resource));
    if (key !== '' && !found.has(key)) found.set(key, set);
  }
  return [...found.values()];
}

/** Services in the order of the data, then others by the order in which they were named. */
function groupByService(items: readonly ScopeItem[]): readonly ScopeGroup[] {
  const groups = new Map<string | undefined, ScopeItem[]>();
  for (const item of items) {
    const group = groups.get(item.service);
    if (group) group.push(item);
    else groups.set(item.service, [item]);
  }
  const others = groups.get(undefined);
  groups.delete(undefined);
  return [...(others ? [...groups, [undefined, others] as const] : groups)].map(([service, grouped]) => ({
    service,
    items: grouped,
  }));
}

function inGroupOrder(groups: readonly ScopeGroup[], wanted: readonly ScopeItem[]): Selection {
  const resources = new Set(wanted.map(({ resource }) => resource));
  const found = groups.flatMap(({ items }) => items).filter(({ resource }) => resources.has(resource));
  return {
    chosen: found.filter(({ locked }) => !locked).map(({ resource }) => resource),
    refused: found.filter(({ locked }) => locked),
  };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return setKey(one) === setKey(other);
}

function setKey(resources: readonly string[]): string {
  return [...new Set(resources)].sort().join(' ');
}
