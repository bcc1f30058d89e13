/**
 * The credential vault: one record per identity in the editor's SecretStorage, bound to the origins it was given for.
 *
 * What SecretStorage does decides the shape: it deletes what it cannot decrypt and says `undefined` (hence the marker kept
 * apart), has no compare-and-swap (hence the generation), and may never answer (hence the time limit).
 */
import * as v from 'valibot';
import { sameOrigins } from '../core/endpoint';
import { type Credential, type Target, type TargetKey, targetKey } from '../core/model';
import type { Clock, CredentialMarker, Log, MarkerStore, SecretStore } from '../core/ports';
import type { CredentialForm, ProviderDescription } from '../core/provider';
import { BoundSecret } from '../core/redact';
import type { CredentialReading, CredentialSource } from '../core/resetOperation';

const schemaVersion = 1;
const readTimeoutMs = 10_000;

const recordSchema = v.object({
  schema: v.literal(schemaVersion),
  generation: v.pipe(v.number(), v.integer()),
  provider: v.string(),
  target: v.string(),
  origins: v.array(v.string()),
  form: v.string(),
  storedAt: v.number(),
  secrets: v.record(v.string(), v.string()),
  facts: v.record(v.string(), v.string()),
});

/** Written by a later version of this extension, and left to it. */
const newerSchema = v.object({ schema: v.pipe(v.number(), v.minValue(schemaVersion + 1)) });

type CredentialRecord = v.InferOutput<typeof recordSchema>;

export interface VaultPorts {
  readonly secrets: SecretStore;
  readonly markers: MarkerStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly describe: (providerId: string) => ProviderDescription | undefined;
}

export class CredentialVault implements CredentialSource {
  readonly #cache = new Map<TargetKey, CredentialRecord>();
  /** Grows with every change that is heard of: what was read across one may be old, and must not stay in memory. */
  #changes = 0;

  constructor(private readonly ports: VaultPorts) {}

  async read(target: Target): Promise<CredentialReading> {
    const key = targetKey(target);
    const cached = this.#cache.get(key);
    if (cached) return this.#open(target, cached);
    const changesBefore = this.#changes;
    const text = await this.#getWithin(secretName(key));
    if (text.kind === 'no-answer') return { kind: 'unreadable' };
    if (text.value === undefined) {
      const marker = await this.ports.markers.get(key);
      if (!marker) return { kind: 'missing' };
      return marker.forgottenAt === undefined
        ? { kind: 'lost', storedAt: marker.storedAt }
        : { kind: 'missing', forgottenAt: marker.forgottenAt };
    }
    const record = parseRecord(text.value);
    if (record === 'newer') return { kind: 'newer' };
    if (!record || record.target !== key) {
      await this.#quarantine(key, text.value);
      return { kind: 'corrupt' };
    }
    if (this.#changes === changesBefore) this.#cache.set(key, record);
    return this.#open(target, record);
  }

  /** Stores a credential for the origins of the target's project, in place of an older one. */
  async store(target: Target, form: CredentialForm, values: Readonly<Record<string, string>>): Promise<void> {
    const key = targetKey(target);
    const description = this.ports.describe(target.project.provider);
    if (!description) throw new Error(`There is no provider ${target.project.provider}.`);
    const now = this.ports.clock.now();
    const previous = this.#cache.get(key)?.generation ?? 0;
    const pick = (secret: boolean): Record<string, string> =>
      Object.fromEntries(
        form.fields.flatMap((field) => {
          const value = values[field.id];
          return field.secret === secret && value !== undefined ? [[field.id, value]] : [];
        }),
      );
    const record: CredentialRecord = {
      schema: schemaVersion,
      // Never a number that was in use before, even when an older record was forgotten in between.
      generation: Math.max(previous + 1, now),
      provider: target.project.provider,
      target: key,
      origins: [...description.credentialOrigins(target.project)],
      form: form.id,
      storedAt: now,
      secrets: pick(true),
      facts: pick(false),
    };
    this.#drop(key);
    await this.ports.secrets.store(secretName(key), JSON.stringify(record));
    this.#changes++;
    this.#cache.set(key, record);
    try {
      await this.ports.markers.set(key, { form: form.id, storedAt: now, origins: record.origins });
    } catch {
      // The credential is stored; without its marker only the tree's first paint does not know of it.
      this.ports.log.warn(`The note that a credential of ${key} is stored could not be written.`);
    }
  }

  /** Forgets the credential because the user says so; its consent may be alive, and the marker keeps that in mind. */
  async forget(target: Target): Promise<void> {
    const key = targetKey(target);
    const marker = await this.ports.markers.get(key);
    this.#drop(key);
    await this.ports.secrets.delete(secretName(key));
    this.#drop(key);
    const now = this.ports.clock.now();
    await this.ports.markers.set(key, { form: '', storedAt: now, origins: [], ...marker, forgottenAt: now });
  }

  async forgetDead(target: Target, generation: number): Promise<void> {
    const reading = await this.read(target);
    if (reading.kind !== 'present' || reading.credential.generation !== generation) return;
    const key = targetKey(target);
    this.#drop(key);
    await this.ports.secrets.delete(secretName(key));
    this.#drop(key);
    await this.ports.markers.delete(key);
  }

  /** Another window, or this one, has changed a record: what is in memory may be old. */
  dropCached(secretStorageKey: string): void {
    this.#changes++;
    for (const key of this.#cache.keys()) if (secretName(key) === secretStorageKey) this.#cache.delete(key);
  }

  /** Markers of all identities that have, or had, a credential; reads no secret. */
  markers(): Promise<ReadonlyMap<string, CredentialMarker>> {
    return this.ports.markers.all();
  }

  #drop(key: TargetKey): void {
    this.#changes++;
    this.#cache.delete(key);
  }

  #open(target: Target, record: CredentialRecord): CredentialReading {
    const wanted = this.ports.describe(target.project.provider)?.credentialOrigins(target.project);
    if (record.provider !== target.project.provider || !wanted || !sameOrigins(record.origins, wanted)) {
      return { kind: 'foreign-origin', boundTo: record.origins };
    }
    const credential: Credential = {
      form: record.form,
      secrets: Object.fromEntries(
        Object.entries(record.secrets).map(([name, value]) => [name, new BoundSecret(value, record.origins)]),
      ),
      facts: record.facts,
      storedAt: record.storedAt,
      generation: record.generation,
    };
    return { kind: 'present', credential };
  }

  /** Puts an unreadable record aside under another name, so that nothing is lost and the identity can be signed in anew. */
  async #quarantine(key: TargetKey, text: string): Promise<void> {
    try {
      await this.ports.secrets.store(`reconsent.quarantine:${key}:${this.ports.clock.now()}`, text);
      await this.ports.secrets.delete(secretName(key));
      this.ports.log.error(`The stored credential of ${key} cannot be read. It was put aside.`);
    } catch {
      // It stays where it is, and is found again.
      this.ports.log.error(`The stored credential of ${key} cannot be read, and could not be put aside.`);
    }
  }

  async #getWithin(name: string): Promise<{ kind: 'answer'; value: string | undefined } | { kind: 'no-answer' }> {
    const timer = new AbortController();
    const noAnswer = this.ports.clock.sleep(readTimeoutMs, timer.signal).then(
      () => ({ kind: 'no-answer' }) as const,
      () => ({ kind: 'no-answer' }) as const,
    );
    try {
      const answer = this.ports.secrets.get(name).then((value) => ({ kind: 'answer', value }) as const);
      return await Promise.race([answer, noAnswer]);
    } catch {
      return { kind: 'no-answer' };
    } finally {
      timer.abort();
    }
  }
}

function secretName(key: TargetKey): string {
  return `reconsent.credential:${key}`;
}

function parseRecord(text: string): CredentialRecord | 'newer' | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (v.is(newerSchema, json)) return 'newer';
    const parsed = v.safeParse(recordSchema, json);
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
