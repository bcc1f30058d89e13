import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './host/failure';
import { repoRoot } from './host/paths';
import { withTables } from './readme/tables';

/** Writes the README's tables anew, from package.json, its texts and the code. */
runProgram(async () => {
  const file = join(repoRoot, 'README.md');
  writeFileSync(file, withTables(readFileSync(file, 'utf8')));
  return 0;
});
