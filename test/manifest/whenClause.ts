/** The part of VS Code's `when` clauses that package.json uses: `&& || ! ( ) == != =~` and `true`, `false`. */

export type Context = Readonly<Record<string, boolean | string>>;

type Expression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'not'; readonly inner: Expression }
  | { readonly kind: 'equals'; readonly key: string; readonly text: string }
  | { readonly kind: 'matches'; readonly key: string; readonly pattern: RegExp }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] };

/** Whether the clause holds; a key that `context` does not have is false. */
export function evaluate(clause: string | undefined, context: Context): boolean {
  return clause === undefined || holds(parse(clause), context);
}

/** The keys that the clause asks for. */
export function keysIn(clause: string): ReadonlySet<string> {
  return new Set(nodes(parse(clause)).flatMap((node) => ('key' in node ? [node.key] : [])));
}

/** The patterns that the clause matches `key` against. */
export function patternsFor(key: string, clause: string): readonly RegExp[] {
  return nodes(parse(clause)).flatMap((node) => (node.kind === 'matches' && node.key === key ? [node.pattern] : []));
}

function holds(node: Expression, context: Context): boolean {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'key':
      return Boolean(context[node.key]);
    case 'not':
      return !holds(node.inner, context);
    case 'equals':
      return String(context[node.key] ?? '') === node.text;
    case 'matches':
      return node.pattern.test(String(context[node.key] ?? ''));
    case 'and':
      return node.parts.every((part) => holds(part, context));
    case 'or':
      return node.parts.some((part) => holds(part, context));
  }
}

function nodes(node: Expression): readonly Expression[] {
  const inner = node.kind === 'not' ? [node.inner] : node.kind === 'and' || node.kind === 'or' ? node.parts : [];
  return [node, ...inner.flatMap(nodes)];
}

/** @throws Error at what VS Code would not understand either, or understand otherwise */
function parse(clause: string): Expression {
  const tokens = [...clause.matchAll(/\s*(&&|\|\||==|!=|=~|!|\(|\)|\/(?:\\.|[^/])+\/i?|'[^']*'|[\w.:-]+)/gy)];
  const read = tokens.reduce((sum, [whole]) => sum + whole.length, 0);
  if (clause.slice(read).trim() !== '') throw new Error(`Not understood in "${clause}": ${clause.slice(read)}`);
  const words = tokens.map(([, word = '']) => word);
  const expression = either(words);
  if (words.length > 0) throw new Error(`Left over in "${clause}": ${words.join(' ')}`);
  return expression;
}

function either(words: string[]): Expression {
  return chain(words, '||', 'or', (rest) => chain(rest, '&&', 'and', single));
}

function chain(
  words: string[],
  operator: string,
  kind: 'and' | 'or',
  part: (words: string[]) => Expression,
): Expression {
  const parts = [part(words)];
  while (words[0] === operator) {
    words.shift();
    parts.push(part(words));
  }
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind, parts };
}

function single(words: string[]): Expression {
  const word = words.shift();
  if (word === '!') return { kind: 'not', inner: single(words) };
  if (word === '(') {
    const inner = either(words);
    if (words.shift() !== ')') throw new Error('A parenthesis is not closed');
    return inner;
  }
  if (word === 'true' || word === 'false') return { kind: 'constant', value: word === 'true' };
  if (word === undefined || !/^[\w.:-]+$/.test(word)) throw new Error(`A key was expected: ${word ?? 'the end'}`);
  const operator = words[0];
  if (operator !== '==' && operator !== '!=' && operator !== '=~') return { kind: 'key', key: word };
  words.shift();
  const value = words.shift() ?? '';
  if (operator === '=~') return { kind: 'matches', key: word, pattern: regularExpression(value) };
  const equals: Expression = { kind: 'equals', key: word, text: value.replace(/^'(.*)'$/, '$1') };
  return operator === '==' ? equals : { kind: 'not', inner: equals };
}

function regularExpression(text: string): RegExp {
  const found = /^\/(.+)\/(i?)$/.exec(text);
  if (!found) throw new Error(`Not a regular expression: ${text}`);
  return new RegExp(found[1] ?? '', found[2]);
}
