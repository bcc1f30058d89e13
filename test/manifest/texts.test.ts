import assert from 'node:assert/strict';
import type { CallExpression, Expression, Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isConditionalExpression,
  isElementAccessExpression,
  isIdentifier,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isStringLiteralLikeNode,
} from 'typescript/unstable/ast';
import { SymbolFlags } from 'typescript/unstable/sync';
import { signInReasonTexts } from '../../src/auth/signInReasonTexts';
import { downloadTexts } from '../../src/core/downloadTexts';
import { pastedSecretProblemTexts } from '../../src/core/pastedSecret';
import { reasonTexts } from '../../src/core/reasonTexts';
import { unattendedTexts } from '../../src/core/unattendedTexts';
import { providerDescriptions } from '../../src/providers/registry';
import {
  finding,
  nodesOf,
  openSample,
  openSourceTree,
  type SourceTree,
  type TreeFile,
} from '../unit/architecture/sourceTree';

/**
 * Where English texts stand that are not literals at the place of their translation: tables of the core, the shape that
 * the providers' tables have, and the one place that hands texts on to the editor.
 */
const catalogues = [
  'core/outcomeText.ts',
  'core/pastedSecret.ts',
  'core/presentation.ts',
  'core/provider.ts',
  'core/reasonTexts.ts',
  'core/taskEnds.ts',
  'providers/googleDataPortability/scopeSelection.ts',
  'providers/googleDataPortability/scopes.ts',
  'vscode/translate.ts',
  'vscode/wholeFile.ts',
];

describe('the texts in the code', () => {
  let tree: SourceTree;
  before(function () {
    this.timeout(60_000);
    tree = openSourceTree();
  });
  after(() => tree.close());

  it('are literals or come from a catalogue, with a value for each placeholder', () => {
    const calls = tree.files.flatMap((file) => translations(file));
    assert.ok(calls.length > 50, `${calls.length} translations were found`);
    assert.deepEqual(textFindings(tree), []);
  });

  it('have no placeholders where nobody fills them', () => {
    const forms = [...providerDescriptions.values()].flatMap(({ credentialForms }) => credentialForms);
    const fields = forms.flatMap((form) => [form.label, form.detail, ...form.fields.map(({ label }) => label)]);
    for (const text of [...fields, ...Object.values(pastedSecretProblemTexts)]) assert.doesNotMatch(text, /[{}]/);
  });

  it('have named placeholders in the catalogues of reasons, and end like sentences', () => {
    const sources = [
      reasonTexts,
      downloadTexts,
      unattendedTexts,
      signInReasonTexts,
      ...[...providerDescriptions.values()].map((one) => one.reasonTexts),
    ];
    for (const [code, texts] of sources.flatMap((source) => Object.entries(source))) {
      for (const text of Object.values(texts)) {
        assert.doesNotMatch(text.replaceAll(/\{[a-zA-Z]\w*\}/g, ''), /[{}]/, code);
        assert.match(text, /([.!?]|\{\w+\})$/, code);
      }
    }
  });

  it('belong to one reason each', () => {
    const sources = [
      reasonTexts,
      downloadTexts,
      unattendedTexts,
      signInReasonTexts,
      ...[...providerDescriptions.values()].map((one) => one.reasonTexts),
    ];
    const codes = sources.flatMap(Object.keys);
    assert.deepEqual(codes, [...new Set(codes)]);
  });
});

describe('the rules for texts', () => {
  it('find each text that cannot be translated', function () {
    this.timeout(60_000);
    const tree = openSample({
      'vscode/bad.ts': [
        `import * as vscode from 'vscode';`,
        `const name = 'x';`,
        'export const a = vscode.l10n.t(`Hello $' + '{name}`);',
        `export const b = vscode.l10n.t('Hello ' + name);`,
        `export const c = vscode.l10n.t(name);`,
        `export const d = vscode.l10n.t('Hello {0} and {1}', name);`,
        `export const e = vscode.l10n.t('Hello', name);`,
        `export const f = (translate: (text: string, values: object) => string) => translate('{who}', { what: name });`,
        `export const g = vscode.l10n.t(name === 'x' ? 'one' : name);`,
        `export const fine = vscode.l10n.t(name === 'x' ? 'One' : 'Two');`,
        `export const alsoFine = (translate: (text: string, values: object) => string) => translate('{name}', { name });`,
      ].join('\n'),
    });
    try {
      assert.deepEqual(textFindings(tree), [
        'src/vscode/bad.ts:3: is neither a literal nor from a catalogue',
        'src/vscode/bad.ts:4: is neither a literal nor from a catalogue',
        'src/vscode/bad.ts:5: is neither a literal nor from a catalogue',
        'src/vscode/bad.ts:6: "Hello {0} and {1}" asks for 0, 1 and is given 0',
        'src/vscode/bad.ts:7: "Hello" asks for nothing and is given 0',
        'src/vscode/bad.ts:8: "{who}" asks for who and is given what',
        'src/vscode/bad.ts:9: is neither a literal nor from a catalogue',
      ]);
    } finally {
      tree.close();
    }
  });
});

function textFindings({ checker, files }: Pick<SourceTree, 'checker' | 'files'>): readonly string[] {
  const fromCatalogue = (text: Expression): boolean => {
    const source = isElementAccessExpression(text) ? text.expression : text;
    const named = isPropertyAccessExpression(source) ? source.name : source;
    const symbol = isIdentifier(named) ? checker.getSymbolAtLocation(named) : undefined;
    const origin = symbol && (symbol.flags & SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
    return (origin?.declarations ?? []).some(({ path }) => catalogues.some((file) => isFile(path, file)));
  };
  return files.flatMap((file) =>
    translations(file).flatMap((call) => {
      const [first, ...rest] = call.arguments;
      return (first ? alternatives(first) : []).flatMap((text) => {
        if (!isStringLiteralLikeNode(text)) {
          return fromCatalogue(text) ? [] : [finding(file, text, 'is neither a literal nor from a catalogue')];
        }
        const asked = [...new Set([...text.text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort();
        const given = valuesGiven(rest).sort();
        const list = (names: readonly string[]): string => names.join(', ') || 'nothing';
        return asked.join() === given.join()
          ? []
          : [finding(file, text, `"${text.text}" asks for ${list(asked)} and is given ${list(given)}`)];
      });
    }),
  );
}

/** The compiler's paths are in small letters where the file system does not tell them apart. */
function isFile(path: string, file: string): boolean {
  return path.toLowerCase().endsWith(`/src/${file}`.toLowerCase());
}

/** Calls of `l10n.t` and of the `translate` that the pure texts are given. */
function translations(file: TreeFile): readonly CallExpression[] {
  return [...nodesOf(file.source)]
    .filter((node) => isCallExpression(node))
    .filter(({ expression }) => isTranslator(expression));
}

function isTranslator(callee: Node): boolean {
  if (isIdentifier(callee)) return callee.text === 'translate';
  if (!isPropertyAccessExpression(callee)) return false;
  const owner = isPropertyAccessExpression(callee.expression) ? callee.expression.name : callee.expression;
  return callee.name.text === 'translate' || (callee.name.text === 't' && isIdentifier(owner) && owner.text === 'l10n');
}

function alternatives(text: Expression): readonly Expression[] {
  if (isParenthesizedExpression(text)) return alternatives(text.expression);
  return isConditionalExpression(text) ? [...alternatives(text.whenTrue), ...alternatives(text.whenFalse)] : [text];
}

/** The names of the values: positions, or the keys of one object. */
function valuesGiven(values: readonly Expression[]): string[] {
  const [only] = values;
  if (values.length === 1 && only && isObjectLiteralExpression(only)) {
    return only.properties.flatMap((property) =>
      (isPropertyAssignment(property) || isShorthandPropertyAssignment(property)) && isIdentifier(property.name)
        ? [property.name.text]
        : ['…'],
    );
  }
  return values.map((_, index) => String(index));
}
