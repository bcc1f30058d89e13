/** What the tests of this folder read out of modules that cannot be loaded without an editor. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './manifest';

/** The values of `contextKeys`. */
export function contextKeyValues(): readonly string[] {
  const text = readFileSync(join(repoRoot, 'src', 'vscode', 'contextKeys.ts'), 'utf8');
  const body = /export const contextKeys = \{([^}]*)\} as const;/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/:\s*'([^']+)'/g)].map(([, key = '']) => key);
}

/** Literal `contextValue`s of rows that are no identities. */
export function literalContextValues(): readonly string[] {
  const folder = join(repoRoot, 'src', 'vscode', 'views');
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/contextValue = '([^']+)'/g)].map(([, value = '']) => value);
  });
}
