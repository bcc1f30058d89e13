/**
 * What the wizards ask for a project and for an identity, as data. Each provider lists its own steps; the wizards, and what is
 * shared with a team, know none of them by name. Pure.
 */
import * as v from 'valibot';
import { type EndpointProblem, parseEndpoint } from './endpoint';
import type { Reason } from './model';
import type { FieldChoice, ProviderDescription } from './provider';
import type { BoundSecret } from './redact';

export interface ProjectSteps {
  /** In the order in which they are asked for: together the endpoint and every key of the provider's options. */
  readonly steps: readonly ProjectStep[];
  readonly identity: IdentityStep;
}

interface CommonStep {
  /** `endpoint`, or a key of the provider's options. */
  readonly id: string;
  readonly label: string;
  /** What it is for, and what happens when it is left empty. */
  readonly detail: string;
  readonly placeholder?: string;
  /** What to write, in place of a value that the provider's schema refuses. Never repeats the value. */
  readonly problem: string;
  readonly required?: boolean;
  /** Seldom needed: offered in the summary, and not asked for before. */
  readonly advanced?: boolean;
}

export interface TextStep extends CommonStep {
  readonly kind: 'text';
}

/** An origin that gets requests. */
export interface UrlStep extends CommonStep {
  readonly kind: 'url';
  /** The origin in what people copy as the address of such a server, where that is more than an origin. */
  read?(text: string): string | undefined;
}

/** The path of a file on this computer: it means nothing on another one, so it is never shared. */
export interface FileStep extends CommonStep {
  readonly kind: 'file';
  /** What the file holds; authorities are read and judged while the path is typed, the others are looked for. */
  readonly content: 'authorities' | 'client-certificate';
}

export interface ChoiceStep extends CommonStep {
  readonly kind: 'choice';
  /** Values that the schema takes; the first one is meant when there is none. */
  readonly choices: readonly [FieldChoice, ...FieldChoice[]];
}

/** Data Portability scopes. */
export interface ScopesStep extends CommonStep {
  readonly kind: 'scopes';
}

/** The id of an OAuth client, by itself or in the file that the service offers for download. */
export interface ClientStep extends CommonStep {
  readonly kind: 'client';
  /** Other keys that belong to one client: those of an earlier one go when another is chosen. */
  readonly belonging: readonly string[];
  /** Reads the text of such a file. Its secret is sealed for `boundTo`, and the problem never carries any of the text. */
  readFile(text: string, boundTo: readonly string[]): ReadClient;
}

export type ProjectStep = TextStep | UrlStep | FileStep | ChoiceStep | ScopesStep | ClientStep;

export type ReadClient =
  | {
      readonly kind: 'client';
      readonly clientId: string;
      /** What goes into the settings, by key, the client id included. */
      readonly values: Readonly<Record<string, string>>;
      readonly secret: BoundSecret;
    }
  | { readonly kind: 'problem'; readonly reason: Reason };

export interface IdentityStep {
  readonly label: string;
  readonly detail: string;
  readonly placeholder: string;
  /** What to write, in place of an id that {@link accepts} refuses. */
  readonly problem: string;
  /** The service is asked for its users, by the command for that, instead of the developer for an id. */
  readonly fromDirectory?: boolean;
  accepts?(id: string): boolean;
}

export type StepProblem =
  | { readonly kind: 'required' }
  | { readonly kind: 'endpoint'; readonly problem: EndpointProblem }
  /** The text for it is the step's own. */
  | { readonly kind: 'refused' };

/** What to write in place of an address that the endpoint policy refuses. */
export const endpointSentences: Readonly<Record<EndpointProblem, string>> = {
  'not-a-url': 'Write the whole address, such as https://example.com.',
  'not-https': 'Use https. Plain http is for this computer only: 127.0.0.1, [::1] and localhost.',
  'has-userinfo': 'Leave out the user name and everything else up to the "@".',
  'has-query': 'Leave out the "?" and what follows.',
  'has-fragment': 'Leave out the "#" and what follows.',
  'has-path': 'Leave out the path: write scheme, host and, if needed, port.',
  'has-control-characters': 'Leave out spaces, backslashes and control characters.',
  'has-trailing-dot': 'Leave out the dot at the end of the host name.',
};

/** What the settings hold for a text that was typed: trimmed and, of an address, the origin. */
export function settingOf(step: ProjectStep, text: string): string {
  const trimmed = text.trim();
  if (step.kind !== 'url' || trimmed === '') return trimmed;
  const parsed = parseEndpoint(step.read?.(trimmed) ?? trimmed);
  return parsed.kind === 'endpoint' ? parsed.origin : trimmed;
}

/** What is wrong with a text while it is typed, by the very rules that the settings are read with. */
export function problemOf(
  step: ProjectStep,
  text: string,
  description: Pick<ProviderDescription, 'optionsSchema' | 'defaultEndpoint'>,
): StepProblem | undefined {
  const value = settingOf(step, text);
  if (value === '') return step.required ? { kind: 'required' } : undefined;
  if (step.kind === 'url') {
    const parsed = parseEndpoint(value);
    if (parsed.kind === 'problem') return { kind: 'endpoint', problem: parsed.problem };
  }
  return step.id === 'endpoint' || schemaAccepts(step.id, value, description) ? undefined : { kind: 'refused' };
}

/** What hangs on several keys is for the summary, which sees all of them. */
function schemaAccepts(
  key: string,
  value: string,
  { optionsSchema }: Pick<ProviderDescription, 'optionsSchema'>,
): boolean {
  const parsed = v.safeParse(optionsSchema, { [key]: value });
  return parsed.success || !parsed.issues.some((issue) => issue.path?.[0]?.key === key);
}
