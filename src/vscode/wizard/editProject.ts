/** Edit Project… and Duplicate Project…: the summary alone, where each row leads to its question. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Project } from '../../core/model';
import { checkEntry, draftOf, entryOf, unused } from '../../core/projectDraft';
import type { RawProject } from '../../core/projectEntry';
import { projectSteps } from '../../providers/projectSteps';
import { back } from '../steps';
import { addIdentity } from './addIdentity';
import { saveNew, verbsOfNew } from './addProject';
import type { WizardPorts } from './ports';
import { keepClientSecret, saving } from './saving';
import { type SummaryOptions, summary } from './summary';

export async function editProject(project: Project, ports: WizardPorts): Promise<void> {
  const steps = projectSteps.get(project.provider);
  const before = ports.projects.entryOf(project.id);
  if (!steps || !before) return;
  const options: SummaryOptions = {
    title: vscode.l10n.t('Edit {0}', plainText(project.label, 80)),
    steps,
    verbs: [{ label: vscode.l10n.t('Save changes'), next: 'save' }],
    before: { ...before, id: project.id },
    ports,
  };
  const state = await summary(draftOf(project, before, steps.steps), { canGoBack: false }, options);
  if (state === undefined || state === back) return;
  const changed = checkEntry(entryOf(state, steps.steps, before), ports.descriptions);
  if (changed.kind === 'problem' || !(await agreed(project, changed.project, ports))) return;
  const saved = await saving(
    () =>
      ports.projects.replace(project.id, state.id, (existing) => {
        if (!existing) throw new Error(vscode.l10n.t('The project is no longer there.'));
        // What another window has changed meanwhile, and the wizard did not ask for, stays.
        return entryOf(state, steps.steps, existing);
      }),
    ports,
  );
  if (saved) await keepClientSecret(saved, state, ports);
}

/** What is stored is filed under the id and bound to the addresses: both are said before they change. */
async function agreed(before: Project, after: Project, { descriptions, prompts }: WizardPorts): Promise<boolean> {
  const originsOf = (project: Project): readonly string[] =>
    descriptions.get(project.provider)?.credentialOrigins(project) ?? [];
  const added = originsOf(after).filter((origin) => !originsOf(before).includes(origin));
  const parts = [
    ...(before.id === after.id
      ? []
      : [
          vscode.l10n.t(
            'What is stored on this computer (credentials, the client secret, archive jobs) is filed under the id {0} and stays there: under {1} nobody is signed in. With the old id again, it is found again.',
            plainText(before.id, 128),
            plainText(after.id, 128),
          ),
        ]),
    ...(added.length === 0
      ? []
      : [
          vscode.l10n.t(
            'From now on credentials would go to {0}. Those that are stored belong to {1}: they stay on this computer, are not sent there, and sign-in is needed anew.',
            plainText(added.join(', '), 300),
            plainText(originsOf(before).join(', '), 300),
          ),
        ]),
  ];
  if (parts.length === 0) return true;
  const question = vscode.l10n.t('Save the changes of {0}?', plainText(before.label, 80));
  return prompts.confirm(question, parts.join('\n\n'), vscode.l10n.t('Save Changes'));
}

/** With its identities, and without anything that is stored for them. */
export async function duplicateProject(project: Project, ports: WizardPorts): Promise<void> {
  const steps = projectSteps.get(project.provider);
  const original = ports.projects.entryOf(project.id);
  if (!steps || !original) return;
  const before: RawProject = original;
  const draft = {
    ...draftOf(project, before, steps.steps),
    id: unused(project.id, ports.projects.takenIds()),
    name: vscode.l10n.t('{0} (copy)', project.label).slice(0, 128),
    before,
  };
  const title = vscode.l10n.t('Duplicate {0}', plainText(project.label, 80));
  const options: SummaryOptions = { title, steps, verbs: verbsOfNew(), ports };
  const state = await summary(draft, { canGoBack: false }, options);
  if (state === undefined || state === back) return;
  const saved = await saveNew({ ...state, before }, ports);
  if (saved && state.next === 'save-and-go-on') await addIdentity(saved, ports);
}
