/** Add Project…: provider, name, id, what the provider asks for, and a summary; then its first identity, if wanted. */
import * as vscode from 'vscode';
import type { Project } from '../../core/model';
import { entryOf, freeId } from '../../core/projectDraft';
import { projectSteps } from '../../providers/projectSteps';
import type { PracticeClient } from '../sandboxSamples';
import { back, chooseOrBack } from '../steps';
import { addIdentity } from './addIdentity';
import { fromFile } from './askClient';
import { askStep } from './askStep';
import type { WizardPorts } from './ports';
import { askId, askName } from './projectNames';
import { keepClientSecret, saving } from './saving';
import type { WizardState } from './state';
import { summary } from './summary';
import { type Page, walk } from './walk';

export async function addProject(ports: WizardPorts): Promise<void> {
  const title = vscode.l10n.t('Add a project');
  const start: WizardState = { id: '', name: '', provider: '', values: {} };
  const state = await walk((now) => pagesOf(now, title, ports), start);
  const project = state && (await saveNew(state, ports));
  if (project && state.next === 'save-and-go-on') await addIdentity(project, ports);
}

/** Also what is duplicated is new: it never takes the place of another one. */
export async function saveNew(state: WizardState, ports: WizardPorts): Promise<Project | undefined> {
  const steps = projectSteps.get(state.provider)?.steps ?? [];
  const { projects } = ports;
  const project = await saving(async () => {
    await projects.add([entryOf(state, steps, state.before)]);
    return projects.all.find(({ id }) => id === state.id);
  }, ports);
  if (project) await keepClientSecret(project, state, ports);
  return project;
}

export function verbsOfNew() {
  return [
    { label: vscode.l10n.t('Add project'), next: 'save' },
    { label: vscode.l10n.t('Add project, then an identity…'), next: 'save-and-go-on' },
  ] as const;
}

function pagesOf(state: WizardState, title: string, ports: WizardPorts): readonly Page<WizardState>[] {
  const steps = projectSteps.get(state.provider);
  const asked = (steps?.steps ?? []).filter(({ advanced }) => !advanced);
  return [
    (now, place) => askProvider(now, { ...place, title }, ports),
    (now, place) => askName(now, title, place),
    (now, place) => askId(now, title, place, ports),
    ...asked.map(
      (step): Page<WizardState> =>
        (now, place) =>
          askStep(step, now, { title, place, ports }),
    ),
    async (now, place) => (steps ? summary(now, place, { title, steps, verbs: verbsOfNew(), ports }) : undefined),
  ];
}

async function askProvider(
  state: WizardState,
  { title, ...place }: { readonly title: string },
  { descriptions, projects, sandbox }: WizardPorts,
): Promise<WizardState | typeof back | undefined> {
  const { practice } = sandbox;
  const ofSandbox = {
    label: vscode.l10n.t('Practice Project in the Sandbox'),
    detail: vscode.l10n.t('Google Data Portability, with everything filled in. No account is needed.'),
    id: '',
  };
  const services = [...descriptions.values()].map(({ id, label, ways: [way] }) => ({
    label,
    detail: way.detail === undefined ? '' : vscode.l10n.t(way.detail),
    id,
  }));
  const items = practice ? [ofSandbox, ...services] : services;
  const active = services.find(({ id }) => id === state.provider);
  const chosen = await chooseOrBack(title, vscode.l10n.t('Which service?'), items, { ...place, active });
  if (chosen === undefined || chosen === back) return chosen;
  if (practice && chosen === ofSandbox) return practiceState(practice, projects);
  // Keys of the same name mean something else at another service.
  return chosen.id === state.provider ? state : { id: state.id, name: state.name, provider: chosen.id, values: {} };
}

/** Everything is filled in, and can be changed on the way. In every language the id is that of the walkthrough's task. */
function practiceState(
  { origin, clientId, clientSecret }: PracticeClient,
  projects: Pick<WizardPorts['projects'], 'takenIds'>,
): WizardState {
  const provider = 'googleDataPortability';
  const id = freeId('practice', projects.takenIds());
  const start: WizardState = { id, name: vscode.l10n.t('Practice'), provider, values: { endpoint: origin } };
  const step = projectSteps.get(provider)?.steps.find(({ kind }) => kind === 'client');
  if (step?.kind !== 'client') return start;
  const file = JSON.stringify({ installed: { client_id: clientId, client_secret: clientSecret } });
  const read = fromFile(step, start, file);
  return 'id' in read ? read : start;
}
