/** How a credential lies in the editor's SecretStorage: one record under a name of its own, never written again. */
import * as v from 'valibot';
import type { Credential, TargetKey } from '../core/model';
import type { CredentialMarker } from '../core/ports';

export const schemaVersion = 1;

const recordSchema = v.object({
  schema: v.literal(schemaVersion),
  provider: v.string(),
  target: v.string(),
  origins: v.array(v.string()),
  form: v.string(),
  storedAt: v.pipe(v.number(), v.integer()),
  secrets: v.record(v.string(), v.string()),
  facts: v.record(v.string(), v.string()),
});

export type CredentialRecord = v.InferOutput<typeof recordSchema>;

/** Written by a later version of this extension, and left to it. */
const newerSchema = v.object({ schema: v.pipe(v.number(), v.minValue(schemaVersion + 1)) });

const secretPrefix = 'reconsent.credential:';

export function secretName(key: TargetKey, storedAt: number): string {
  return `${secretPrefix}${key}#${storedAt}`;
}

/** Where a record is put aside that cannot be read. */
export function quarantineName(key: TargetKey, storedAt: number): string {
  return `reconsent.quarantine:${key}#${storedAt}`;
}

/** What {@link secretName} was made of; `undefined` for every other name. An identity's key may hold a `#` itself. */
export function parseSecretName(name: string): { readonly key: TargetKey; readonly storedAt: number } | undefined {
  if (!name.startsWith(secretPrefix)) return undefined;
  const mark = name.lastIndexOf('#');
  const key = name.slice(secretPrefix.length, mark) as TargetKey;
  const storedAt = Number(name.slice(mark + 1));
  return mark > 0 && secretName(key, storedAt) === name ? { key, storedAt } : undefined;
}

/** The record, if it is the one of that name; `undefined` when it is damaged. */
export function parseRecord(text: string, key: TargetKey, storedAt: number): CredentialRecord | 'newer' | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (v.is(newerSchema, json)) return 'newer';
    const parsed = v.safeParse(recordSchema, json);
    if (!parsed.success) return undefined;
    const { output } = parsed;
    return output.target === key && output.storedAt === storedAt ? output : undefined;
  } catch {
    return undefined;
  }
}

/** Whether both hold the very same secrets of the same form. */
export function sameSecrets(one: CredentialRecord, other: CredentialRecord): boolean {
  const names = Object.keys(one.secrets);
  return (
    one.provider === other.provider &&
    one.form === other.form &&
    names.length === Object.keys(other.secrets).length &&
    names.every((name) => one.secrets[name] === other.secrets[name])
  );
}

export function live(markers: readonly CredentialMarker[]): readonly CredentialMarker[] {
  return markers.filter(({ ended }) => ended === undefined);
}

export function named(
  markers: readonly CredentialMarker[],
  credentials: readonly Credential[],
): readonly CredentialMarker[] {
  const names = new Set(credentials.map(({ storedAt }) => storedAt));
  return markers.filter(({ storedAt }) => names.has(storedAt));
}

export function generationOf(credentials: readonly { readonly storedAt: number }[]): string {
  return credentials.map(({ storedAt }) => storedAt).join(' ');
}
