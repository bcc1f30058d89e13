import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, manifestTexts, readJson, repoRoot, textsOf } from './manifest';

describe('package.json', () => {
  it('starts the extension after VS Code itself, and at no other time', () => {
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
  });

  it('asks for VS Code 1.100 or newer, and is compiled against nothing newer', () => {
    assert.equal(manifest.engines.vscode, '^1.100.0');
    const { version } = readJson('node_modules/@types/vscode/package.json') as { version: string };
    assert.match(version, /^1\.100\./);
  });

  it('runs beside the user first: keyring, browser and loopback are there', () => {
    assert.deepEqual(manifest.extensionKind, ['ui', 'workspace']);
  });

  it('brings no package beside the bundles, and pins those it is built with', () => {
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
    for (const [name, version] of Object.entries(manifest.devDependencies)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  it('names pictures that exist', () => {
    const icons = [manifest.icon, ...manifest.contributes.viewsContainers.activitybar.map(({ icon }) => icon)];
    for (const icon of icons) assert.ok(icon && existsSync(join(repoRoot, icon)), icon);
  });
});

describe('the texts of package.json', () => {
  const used = [...textsOf(manifest)].flatMap(({ text }) => /^%(.+)%$/.exec(text)?.[1] ?? []);

  /** Other languages are compared with English by l10n.test.ts. */
  const english = manifestTexts.get('package.nls.json') ?? {};

  it('are those of package.nls.json, each used', () => {
    assert.deepEqual(Object.keys(english).sort(), [...new Set(used)].sort());
    for (const [key, text] of Object.entries(english)) assert.notEqual(text.trim(), '', key);
  });

  it('are all translatable, where a person reads them', () => {
    const read =
      /\.(title|name|displayName|userDescription|description|markdownDescription|contents|patternErrorMessage|label)$/;
    const names = ['Reconsent', 'Google Data Portability', 'Identity Platform', 'Venafi TPP'];
    for (const { path, text } of textsOf(manifest.contributes, 'contributes')) {
      // Models read the schema of a tool and call it by its name.
      if (/languageModelTools\.\d+\.(name$|inputSchema\.)/.test(path)) continue;
      if (read.test(path) && !path.includes('.body.'))
        assert.ok(/^%.+%$/.test(text) || names.includes(text), `${path}: ${text}`);
    }
  });
});
