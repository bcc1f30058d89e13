/**
 * The credential vault: one record per identity in the editor's SecretStorage, bound to the origins it was given for.
 *
 * What SecretStorage does decides the shape: it deletes what it cannot decrypt and says `undefined` (hence the marker kept
 * apart), has no compare-and-swap (hence the generation), and may never answer (hence the time limit).
 */
import * as v from 'valibot';
import { readingWithoutSecret } from '../core/consentDerivation';
import { sameOrigins } from '../core/endpoint';
import { type Credential, type Target, type TargetKey, targetKey } from '../core/model';
import type { Clock, CredentialMarker, Log, MarkerStore, SecretStore } from '../core/ports';
import type { CredentialForm, ProviderDescription } from '../core/provider';
import { BoundSecret } from '../core/redact';
import type { CredentialReading, CredentialSource } from '../core/resetOperation';

const schemaVersion = 1;
const answerWithinMs = 10_000;

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
  /** The generation this window wrote last; `undefined` once it has ended the credential. */
  readonly #own = new Map<TargetKey, number | undefined>();
  /** Grows with every change that is heard of: what was read across one may be old, and must not stay in memory. */
  #changes = 0;

  constructor(private readonly ports: VaultPorts) {}

  async read(target: Target): Promise<CredentialReading> {
    const key = targetKey(target);
    const cached = this.#cache.get(key);
    if (cached) return this.#open(target, cached);
    const changesBefore = this.#changes;
    const text = await this.#get(secretName(key));
    if (text.kind === 'no-answer') return { kind: 'unreadable' };
    if (text.value === undefined) return readingWithoutSecret(await this.ports.markers.get(key));
    const record = parseRecord(text.value);
    if (record === 'newer') return { kind: 'newer' };
    if (!record || record.target !== key) {
      await this.#quarantine(key, text.value);
      return { kind: 'corrupt' };
    }
    if (this.#changes === changesBefore) this.#cache.set(key, record);
    return this.#open(target, record);
  }

  async storedGeneration(target: Target): Promise<number | undefined> {
    const key = targetKey(target);
    const marker = await this.ports.markers.get(key);
    if (marker) return marker.ended ? undefined : marker.storedAt;
    // Without its marker, what the secret storage says now has to do.
    this.#drop(key);
    const reading = await this.read(target);
    return reading.kind === 'present' ? reading.credential.generation : undefined;
  }

  /**
   * Stores a credential for the origins of the target's project, in place of an older one. Rejects when it cannot; then the
   * older one is still there.
   */
  async store(target: Target, form: CredentialForm, values: Readonly<Record<string, string>>): Promise<void> {
    const key = targetKey(target);
    const description = this.ports.describe(target.project.provider);
    if (!description) throw new Error(`There is no provider ${target.project.provider}.`);
    const before = await this.ports.markers.get(key);
    // Never a number that was in use before: it names the credential, in every window.
    const generation = Math.max(
      this.ports.clock.now(),
      (before?.storedAt ?? 0) + 1,
      (this.#cache.get(key)?.generation ?? 0) + 1,
    );
    const pick = (secret: boolean): Record<string, string> =>
      Object.fromEntries(
        form.fields.flatMap((field) => {
          const value = values[field.id];
          return field.secret === secret && value !== undefined ? [[field.id, value]] : [];
        }),
      );
    const record: CredentialRecord = {
      schema: schemaVersion,
      generation,
      provider: target.project.provider,
      target: key,
      origins: [...description.credentialOrigins(target.project)],
      form: form.id,
      storedAt: generation,
      secrets: pick(true),
      facts: pick(false),
    };
    this.#drop(key);
    // The marker goes first: one without its secret is told as lost, but a secret without its marker as never stored.
    await this.ports.markers.set(key, { form: form.id, storedAt: generation, origins: record.origins });
    // Before the secret is: the news of the change may come before the answer.
    this.#own.set(key, generation);
    try {
      await this.#within(this.ports.secrets.store(secretName(key), JSON.stringify(record)));
    } catch (error) {
      this.#own.set(key, before && !before.ended ? before.storedAt : undefined);
      await (before ? this.ports.markers.set(key, before) : this.ports.markers.delete(key));
      throw error;
    }
    this.#changes++;
    this.#cache.set(key, record);
  }

  /** Forgets the credential because the user says so; its consent may be alive, and the marker keeps that in mind. */
  async forget(target: Target): Promise<void> {
    const key = targetKey(target);
    await this.#end(key, { by: 'forget', at: this.ports.clock.now() });
    await this.#within(this.ports.secrets.delete(quarantineName(key)));
  }

  async forgetDead(target: Target, generation: number, resetAt: number): Promise<void> {
    if ((await this.storedGeneration(target)) !== generation) return;
    await this.#end(targetKey(target), { by: 'reset', at: resetAt });
  }

  /** Marks first, deletes then: after a crash in between, the marker can still say why the credential is gone. */
  async #end(key: TargetKey, ended: NonNullable<CredentialMarker['ended']>): Promise<void> {
    const marker = await this.ports.markers.get(key);
    this.#drop(key);
    await this.ports.markers.set(key, { form: '', storedAt: ended.at, origins: [], ...marker, ended });
    this.#own.set(key, undefined);
    await this.#within(this.ports.secrets.delete(secretName(key)));
    this.#drop(key);
  }

  /**
   * A record of the secret storage has changed: what is in memory may be old. Resolves with the identity's key if the change
   * came from another window.
   */
  async changed(secretStorageKey: string): Promise<TargetKey | undefined> {
    if (!secretStorageKey.startsWith(secretPrefix)) return undefined;
    const key = secretStorageKey.slice(secretPrefix.length) as TargetKey;
    this.#drop(key);
    const marker = await this.ports.markers.get(key);
    const now = marker && !marker.ended ? marker.storedAt : undefined;
    return this.#own.has(key) && this.#own.get(key) === now ? undefined : key;
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
      await this.#within(this.ports.secrets.store(quarantineName(key), text));
      // Another window may have stored a good one meanwhile.
      if ((await this.#within(this.ports.secrets.get(secretName(key)))) !== text) return;
      await this.#end(key, { by: 'damage', at: this.ports.clock.now() });
      this.ports.log.error(`The stored credential of ${key} cannot be read. It was put aside.`);
    } catch {
      // It stays where it is, and is found again.
      this.ports.log.error(`The stored credential of ${key} cannot be read, and could not be put aside.`);
    }
  }

  async #get(name: string): Promise<{ kind: 'answer'; value: string | undefined } | { kind: 'no-answer' }> {
    try {
      return { kind: 'answer', value: await this.#within(this.ports.secrets.get(name)) };
    } catch {
      return { kind: 'no-answer' };
    }
  }

  /** Rejects when the secret storage has not answered within ten seconds: a locked keyring may never do so. */
  async #within<T>(answer: Promise<T>): Promise<T> {
    const timer = new AbortController();
    const noAnswer = this.ports.clock.sleep(answerWithinMs, timer.signal).then(
      () => Promise.reject(new Error('The secret storage does not answer.')),
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([answer, noAnswer]);
    } finally {
      timer.abort();
    }
  }
}

const secretPrefix = 'reconsent.credential:';

function secretName(key: TargetKey): string {
  return `${secretPrefix}${key}`;
}

function quarantineName(key: TargetKey): string {
  return `reconsent.quarantine:${key}`;
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
