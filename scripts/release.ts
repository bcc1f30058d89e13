import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';
import { releaseProblems } from './host/releaseChecks';

/** Gets a release ready, and stops before it is published: that is done by hand, with what is printed at the end. */
async function main(): Promise<number> {
  const read = (file: string): string => readFileSync(join(repoRoot, file), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const problems = releaseProblems({
    version,
    changelog: read('CHANGELOG.md'),
    changes: git('status', '--porcelain'),
    tags: git('tag', '--list').split('\n'),
  });
  if (problems.length > 0) throw new ToolingError(`Not ready to be released:\n- ${problems.join('\n- ')}`);

  execFileSync(process.execPath, [join(repoRoot, 'scripts', 'bootstrap.mjs'), 'test'], { stdio: 'inherit' });
  const hash = (): string => createHash('sha256').update(readFileSync(packageExtension())).digest('hex');
  const first = hash();
  if (hash() !== first) throw new ToolingError('Packaged twice, the bytes differ. Nothing was published.');

  const vsix = relative(repoRoot, packageExtension());
  console.log(`
${vsix}
sha256 ${first}

Nothing was tagged or published. To do that:

  git tag v${version} && git push origin v${version}
  npx vsce publish --packagePath ${vsix}`);
  return 0;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: repoRoot, encoding: 'utf8' }).trim();
}

runProgram(main);
