import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseProblems } from '../../scripts/host/releaseChecks';
import { manifest, repoRoot } from './manifest';

describe('a release', () => {
  const ready = {
    version: '1.2.0',
    changelog: '# Changelog\n\n## 1.2.0\n\n- Reset faster.\n\n## 1.1.0\n\n- Reset.\n',
    changes: '',
    tags: ['v1.1.0'],
  };

  const states: readonly (readonly [string, Partial<typeof ready>, readonly RegExp[]])[] = [
    ['is ready when everything says so', {}, []],
    ['waits for changes to be committed', { changes: ' M src/extension.ts' }, [/not committed/]],
    ['is not made twice', { tags: ['v1.1.0', 'v1.2.0'] }, [/has a tag already/]],
    ['needs its own entry in the changelog', { version: '1.3.0' }, [/begins with 1\.2\.0, not with 1\.3\.0/]],
    [
      'is told in the changelog',
      { changelog: '## 1.2.0\n\n## 1.1.0\n\n- Reset.\n' },
      [/says nothing of version 1\.2\.0/],
    ],
    ['needs a changelog', { changelog: '# Changelog\n' }, [/begins with no version/]],
    ['names every problem at once', { changes: '?? new', tags: ['v1.2.0'] }, [/not committed/, /tag already/]],
  ];
  for (const [title, change, expected] of states)
    it(title, () => {
      const problems = releaseProblems({ ...ready, ...change });
      assert.equal(problems.length, expected.length, problems.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern);
    });

  it('of the version in package.json is described', () => {
    const changelog = readFileSync(join(repoRoot, 'CHANGELOG.md'), 'utf8').replaceAll('\r\n', '\n');
    assert.deepEqual(releaseProblems({ ...ready, changelog, version: manifest.version }), []);
  });
});
