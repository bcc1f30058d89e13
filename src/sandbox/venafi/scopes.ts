/** Scopes such as `certificate:manage,revoke;configuration`: names, each with the restrictions that it includes. */

function parse(scope: string): Map<string, Set<string>> {
  const parsed = new Map<string, Set<string>>();
  for (const part of scope.split(';')) {
    const [name = '', restrictions = ''] = part.split(':');
    if (name.trim() === '') continue;
    const known = parsed.get(name.trim()) ?? new Set<string>();
    for (const restriction of restrictions.split(',')) if (restriction.trim() !== '') known.add(restriction.trim());
    parsed.set(name.trim(), known);
  }
  return parsed;
}

export function isScope(scope: string): boolean {
  return /^[a-z]+(:[a-z]+(,[a-z]+)*)?(;[a-z]+(:[a-z]+(,[a-z]+)*)?)*$/.test(scope);
}

/** Whether everything in `wanted` is in `held`. A name with restrictions includes the bare name, not the other way round. */
export function coversScope(held: string, wanted: string): boolean {
  const all = parse(held);
  return [...parse(wanted)].every(([name, restrictions]) => {
    const known = all.get(name);
    return known !== undefined && [...restrictions].every((restriction) => known.has(restriction));
  });
}
