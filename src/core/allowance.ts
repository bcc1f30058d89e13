/**
 * What a user has allowed tasks to do without asking. A repository brings the task, the user brings the allowance: it is kept
 * outside of every repository, and names the folder, the identity, the way and where the project points. Pure.
 */
import type { Target } from './model';

/** A user's word that tasks of one folder may reset one identity in one way without asking. */
export interface Allowance {
  /** URI of the workspace folder. */
  readonly folder: string;
  readonly project: string;
  readonly identity: string;
  readonly provider: string;
  /** Where the project pointed when it was allowed. */
  readonly endpoint: string;
  /** The provider's own keys of the project at that time, as JSON. */
  readonly options: string;
  /** Id of the provider's way to end the consent. */
  readonly way: string;
  /** Epoch milliseconds. */
  readonly allowedAt: number;
}

export function allowanceFor(target: Target, way: string, folder: string, allowedAt: number): Allowance {
  const { id: project, provider, endpoint, options } = target.project;
  const identity = target.identity.id;
  return { folder, project, identity, provider, endpoint, options: JSON.stringify(options), way, allowedAt };
}

/**
 * Whether tasks may reset the target: `outdated` when they might, had the project not changed since. All folders of the window
 * must have it: VS Code files a task under its definition alone, so of two folders with the same task nobody can say for
 * certain which one has started it.
 */
export function isAllowed(
  allowances: readonly Allowance[],
  target: Target,
  way: string,
  folders: readonly string[],
): 'yes' | 'outdated' | 'no' {
  const found = folders.map((folder) => {
    const wanted = allowanceFor(target, way, folder, 0);
    const named = allowances.filter((one) => sameSubject(one, wanted));
    if (named.length === 0) return 'no';
    return named.some((one) => samePlace(one, wanted)) ? 'yes' : 'outdated';
  });
  if (found.length === 0 || found.includes('no')) return 'no';
  return found.includes('outdated') ? 'outdated' : 'yes';
}

function sameSubject(one: Allowance, other: Allowance): boolean {
  return (
    one.folder === other.folder &&
    one.project === other.project &&
    one.identity === other.identity &&
    one.way === other.way
  );
}

function samePlace(one: Allowance, other: Allowance): boolean {
  return one.provider === other.provider && one.endpoint === other.endpoint && one.options === other.options;
}
