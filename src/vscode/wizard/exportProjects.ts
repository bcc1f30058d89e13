/** Export Projects…: what a team may share, as a file or as a document to look at. No secret is in the settings, so none is in it. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Project } from '../../core/model';
import { localKeys, sharedEntry, sharedText } from '../../core/projectSharing';
import { projectSteps } from '../../providers/projectSteps';
import { withoutIcons } from '../inertText';
import type { WizardPorts } from './ports';

interface Row extends vscode.QuickPickItem {
  readonly project: Project;
}

export async function exportProjects(given: Project | undefined, ports: WizardPorts): Promise<void> {
  const { projects, prompts } = ports;
  if (projects.all.length === 0) {
    await prompts.warn(vscode.l10n.t('There is no project yet, so there is nothing to export.'));
    return;
  }
  const title = vscode.l10n.t('Export projects');
  const rows = projects.all.map((project): Row => rowOf(project, given ? given.id === project.id : true, ports));
  const chosen = await prompts.pickSeveral(title, vscode.l10n.t('Credentials and client secrets stay here'), rows);
  if (!chosen) return;
  const file = { label: vscode.l10n.t('Save as a file…') };
  const document = {
    label: vscode.l10n.t('Open as a document'),
    detail: vscode.l10n.t('To look at it, or to copy it; nothing is saved.'),
  };
  const how = await prompts.pick(title, vscode.l10n.t('Where to?'), [file, document]);
  if (!how) return;
  const text = sharedText(chosen.flatMap(({ project }) => entryToShare(project, ports)));
  if (how === file) await saveFile(text, ports);
  else
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content: text }));
}

function rowOf(project: Project, picked: boolean, { projects }: WizardPorts): Row {
  const steps = projectSteps.get(project.provider);
  const entry = projects.entryOf(project.id);
  const left = steps && entry ? localKeys(entry, steps) : [];
  const count = project.identities.length;
  return {
    label: withoutIcons(project.label),
    description: count === 1 ? vscode.l10n.t('1 identity') : vscode.l10n.t('{0} identities', count),
    ...(left.length === 0 ? {} : { detail: vscode.l10n.t('Left out: {0}, a path on this computer.', left.join(', ')) }),
    picked,
    project,
  };
}

function entryToShare(project: Project, { projects }: WizardPorts) {
  const steps = projectSteps.get(project.provider);
  const entry = projects.entryOf(project.id);
  return steps && entry ? [sharedEntry(project, entry, steps)] : [];
}

async function saveFile(text: string, { prompts }: WizardPorts): Promise<void> {
  const uri = await vscode.window.showSaveDialog({
    filters: { JSON: ['json'] },
    saveLabel: vscode.l10n.t('Export'),
    ...suggested(),
  });
  if (!uri) return;
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  } catch (error) {
    const why = error instanceof Error ? plainText(error.message) : '';
    await prompts.error(vscode.l10n.t('The file could not be written. {0}', why));
  }
}

/** In the folder that is open, if one is. */
function suggested(): { readonly defaultUri?: vscode.Uri } {
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, 'reconsent-projects.json') } : {};
}
