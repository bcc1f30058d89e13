import assert from 'node:assert/strict';
import type { Expression } from 'typescript/unstable/ast';
import {
  isConditionalExpression,
  isIdentifier,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isStringLiteralLikeNode,
} from 'typescript/unstable/ast';
import { reasonSources } from '../../scripts/l10n/catalogues';
import { collectTexts } from '../../scripts/l10n/sourceTexts';
import { translations } from '../../scripts/l10n/translations';
import { pastedSecretProblemTexts } from '../../src/core/pastedSecret';
import { providerDescriptions } from '../../src/providers/registry';
import { finding, openSample, openSourceTree, type SourceTree, type TreeFile } from '../unit/architecture/sourceTree';

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
    for (const [code, texts] of reasonSources.flatMap((source) => Object.entries(source))) {
      for (const text of Object.values(texts)) {
        assert.doesNotMatch(text.replaceAll(/\{[a-zA-Z]\w*\}/g, ''), /[{}]/, code);
        assert.match(text, /([.!?]|\{\w+\})$/, code);
      }
    }
  });

  it('belong to one reason each', () => {
    const codes = reasonSources.flatMap(Object.keys);
    assert.deepEqual(codes, [...new Set(codes)]);
  });
});

describe('the rules for texts', () => {
  it('find each text that cannot be translated', function () {
    this.timeout(60_000);
    const tree = openSample({
      'vscode/bad.ts': [
        `import * as vscode from 'vscode';`,
        `declare const name: string;`,
        'export const a = vscode.l10n.t(`Hello $' + '{name}`);',
        `export const b = vscode.l10n.t('Hello ' + name);`,
        `export const c = vscode.l10n.t(name);`,
        `export const d = vscode.l10n.t('Hello {0} and {1}', name);`,
        `export const e = vscode.l10n.t('Hello', name);`,
        `export const f = (translate: (text: string, values: object) => string) => translate('{who}', { what: name });`,
        `export const g = vscode.l10n.t(name === 'x' ? 'one' : name);`,
        `export const fine = vscode.l10n.t(name === 'x' ? 'One' : 'Two');`,
        `const words = { one: 'One', two: 'Two' } as const;`,
        `export const inTable = (key: keyof typeof words) => vscode.l10n.t(words[key]);`,
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

function textFindings(tree: Pick<SourceTree, 'checker' | 'files'>): readonly string[] {
  return [...collectTexts(tree).untraceable, ...tree.files.flatMap(valueFindings)].sort();
}

/** Literals whose placeholders are not those that are filled. */
function valueFindings(file: TreeFile): readonly string[] {
  return translations(file).flatMap((call) => {
    const [first, ...rest] = call.arguments;
    return (first ? alternatives(first) : []).flatMap((text) => {
      if (!isStringLiteralLikeNode(text)) return [];
      const asked = [...new Set([...text.text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort();
      const given = valuesGiven(rest).sort();
      const list = (names: readonly string[]): string => names.join(', ') || 'nothing';
      return asked.join() === given.join()
        ? []
        : [finding(file, text, `"${text.text}" asks for ${list(asked)} and is given ${list(given)}`)];
    });
  });
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
