/** The types that the package brings for the authors of other extensions, used as they would use them. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsentState } from '../../src/core/consentStore';
import type { OutcomeKind as OwnOutcomeKind } from '../../src/core/outcome';
import type { ConsentStateKind, OutcomeKind } from '../../src/vscode/publicApi';
import { repoRoot } from './manifest';

/** What the API promises are the words of the core, none more and none less: otherwise this file does not compile. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
const same: readonly [Same<OutcomeKind, OwnOutcomeKind>, Same<ConsentStateKind, ConsentState['kind']>] = [true, true];

/** What must not compile; a type that was lost and became `any` would let it. */
const misuse = `
import type { ReconsentExports } from './api';
declare const reconsent: ReconsentExports;
// @ts-expect-error there is no such version
reconsent.getAPI(2);
// @ts-expect-error the caller has to say who it is
void reconsent.getAPI(1).reset({ project: 'shop', identity: 'alice' });
// @ts-expect-error an identity alone is no target
void reconsent.getAPI(1).reset({ identity: 'alice' }, { requestedBy: 'a.b' });
// @ts-expect-error there is no such outcome
reconsent.getAPI(1).onDidReset(({ outcome }) => outcome === 'success');
`;

describe('the published types of the exported API', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'reconsent-types-'));
    execFileSync(process.execPath, [join(repoRoot, 'esbuild.mjs'), '--outdir', folder], { stdio: 'pipe' });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('name the outcomes and states of the core', () => assert.deepEqual(same, [true, true]));

  it('are one file that needs nothing but the types of VS Code', () => {
    const types = readFileSync(join(folder, 'api.d.ts'), 'utf8');
    assert.deepEqual(
      [...types.matchAll(/^(?:import|export) .*from '([^']+)'/gm)].map(([, module]) => module),
      ['vscode'],
    );
    assert.doesNotMatch(types, /^export (const|function|class|let)/m);
  });

  it('carry the example of CONTRIBUTING.md, and refuse what is wrong', () => {
    const guide = readFileSync(join(repoRoot, 'CONTRIBUTING.md'), 'utf8');
    const example = /```ts\n([\s\S]*?getAPI\(1\)[\s\S]*?)```/.exec(guide)?.[1] ?? '';
    assert.match(example, /from '\.\/api'/);
    writeFileSync(join(folder, 'example.ts'), example);
    writeFileSync(join(folder, 'misuse.ts'), misuse);
    const compilerOptions = {
      target: 'es2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node', 'vscode'],
      typeRoots: [join(repoRoot, 'node_modules', '@types')],
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['example.ts', 'misuse.ts'] }),
    );
    const tsc = join(repoRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});
