/** What is shown of a step: its prompt, what stands for it, and what is wrong with what is typed. */
import * as vscode from 'vscode';
import { endpointSentences, type ProjectStep, type StepProblem } from '../../core/projectSteps';
import type { StepPlace } from '../steps';
import type { WizardPorts } from './ports';
import type { WizardState } from './state';

export interface Asking {
  readonly title: string;
  readonly place: StepPlace;
  readonly ports: WizardPorts;
}

/** What stands for the step by now; empty for nothing. */
export function textOf(step: ProjectStep, { values }: WizardState): string {
  const value = values[step.id] ?? '';
  return typeof value === 'string' ? value : value.join(', ');
}

export function promptOf(step: ProjectStep): string {
  return vscode.l10n.t('{0}. {1}', vscode.l10n.t(step.label), vscode.l10n.t(step.detail));
}

export function problemText(step: ProjectStep, problem: StepProblem): string {
  switch (problem.kind) {
    case 'required':
      return vscode.l10n.t('This is needed.');
    case 'endpoint':
      return vscode.l10n.t(endpointSentences[problem.problem]);
    case 'refused':
      return vscode.l10n.t(step.problem);
  }
}
