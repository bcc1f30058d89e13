/** Reads a JSON request as the front end of Identity Toolkit does: camelCase or snake_case, enums by name or number. */
import type { ErrorAnswer } from '../google/errors';
import { badRequest } from './errors';

export type FieldType = 'string' | 'strings' | 'boolean' | { readonly enumeration: string; readonly names: EnumNames };

/** The position is the number. */
type EnumNames = readonly string[];

export type Fields = Readonly<Record<string, unknown>>;

export type FieldsRead =
  | { readonly kind: 'fields'; readonly fields: Fields }
  | { readonly kind: 'refused'; readonly answer: ErrorAnswer };

const refused = (...descriptions: string[]): FieldsRead => ({ kind: 'refused', answer: badRequest(...descriptions) });

export async function readFields(request: Request, known: Readonly<Record<string, FieldType>>): Promise<FieldsRead> {
  const text = await request.text();
  const contentType = request.headers.get('content-type');
  if (text !== '' && contentType !== null && !/^application\/json\s*(;|$)/i.test(contentType)) {
    return refused(`Invalid content type: ${contentType}`);
  }
  return parseFields(text, known);
}

export function parseFields(text: string, known: Readonly<Record<string, FieldType>>): FieldsRead {
  let parsed: unknown;
  try {
    parsed = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return refused('Invalid JSON payload received. Unexpected token.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refused('Invalid JSON payload received. Unknown name "": Root element must be a message.');
  }
  const fields: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const [written, value] of Object.entries(parsed)) {
    const name = written.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) {
      complaints.push(`Invalid JSON payload received. Unknown name "${written}": Cannot find field.`);
    } else if (value !== null) {
      const complaint = mismatch(snakeCase(name), value, type);
      if (complaint) complaints.push(complaint);
      fields[name] = value;
    }
  }
  return complaints.length > 0 ? refused(...complaints) : { kind: 'fields', fields };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mismatch(name: string, value: unknown, type: FieldType): string | undefined {
  const shown = JSON.stringify(value);
  if (typeof type === 'object') {
    return enumName(value, type.names) === undefined
      ? `Invalid value at '${name}' (type.googleapis.com/${type.enumeration}), ${shown}`
      : undefined;
  }
  if (type === 'boolean') {
    return typeof value === 'boolean' ? undefined : `Invalid value at '${name}' (TYPE_BOOL), ${shown}`;
  }
  const fits =
    type === 'string' ? typeof value === 'string' : Array.isArray(value) && value.every((part) => isText(part));
  return fits ? undefined : `Invalid value at '${name}' (TYPE_STRING), ${shown}`;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** The name of an enum value that was sent as name, number, or number in quotes. */
export function enumName(value: unknown, names: EnumNames): string | undefined {
  if (typeof value === 'number') return names[value];
  if (typeof value !== 'string') return undefined;
  return names.includes(value) ? value : /^\d+$/.test(value) ? names[Number(value)] : undefined;
}

export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsField(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((part): part is string => typeof part === 'string') : [];
}
