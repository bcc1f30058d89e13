/**
 * `/v1/authorization:reset`, `/{version}/archiveJobs/{id}/portabilityArchiveState`, or a prefix that ends in `*`. What stands in
 * square brackets may be missing. What begins with `/ved` is matched in any case, as IIS does.
 */
export function matchesRoute(
  pattern: { readonly method?: string | undefined; readonly path?: string | undefined },
  method: string,
  path: string,
): boolean {
  if (pattern.method !== undefined && pattern.method.toUpperCase() !== method) return false;
  return pattern.path === undefined || matchesPath(pattern.path, path);
}

function matchesPath(pattern: string, path: string): boolean {
  const parts = pattern.split(/(\{[^{}]*\}|\[[^[\]]*\]|\*$)/).map((part) => {
    if (part === '*') return '.*';
    if (part.startsWith('{')) return '[^/:]+';
    return part.startsWith('[') ? `(${literal(part.slice(1, -1))})?` : literal(part);
  });
  return new RegExp(`^${parts.join('')}$`, /^\/ved/i.test(pattern) ? 'is' : 's').test(path);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
