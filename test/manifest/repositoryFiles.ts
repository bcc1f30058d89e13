import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './manifest';

/** What git tracks; without git, everything but what `.gitignore` names. */
export function repositoryFiles(): readonly string[] {
  if (existsSync(join(repoRoot, '.git'))) {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: repoRoot, encoding: 'utf8' });
    return listed.split('\0').filter((file) => file !== '' && existsSync(join(repoRoot, file)));
  }
  const ignored = readFileSync(join(repoRoot, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\/$/, ''));
  const walk = (folder: string): string[] =>
    readdirSync(join(repoRoot, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored.includes(entry.name)) return [];
      return entry.isDirectory() ? walk(path) : [path];
    });
  return walk('');
}
