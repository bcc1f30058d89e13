/**
 * What `import … from 'vscode'` gives in the bundles (`esbuild.mjs` sees to that): the editor's API, with `l10n.t` looking into
 * the texts of the package. The code is written against the editor's own; in tests of the sources it is that.
 */
import { join } from 'node:path';
import * as editor from 'vscode';
import { readTexts, translator } from './packedTexts';

export * from 'vscode';

export const l10n: typeof editor.l10n = {
  t: translator(readTexts(join(__dirname, 'l10n'), editor.env.language)),
  bundle: undefined,
  uri: undefined,
};
