/** The nouns of the domain. Everything is readonly; variants are told apart by `kind`. */
import type { BoundSecret } from './redact';

export type ProviderOptions = Readonly<Record<string, unknown>>;

/** A test user of a project. */
export interface Identity {
  /** Stable key, unique within the project; secrets and journal entries are filed under it. */
  readonly id: string;
  /** What the developer calls the identity; the services cannot be asked for it. */
  readonly label: string;
}

/** A configured endpoint and client of one provider. */
export interface Project {
  /** Stable key, unique among projects. */
  readonly id: string;
  readonly label: string;
  /** Id of a provider in the registry. */
  readonly provider: string;
  /** Origin that reset requests go to, for instance `https://dataportability.googleapis.com`. */
  readonly endpoint: string;
  /** The provider's own keys, already checked against the provider's schema. */
  readonly options: ProviderOptions;
  readonly identities: readonly Identity[];
}

/** What one operation acts on. */
export interface Target {
  readonly project: Project;
  readonly identity: Identity;
}

/** `<project id>/<identity id>`, with `/` and `%` inside the ids percent-encoded, so that two targets never share a key. */
export type TargetKey = string & { readonly __brand: 'TargetKey' };

export function targetKey(target: Target): TargetKey {
  return `${encodeKeyPart(target.project.id)}/${encodeKeyPart(target.identity.id)}` as TargetKey;
}

/** What a project's own credentials are filed under: no identity has an empty id, so no identity shares the key. */
export function operatorKey(project: Pick<Project, 'id'>): TargetKey {
  return `${encodeKeyPart(project.id)}/` as TargetKey;
}

function encodeKeyPart(part: string): string {
  // Asked for again and again, and hardly ever is there anything to encode.
  if (!part.includes('%') && !part.includes('/')) return part;
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** What journal entries and locks are filed under: the same identity at another origin is another target. */
export interface TargetAddress {
  readonly provider: string;
  readonly origin: string;
  readonly target: TargetKey;
}

export function targetAddress(target: Target): TargetAddress {
  return { provider: target.project.provider, origin: target.project.endpoint, target: targetKey(target) };
}

/**
 * One credential of an identity as the vault hands it out: secrets stay sealed and bound to their origins. An identity may
 * own several, for instance one token per separate grant.
 */
export interface Credential {
  /** Which of the provider's credential forms was filled in, for instance `accessToken`. */
  readonly form: string;
  readonly secrets: Readonly<Record<string, BoundSecret>>;
  /** What is known of it and is no secret, such as a client id. */
  readonly facts: Readonly<Record<string, string>>;
  /** Epoch milliseconds. Never the same for two credentials of one identity, at any time: it names the credential. */
  readonly storedAt: number;
}

/** Why something is as it is: a stable code for the texts, parameters for their placeholders, and what can be done. */
export interface Reason {
  readonly code: string;
  /** Plain text only, already cleaned; never a secret. */
  readonly params: Readonly<Record<string, string>>;
  readonly actions: readonly RemedyAction[];
  /** What lies behind; its first sentence fills the placeholder `{cause}`, its remedy `{causeRemedy}`. */
  readonly cause?: Reason;
  /** The service was asked too often: it turned the request away and did nothing. */
  readonly quota?: QuotaRefusal;
}

export interface QuotaRefusal {
  /** How long the service asks to wait, counted from its answer; absent when it does not say. */
  readonly seconds?: number;
}

/** What the user may be offered next. The text of the remedy belongs to the reason's code. */
export type RemedyAction =
  | { readonly kind: 'retry' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'replace-credential' }
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'take-over-lock' }
  | { readonly kind: 'open-settings' }
  /** Reset the consent, after the usual confirmation. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'sign-in' }
  /** Another way of the provider to end the consent, by its id in the provider's description. */
  | { readonly kind: 'use-way'; readonly way: string }
  /** What can be done when the token of a living consent is gone. */
  | { readonly kind: 'lost-token-help' };

export function reason(
  code: string,
  params: Readonly<Record<string, string>> = {},
  actions: readonly RemedyAction[] = [],
): Reason {
  return { code, params, actions };
}

/** As given, and marked as a refusal for asking too often. */
export function asQuota(why: Reason, seconds: number | undefined): Reason {
  return { ...why, quota: seconds === undefined ? {} : { seconds } };
}

/** Whether the service was asked too often, itself or in what lies behind. */
export function quotaOf(why: Reason): QuotaRefusal | undefined {
  return why.quota ?? (why.cause && quotaOf(why.cause));
}
