/** The port every provider fills. A provider is one folder and one line in the registry. */
import type * as v from 'valibot';
import type { ArchiveJobs } from './archiveJobs';
import type { Credential, Project, ProviderOptions, Reason, Target } from './model';
import type { Transport, VerificationHints } from './ports';

/** What the rows of a window need of a provider: how its settings are read, and what they offer. */
export interface ProviderProfile {
  readonly id: string;
  /** The service's name, as its makers write it. */
  readonly label: string;
  /** Origin used when a project names none. */
  readonly defaultEndpoint: string | undefined;
  /** Schema of the project keys that are the provider's own. Parsing must be idempotent. */
  readonly optionsSchema: v.GenericSchema<unknown, ProviderOptions>;
  /** Every origin that may receive a secret of the project's identities. */
  credentialOrigins(project: Project): readonly string[];
  /**
   * What *Sign In…* does. `credentialForms` (unless said otherwise): it asks for one of the forms of the description. `vedauth`:
   * it signs in the operator of the project at an authorization server of Trust Protection Platform.
   */
  readonly signIn?: 'googleOAuth' | 'credentialForms' | 'vedauth';
  /** Whether the service exports archives: then there are jobs to start and to follow. */
  readonly exportsArchives?: boolean;
  /**
   * Whose the credentials are: each identity's own (when absent), or those of an operator who ends the consents of others.
   * An operator's are kept once for the project, and outlive what is ended with them.
   */
  readonly credentialOwner?: 'identity' | 'project';
  /** How a consent can be ended, at least one; the first is what *Reset Consent* does. */
  readonly ways: readonly [ResetWay, ...ResetWay[]];
}

/** What is known of a provider without loading its network code: besides its profile its sign-in forms and texts. */
export interface ProviderDescription extends ProviderProfile {
  readonly credentialForms: readonly CredentialForm[];
  /** English texts for the provider's reason codes; placeholders are `{name}`. */
  readonly reasonTexts: Readonly<Record<string, ReasonText>>;
}

/** One way to end a consent. All ways go through the same confirmation, lock, journal and verification. */
export interface ResetWay {
  readonly id: string;
  /** The button of the confirmation: a verb. */
  readonly verb: string;
  /** The question of the confirmation, with the placeholders `{identity}` and `{project}`. */
  readonly question: string;
  /** When to choose it, and what it does not do; shown where one of several ways is chosen. */
  readonly detail?: string;
  /** What is lost are the grants themselves, each named there: they are not listed a second time. */
  readonly lossesNameGrants?: boolean;
  /** The origin it is sent to, where that is not the project's endpoint. */
  sentTo?(project: Project): string;
}

/** One way to give a credential, as a list of fields to ask for. */
export interface CredentialForm {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly fields: readonly CredentialField[];
}

export interface CredentialField {
  readonly id: string;
  readonly label: string;
  readonly placeholder?: string;
  /** Secret fields are asked for as a password and stored sealed. */
  readonly secret: boolean;
  /** Key of the project options that holds the value already; then it is not asked for. */
  readonly fromOption?: string;
  /** May be left empty; then nothing is stored for it. */
  readonly optional?: boolean;
  /**
   * What is entered. `token` (unless said otherwise): one line without spaces and quotes, cleaned of what pasting adds. `text`:
   * one line, trimmed. `password`: one line, exactly as typed. `pem`: a key as in a PEM file, with its line breaks or without.
   */
  readonly content?: 'token' | 'text' | 'password' | 'pem';
  /** Asked for as one of these; its value is stored. */
  readonly choices?: readonly FieldChoice[];
  /**
   * Asked for only when an earlier field has one of the values `is` (`''`: left empty) or, without `is`, when it was filled.
   * Otherwise it is passed over, and nothing is stored for it.
   */
  readonly onlyWhen?: { readonly field: string; readonly is?: readonly string[] };
  /** What is wrong with a value that is not empty, as a reason of the provider's texts. Never repeats the value. */
  check?(value: string): Reason | undefined;
}

export interface FieldChoice {
  readonly value: string;
  readonly label: string;
  readonly detail?: string;
}

/** What a user reads of a reason: what happened, what did not happen, what to do. */
export interface ReasonText {
  readonly happened: string;
  readonly notHappened?: string;
  readonly remedy?: string;
}

/** An identity with all credentials that can be used, oldest first. */
export interface ProviderTarget extends Target {
  readonly credentials: readonly [Credential, ...Credential[]];
}

/** An identity with one of its credentials. */
export interface CredentialTarget extends Target {
  readonly credential: Credential;
}

export interface Provider {
  readonly id: string;
  /**
   * Reads what a reset would do, and gets everything ready to send. Has no effect on the consent. `way` is the id of one of
   * the ways of the provider's description.
   */
  preview(target: ProviderTarget, way: string, signal: AbortSignal): Promise<PreviewResult>;
  /** Reads whether the consent of the credential is still alive. Must not rest on the answer of the reset itself. */
  verify(target: CredentialTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification>;
  /** Reads the state of the consent for the tree. Consumes nothing. */
  probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult>;
  /** Drops what is kept in memory of the target's credentials. */
  forget(target: Target): void;
  /** Present where the service exports archives. */
  readonly archives?: ArchiveJobs;
}

export type PreviewResult =
  | { readonly kind: 'ready'; readonly preview: Preview; readonly prepared: PreparedReset }
  /** All credentials are dead. Whether that means "already reset" only the journal can say. */
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  /** The credential is accepted, and there is no consent to end. */
  | { readonly kind: 'already-gone'; readonly reason: Reason }
  /** A reset is not possible; nothing was sent that has an effect. */
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason }
  | { readonly kind: 'aborted' };

export type StoppedOutcome = 'refused' | 'not-sent' | 'unsupported';

/** What the confirmation shows. */
export interface Preview {
  /** What ends, and whom else it touches: codes and parameters for the texts. */
  readonly effects: readonly Reason[];
  /** What would be lost, the sum of it first; the confirmation begins with that. Empty when nothing is known of. */
  readonly losses: readonly Reason[];
  /**
   * What somebody has to decide: work that would be lost, others who are touched. While there is any, nothing is reset
   * unattended. When absent, `losses`; to be given where those merely list what ends.
   */
  readonly needsPerson?: readonly Reason[];
  readonly grant: GrantSummary;
  /**
   * What ends, piece by piece, where the service tells the pieces apart. Fewer of them than were confirmed is no other reset;
   * when absent, any difference is one.
   */
  readonly pieces?: Pieces;
}

/** How many of each name. Whoever consents anew adds a name, or one more of it. */
export type Pieces = Readonly<Record<string, number>>;

/** Whether there is nothing in `now` that was not there `before`. */
export function isWithin(now: Pieces, before: Pieces): boolean {
  const counts = new Map(Object.entries(before));
  return Object.entries(now).every(([name, count]) => count <= (counts.get(name) ?? 0));
}

/** What a read said about the consent. */
export interface GrantSummary {
  /** Names of what is granted, for instance Data Portability resources; empty when the service does not say. */
  readonly timeBased: readonly string[];
  readonly oneTime: readonly string[];
  /** Where the service keeps records of grants rather than scopes of a consent. */
  readonly grants?: GrantRecords;
  /** When the first of the stored credentials ends by itself, epoch milliseconds, if known. */
  readonly credentialExpiresAt?: number;
  /** One for each credential that was read, dead ones too; oldest first. */
  readonly credentials: readonly CredentialSummary[];
}

export interface GrantRecords {
  readonly count: number;
  /** Of how many users they are, where they are not all of the identity itself. */
  readonly users?: number;
  /** What tells them apart, without repetitions; empty when the service does not say. */
  readonly names: readonly string[];
}

/** What is granted, whatever the service calls it. */
export function grantedNames({
  timeBased,
  oneTime,
  grants,
}: Pick<GrantSummary, 'timeBased' | 'oneTime' | 'grants'>): readonly string[] {
  return [...timeBased, ...oneTime, ...(grants?.names ?? [])];
}

/** What is known of one credential of an identity. */
export interface CredentialSummary {
  readonly storedAt: number;
  readonly alive: boolean;
  /** What it was granted; `undefined` when nobody said. */
  readonly grants?: readonly string[];
  /** When it ends by itself, epoch milliseconds, if known. */
  readonly expiresAt?: number;
  /** Why it ends then, for instance the limit of a client in testing status. */
  readonly limit?: Reason;
  /** When the access token made from it ends, epoch milliseconds, if there is one; it is renewed by itself. */
  readonly accessTokenExpiresAt?: number;
}

/** A reset that is ready to leave. Holds the very token the preview was made with; it can be sent once. */
export interface PreparedReset {
  /** The credential it is sent with, and what its verification needs. */
  readonly sentWith: AliveCredential;
  /** The other credentials of the identity that were seen alive: the reset should end them, too. */
  readonly alsoAlive: readonly AliveCredential[];
  /** Of an operator's credential: whether it ends, too. One of an identity's own always does. */
  readonly endsSignIn?: boolean;
  /** Those that were dead before, and whose consents are over as well when it is seen to have worked. */
  readonly dead: readonly Credential[];
  /** It ends every consent of the identity, whichever of its credentials it is sent with, and the work done with them. */
  readonly endsAll?: boolean;
  /** Reads once more, with the lock held and right before sending, whether what was previewed last still holds. */
  reread(signal: AbortSignal): Promise<Reread>;
  /** Sends the one request. */
  send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer>;
}

export interface AliveCredential {
  readonly credential: Credential;
  readonly hints: VerificationHints;
}

export type Reread =
  | { readonly kind: 'unchanged' }
  /** There is more, or something else, to lose: it has to be confirmed anew. */
  | { readonly kind: 'changed'; readonly preview: Preview }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

/** What happens around the moment in which the request leaves this machine. */
export interface Leaving {
  /** Asked right before the first byte; `false` keeps the request here. */
  mayLeave(): boolean;
  /** Called when the request starts to leave. */
  onSent(): void;
  /**
   * After an answer that proves that the request had no effect, for `why`: one more may leave, as an attempt of its own with
   * its own journal entry. `undefined` when it must not, because the confirmation is too old, the target has changed, or
   * the entry cannot be written.
   */
  another(why: Reason): Promise<Leaving | undefined>;
  /** Carries the request instead of the provider's own transport: a bulk keeps the connections that it has opened. */
  readonly carrier?: Transport;
}

export type ResetAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: Reason }
  | { readonly kind: 'not-sent'; readonly reason: Reason }
  | { readonly kind: 'unsupported'; readonly reason: Reason }
  | { readonly kind: 'unknown'; readonly reason: Reason }
  | { readonly kind: 'aborted'; readonly sent: boolean };

export type Verification =
  /** An independent read shows that the consent is gone. */
  | { readonly kind: 'gone'; readonly reason: Reason }
  | { readonly kind: 'alive'; readonly reason: Reason }
  /** No read can tell, now or later. */
  | { readonly kind: 'not-checkable'; readonly reason: Reason }
  /** The read failed; it may work later. */
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };

export type ProbeResult =
  | { readonly kind: 'granted'; readonly grant: GrantSummary }
  /** The credential is accepted, and there is no consent. */
  | { readonly kind: 'not-granted' }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };
