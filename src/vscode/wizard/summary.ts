/** The last page: everything that will stand in the settings, each row leads to its question, and only the first ones write. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { checkEntry, entryOf } from '../../core/projectDraft';
import type { RawProject } from '../../core/projectEntry';
import type { ProjectStep, ProjectSteps } from '../../core/projectSteps';
import { settingSentences } from '../../core/settingTexts';
import { withoutIcons } from '../inertText';
import { back, chooseOrBack, type StepPlace } from '../steps';
import { translate } from '../translate';
import { askStep } from './askStep';
import type { WizardPorts } from './ports';
import { askId, askName } from './projectNames';
import type { WizardState } from './state';
import { textOf } from './stepTexts';

export interface SummaryVerb {
  readonly label: string;
  readonly next: 'save' | 'save-and-go-on';
}

export interface SummaryOptions {
  readonly title: string;
  readonly steps: ProjectSteps;
  readonly verbs: readonly SummaryVerb[];
  /** The entry that is changed. */
  readonly before?: RawProject;
  readonly ports: WizardPorts;
}

interface Row extends vscode.QuickPickItem {
  readonly verb?: SummaryVerb;
  ask?(state: WizardState): Promise<WizardState | typeof back | undefined>;
}

/** Resolves with what is to be done in `next`. */
export async function summary(
  given: WizardState,
  place: StepPlace,
  options: SummaryOptions,
): Promise<WizardState | typeof back | undefined> {
  let state = given;
  let label: string | undefined;
  for (;;) {
    const { rows, problem } = rowsOf(state, options);
    // Whoever has changed one value often changes the next.
    const active = rows.find((row) => row.label === label);
    const placeholder = problem ?? vscode.l10n.t('Nothing is written yet. Choose a row to change it.');
    const chosen = await chooseOrBack(options.title, placeholder, rows, { ...place, active });
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen.verb) return { ...state, next: chosen.verb.next };
    label = chosen.label;
    const answer = await chosen.ask?.(state);
    if (answer === undefined) return undefined;
    if (answer !== back) state = answer;
  }
}

function rowsOf(state: WizardState, options: SummaryOptions): { rows: readonly Row[]; problem?: string } {
  const { steps, ports, before } = options;
  const main = steps.steps.filter(({ advanced }) => !advanced);
  const more = steps.steps.filter(({ advanced }) => advanced);
  const values = [
    separator(vscode.l10n.t('In the settings')),
    ...keyRows(state, options),
    ...main.map((step) => stepRow(step, state, options)),
    ...(more.length === 0 ? [] : [separator(vscode.l10n.t('Seldom needed'))]),
    ...more.map((step) => stepRow(step, state, options)),
  ];
  const checked = checkEntry(entryOf(state, steps.steps, before), ports.descriptions);
  if (checked.kind === 'problem') {
    const { what, mend } = settingSentences(checked.problem, translate);
    return { rows: values, problem: vscode.l10n.t('This cannot be used yet: {0}. {1}', what, mend) };
  }
  const origins = ports.descriptions.get(state.provider)?.credentialOrigins(checked.project) ?? [];
  const goes = plainText(origins.map((origin) => new URL(origin).host).join(', '), 200);
  const verbs = options.verbs.map((verb) => ({
    label: verb.label,
    detail: withoutIcons(vscode.l10n.t('Credentials go to {0} and nowhere else.', goes), 250),
    verb,
  }));
  return { rows: [...verbs, ...values] };
}

function keyRows(state: WizardState, options: SummaryOptions): readonly Row[] {
  const { title, ports, before } = options;
  const place = { canGoBack: true };
  return [
    {
      label: vscode.l10n.t('Name'),
      description: withoutIcons(state.name),
      ask: (now) => askName(now, title, place),
    },
    {
      label: vscode.l10n.t('Id'),
      description: withoutIcons(state.id),
      ask: (now) => askId(now, title, place, ports, before === undefined ? undefined : given(before, state)),
    },
  ];
}

/** An entry may keep the id it has. */
function given({ id }: RawProject, state: WizardState): string {
  return typeof id === 'string' ? id : state.id;
}

function stepRow(step: ProjectStep, state: WizardState, { title, ports }: SummaryOptions): Row {
  const value = textOf(step, state);
  const withSecret = step.kind === 'client' && state.client?.clientId === value;
  const shown = withoutIcons(value, 200);
  return {
    label: vscode.l10n.t(step.label),
    description:
      value === ''
        ? vscode.l10n.t('not set')
        : withSecret
          ? vscode.l10n.t('{0}, its secret goes into the secret storage', shown)
          : shown,
    ask: (now) => askStep(step, now, { title, place: { canGoBack: true }, ports }),
  };
}

function separator(label: string): Row {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
