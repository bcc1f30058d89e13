import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTables } from '../../scripts/readme/tables';
import { taskEnds } from '../../src/core/taskEnds';
import { manifest, manifestTexts, readJson, repoRoot } from './manifest';
import { repositoryFiles } from './repositoryFiles';

const read = (file: string): string => readFileSync(join(repoRoot, file), 'utf8');
const readme = read('README.md');
const english = manifestTexts.get('package.nls.json') ?? {};
const { commands, configuration, menus } = manifest.contributes;
const pages = repositoryFiles().filter((file) => /^[A-Z-]+\.md$/.test(file));

/** The first cells of the table below a heading of the README. */
function firstCells(heading: string): readonly string[] {
  return cells(heading).map(([first = '']) => first);
}

function cells(heading: string): readonly (readonly string[])[] {
  const section = readme.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the README', () => {
  it('has the tables that follow from package.json, its texts and the code; otherwise npm run readme', () => {
    assert.equal(readme, withTables(readme));
  });

  it('lists the commands of the palette by their titles', () => {
    const title = (of: string): string => english[of.slice(1, -1)] ?? of;
    const hidden = (menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command);
    const shown = commands.filter(({ command }) => !hidden.includes(command)).map((one) => title(one.title));
    const known = commands.map((one) => title(one.title));
    const listed = firstCells('Commands').flatMap((cell) => cell.split(', '));
    assert.deepEqual(
      shown.filter((one) => !listed.includes(one)),
      [],
      'not in the README',
    );
    assert.deepEqual(
      listed.filter((one) => !known.includes(one)),
      [],
      'in the README alone',
    );
  });

  it('lists the exit codes of the task', () => {
    assert.deepEqual(
      cells('Tasks: a reset before each debug run'),
      Object.values(taskEnds).map(({ code, meaning }) => [String(code), meaning]),
    );
  });

  it('shows a task that package.json describes', () => {
    const [definition] = manifest.contributes.taskDefinitions;
    const shown = /"type": "reconsent",\s+("project"[^}]*)\}/.exec(readme)?.[1] ?? '';
    const keys = [...shown.matchAll(/"(\w+)":/g)].map(([, key = '']) => key);
    assert.deepEqual(keys, [...(definition?.required ?? []), 'problemMatcher']);
  });

  it('lists the settings', () => {
    const listed = firstCells('Settings').map((cell) => cell.replaceAll('`', ''));
    assert.deepEqual([...listed].sort(), Object.keys(configuration.properties).sort());
  });
});

describe('the pages of the repository', () => {
  it('name scripts that exist', () => {
    const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/\bnpm run ([\w:-]+)/g)) {
        assert.ok(Object.hasOwn(scripts, name), `${page}: npm run ${name}`);
      }
    }
  });

  it('link and show files that exist', () => {
    for (const page of pages) {
      for (const [, target = ''] of read(page).matchAll(/\]\((?!\w+:|#)([^)#]+)[^)]*\)/g)) {
        assert.ok(existsSync(join(repoRoot, target)), `${page}: ${target}`);
      }
    }
  });
});
