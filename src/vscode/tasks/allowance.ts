/** Allow Unattended Reset… and Withdraw Unattended Reset…: the user's word, kept outside of every repository. */
import * as vscode from 'vscode';
import { type Allowance, allowanceFor } from '../../core/allowance';
import { plainText } from '../../core/foreignText';
import { localTime } from '../../core/localTime';
import type { Target } from '../../core/model';
import type { ResetWay } from '../../core/provider';
import { withoutIcons } from '../inertText';
import { sameTarget } from '../sameTarget';
import { translate } from '../translate';
import type { AllowancePorts } from './ports';

export async function allow(target: Target, ports: AllowancePorts): Promise<void> {
  const { prompts } = ports;
  if (!vscode.workspace.isTrusted) {
    await prompts.warn(
      vscode.l10n.t('This workspace is in Restricted Mode, in which nothing is reset unattended. Nothing was allowed.'),
    );
    return;
  }
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    await prompts.warn(
      vscode.l10n.t('Unattended resets are allowed for the tasks of a folder. Open it first; nothing was allowed.'),
    );
    return;
  }
  const way = await chooseWay(target, ports);
  if (!way) return;
  const { message, detail } = question(target, way, folders, ports);
  if (!(await prompts.confirm(message, detail, vscode.l10n.t('Allow')))) return;
  const now = await sameTarget(target, ports);
  if (!now) return;
  if (JSON.stringify(now.project.options) !== JSON.stringify(target.project.options)) {
    await prompts.warn(vscode.l10n.t('The project was changed meanwhile. Nothing was allowed; look at it again.'));
    return;
  }
  for (const folder of folders) {
    await ports.stores.allowances.add(allowanceFor(now, way.id, folder.uri.toString(), ports.clock.now()));
  }
}

async function chooseWay(target: Target, { descriptions, prompts }: AllowancePorts): Promise<ResetWay | undefined> {
  const ways = descriptions.get(target.project.provider)?.ways ?? [];
  const [only, ...others] = ways;
  if (others.length === 0) return only;
  const items = ways.map((way) => ({
    label: vscode.l10n.t(way.verb),
    description: way.id,
    detail: way.detail === undefined ? '' : translate(way.detail, {}),
    way,
  }));
  const title = vscode.l10n.t('Allow unattended reset');
  return (await prompts.pick(title, vscode.l10n.t('Choose what tasks may do'), items))?.way;
}

function question(
  target: Target,
  way: ResetWay,
  folders: readonly vscode.WorkspaceFolder[],
  { descriptions }: AllowancePorts,
): { readonly message: string; readonly detail: string } {
  const identity = plainText(target.identity.label, 120);
  const project = plainText(target.project.label, 120);
  const exports = descriptions.get(target.project.provider)?.exportsArchives === true;
  const paths = folders.map(({ uri }) => plainText(uri.scheme === 'file' ? uri.fsPath : uri.toString(true), 300));
  const sentTo = way.sentTo?.(target.project) ?? target.project.endpoint;
  const lines = [
    vscode.l10n.t('What they may do: {0}, sent to {1}.', vscode.l10n.t(way.verb), sentTo),
    vscode.l10n.t('Allowed for tasks of: {0}', paths.join(', ')),
    vscode.l10n.t('Whoever can change the tasks of this folder can then end this consent whenever you run one.'),
    vscode.l10n.t(
      'A task refuses where somebody has to decide: running jobs, archives not downloaded, others touched.',
    ),
    ...(exports ? [vscode.l10n.t('Jobs that are not followed here are not seen, and are lost.')] : []),
    vscode.l10n.t('It ends when the project is changed in the settings, or with "Withdraw Unattended Reset…".'),
  ];
  const message = vscode.l10n.t('Let tasks reset {0} in {1} without asking?', identity, project);
  return { message, detail: lines.join('\n\n') };
}

/** `target`: of this identity alone; otherwise of all. */
export async function withdraw(target: Target | undefined, ports: AllowancePorts): Promise<void> {
  const { prompts, stores } = ports;
  const all = await stores.allowances.list();
  const fitting = target ? all.filter((one) => isOf(one, target)) : all;
  if (fitting.length === 0) {
    await prompts.warn(vscode.l10n.t('No unattended reset is allowed.'));
    return;
  }
  const items = fitting.map((one) => itemOf(one, ports));
  const title = vscode.l10n.t('Withdraw unattended resets');
  const chosen = await prompts.pickSeveral(title, vscode.l10n.t('Choose what tasks may no longer do'), items);
  for (const { allowance } of chosen ?? []) await stores.allowances.remove(allowance);
}

function isOf({ project, identity }: Allowance, target: Target): boolean {
  return project === target.project.id && identity === target.identity.id;
}

function itemOf(allowance: Allowance, { clock, projects }: AllowancePorts) {
  const target = [...projects.targets.values()].find((one) => isOf(allowance, one));
  const since = localTime(allowance.allowedAt, clock.now());
  const folder = vscode.Uri.parse(allowance.folder);
  const path = folder.scheme === 'file' ? folder.fsPath : allowance.folder;
  return {
    label: withoutIcons(target?.identity.label ?? allowance.identity),
    description: withoutIcons(`${target?.project.label ?? allowance.project} · ${allowance.way}`),
    detail: withoutIcons(vscode.l10n.t('{0}, to {1}, allowed {2}', path, allowance.endpoint, since), 400),
    allowance,
  };
}
