/** The port every provider fills. A provider is one folder and one line in the registry. */
import type * as v from 'valibot';
import type { Credential, Project, ProviderOptions, Reason, Target } from './model';
import type { VerificationHints } from './ports';

/** What is known of a provider without loading its network code: settings, sign-in forms, texts. */
export interface ProviderDescription {
  readonly id: string;
  /** The service's name, as its makers write it. */
  readonly label: string;
  /** Origin used when a project names none. */
  readonly defaultEndpoint: string | undefined;
  /** Schema of the project keys that are the provider's own. Parsing must be idempotent. */
  readonly optionsSchema: v.GenericSchema<unknown, ProviderOptions>;
  /** Every origin that may receive a secret of the project's identities. */
  credentialOrigins(project: Project): readonly string[];
  readonly credentialForms: readonly CredentialForm[];
  /** English texts for the provider's reason codes; placeholders are `{name}`. */
  readonly reasonTexts: Readonly<Record<string, ReasonText>>;
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
}

/** What a user reads of a reason: what happened, what did not happen, what to do. */
export interface ReasonText {
  readonly happened: string;
  readonly notHappened?: string;
  readonly remedy?: string;
}

export interface ProviderTarget extends Target {
  readonly credential: Credential;
}

export interface Provider {
  readonly id: string;
  /** Reads what a reset would do, and gets everything ready to send. Has no effect on the consent. */
  preview(target: ProviderTarget, signal: AbortSignal): Promise<PreviewResult>;
  /** Reads whether the consent is still alive. Must not rest on the answer of the reset itself. */
  verify(target: ProviderTarget, hints: VerificationHints, signal: AbortSignal): Promise<Verification>;
  /** Reads the state of the consent for the tree. Consumes nothing. */
  probe(target: ProviderTarget, signal: AbortSignal): Promise<ProbeResult>;
  /** Drops what is kept in memory of the target's credential. */
  forget(target: Target): void;
}

export type PreviewResult =
  | { readonly kind: 'ready'; readonly preview: Preview; readonly prepared: PreparedReset }
  /** The credential is dead. Whether that means "already reset" only the journal can say. */
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  /** A reset is not possible; nothing was sent that has an effect. */
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason }
  | { readonly kind: 'aborted' };

export type StoppedOutcome = 'refused' | 'not-sent' | 'unsupported';

/** What the confirmation shows. */
export interface Preview {
  /** What ends, and whom else it touches: codes and parameters for the texts. */
  readonly effects: readonly Reason[];
  /** What would be lost; shown first. */
  readonly losses: readonly Reason[];
  readonly grant: GrantSummary;
}

/** What a read said about the consent. */
export interface GrantSummary {
  /** Names of what is granted, for instance Data Portability resources; empty when the service does not say. */
  readonly timeBased: readonly string[];
  readonly oneTime: readonly string[];
  /** When the stored credential ends by itself, epoch milliseconds, if known. */
  readonly credentialExpiresAt?: number;
}

/** A reset that is ready to leave. Holds the very token the preview was made with; it can be sent once. */
export interface PreparedReset {
  readonly hints: VerificationHints;
  /** Sends the one request. */
  send(leaving: Leaving, signal: AbortSignal): Promise<ResetAnswer>;
}

/** What happens around the moment in which the request leaves this machine. */
export interface Leaving {
  /** Asked right before the first byte; `false` keeps the request here. */
  mayLeave(): boolean;
  /** Called when the request starts to leave. */
  onSent(): void;
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
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'aborted' };
