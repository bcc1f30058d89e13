/** Commands that make and change projects and identities: first what they are about, then the wizard. */
import * as vscode from 'vscode';
import type { Project, Target } from '../../core/model';
import { commandIds } from '../commandIds';
import type { Targets } from '../targets';
import type { WizardPorts } from './ports';

export interface WizardCommandPorts extends WizardPorts {
  readonly targets: Targets;
}

type Run = (argument: unknown) => Promise<void>;
type WizardCommandId =
  | typeof commandIds.addProject
  | typeof commandIds.addIdentity
  | typeof commandIds.editProject
  | typeof commandIds.editIdentity
  | typeof commandIds.duplicateProject
  | typeof commandIds.removeProject
  | typeof commandIds.removeIdentity
  | typeof commandIds.exportProjects
  | typeof commandIds.importProjects;

export function wizardCommands(ports: WizardCommandPorts): Readonly<Record<WizardCommandId, Run>> {
  const { targets } = ports;
  const { l10n } = vscode;
  const load = async () => (await import('./wizardActions')).wizardActions;
  const any = { fits: () => true, none: l10n.t('There is no project yet. "Add Project…" makes one.') };
  const onProject =
    (title: string, act: (project: Project) => Promise<void>): Run =>
    async (argument) => {
      const project = await targets.resolveProject(argument, title, any);
      if (project) await act(project);
    };
  const onTarget =
    (title: string, act: (target: Target) => Promise<void>): Run =>
    async (argument) => {
      const target = await targets.resolve(argument, title);
      if (target) await act(target);
    };
  return {
    [commandIds.addProject]: async () => (await load()).addProject(ports),
    [commandIds.addIdentity]: onProject(l10n.t('Add an identity'), async (project) =>
      (await load()).addIdentity(project, ports),
    ),
    [commandIds.editProject]: onProject(l10n.t('Edit a project'), async (project) =>
      (await load()).editProject(project, ports),
    ),
    [commandIds.editIdentity]: onTarget(l10n.t('Edit an identity'), async (target) =>
      (await load()).editIdentity(target, ports),
    ),
    [commandIds.duplicateProject]: onProject(l10n.t('Duplicate a project'), async (project) =>
      (await load()).duplicateProject(project, ports),
    ),
    [commandIds.removeProject]: onProject(l10n.t('Remove a project'), async (project) =>
      (await load()).removeProject(project, ports),
    ),
    [commandIds.removeIdentity]: onTarget(l10n.t('Remove an identity'), async (target) =>
      (await load()).removeIdentity(target, ports),
    ),
    [commandIds.exportProjects]: async (argument) => (await load()).exportProjects(targets.projectOf(argument), ports),
    [commandIds.importProjects]: async () => (await load()).importProjects(ports),
  };
}
