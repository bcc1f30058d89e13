/** Where an identity's credentials come from, and where dead ones go. */
import { type Credential, operatorKey, type Target, type TargetKey, targetKey } from './model';
import type { VerifiedReset } from './ports';

export type CredentialReading =
  | {
      readonly kind: 'present';
      /** Oldest first. */
      readonly credentials: readonly [Credential, ...Credential[]];
      /** Names the whole set, as it is stored; compared before sending. */
      readonly generation: string;
      /** Stored ones that cannot be used now. */
      readonly unusable: readonly NoCredential[];
    }
  | NoCredential;

export type NoCredential =
  /** Never stored, or forgotten; `resetAt` when the last one stored was ended by a verified reset. */
  | { readonly kind: 'missing'; readonly resetAt?: number }
  /** A marker says it was stored; the secret storage of this computer no longer has it. */
  | { readonly kind: 'lost'; readonly storedAt: number }
  /** It was given for other origins than the project's. It must not be sent. */
  | { readonly kind: 'foreign-origin'; readonly boundTo: readonly string[] }
  /** It could not be read as a credential record; it was put aside. */
  | { readonly kind: 'corrupt' }
  /** A later version of the extension has written it; it is left alone. */
  | { readonly kind: 'newer' }
  /** The secret storage did not answer. */
  | { readonly kind: 'unreadable' };

export interface CredentialSource {
  read(target: Target): Promise<CredentialReading>;
  /**
   * The generation of the stored credentials as every window sees it, from the disk rather than from memory; `undefined` when
   * there are none.
   */
  storedGeneration(target: Target): Promise<string | undefined>;
  /** Forgets the named credentials, because a reset seen at `resetAt` has ended their consent. */
  forgetDead(target: Target, credentials: readonly Credential[], resetAt: number): Promise<void>;
  /** Forgets credentials that the service no longer accepts, while others are there. */
  dropRejected(target: Target, credentials: readonly Credential[]): Promise<void>;
}

/** What the credentials of a target are filed under. */
export function credentialKey(target: Target, byOperator: boolean): TargetKey {
  return byOperator ? operatorKey(target.project) : targetKey(target);
}

/**
 * Whether a verified reset explains that all these credentials are dead: it was sent with one of them, and the others were
 * stored before and ended with it. A reset sent with a credential that is not among them says nothing about any of them.
 */
export function wereEndedBy(last: VerifiedReset | undefined, credentials: readonly Credential[]): boolean {
  if (!last || !credentials.some(({ storedAt }) => storedAt === last.credentialStoredAt)) return false;
  const alsoEnded = (storedAt: number): boolean => last.endsAll === true && storedAt <= last.openedAt;
  return credentials.every(({ storedAt }) => storedAt === last.credentialStoredAt || alsoEnded(storedAt));
}
