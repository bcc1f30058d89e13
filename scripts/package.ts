import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { packageExtension } from './host/build';
import { runProgram } from './host/failure';
import { repoRoot } from './host/paths';

/** Builds the package that users install, and says where it is. */
runProgram(async () => {
  const vsix = packageExtension();
  console.log(`${relative(repoRoot, vsix)}, ${Math.round(statSync(vsix).size / 1000)} kB`);
  return 0;
});
