/** Asks for one value of a project, by what kind of step its provider says it is. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import {
  type ChoiceStep,
  type FileStep,
  type ProjectStep,
  problemOf,
  type ScopesStep,
  settingOf,
  type TextStep,
  type UrlStep,
} from '../../core/projectSteps';
import { caBundleTexts, readCaBundle } from '../caBundle';
import { inert, withoutIcons } from '../inertText';
import { back, chooseOrBack, inputOrBack } from '../steps';
import { askClient } from './askClient';
import type { WizardPorts } from './ports';
import { type WizardState, withValue } from './state';
import { type Asking, problemText, promptOf, textOf } from './stepTexts';

type Answer = Promise<WizardState | typeof back | undefined>;

/** Resolves with the state with the answer in it. */
export async function askStep(step: ProjectStep, state: WizardState, asking: Asking): Answer {
  switch (step.kind) {
    case 'text':
    case 'url':
      return into(step, state, await askText(step, state, asking));
    case 'file':
      return into(step, state, await askFile(step, state, asking));
    case 'choice':
      return into(step, state, await askChoice(step, state, asking));
    case 'scopes':
      return askScopes(step, state, asking);
    case 'client':
      return askClient(step, state, asking);
  }
}

function into(step: ProjectStep, state: WizardState, answer: string | typeof back | undefined) {
  return typeof answer === 'string' ? withValue(state, step, answer) : answer;
}

async function askText(
  step: TextStep | UrlStep | FileStep,
  state: WizardState,
  { title, place, ports }: Asking,
): Promise<string | typeof back | undefined> {
  const description = ports.descriptions.get(state.provider);
  if (!description) return undefined;
  const entered = await inputOrBack({
    title,
    prompt: promptOf(step),
    value: textOf(step, state),
    ...place,
    ...(step.placeholder === undefined ? {} : { placeholder: step.placeholder }),
    validate: (text) => {
      const problem = problemOf(step, text, description);
      if (problem) return problemText(step, problem);
      return step.kind === 'file' && text.trim() !== '' ? fileProblem(step, text.trim(), ports) : undefined;
    },
  });
  return typeof entered === 'string' ? settingOf(step, entered) : entered;
}

/** Authorities are read and judged as when they are trusted; what else a file holds is judged when it is used. */
async function fileProblem({ content }: FileStep, path: string, { clock }: WizardPorts): Promise<string | undefined> {
  const bundle = await readCaBundle(path, clock.now());
  if (bundle.kind === 'bundle') return undefined;
  if (content !== 'authorities' && !['missing', 'not-a-file', 'unreadable'].includes(bundle.problem)) return undefined;
  const text = caBundleTexts[bundle.problem];
  return vscode.l10n.t('This file {0}. {1}', vscode.l10n.t(text.what), vscode.l10n.t(text.mend));
}

async function askFile(step: FileStep, state: WizardState, asking: Asking): Promise<string | typeof back | undefined> {
  const { title, place, ports } = asking;
  const current = textOf(step, state);
  const none = { label: vscode.l10n.t('None'), detail: vscode.l10n.t(step.detail) };
  const keep = { label: vscode.l10n.t('Keep it'), description: withoutIcons(current, 200) };
  const choose = { label: vscode.l10n.t('Choose a file…') };
  const type = { label: vscode.l10n.t('Type its path…') };
  const items: vscode.QuickPickItem[] = current === '' ? [none, choose, type] : [keep, choose, type, none];
  for (;;) {
    const chosen = await chooseOrBack(title, vscode.l10n.t(step.label), items, place);
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen === none) return '';
    if (chosen === keep) return current;
    const answer = chosen === choose ? await pickFile(step, ports) : await askText(step, state, asking);
    // Without a file, and back from typing one, to the choice.
    if (answer !== back) return answer;
  }
}

async function pickFile(step: FileStep, ports: WizardPorts): Promise<string | typeof back> {
  const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false })) ?? [];
  if (!uri) return back;
  const problem =
    uri.scheme === 'file'
      ? await fileProblem(step, uri.fsPath, ports)
      : vscode.l10n.t('This file is on another computer than the one that the extension runs on.');
  if (problem === undefined) return uri.fsPath;
  await ports.prompts.error(plainText(problem));
  return back;
}

async function askChoice(
  step: ChoiceStep,
  state: WizardState,
  { title, place }: Asking,
): Promise<string | typeof back | undefined> {
  const current = textOf(step, state);
  const items = step.choices.map((choice) => ({
    label: vscode.l10n.t(choice.label),
    ...(choice.detail === undefined ? {} : { detail: vscode.l10n.t(choice.detail) }),
    value: choice.value,
  }));
  const active = items.find(({ value }) => value === current);
  const chosen = await chooseOrBack(title, promptOf(step), items, { ...place, active });
  if (chosen === undefined || chosen === back) return chosen;
  // What is meant anyway need not stand in the settings, unless it does already.
  return chosen.value === step.choices[0].value && current === '' ? '' : chosen.value;
}

/** Escape leads back to the choice: a selection is not a reason to lose the rest. */
async function askScopes(step: ScopesStep, state: WizardState, { title, place, ports }: Asking): Answer {
  const before = state.values[step.id];
  const none = {
    label: vscode.l10n.t('None in particular'),
    detail: vscode.l10n.t('They are chosen at each sign-in.'),
  };
  const choose = {
    label: vscode.l10n.t('Choose scopes…'),
    description: before === undefined ? '' : inert(vscode.l10n.t('{0} chosen', before.length)),
  };
  const chosen = await chooseOrBack(title, promptOf(step), [choose, none], place);
  if (chosen === undefined || chosen === back) return chosen;
  if (chosen === none) return withValue(state, step, []);
  const { chooseProjectScopes } = await import('../signIn/signIn');
  const scopes = await chooseProjectScopes(state.name, typeof before === 'object' ? before : [], ports.recent);
  return scopes === undefined ? back : withValue(state, step, scopes);
}
