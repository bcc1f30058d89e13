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
