/** Looks texts up, and fills them in, as the editor's own `l10n` does. */
import { textKey } from './textKey';

type Values = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The editor's `l10n.t` in all its forms. `read`: its texts, asked for with the first. */
export function translator(read: () => ReadonlyMap<number, string>) {
  let texts: ReadonlyMap<number, string> | undefined;
  const find = (english: string): string => {
    texts ??= read();
    return (texts.size > 0 ? texts.get(textKey(english)) : undefined) ?? english;
  };
  return (
    message: string | { readonly message: string; readonly args?: Values },
    ...values: readonly unknown[]
  ): string => {
    if (typeof message !== 'string') return fillIn(find(message.message), message.args ?? {});
    const [only] = values;
    const named = typeof only === 'object' && only !== null ? only : values;
    return fillIn(find(message), named as Values);
  };
}

/** Fills `{0}` or `{name}`; a placeholder without a value stays as it is. */
function fillIn(template: string, values: Values): string {
  const found: Readonly<Record<string, unknown>> = { ...values };
  return template.replace(/\{([^{}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(found, name) && found[name] !== undefined ? String(found[name]) : whole,
  );
}
