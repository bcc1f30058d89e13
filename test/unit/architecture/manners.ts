/** What no file below `src/` does, whichever layer it is in. */
import type { Identifier, Node } from 'typescript/unstable/ast';
import {
  isExportAssignment,
  isExportSpecifier,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isTypeReferenceNode,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { finding, nodesOf, type SourceTree, type TreeFile } from './sourceTree';

const longest = 400;
const longestRoot = 120;

export function lengthFindings(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap(({ path, source }) => {
    const limit = path === 'extension.ts' ? longestRoot : longest;
    const lines = source.text.replace(/\n$/, '').split('\n').length;
    return lines > limit ? [`src/${path}:${limit + 1}: has ${lines} lines, ${limit} are allowed`] : [];
  });
}

export function defaultExportFindings(files: readonly TreeFile[]): readonly string[] {
  // Declarations of somebody else's module say `export =` where that module does.
  const ours = files.filter(({ source }) => !source.isDeclarationFile);
  return findNodes(ours, (node) => (isDefaultExport(node) ? 'exports a default' : undefined));
}

function isDefaultExport(node: Node): boolean {
  if (isExportAssignment(node)) return true;
  if (isExportSpecifier(node)) return node.name.text === 'default';
  return node.kind === SyntaxKind.DefaultKeyword && node.parent.kind !== SyntaxKind.DefaultClause;
}

export function anyFindings(files: readonly TreeFile[]): readonly string[] {
  return findNodes(files, (node) => (node.kind === SyntaxKind.AnyKeyword ? 'says any' : undefined));
}

/** Types of the platform at the seams; everything else that Node.js puts into the global scope stays outside. */
const platformTypes = ['AbortController', 'AbortSignal', 'URL', 'URLSearchParams'];

/** core has no clock, no chance, no timers, no console and no process of its own: they come in through its ports. */
export function coreGlobalFindings({ checker, files }: Pick<SourceTree, 'checker' | 'files'>): readonly string[] {
  return files
    .filter(({ path }) => path.startsWith('core/'))
    .flatMap((file) => {
      const names = [...nodesOf(file.source)].filter((node) => isIdentifier(node)).filter(isReference);
      const symbols = checker.getSymbolAtLocation(names);
      return names.flatMap((name, index) => {
        const homes = (symbols[index]?.declarations ?? []).map(({ path }) => String(path));
        const wrong = misuse(name, homes);
        return wrong === undefined ? [] : [finding(file, name, `${wrong} in core`)];
      });
    });
}

/** Whether the name stands for itself, and is not the name of a property. */
function isReference(name: Identifier): boolean {
  const { parent } = name;
  if (isPropertyAccessExpression(parent)) return parent.expression === name;
  return !(isPropertyAssignment(parent) && parent.name === name);
}

function misuse(name: Identifier, homes: readonly string[]): string | undefined {
  const { text, parent } = name;
  const member = isPropertyAccessExpression(parent) ? parent.name.text : undefined;
  if (text === 'globalThis') return text;
  const ofLanguage = homes.some((home) => /\/lib\.[^/]*\.d\.ts$/.test(home));
  const ofNode = homes.some((home) => home.includes('/node_modules/@types/node/'));
  if (!ofLanguage && !ofNode) return undefined;
  if (text === 'Date') return readsClock(name, member) ? 'the clock (Date)' : undefined;
  if (text === 'Math') return member === undefined || member === 'random' ? 'chance (Math.random)' : undefined;
  if (text === 'AbortSignal' && member === 'timeout') return 'a timer (AbortSignal.timeout)';
  return ofLanguage || platformTypes.includes(text) ? undefined : text;
}

/** A date of given parts, and the type, tell no time. */
function readsClock({ parent }: Identifier, member: string | undefined): boolean {
  if (isNewExpression(parent)) return (parent.arguments?.length ?? 0) === 0;
  if (member !== undefined) return !['UTC', 'parse'].includes(member);
  return !isTypeReferenceNode(parent);
}

function findNodes(files: readonly TreeFile[], judge: (node: Node) => string | undefined): readonly string[] {
  return files.flatMap((file) =>
    [...nodesOf(file.source)].flatMap((node) => {
      const wrong = judge(node);
      return wrong === undefined ? [] : [finding(file, node, wrong)];
    }),
  );
}
