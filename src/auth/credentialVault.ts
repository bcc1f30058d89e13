/**
 * The credential vault: any number of credentials per identity in the editor's SecretStorage, each in a record of its own
 * and bound to the origins it was given for.
 *
 * What SecretStorage does decides the shape: it deletes what it cannot decrypt and says `undefined` (hence the markers kept
 * apart), has no compare-and-swap (hence one record and one marker for each credential, named by a number that is never used
 * twice, and none that several credentials share), and may never answer (hence the time limit).
 */
import { readingOfNone } from '../core/consentDerivation';
import {
  type CredentialReading,
  type CredentialSource,
  credentialKey,
  type NoCredential,
} from '../core/credentialSource';
import { sameOrigins } from '../core/endpoint';
import { mapLimited } from '../core/mapLimited';
import type { Credential, Target, TargetKey } from '../core/model';
import type { CredentialMarker } from '../core/ports';
import type { CredentialForm } from '../core/provider';
import { BoundSecret } from '../core/redact';
import {
  type CredentialRecord,
  generationOf,
  live,
  named,
  parseRecord,
  parseSecretName,
  quarantineName,
  sameSecrets,
  schemaVersion,
  secretName,
} from './credentialRecord';
import { Keyring } from './keyring';
import { OwnChanges } from './ownChanges';
import type { VaultPorts } from './vaultPorts';

type Ended = NonNullable<CredentialMarker['ended']>;

/** What the secret storage has of one credential. */
type Found =
  | { readonly kind: 'record'; readonly record: CredentialRecord }
  | Exclude<NoCredential, { kind: 'missing' | 'foreign-origin' }>;

interface Stored {
  readonly record: CredentialRecord;
  /** The markers of the identity's other credentials, as they were before. */
  readonly before: readonly CredentialMarker[];
}

/** Each opens a few files. */
const listsAtOnce = 32;

export class CredentialVault implements CredentialSource {
  readonly #keyring: Keyring;
  readonly #cache = new Map<TargetKey, Map<number, CredentialRecord>>();
  readonly #own = new OwnChanges();
  /** The newest number this window gave. */
  readonly #newest = new Map<TargetKey, number>();
  /** Grows with every change that is heard of: what was read across one may be old, and must not stay in memory. */
  #changes = 0;

  constructor(private readonly ports: VaultPorts) {
    this.#keyring = new Keyring(ports.secrets, ports.clock);
  }

  async read(target: Target): Promise<CredentialReading> {
    const key = this.#keyOf(target);
    const markers = await this.ports.markers.list(key);
    const all = await Promise.all(
      live(markers).map(async ({ storedAt }) => ({ storedAt, found: await this.#find(key, storedAt) })),
    );
    // Without its secret, a credential that was ended meanwhile would be told as lost.
    const complete = all.every(({ found }) => found.kind === 'record');
    const after = complete ? markers : await this.ports.markers.list(key);
    const stillLive = new Set(live(after).map(({ storedAt }) => storedAt));
    const readings = all
      .filter(({ storedAt, found }) => stillLive.has(storedAt) || found.kind === 'corrupt')
      .map(({ found }) => (found.kind === 'record' ? this.#open(target, found.record) : found));
    const unusable = readings.filter((reading) => reading.kind !== 'present');
    const [first, ...others] = readings.flatMap((one) => (one.kind === 'present' ? [one.credential] : []));
    if (first) {
      const generation = generationOf(all.filter(({ storedAt }) => stillLive.has(storedAt)));
      return { kind: 'present', credentials: [first, ...others], generation, unusable };
    }
    const { project } = target;
    return readingOfNone(unusable, after, this.ports.describe(project.provider)?.credentialOrigins(project));
  }

  /** Reads the credentials of many into memory: the secret storage answers all together nearly as soon as one. */
  async readAhead(targets: readonly Target[]): Promise<void> {
    const keys = new Set(targets.map((target) => this.#keyOf(target)));
    const stored: (readonly [TargetKey, number])[] = [];
    await mapLimited([...keys], listsAtOnce, async (key) => {
      for (const { storedAt } of live(await this.ports.markers.list(key))) stored.push([key, storedAt]);
    });
    await Promise.all(stored.map(([key, storedAt]) => this.#find(key, storedAt)));
  }

  #keyOf(target: Target): TargetKey {
    return credentialKey(target, this.ports.describe(target.project.provider)?.credentialOwner === 'project');
  }

  async storedGeneration(target: Target): Promise<string | undefined> {
    const markers = live(await this.ports.markers.list(this.#keyOf(target)));
    return markers.length === 0 ? undefined : generationOf(markers);
  }

  /** Whether that credential is stored and not forgotten, as every window sees it. */
  async isStored(key: TargetKey, storedAt: number): Promise<boolean> {
    return live(await this.ports.markers.list(key)).some((marker) => marker.storedAt === storedAt);
  }

  /**
   * Stores a credential for the origins of the target's project, beside those that are there; one with the very same secrets
   * is replaced. `facts` are kept with the form's open fields, `grants` says what it was granted. Resolves with the number
   * that names it. Rejects when it cannot be stored; then everything is as before.
   */
  async add(
    target: Target,
    form: CredentialForm,
    values: Readonly<Record<string, string>>,
    facts: Readonly<Record<string, string>> = {},
    grants?: readonly string[],
  ): Promise<number> {
    const stored = await this.#store(target, form, values, facts, grants);
    await this.#tidy(stored, await this.#doublesOf(stored));
    return stored.record.storedAt;
  }

  /** As {@link add}, and then forgets those that were there before. */
  async replace(
    target: Target,
    form: CredentialForm,
    values: Readonly<Record<string, string>>,
    facts: Readonly<Record<string, string>> = {},
    grants?: readonly string[],
  ): Promise<number> {
    const stored = await this.#store(target, form, values, facts, grants);
    await this.#tidy(stored, live(stored.before));
    return stored.record.storedAt;
  }

  /** Forgets all credentials because the user says so; a consent may be alive, and the markers keep that in mind. */
  async forget(target: Target): Promise<void> {
    const key = this.#keyOf(target);
    const markers = await this.ports.markers.list(key);
    const known = new Set(markers.map(({ storedAt }) => storedAt));
    // What this window remembers can be forgotten even if its marker is gone.
    const unmarked = [...(this.#cache.get(key)?.values() ?? [])].filter(({ storedAt }) => !known.has(storedAt));
    await this.#forget(key, [
      ...markers,
      ...unmarked.map(({ form, storedAt, origins }) => ({ form, storedAt, origins })),
    ]);
  }

  /** Forgets one credential because the user says so. */
  async forgetOne(target: Target, storedAt: number): Promise<void> {
    const key = this.#keyOf(target);
    const markers = (await this.ports.markers.list(key)).filter((marker) => marker.storedAt === storedAt);
    await this.#forget(key, markers);
  }

  /** As {@link forget}, markers included: the identity is no longer configured. */
  async erase(target: Target): Promise<void> {
    await this.forget(target);
    const key = this.#keyOf(target);
    const markers = await this.ports.markers.list(key);
    await Promise.all(markers.map(({ storedAt }) => this.ports.markers.delete(key, storedAt)));
  }

  async forgetDead(target: Target, credentials: readonly Credential[], resetAt: number): Promise<void> {
    const key = this.#keyOf(target);
    const markers = live(await this.ports.markers.list(key));
    await this.#end(key, named(markers, credentials), { by: 'reset', at: resetAt });
  }

  async dropRejected(target: Target, credentials: readonly Credential[]): Promise<void> {
    const key = this.#keyOf(target);
    const markers = live(await this.ports.markers.list(key));
    const rejected = named(markers, credentials);
    // The last one stays: it may be all that is known of a living consent.
    if (rejected.length === markers.length) return;
    await this.#end(key, rejected, { by: 'dead', at: this.ports.clock.now() });
  }

  /** What was granted to the identity's credentials or, if there are none, to those that have ended; for asking again. */
  async lastGrants(target: Target): Promise<readonly string[]> {
    const markers = await this.ports.markers.list(this.#keyOf(target));
    const alive = live(markers);
    return [...new Set((alive.length > 0 ? alive : markers).flatMap(({ grants }) => grants ?? []))];
  }

  /**
   * A record of the secret storage has changed: what is in memory may be old. Resolves with the identity's key if the change
   * came from another window.
   */
  async changed(secretStorageKey: string): Promise<TargetKey | undefined> {
    const named = parseSecretName(secretStorageKey);
    if (!named) return undefined;
    this.#changes++;
    this.#cache.delete(named.key);
    const markers = live(await this.ports.markers.list(named.key));
    const isLive = markers.some(({ storedAt }) => storedAt === named.storedAt);
    return this.#own.get(secretStorageKey) === isLive ? undefined : named.key;
  }

  /** Markers of all identities that have, or had, credentials; reads no secret. */
  markers(): Promise<ReadonlyMap<TargetKey, readonly CredentialMarker[]>> {
    return this.ports.markers.all();
  }

  async #find(key: TargetKey, storedAt: number): Promise<Found> {
    const cached = this.#cache.get(key)?.get(storedAt);
    if (cached) return { kind: 'record', record: cached };
    const changesBefore = this.#changes;
    let text: string | undefined;
    try {
      text = await this.#keyring.get(secretName(key, storedAt));
    } catch {
      return { kind: 'unreadable' };
    }
    if (text === undefined) return { kind: 'lost', storedAt };
    const record = parseRecord(text, key, storedAt);
    if (record === 'newer') return { kind: 'newer' };
    if (!record) {
      await this.#quarantine(key, storedAt, text);
      return { kind: 'corrupt' };
    }
    if (this.#changes === changesBefore) this.#remember(key, record);
    return { kind: 'record', record };
  }

  #open(
    target: Target,
    record: CredentialRecord,
  ): { readonly kind: 'present'; readonly credential: Credential } | Extract<NoCredential, { kind: 'foreign-origin' }> {
    const wanted = this.ports.describe(target.project.provider)?.credentialOrigins(target.project);
    if (record.provider !== target.project.provider || !wanted || !sameOrigins(record.origins, wanted)) {
      return { kind: 'foreign-origin', boundTo: record.origins };
    }
    const { form, facts, storedAt, origins } = record;
    const secrets = Object.fromEntries(
      Object.entries(record.secrets).map(([name, value]) => [name, new BoundSecret(value, origins)]),
    );
    return { kind: 'present', credential: { form, secrets, facts, storedAt } };
  }

  async #store(
    target: Target,
    form: CredentialForm,
    values: Readonly<Record<string, string>>,
    facts: Readonly<Record<string, string>>,
    grants: readonly string[] | undefined,
  ): Promise<Stored> {
    const key = this.#keyOf(target);
    const description = this.ports.describe(target.project.provider);
    if (!description) throw new Error(`There is no provider ${target.project.provider}.`);
    const origins = [...description.credentialOrigins(target.project)];
    const before = await this.ports.markers.list(key);
    // The marker goes first: one without its secret is told as lost, but a secret without its marker as never stored.
    const marker = { form: form.id, origins, ...(grants === undefined ? {} : { grants: [...grants] }) };
    const storedAt = await this.#mark(key, marker, before);
    const pick = (secret: boolean): Record<string, string> =>
      Object.fromEntries(
        form.fields.flatMap((field) => {
          const value = values[field.id];
          return field.secret === secret && value !== undefined ? [[field.id, value]] : [];
        }),
      );
    const record: CredentialRecord = {
      schema: schemaVersion,
      provider: target.project.provider,
      target: key,
      origins,
      form: form.id,
      storedAt,
      secrets: pick(true),
      facts: { ...facts, ...pick(false) },
    };
    const name = secretName(key, storedAt);
    // Before the secret is: the news of the change may come before the answer.
    this.#own.set(name, true);
    try {
      await this.#keyring.storeOrTakeBack(name, JSON.stringify(record));
    } catch (error) {
      this.#own.set(name, false);
      await this.ports.markers.delete(key, storedAt);
      throw error;
    }
    this.#changes++;
    this.#remember(key, record);
    return { record, before };
  }

  /** Writes the marker of a new credential under a number that was never in use for the identity, in any window. */
  async #mark(
    key: TargetKey,
    marker: Omit<CredentialMarker, 'storedAt'>,
    before: readonly CredentialMarker[],
  ): Promise<number> {
    const used = before.flatMap(({ storedAt, ended }) => [storedAt, ended?.at ?? 0]);
    const free = (): number =>
      Math.ceil(Math.max(this.ports.clock.now(), ...used.map((at) => at + 1), (this.#newest.get(key) ?? 0) + 1));
    for (;;) {
      const storedAt = free();
      this.#newest.set(key, storedAt);
      if (await this.ports.markers.add(key, { ...marker, storedAt })) return storedAt;
    }
  }

  /** Those of the older credentials that hold the very same secrets. One that cannot be read is none. */
  async #doublesOf({ record, before }: Stored): Promise<readonly CredentialMarker[]> {
    const key = record.target as TargetKey;
    const found = await Promise.all(
      live(before).map(async (marker) => ({ marker, found: await this.#find(key, marker.storedAt) })),
    );
    return found.flatMap(({ marker, found }) =>
      found.kind === 'record' && sameSecrets(found.record, record) ? [marker] : [],
    );
  }

  /**
   * Forgets what a new credential has replaced, and the markers of ended ones: with a live one there is nothing left for them
   * to explain. Never rejects: the new one is stored, and what stays behind is found the next time.
   */
  async #tidy({ record, before }: Stored, replaced: readonly CredentialMarker[]): Promise<void> {
    const key = record.target as TargetKey;
    try {
      await this.#end(key, replaced, { by: 'forget', at: this.ports.clock.now() });
      // Those that were damaged lead to what was put aside of them.
      const ended = before.filter((marker) => marker.ended && marker.ended.by !== 'damage');
      await Promise.all([...ended, ...replaced].map((marker) => this.#erase(key, marker.storedAt)));
    } catch {
      this.ports.log.warn(`An older credential of ${key} could not be removed entirely.`);
    }
  }

  async #erase(key: TargetKey, storedAt: number): Promise<void> {
    await this.#delete(key, storedAt);
    await this.ports.markers.delete(key, storedAt);
  }

  async #forget(key: TargetKey, markers: readonly CredentialMarker[]): Promise<void> {
    const ended: Ended = { by: 'forget', at: this.ports.clock.now() };
    await this.#end(key, live(markers), ended);
    for (const marker of markers.filter((one) => one.ended)) {
      // It may have survived its end, when the secret storage did not answer.
      await this.#delete(key, marker.storedAt);
      if (marker.ended?.by !== 'damage') continue;
      await this.#keyring.delete(quarantineName(key, marker.storedAt));
      await this.ports.markers.set(key, { ...marker, ended });
    }
  }

  /** Marks first, deletes then: after a crash in between, the marker can still say why the credential is gone. */
  async #end(key: TargetKey, markers: readonly CredentialMarker[], ended: Ended): Promise<void> {
    const endings = await Promise.allSettled(
      markers.map(async (marker) => {
        await this.ports.markers.set(key, { ...marker, ended });
        await this.#delete(key, marker.storedAt);
      }),
    );
    // One that cannot be ended does not keep the others.
    const failed = endings.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Deletes the secret of a credential that is marked as ended. */
  async #delete(key: TargetKey, storedAt: number): Promise<void> {
    this.#changes++;
    this.#cache.get(key)?.delete(storedAt);
    this.#own.set(secretName(key, storedAt), false);
    await this.#keyring.delete(secretName(key, storedAt));
    await this.ports.forgetSuccessors?.(key, storedAt);
  }

  /** Puts an unreadable record aside under another name, so that nothing is lost and the other credentials can be used. */
  async #quarantine(key: TargetKey, storedAt: number, text: string): Promise<void> {
    try {
      await this.#keyring.store(quarantineName(key, storedAt), text);
      // What was cut off once may be whole the next time.
      if ((await this.#keyring.get(secretName(key, storedAt))) !== text) return;
      const marker = live(await this.ports.markers.list(key)).filter((one) => one.storedAt === storedAt);
      await this.#end(key, marker, { by: 'damage', at: this.ports.clock.now() });
      this.ports.log.error(`A stored credential of ${key} cannot be read. It was put aside.`);
    } catch {
      // It stays where it is, and is found again.
      this.ports.log.error(`A stored credential of ${key} cannot be read, and could not be put aside.`);
    }
  }

  #remember(key: TargetKey, record: CredentialRecord): void {
    const records = this.#cache.get(key) ?? new Map<number, CredentialRecord>();
    this.#cache.set(key, records.set(record.storedAt, record));
  }
}
