import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './host/failure';
import { repoRoot } from './host/paths';
import { thirdPartyNotices } from './host/thirdParty';

/** Writes `THIRD-PARTY-NOTICES.md`; a test notices when it is out of date. */
runProgram(async () => {
  writeFileSync(join(repoRoot, 'THIRD-PARTY-NOTICES.md'), thirdPartyNotices());
  return 0;
});
