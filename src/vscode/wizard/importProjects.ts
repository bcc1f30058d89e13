/** Import Projects…: shows what comes and where it would send credentials, and writes it beside what is there. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { RawProject } from '../../core/projectEntry';
import {
  maxSharedLength,
  type OfferedProject,
  type ReadShared,
  readShared,
  withFreeId,
} from '../../core/projectSharing';
import { type SettingProblem, settingSentences } from '../../core/settingTexts';
import { projectSteps } from '../../providers/projectSteps';
import { withoutIcons } from '../inertText';
import { inputOrBack } from '../steps';
import { translate } from '../translate';
import type { WizardPorts } from './ports';
import { saving } from './saving';

interface Row extends vscode.QuickPickItem {
  readonly offered: OfferedProject;
}

export async function importProjects(ports: WizardPorts): Promise<void> {
  const { projects, prompts } = ports;
  const title = vscode.l10n.t('Import projects');
  const read = await readSource(title, ports);
  if (!read) return;
  if (read.offered.length === 0) {
    await prompts.warn(vscode.l10n.t('Nothing can be imported. {0}', refusedText(read.refused)));
    return;
  }
  const rows = read.offered.map(rowOf);
  const chosen = await prompts.pickSeveral(title, vscode.l10n.t('Check what is to be imported'), rows);
  const entries = chosen && (await settleIds(title, chosen, ports));
  if (!entries || entries.length === 0) return;
  if (!(await agreed(chosen, entries, read.refused, ports))) return;
  await saving(async () => {
    await projects.add(entries);
    return true;
  }, ports);
}

type Read = Extract<ReadShared, { kind: 'projects' }>;
type Unusable = Extract<ReadShared, { kind: 'problem' }>;

async function readSource(title: string, ports: WizardPorts): Promise<Read | undefined> {
  const { prompts } = ports;
  const file = { label: vscode.l10n.t('Choose a file…') };
  const paste = {
    label: vscode.l10n.t('Paste the text…'),
    detail: vscode.l10n.t('Of "Export Projects…". It is put on one line, and that is fine.'),
  };
  const how = await prompts.pick(title, vscode.l10n.t('Where from?'), [file, paste]);
  if (how === paste) return readPasted(title, ports);
  if (how !== file) return undefined;
  const [uri] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      filters: { JSON: ['json'] },
      openLabel: vscode.l10n.t('Import'),
    })) ?? [];
  if (!uri) return undefined;
  const text = await readText(uri);
  const read = typeof text === 'string' ? readShared(text, ports.descriptions, projectSteps) : text;
  if (read?.kind === 'projects') return read;
  const why = read ? problemText(read.problem) : vscode.l10n.t('The file cannot be read.');
  await prompts.error(vscode.l10n.t('{0} Nothing was imported.', why));
  return undefined;
}

/** Of any size, it would be read into memory as a whole. */
async function readText(uri: vscode.Uri): Promise<string | Unusable | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > maxSharedLength * 4)
      return { kind: 'problem', problem: 'too-long' };
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

async function readPasted(title: string, { descriptions }: WizardPorts): Promise<Read | undefined> {
  const pasted = await inputOrBack({
    title,
    prompt: vscode.l10n.t('The text that "Export Projects…" has made.'),
    placeholder: '{"reconsent.projects":[…',
    canGoBack: false,
    validate: (text) => {
      const read = readShared(text, descriptions, projectSteps);
      return read.kind === 'problem' ? problemText(read.problem) : undefined;
    },
  });
  const read = typeof pasted === 'string' ? readShared(pasted, descriptions, projectSteps) : undefined;
  return read?.kind === 'projects' ? read : undefined;
}

function problemText(problem: Extract<ReadShared, { kind: 'problem' }>['problem']): string {
  switch (problem) {
    case 'too-long':
      return vscode.l10n.t('This is longer than 1 MB.');
    case 'not-json':
      return vscode.l10n.t('This is no JSON.');
    case 'no-projects':
      return vscode.l10n.t('There are no projects in it.');
    case 'too-many':
      return vscode.l10n.t('There are more than 500 projects in it.');
  }
}

function refusedText(refused: readonly SettingProblem[]): string {
  const shown = refused.slice(0, 3).map((problem) => {
    const { what, mend } = settingSentences(problem, translate);
    return vscode.l10n.t('{0}: {1}. {2}', problem.path, what, mend);
  });
  const more = refused.length - shown.length;
  return plainText([...shown, ...(more > 0 ? [vscode.l10n.t('And {0} more.', more)] : [])].join(' '), 900);
}

function rowOf(offered: OfferedProject): Row {
  const { project, foreign, dropped } = offered;
  const count = project.identities.length;
  const notes = [
    ...(foreign.length === 0 ? [] : [vscode.l10n.t('Credentials would go to {0}.', hosts(foreign))]),
    ...(dropped.length === 0 ? [] : [vscode.l10n.t('Left out: {0}, a path on another computer.', dropped.join(', '))]),
  ];
  return {
    label: withoutIcons(project.label),
    description: count === 1 ? vscode.l10n.t('1 identity') : vscode.l10n.t('{0} identities', count),
    ...(notes.length === 0 ? {} : { detail: withoutIcons(notes.join(' '), 300) }),
    picked: true,
    offered,
  };
}

function hosts(origins: readonly string[]): string {
  return plainText(origins.map((origin) => new URL(origin).host).join(', '), 200);
}

/** `undefined` when the user escaped; those that are skipped are left out. */
async function settleIds(
  title: string,
  chosen: readonly Row[],
  { projects, prompts }: WizardPorts,
): Promise<readonly RawProject[] | undefined> {
  const taken = new Set(projects.takenIds());
  const entries: RawProject[] = [];
  for (const { offered } of chosen) {
    const { project, entry } = offered;
    let settled: RawProject | undefined = entry;
    if (taken.has(project.id)) {
      const renamed = withFreeId(entry, project, taken);
      const rename = { label: vscode.l10n.t('Import it with the id {0}', withoutIcons(String(renamed['id']))) };
      const skip = {
        label: vscode.l10n.t('Skip it'),
        detail: vscode.l10n.t('The project that is there stays as it is.'),
      };
      const question = vscode.l10n.t('There is a project with the id {0} already', withoutIcons(project.id));
      const answer = await prompts.pick(title, question, [rename, skip]);
      if (!answer) return undefined;
      settled = answer === rename ? renamed : undefined;
    }
    if (!settled) continue;
    entries.push(settled);
    taken.add(String(settled['id']));
  }
  return entries;
}

/** The modal names each address that is not the service's own: that is where tokens would be sent. */
async function agreed(
  chosen: readonly Row[],
  entries: readonly RawProject[],
  refused: readonly SettingProblem[],
  { descriptions, prompts }: WizardPorts,
): Promise<boolean> {
  const foreign = chosen.flatMap(({ offered: { project, foreign: origins } }) =>
    origins.length === 0
      ? []
      : [
          vscode.l10n.t(
            '{0} ({1}): credentials would go to {2}. Whoever runs that address gets them.',
            plainText(project.label, 80),
            descriptions.get(project.provider)?.label ?? '',
            plainText(origins.join(', '), 300),
          ),
        ],
  );
  const ids = plainText(entries.map(({ id }) => String(id)).join(', '), 400);
  const button = vscode.l10n.t('Import');
  const message =
    entries.length === 1 ? vscode.l10n.t('Import one project?') : vscode.l10n.t('Import {0} projects?', entries.length);
  const paragraphs = [
    vscode.l10n.t('Added to your settings, beside what is there: {0}. No credential comes with it.', ids),
    ...foreign.slice(0, 10),
    ...(foreign.length > 10 ? [vscode.l10n.t('And {0} more.', foreign.length - 10)] : []),
    ...(refused.length === 0 ? [] : [vscode.l10n.t('Left out: {0}', refusedText(refused))]),
  ];
  return foreign.length === 0
    ? (await prompts.page(message, paragraphs, [button])) === button
    : prompts.confirm(message, paragraphs.join('\n\n'), button);
}
