/** Every way in which one module can name another. */
import { posix } from 'node:path';
import type { CallExpression, ImportDeclaration, Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isPropertyAccessExpression,
  isStringLiteralLikeNode,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { nodesOf, type TreeFile } from './sourceTree';

export interface ImportSite {
  readonly node: Node;
  /** `type` leaves nothing in the bundle; `dynamic` is `import()`. */
  readonly kind: 'static' | 'type' | 'dynamic' | 'require';
  /** As written; `undefined` when it is not a literal. */
  readonly specifier: string | undefined;
}

export function importsOf(file: TreeFile): readonly ImportSite[] {
  const sites = [...nodesOf(file.source)].flatMap((node) => site(node) ?? []);
  const references = [...file.source.referencedFiles, ...file.source.typeReferenceDirectives];
  return [
    ...sites,
    ...references.map(({ fileName }) => ({ node: file.source, kind: 'type' as const, specifier: fileName })),
  ];
}

function site(node: Node): ImportSite | undefined {
  if (isImportDeclaration(node)) return { node, kind: importKind(node), specifier: literal(node.moduleSpecifier) };
  if (isExportDeclaration(node) && node.moduleSpecifier) {
    return { node, kind: node.isTypeOnly ? 'type' : 'static', specifier: literal(node.moduleSpecifier) };
  }
  if (isExternalModuleReference(node)) return { node, kind: 'require', specifier: literal(node.expression) };
  if (isImportTypeNode(node)) {
    const { argument } = node;
    return { node, kind: 'type', specifier: isLiteralTypeNode(argument) ? literal(argument.literal) : undefined };
  }
  if (!isCallExpression(node)) return undefined;
  if (node.expression.kind === SyntaxKind.ImportKeyword) {
    return { node, kind: 'dynamic', specifier: literal(node.arguments[0]) };
  }
  return isRequire(node) ? { node, kind: 'require', specifier: literal(node.arguments[0]) } : undefined;
}

/** Only `import type` vanishes whole: `import { type A }` still runs the module (`verbatimModuleSyntax`). */
function importKind(node: ImportDeclaration): 'static' | 'type' {
  return node.importClause?.phaseModifier === SyntaxKind.TypeKeyword ? 'type' : 'static';
}

function isRequire({ expression }: CallExpression): boolean {
  const callee = isPropertyAccessExpression(expression) ? expression.expression : expression;
  return isIdentifier(callee) && callee.text === 'require';
}

function literal(node: Node | undefined): string | undefined {
  return node && isStringLiteralLikeNode(node) ? node.text : undefined;
}

/** What a specifier names: a module below `src/` without its extension, or a package. */
export type Imported =
  | { readonly kind: 'module'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'outside' };

export function imported(file: TreeFile, specifier: string): Imported {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(file.path), specifier);
    return path.startsWith('..') ? { kind: 'outside' } : { kind: 'module', path };
  }
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return specifier.startsWith('/') || specifier.includes(':') ? { kind: 'outside' } : { kind: 'package', name };
}
