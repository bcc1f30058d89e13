export interface ReleaseState {
  /** Of package.json. */
  readonly version: string;
  readonly changelog: string;
  /** What `git status --porcelain` prints. */
  readonly changes: string;
  readonly tags: readonly string[];
}

/** What keeps a version from being released, as sentences; empty when nothing does. */
export function releaseProblems({ version, changelog, changes, tags }: ReleaseState): readonly string[] {
  const problems: string[] = [];
  if (changes !== '') problems.push('There are changes that are not committed.');
  if (tags.includes(`v${version}`)) problems.push(`Version ${version} has a tag already: raise it in package.json.`);
  const [, newest = '', text = ''] = /^## (\S+)\s*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog) ?? [];
  if (newest !== version) problems.push(`CHANGELOG.md begins with ${newest || 'no version'}, not with ${version}.`);
  else if (!/^- \S/m.test(text)) problems.push(`CHANGELOG.md says nothing of version ${version}.`);
  return problems;
}
