import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packagedFiles, packFolder } from '../../scripts/host/build';
import { bundles } from '../../scripts/host/bundles';
import { thirdPartyNotices } from '../../scripts/host/thirdParty';
import { languages, translatedTexts } from '../../scripts/l10n/bundles';
import { readTexts } from '../../src/vscode/packedTexts';
import { translator } from '../../src/vscode/translator';
import { manifest, repoRoot } from './manifest';
import { repositoryFiles } from './repositoryFiles';

/** What lies around in the folder of somebody who develops, and must never reach users. */
const strays = [
  '.artifacts/old.vsix',
  '.env',
  '.npmrc',
  'coverage/index.html',
  'dist/extension.js.map',
  'dist/notes.txt',
  'dist/test/suite.js',
  'l10n/notes.txt',
  'media/draft.svg',
  'node_modules/stray/index.js',
  'notes.md',
  'src/compiled.js',
  'token.json',
];

describe('the package that users install', function () {
  this.timeout(120_000);

  let folder: string;
  let temporary: string;
  before(() => {
    temporary = mkdtempSync(join(tmpdir(), 'reconsent-package-'));
    folder = join(temporary, 'repository');
    for (const file of repositoryFiles()) put(file, (to) => cpSync(join(repoRoot, file), to));
    execFileSync(process.execPath, [join(repoRoot, 'esbuild.mjs'), '--outdir', join(folder, 'dist')], {
      stdio: 'pipe',
    });
    for (const file of strays) put(file, (to) => writeFileSync(to, 'stray'));
  });
  after(() => rmSync(temporary, { recursive: true, force: true }));

  function put(file: string, write: (to: string) => void): void {
    const to = join(folder, file);
    mkdirSync(dirname(to), { recursive: true });
    write(to);
  }

  it('holds these files and no others', () => {
    assert.deepEqual(
      [...packagedFiles(folder)].sort(),
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'THIRD-PARTY-NOTICES.md',
        'dist/api.d.ts',
        ...bundles().map(({ name }) => `dist/${name}.js`),
        'dist/l10n/keys.bin',
        ...languages.map((language) => `dist/l10n/${language}.json.br`),
        'media/bulk-dark.png',
        'media/confirm-dark.png',
        'media/icon.png',
        'media/reconsent.svg',
        'media/verified-light.png',
        'media/walkthrough/identity.svg',
        'media/walkthrough/project.svg',
        'media/walkthrough/reset.svg',
        'media/walkthrough/sandbox.svg',
        'media/walkthrough/tasks.md',
        'package.json',
        'package.nls.json',
        ...languages.map((language) => `package.nls.${language}.json`),
      ].sort(),
    );
  });

  for (const language of languages)
    it(`speaks ${language} in all its texts`, () => {
      const translate = translator(() => readTexts(join(folder, 'dist', 'l10n'), language));
      const expected = translatedTexts(language).code;
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((text) => [text, translate(text)])), expected);
    });

  it('holds what its README links to and shows', () => {
    const packaged = new Set(packagedFiles(folder));
    const readme = readFileSync(join(repoRoot, 'README.md'), 'utf8');
    for (const [, target = ''] of readme.matchAll(/\]\((?!\w+:|#)([^)#]+)[^)]*\)/g))
      assert.ok(packaged.has(target), target);
  });

  it('has the same bytes whenever, wherever and with whatever rights of its files it is made', () => {
    const first = join(temporary, 'first.vsix');
    const second = join(temporary, 'second.vsix');
    packFolder(folder, first);
    const copy = join(temporary, 'copy');
    cpSync(folder, copy, { recursive: true });
    for (const file of packagedFiles(copy)) {
      chmodSync(join(copy, file), 0o664);
      utimesSync(join(copy, file), 1_000_000_000, 1_000_000_000);
    }
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Ho_Chi_Minh';
    try {
      packFolder(copy, second);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
    assert.ok(readFileSync(first).equals(readFileSync(second)));
  });

  it('is not made where vsce has something to warn of', () => {
    const copy = join(temporary, 'without-license');
    cpSync(folder, copy, { recursive: true });
    rmSync(join(copy, 'LICENSE'));
    assert.throws(() => packFolder(copy, join(temporary, 'unlicensed.vsix')), /was not content[\s\S]*LICENSE/);
  });

  it('is at most 580 kB', () => {
    const vsix = join(temporary, 'test.vsix');
    packFolder(folder, vsix);
    assert.ok(statSync(vsix).size <= 580_000, `${statSync(vsix).size} bytes`);
  });
});

describe('the pictures', () => {
  it('have an icon of 128 by 128 pixels', () => {
    const png = readFileSync(join(repoRoot, manifest.icon ?? ''));
    assert.deepEqual([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ['PNG', 128, 128]);
  });

  it('have an activity bar icon of 24 by 24 in one colour, which VS Code takes as a mask', () => {
    const [container] = manifest.contributes.viewsContainers.activitybar;
    const svg = readFileSync(join(repoRoot, container?.icon ?? ''), 'utf8');
    assert.match(svg, /<svg [^>]*width="24" height="24" viewBox="0 0 24 24"/);
    const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
    assert.deepEqual([...new Set(colours)].sort(), ['currentColor', 'none']);
  });
});

describe('THIRD-PARTY-NOTICES.md', () => {
  it('names what is in the bundles; otherwise npm run notices', () => {
    const written = readFileSync(join(repoRoot, 'THIRD-PARTY-NOTICES.md'), 'utf8').replaceAll('\r\n', '\n');
    assert.equal(written, thirdPartyNotices());
  }).timeout(60_000);
});
