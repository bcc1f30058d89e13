/** A project in the making, with what must not stand in its entry. */
import type { DraftValue, ProjectDraft } from '../../core/projectDraft';
import type { RawProject } from '../../core/projectEntry';
import type { ClientStep, ProjectStep } from '../../core/projectSteps';
import type { BoundSecret } from '../../core/redact';

export interface WizardState extends ProjectDraft {
  /** A client that was read from a file. Its secret is sealed when the project, and so the origins, are settled. */
  readonly client?: PendingClient;
  /** The entry that is duplicated: its identities, and keys that the wizards do not know, go into the new one. */
  readonly before?: RawProject;
  readonly next?: 'save' | 'save-and-go-on';
}

export interface PendingClient {
  readonly clientId: string;
  seal(origins: readonly string[]): BoundSecret | undefined;
}

/** With that value of a step; an empty one is none. */
export function withValue(state: WizardState, step: ProjectStep, value: DraftValue): WizardState {
  const { [step.id]: _before, ...others } = state.values;
  return { ...state, values: value.length === 0 ? others : { ...others, [step.id]: value } };
}

/** With another client, or none: what belonged to the earlier one goes with it. */
export function withClient(
  { client: _before, ...state }: WizardState,
  step: ClientStep,
  values: Readonly<Record<string, string>>,
  client?: PendingClient,
): WizardState {
  const same = state.values[step.id] === values[step.id];
  const gone = new Set(same ? [] : [step.id, ...step.belonging]);
  const kept = Object.fromEntries(Object.entries(state.values).filter(([key]) => !gone.has(key)));
  return { ...state, values: { ...kept, ...values }, ...(client ? { client } : {}) };
}
