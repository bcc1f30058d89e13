/** The name of a project, and the id that its credentials are filed under. */
import * as vscode from 'vscode';
import { freeId } from '../../core/projectDraft';
import type { back, StepPlace } from '../steps';
import { askKey } from './askKey';
import type { WizardPorts } from './ports';
import type { WizardState } from './state';

type Answer = Promise<WizardState | typeof back | undefined>;

export async function askName(state: WizardState, title: string, place: StepPlace): Answer {
  const name = await askKey(
    {
      title,
      prompt: vscode.l10n.t('Name of the project, as it is shown in the tree.'),
      placeholder: vscode.l10n.t('My app (testing)'),
      value: state.name,
    },
    place,
  );
  return typeof name === 'string' ? { ...state, name } : name;
}

/** `own`: the id that the project has already, which is no other's. */
export async function askId(
  state: WizardState,
  title: string,
  place: StepPlace,
  { projects }: Pick<WizardPorts, 'projects'>,
  own?: string,
): Answer {
  const taken = (): ReadonlySet<string> => new Set([...projects.takenIds()].filter((id) => id !== own));
  const id = await askKey(
    {
      title,
      prompt: vscode.l10n.t('Id of the project. It stays the same for good: credentials are filed under it.'),
      value: state.id === '' ? freeId(state.name, taken()) : state.id,
      taken,
    },
    place,
  );
  return typeof id === 'string' ? { ...state, id } : id;
}
