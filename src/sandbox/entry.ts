/** The value that a record itself holds under a name from outside: never one that every object inherits. */
export function entry<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
