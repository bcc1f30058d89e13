/** Reads, from source text, which reasons the code can give: the calls of the functions that make a reason out of a code. */

export interface ReasonCall {
  readonly code: string;
  /** Names of the parameters given; `undefined` when they are not written out at the call. */
  readonly params: readonly string[] | undefined;
}

/** The makers of reasons in core and providers, by name. */
const makers = /\b(reason|because|refused|unknown|quota|deadToken|unusable)\(/g;

export function reasonCalls(source: string): readonly ReasonCall[] {
  const code = withoutComments(source);
  return [...code.matchAll(makers)].flatMap((match) => {
    const [first = '', second] = callArguments(code, match.index + match[0].length);
    const codes = codesIn(/^\s*(\w+)\[/.test(first) ? tableOf(code, first) : first);
    const params = second === undefined ? [] : writtenOut(second);
    return codes.flatMap((one): readonly ReasonCall[] =>
      match[1] === 'quota'
        ? // With a time to wait, `quota` gives the code's variant that names it.
          [
            { code: one, params: [] },
            { code: `${one}Wait`, params: ['seconds'] },
          ]
        : [{ code: one, params }],
    );
  });
}

function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/'([a-z]+(?:\.[a-z-]+)+)'/gi)].map(([, one]) => one ?? '');
}

/** The table of codes that `table[…]` looks into, as it is written in the same file. */
function tableOf(code: string, lookup: string): string {
  const [, name = ''] = /^\s*(\w+)\[/.exec(lookup) ?? [];
  return new RegExp(`\\bconst ${name}\\b[^{]*?= \\{([^}]*)\\}`).exec(code)?.[1] ?? '';
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The texts of a call's arguments; `from` is the place after its opening bracket. */
function callArguments(code: string, from: number): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let quote = '';
  let start = from;
  for (let at = from; at < code.length; at++) {
    const character = code[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (`'"\``.includes(character)) quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && depth-- === 0) return [...found, code.slice(start, at)];
    else if (character === ',' && depth === 0) {
      found.push(code.slice(start, at));
      start = at + 1;
    }
  }
  return found;
}

/** The keys of an object literal; `undefined` for any other expression. */
function writtenOut(expression: string): readonly string[] | undefined {
  const literal = /^\s*\{([\s\S]*)\}\s*$/.exec(expression)?.[1];
  if (literal === undefined || literal.includes('...')) return undefined;
  return callArguments(`${literal})`, 0)
    .map((entry) => /^\s*(\w+)/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
}
