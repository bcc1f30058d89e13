/** Where the code has a text translated, and which English texts that can be. */
import type { CallExpression, Expression, Node } from 'typescript/unstable/ast';
import {
  isArrayLiteralExpression,
  isAsExpression,
  isBinaryExpression,
  isBindingElement,
  isCallExpression,
  isConditionalExpression,
  isElementAccessExpression,
  isIdentifier,
  isInterfaceDeclaration,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isPropertySignatureDeclaration,
  isSatisfiesExpression,
  isStringLiteralLikeNode,
  isVariableDeclaration,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { SymbolFlags } from 'typescript/unstable/sync';
import { nodesOf, type SourceTree, type TreeFile } from '../../test/unit/architecture/sourceTree';

/** One English text, or the name of the catalogue that holds all that can be meant, or neither. */
export type Origin =
  | { readonly kind: 'text'; readonly text: string; readonly node: Node }
  /** `core/provider.ts#ResetWay.verb`: what fills that property; or `core/outcomeText.ts#template`: that parameter. */
  | { readonly kind: 'catalogue'; readonly name: string; readonly node: Node }
  | { readonly kind: 'untraceable'; readonly node: Node };

/** Calls of `l10n.t` and of the `translate` that the pure texts are given. */
export function translations(file: TreeFile): readonly CallExpression[] {
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

/** Every text that the expression can be, followed through choices, constants and tables of the code. */
export function originsOf(text: Expression, tree: Pick<SourceTree, 'checker'>, depth = 0): readonly Origin[] {
  const follow = (next: Expression): readonly Origin[] => originsOf(next, tree, depth + 1);
  if (isStringLiteralLikeNode(text)) return [{ kind: 'text', text: text.text, node: text }];
  if (depth > 8) return [{ kind: 'untraceable', node: text }];
  if (isParenthesizedExpression(text) || isAsExpression(text) || isSatisfiesExpression(text)) {
    return follow(text.expression);
  }
  if (isConditionalExpression(text)) return [...follow(text.whenTrue), ...follow(text.whenFalse)];
  if (isBinaryExpression(text) && text.operatorToken.kind === SyntaxKind.QuestionQuestionToken) {
    return [...follow(text.left), ...follow(text.right)];
  }
  if (isObjectLiteralExpression(text)) {
    return text.properties.flatMap((one) => (isPropertyAssignment(one) ? follow(one.initializer) : untraced(one)));
  }
  if (isArrayLiteralExpression(text)) return text.elements.flatMap(follow);
  return namedOrigins(text, tree, depth);
}

/** A name stands for what it was declared as; a look-up in a table for everything that the table holds. */
function namedOrigins(text: Expression, tree: Pick<SourceTree, 'checker'>, depth: number): readonly Origin[] {
  const source = isElementAccessExpression(text) ? text.expression : text;
  const name = isPropertyAccessExpression(source) ? source.name : source;
  const symbol = isIdentifier(name) ? tree.checker.getSymbolAtLocation(name) : undefined;
  const aliased = symbol && (symbol.flags & SymbolFlags.Alias) !== 0 ? tree.checker.getAliasedSymbol(symbol) : symbol;
  const declarations = (aliased?.declarations ?? []).map((handle) => handle.resolve());
  if (declarations.length === 0) return untraced(text);
  return declarations.flatMap((declared) => declaredOrigins(declared, text, tree, depth));
}

function declaredOrigins(
  declared: Node | undefined,
  text: Expression,
  tree: Pick<SourceTree, 'checker'>,
  depth: number,
): readonly Origin[] {
  if (!declared) return untraced(text);
  if ((isVariableDeclaration(declared) || isPropertyAssignment(declared)) && declared.initializer) {
    return originsOf(declared.initializer, tree, depth + 1);
  }
  if (isBindingElement(declared)) return declaredOrigins(declared.parent.parent, text, tree, depth);
  const file = /\/src\/(.+)$/.exec(declared.getSourceFile().fileName)?.[1] ?? '';
  if (isParameterDeclaration(declared) && isIdentifier(declared.name)) {
    return [{ kind: 'catalogue', name: `${file}#${declared.name.text}`, node: text }];
  }
  if (isPropertySignatureDeclaration(declared) && isInterfaceDeclaration(declared.parent)) {
    const property = isIdentifier(declared.name) ? declared.name.text : '';
    return [{ kind: 'catalogue', name: `${file}#${declared.parent.name.text}.${property}`, node: text }];
  }
  return untraced(text);
}

function untraced(node: Node): readonly Origin[] {
  return [{ kind: 'untraceable', node }];
}
