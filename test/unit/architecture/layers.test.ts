import assert from 'node:assert/strict';
import { layerFindings } from './layers';
import { anyFindings, coreGlobalFindings, defaultExportFindings, lengthFindings } from './manners';
import { openSample, openSourceTree, type SourceTree } from './sourceTree';

describe('the sources', () => {
  let tree: SourceTree;
  before(function () {
    this.timeout(60_000);
    tree = openSourceTree();
  });
  after(() => tree.close());

  const clean = (title: string, findings: () => readonly string[]): void => {
    it(title, () => assert.deepEqual(findings(), [])).timeout(60_000);
  };

  it('are all there', () => {
    const paths = tree.files.map(({ path }) => path);
    for (const path of [
      'extension.ts',
      'core/model.ts',
      'sandbox/server.ts',
      'vscode/sandbox.ts',
      'http/undici.d.ts',
    ]) {
      assert.ok(paths.includes(path), path);
    }
  });
  clean('import only what their layer allows', () => layerFindings(tree.files));
  clean('are in small files', () => lengthFindings(tree.files));
  clean('have no default export', () => defaultExportFindings(tree.files));
  clean('have no any', () => anyFindings(tree.files));
  clean('reach no clock, chance, timer or process in core', () => coreGlobalFindings(tree));
});

describe('the rules for sources', () => {
  let tree: SourceTree;
  before(function () {
    this.timeout(60_000);
    tree = openSample(sample);
  });
  after(() => tree.close());

  it('find each import that its layer does not allow', () => {
    assert.deepEqual([...layerFindings(tree.files)].sort(), [
      "src/auth/a.ts:1: import '../storage/s': auth does not import storage",
      "src/core/bad.ts:1: import 'node:fs': core does not depend on Node.js",
      "src/core/bad.ts:2: import type '../http/h': core does not import http",
      "src/core/bad.ts:3: import 'undici': core does not use the package undici",
      "src/core/bad.ts:4: import type 'vscode': core does not use the package vscode",
      "src/core/bad.ts:5: import '../http/h': core does not import http",
      "src/core/bad.ts:6: import type 'node:net': core does not depend on Node.js",
      'src/core/bad.ts:7: import(…): only a literal says what is imported',
      "src/core/bad.ts:8: require('node:os'): modules are imported, not required",
      "src/extension.ts:1: import type './sandbox/api': extension.ts does not import sandbox",
      "src/http/h.ts:1: import '../auth/a': http does not import auth",
      "src/http/h.ts:2: import 'vscode': http does not use the package vscode",
      "src/http/h.ts:3: import 'node:module': would load modules unseen",
      "src/http/h.ts:4: import '../../package.json': leaves src/",
      "src/providers/p.ts:1: import type '../storage/s': providers does not import storage",
      "src/providers/p.ts:2: import 'node:fs': providers does not depend on Node.js",
      "src/sandbox/x.ts:1: import '../core/model': sandbox does not import core, except types",
      "src/sandbox/x.ts:3: import type '../providers/p': sandbox does not import providers",
      "src/sandbox/x.ts:4: import type 'vscode': sandbox does not use the package vscode",
      "src/sandbox/x.ts:5: import '../http/h': sandbox does not import http",
      'src/stray/file.ts:1: belongs to no layer',
      "src/vscode/editorApi.ts:2: require('./other'): modules are imported, not required",
      "src/vscode/other.ts:1: import type '../sandbox/api': vscode does not import sandbox",
      "src/vscode/other.ts:2: import '../extension': vscode does not import extension",
      "src/vscode/sandbox.ts:2: import '../sandbox/server': vscode does not import sandbox",
    ]);
  });

  it('find files that are too long', () => {
    assert.deepEqual([...lengthFindings(tree.files)].sort(), [
      'src/extension.ts:121: has 122 lines, 120 are allowed',
      'src/storage/long.ts:401: has 401 lines, 400 are allowed',
    ]);
  });

  it('find default exports', () => {
    assert.deepEqual([...defaultExportFindings(tree.files)].sort(), [
      'src/storage/defaults.ts:1: exports a default',
      'src/storage/moreDefaults.ts:3: exports a default',
      'src/storage/moreDefaults.ts:4: exports a default',
    ]);
  });

  it('find any', () => {
    assert.deepEqual([...anyFindings(tree.files)].sort(), [
      'src/storage/any.ts:1: says any',
      'src/storage/any.ts:2: says any',
    ]);
  });

  it('find what core takes from the global scope', () => {
    assert.deepEqual(coreGlobalFindings(tree), [
      'src/core/bad.ts:8: require in core',
      'src/core/globals.ts:1: the clock (Date) in core',
      'src/core/globals.ts:2: the clock (Date) in core',
      'src/core/globals.ts:3: the clock (Date) in core',
      'src/core/globals.ts:4: chance (Math.random) in core',
      'src/core/globals.ts:5: setTimeout in core',
      'src/core/globals.ts:6: process in core',
      'src/core/globals.ts:7: globalThis in core',
      'src/core/globals.ts:8: console in core',
      'src/core/globals.ts:9: a timer (AbortSignal.timeout) in core',
      'src/core/globals.ts:10: fetch in core',
      'src/core/globals.ts:11: chance (Math.random) in core',
      'src/core/globals.ts:12: the clock (Date) in core',
    ]);
  });
});

/** Breaks every rule once, beside what is allowed. */
const sample: Readonly<Record<string, string>> = {
  'core/model.ts': `import * as v from 'valibot';\nexport const schema = v.string();\nexport type Model = URL;\n`,
  'core/bad.ts': [
    `import { readFileSync } from 'node:fs';`,
    `import type { H } from '../http/h';`,
    `import { request } from 'undici';`,
    `export type Window = import('vscode').WindowState;`,
    `export { h } from '../http/h';`,
    `export type { Socket } from 'node:net';`,
    `export const load = (name: string) => import(name);`,
    `export const os = require('node:os');`,
    `export const used = [readFileSync, request] as unknown as H;`,
  ].join('\n'),
  'core/globals.ts': [
    `export const now = Date.now();`,
    `export const date = new Date();`,
    `export const { now: clock } = Date;`,
    `export const random = Math.random();`,
    `export const wait = () => setTimeout(() => undefined, 1);`,
    `export const env = process.env;`,
    `export const all = globalThis;`,
    `export const say = () => console.log('x');`,
    `export const late = () => AbortSignal.timeout(1);`,
    `export const get = () => fetch('x');`,
    `export const { random: chance } = Math;`,
    `export const text = Date();`,
    `export const fine = [new Date(1), Date.UTC(2000), Math.max(1, 2), new URL('x:y'), Date.parse(''), JSON, undefined];`,
    `export const alsoFine = (signal: AbortSignal, process: { now: number }) => [signal.aborted, process.now, { Date: 1 }];`,
  ].join('\n'),
  'http/h.ts': [
    `import { a } from '../auth/a';`,
    `import { window } from 'vscode';`,
    `import { createRequire } from 'node:module';`,
    `import manifest from '../../package.json';`,
    `import { schema } from '../core/model';`,
    `export type H = string;`,
    `export const h = [a, window, createRequire, manifest, schema];`,
  ].join('\n'),
  'auth/a.ts': `import { s } from '../storage/s';\nimport type { H } from '../http/h';\nexport const a = s as H;\n`,
  'storage/s.ts': `import { join } from 'node:path';\nexport const s = join('a', 'b');\n`,
  'storage/long.ts': `${'// one more line\n'.repeat(400)}export const long = 1;\n`,
  'storage/defaults.ts': `export default 1;\n`,
  'storage/moreDefaults.ts': [
    `export const pick = (n: number) => { switch (n) { default: return 'default'; } };`,
    `const x = 1;`,
    `export { x as default };`,
    `export default class {}`,
  ].join('\n'),
  'storage/any.ts': `export const loose: any = 1;\nexport const cast = (1 as any).x;\n// any\nexport const fine = 'any';\n`,
  'providers/p.ts': `import type { s } from '../storage/s';\nimport { readFileSync } from 'node:fs';\nexport const p = [readFileSync] as unknown as typeof s;\n`,
  'sandbox/api.ts': `import type { Model } from '../core/model';\nexport type Api = Model;\n`,
  'sandbox/server.ts': `import { Hono } from 'hono';\nimport { createServer } from 'node:http';\nexport const server = [Hono, createServer];\n`,
  'sandbox/x.ts': [
    `import { schema } from '../core/model';`,
    `import type { Api } from './api';`,
    `import type { p } from '../providers/p';`,
    `import type { Uri } from 'vscode';`,
    `import '../http/h';`,
    `export const x = schema as unknown as Api | typeof p | Uri;`,
  ].join('\n'),
  'vscode/sandbox.ts': [
    `import type { Api } from '../sandbox/api';`,
    `import { server } from '../sandbox/server';`,
    `export const start = async (): Promise<Api> => (await import('../sandbox/server')) as never;`,
    `export const used = server;`,
  ].join('\n'),
  'vscode/editorApi.ts': `export const texts = () => require('./packedTexts');\nexport const other = () => require('./other');\n`,
  'vscode/other.ts': `import type { Api } from '../sandbox/api';\nimport '../extension';\nexport const other = 1 as unknown as Api;\n`,
  'extension.ts': `import type { Api } from './sandbox/api';\nexport type X = Api;\n${'// line\n'.repeat(120)}`,
  'stray/file.ts': `export const stray = 1;\n`,
};
