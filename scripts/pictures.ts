import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { artifactsRoot, repoRoot } from './host/paths';
import { spawnTree } from './host/processTree';

/** Runs the UI test that takes the README's pictures, and puts them into `media`. */
async function main(): Promise<number> {
  buildExtension();
  const mocha = join(repoRoot, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const run = spawnTree(process.execPath, [mocha, '--timeout=120000', 'test/ui/pictures.test.ts'], {
    stdio: 'inherit',
  });
  if ((await run.ended) !== 0) throw new ToolingError('The pictures were not taken; those in media stay as they were.');
  for (const picture of ['confirm', 'verified']) {
    for (const theme of ['light', 'dark']) {
      const name = `${picture}-${theme}.png`;
      copyFileSync(join(artifactsRoot, 'ui', `picture-${name}`), join(repoRoot, 'media', name));
    }
  }
  return 0;
}

runProgram(main);
