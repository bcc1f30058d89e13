/** Add Identity… and Edit Identity…. Where the service knows its users, they are looked for there. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Project, Target } from '../../core/model';
import { maxIdentityIdLength } from '../../core/projectDraft';
import { withIdentity, withIdentityChanged } from '../../core/projectEntry';
import type { IdentityStep } from '../../core/projectSteps';
import { projectSteps } from '../../providers/projectSteps';
import { commandIds } from '../commandIds';
import { back, chooseOrBack, type StepPlace } from '../steps';
import { askKey } from './askKey';
import type { WizardPorts } from './ports';
import { saving } from './saving';
import { type Page, walk } from './walk';

interface IdentityState {
  readonly id: string;
  readonly name: string;
  readonly signIn: boolean;
}

interface Question {
  readonly title: string;
  readonly project: Project;
  readonly step: IdentityStep;
  readonly ports: WizardPorts;
  /** The id that the identity has already. */
  readonly own?: string;
}

export async function addIdentity(project: Project, ports: WizardPorts): Promise<void> {
  const step = projectSteps.get(project.provider)?.identity;
  if (!step) return;
  if (step.fromDirectory) {
    await vscode.commands.executeCommand(commandIds.browseIdentities, { kind: 'project', project });
    return;
  }
  const title = vscode.l10n.t('Add an identity to {0}', plainText(project.label, 80));
  const question: Question = { title, project, step, ports };
  const pages: readonly Page<IdentityState>[] = [
    (state, place) => askIdentityId(state, place, question),
    (state, place) => askIdentityName(state, place, question),
    (state, place) => askWhatNext(state, place, question),
  ];
  const state = await walk(() => pages, { id: '', name: '', signIn: false });
  if (!state) return;
  const target = await saveIdentity(project, state, ports);
  if (target && state.signIn) {
    await vscode.commands.executeCommand(commandIds.signIn, { kind: 'identity', target });
  }
}

async function saveIdentity(project: Project, state: IdentityState, ports: WizardPorts): Promise<Target | undefined> {
  const saved = await saving(
    () =>
      ports.projects.save(project.id, (existing) => {
        if (!existing) throw new Error(vscode.l10n.t('The project is no longer there.'));
        const now = ports.projects.all.find(({ id }) => id === project.id);
        if (now?.identities.some(({ id }) => id === state.id)) {
          throw new Error(vscode.l10n.t('{0} has been added meanwhile.', state.id));
        }
        return withIdentity(existing, state);
      }),
    ports,
  );
  const identity = saved?.identities.find(({ id }) => id === state.id);
  return saved && identity && { project: saved, identity };
}

export async function editIdentity({ project, identity }: Target, ports: WizardPorts): Promise<void> {
  const step = projectSteps.get(project.provider)?.identity;
  if (!step) return;
  const title = vscode.l10n.t('Edit {0}', plainText(identity.label, 80));
  const question: Question = { title, project, step, ports, own: identity.id };
  const pages: readonly Page<IdentityState>[] = [
    (state, place) => askIdentityName(state, place, question),
    (state, place) => askIdentityId(state, place, question),
  ];
  const name = identity.label === identity.id ? '' : identity.label;
  const state = await walk(() => pages, { id: identity.id, name, signIn: false });
  if (!state) return;
  if (state.id !== identity.id && !(await agreedToNewId(identity.id, ports))) return;
  await saving(
    () =>
      ports.projects.save(project.id, (existing) => {
        if (!existing) throw new Error(vscode.l10n.t('The project is no longer there.'));
        return withIdentityChanged(existing, identity.id, state);
      }),
    ports,
  );
}

function agreedToNewId(old: string, { prompts }: WizardPorts): Promise<boolean> {
  return prompts.confirm(
    vscode.l10n.t('Change the id of this identity?'),
    vscode.l10n.t(
      'What is stored on this computer (credentials, archive jobs, the last outcome) is filed under {0} and stays there: under the new id nobody is signed in. With the old id again, it is found again. At the service nothing changes.',
      plainText(old, 128),
    ),
    vscode.l10n.t('Change Id'),
  );
}

async function askIdentityId(state: IdentityState, place: StepPlace, { title, project, step, ports, own }: Question) {
  const taken = (): ReadonlySet<string> => {
    const now = ports.projects.all.find(({ id }) => id === project.id) ?? project;
    return new Set(now.identities.map(({ id }) => id).filter((id) => id !== own));
  };
  const id = await askKey(
    {
      title,
      prompt: vscode.l10n.t('{0}. {1}', vscode.l10n.t(step.label), vscode.l10n.t(step.detail)),
      placeholder: step.placeholder,
      value: state.id,
      maxLength: maxIdentityIdLength,
      taken,
      refuse: (text) => (step.accepts?.(text) === false ? vscode.l10n.t(step.problem) : undefined),
    },
    place,
  );
  return typeof id === 'string' ? { ...state, id } : id;
}

async function askIdentityName(state: IdentityState, place: StepPlace, { title }: Question) {
  const prompt = vscode.l10n.t('Name shown in the tree. Empty: the id.');
  const name = await askKey({ title, prompt, value: state.name, optional: true }, place);
  return typeof name === 'string' ? { ...state, name } : name;
}

async function askWhatNext(
  state: IdentityState,
  place: StepPlace,
  { title }: Question,
): Promise<IdentityState | typeof back | undefined> {
  const shown = plainText(state.name === '' ? state.id : state.name, 80);
  const signIn = {
    label: vscode.l10n.t('Add and sign in…'),
    detail: vscode.l10n.t('Without a credential nothing can be reset.'),
  };
  const add = { label: vscode.l10n.t('Add only'), detail: vscode.l10n.t('"Sign In…" on its row does the rest later.') };
  const chosen = await chooseOrBack(title, vscode.l10n.t('Add {0}?', shown), [signIn, add], place);
  return chosen === undefined || chosen === back ? chosen : { ...state, signIn: chosen === signIn };
}
