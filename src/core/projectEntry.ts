/** Changes of one entry of `reconsent.projects`, as it stands in the settings and not yet parsed. Pure. */

/** A project as it stands in the settings, unparsed. */
export type RawProject = Readonly<Record<string, unknown>>;

/**
 * The entry with another OAuth client. A redirect address belongs to the client it was registered for, so that of an
 * earlier one goes when the new one has none.
 */
export function withClient(
  existing: RawProject | undefined,
  id: string,
  client: { readonly clientId: string; readonly redirectUri?: string },
): RawProject {
  const { redirectUri: _ofTheOldClient, ...rest } = existing ?? {};
  return { ...rest, id, ...client };
}

/** Whether two entries say the same, whatever the order of their keys. */
export function sameEntry(one: RawProject, other: RawProject): boolean {
  return inOrder(one) === inOrder(other);
}

function inOrder(entry: RawProject): string {
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** What the settings call the identity of an entry, or the project: its `id` or, without one, its `name`. */
export function idOfEntry(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined;
  return 'id' in entry ? entry.id : 'name' in entry ? entry.name : undefined;
}

export interface IdentityEntry {
  readonly id: string;
  readonly name: string;
}

/** The project with one identity more. */
export function withIdentity(project: RawProject, identity: IdentityEntry): RawProject {
  return { ...project, identities: [...identitiesIn(project), entryOfIdentity(identity, {})] };
}

/** The project with that identity changed; what else its entry holds stays. */
export function withIdentityChanged(project: RawProject, id: string, identity: IdentityEntry): RawProject {
  const before = identitiesIn(project);
  const found = before.findIndex((entry) => idOfEntry(entry) === id);
  const changed = (entry: unknown): RawProject => entryOfIdentity(identity, isObject(entry) ? entry : {});
  return { ...project, identities: before.map((entry, at) => (at === found ? changed(entry) : entry)) };
}

/** The project without that identity. A second entry of the same id was left out before, and goes with it. */
export function withoutIdentity(project: RawProject, id: string): RawProject {
  return { ...project, identities: identitiesIn(project).filter((entry) => idOfEntry(entry) !== id) };
}

function identitiesIn({ identities }: RawProject): readonly unknown[] {
  return Array.isArray(identities) ? identities : [];
}

function entryOfIdentity({ id, name }: IdentityEntry, before: RawProject): RawProject {
  const { id: _id, name: _name, ...others } = before;
  return name === '' || name === id ? { id, ...others } : { id, name, ...others };
}

function isObject(entry: unknown): entry is RawProject {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}
