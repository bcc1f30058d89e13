import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readJson, repoRoot } from './manifest';
import { repositoryFiles } from './repositoryFiles';

describe('the files of the repository', () => {
  it('lock packages without saying where they came from', () => {
    const locks = repositoryFiles().filter((file) => /(^|\/)package-lock\.json$/.test(file));
    assert.ok(locks.includes('package-lock.json'));
    for (const lock of locks) {
      const { packages } = readJson(lock) as { packages: Record<string, { resolved?: string; integrity?: string }> };
      const entries = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
      assert.ok(entries.length > 0, lock);
      for (const [path, { resolved, integrity }] of entries) {
        assert.equal(resolved, undefined, `${lock}: ${path}`);
        assert.ok(integrity, `${lock}: ${path}`);
      }
    }
  });

  it('name no package registry and no folder of one computer', () => {
    const found = repositoryFiles().flatMap((file) => {
      const text = readFileSync(join(repoRoot, file));
      if (text.includes(0)) return [];
      return text
        .toString('utf8')
        .split('\n')
        .flatMap((line, index) =>
          revealing.some((one) => one.test(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        );
    });
    assert.deepEqual(found, []);
  });

  it('have their own names in these patterns recognised', () => {
    const home = ['', 'home', 'someone', 'code'].join('/');
    const lines = [
      `https://${['registry', 'example', 'org'].join('.')}/x`,
      home,
      repoRoot,
      ['C:', 'Users', 'x'].join('\\'),
    ];
    for (const line of lines)
      assert.ok(
        revealing.some((one) => one.test(line)),
        line,
      );
  });
});

const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));

const revealing: readonly RegExp[] = [
  /\b(registry|npm|packages?)\.[a-z0-9-]+\.(com|org|net|io|dev)\b/i,
  /\/(home|Users)\/\w/,
  /[A-Z]:\\+Users\\/i,
  literal(repoRoot),
  literal(`${homedir()}/`),
  ...registryHosts().map(literal),
];

/** The registry that npm uses here, when it says so. */
function registryHosts(): readonly string[] {
  const registry = process.env['npm_config_registry'];
  return registry ? [new URL(registry).host] : [];
}
