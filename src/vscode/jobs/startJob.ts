/** Start Archive Job: what, from when on, and what that uses up; then one request for each job. */
import * as vscode from 'vscode';
import type { ExportableGroup, JobRequest, JobStart } from '../../core/archiveJobs';
import { plainText } from '../../core/foreignText';
import type { NotPossible } from '../../core/jobOperations';
import {
  type ExportableResource,
  exportableResources,
  type PlannedJob,
  planJobs,
  readDay,
  requestFor,
  type TimeRange,
} from '../../core/jobRequest';
import type { Reason, Target } from '../../core/model';
import { withoutIcons } from '../inertText';
import { sameTarget } from '../sameTarget';
import { cancellable } from './cancellable';
import type { JobActionPorts } from './ports';

export async function startJob(given: Target, ports: JobActionPorts): Promise<void> {
  const target = await sameTarget(given, ports);
  if (!target) return;
  const groups = await readGroups(target, ports);
  if (!groups) return;
  const resources = exportableResources(groups);
  if (resources.length === 0) {
    await ports.prompts.warn(
      vscode.l10n.t('The consent of {0} has no data that can be exported.', plainText(target.identity.label, 80)),
    );
    return;
  }
  const chosen = await chooseResources(target, resources, ports);
  if (!chosen) return;
  const range = await chooseRange(target, ports);
  if (!range) return;
  const planned = planJobs(groups, chosen);
  if (!(await agreed(target, planned, ports))) return;
  const now = ports.clock.now();
  const tellings: Promise<void>[] = [];
  for (const job of planned) tellings.push(...(await startOne(target, requestFor(job, range, now), ports)));
  await Promise.all(tellings);
}

async function readGroups(target: Target, ports: JobActionPorts): Promise<readonly ExportableGroup[] | undefined> {
  const exportable = await cancellable(vscode.l10n.t('Reading what can be exported'), ports.clock, async (signal) => {
    const ready = await ports.jobs.ready(target);
    return ready.kind === 'ready' ? ready.archives.exportable(ready.target, signal) : ready;
  });
  switch (exportable.kind) {
    case 'groups':
      return exportable.groups;
    case 'aborted':
      return undefined;
    case 'dead-credential':
      await ports.tellReason(target, 'error', withSignIn(exportable.reason), ports.prompts);
      return undefined;
    case 'failed':
    case 'not-possible': {
      const retry = (): Promise<void> => startJob(target, ports);
      await ports.tellReason(target, 'error', exportable.reason, ports.prompts, { retry });
      return undefined;
    }
  }
}

async function chooseResources(
  target: Target,
  resources: readonly ExportableResource[],
  { prompts }: JobActionPorts,
): Promise<readonly string[] | undefined> {
  const item = ({ name, oneTime }: ExportableResource): vscode.QuickPickItem & { readonly name: string } => ({
    label: withoutIcons(name),
    ...(oneTime ? { description: vscode.l10n.t('uses up this consent for this scope') } : {}),
    picked: resources.length === 1,
    name,
  });
  const part = (label: string, oneTime: boolean) => {
    const items = resources.filter((one) => one.oneTime === oneTime).map(item);
    return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator, name: '' }, ...items];
  };
  const items = [
    ...part(vscode.l10n.t('Time-based: can be exported again after 24 hours'), false),
    ...part(vscode.l10n.t('One time'), true),
  ];
  const title = vscode.l10n.t('Archive job of {0}', plainText(target.identity.label, 60));
  const chosen = await prompts.pickSeveral(title, vscode.l10n.t('Check what the archive is to hold'), items);
  return chosen?.map(({ name }) => name);
}

async function chooseRange(target: Target, { prompts, clock }: JobActionPorts): Promise<TimeRange | undefined> {
  const title = vscode.l10n.t('Archive job of {0}', plainText(target.identity.label, 60));
  const range = (label: string, of: TimeRange | undefined) => ({ label, range: of });
  const chosen = await prompts.pick(title, vscode.l10n.t('From which time?'), [
    range(vscode.l10n.t('All data'), { kind: 'all' }),
    range(vscode.l10n.t('Last 7 days'), { kind: 'last-days', days: 7 }),
    range(vscode.l10n.t('Last 30 days'), { kind: 'last-days', days: 30 }),
    range(vscode.l10n.t('From a date…'), undefined),
  ]);
  if (!chosen || chosen.range) return chosen?.range;
  const problems = {
    'not-a-day': vscode.l10n.t('Write the day as YYYY-MM-DD.'),
    'in-the-future': vscode.l10n.t('This day is in the future.'),
  };
  const entered = await prompts.text({
    title,
    prompt: vscode.l10n.t('Data from this day on (YYYY-MM-DD)'),
    placeholder: '2026-01-31',
    validate: (text) => {
      const day = readDay(text, clock.now());
      return day.kind === 'problem' ? problems[day.problem] : undefined;
    },
  });
  const day = entered === undefined ? undefined : readDay(entered, clock.now());
  return day?.kind === 'day' ? { kind: 'from', startTime: day.startTime } : undefined;
}

/** Asks before a consent is used up; tells when there is more than one job. */
async function agreed(target: Target, planned: readonly PlannedJob[], { prompts }: JobActionPorts): Promise<boolean> {
  const identity = plainText(target.identity.label, 80);
  const several =
    planned.length > 1
      ? [
          vscode.l10n.t(
            'The chosen data belongs to {0} consents of {1}, and a job can hold the data of one only: {0} jobs are started.',
            planned.length,
            identity,
          ),
        ]
      : [];
  const usedUp = planned.flatMap((job) => job.usedUp);
  if (usedUp.length === 0) {
    const [told] = several;
    // Nobody has to answer before it goes on.
    if (told !== undefined) void prompts.inform(told);
    return true;
  }
  const mixed = planned.some((job) => job.usedUp.length > 0 && job.usedUp.length < job.resources.length);
  const names = usedUp.map((name) => plainText(name, 80)).join(', ');
  const lines = [
    vscode.l10n.t('Used up by it: {0}.', names),
    vscode.l10n.t('They can be exported again only after the consent was reset and given anew.'),
    ...(mixed ? [vscode.l10n.t('A job with one-time data is a one-time job as a whole.')] : []),
    ...several,
  ];
  return prompts.confirm(
    vscode.l10n.t('Start an archive job that uses up one-time consent of {0}?', identity),
    lines.join('\n\n'),
    vscode.l10n.t('Start Job'),
  );
}

/** Sends one request, and resolves with what is being told of it: the next job does not wait for that to be read. */
async function startOne(given: Target, request: JobRequest, ports: JobActionPorts): Promise<readonly Promise<void>[]> {
  const target = await sameTarget(given, ports);
  if (!target) return [];
  const start = await cancellable(vscode.l10n.t('Starting the archive job'), ports.clock, (signal) =>
    ports.jobs.start(target, request, signal),
  );
  const again = async (): Promise<void> => {
    await Promise.all(await startOne(target, request, ports));
  };
  return [tellStart(target, start, again, ports)];
}

/** A job that has started shows in place; `again` sends the very same request once more, and only the user does that. */
export async function tellStart(
  target: Target,
  start: JobStart | NotPossible,
  again: () => Promise<void>,
  { prompts, reveal, tellReason }: JobActionPorts,
): Promise<void> {
  const askAgain = vscode.l10n.t('Ask Again');
  switch (start.kind) {
    case 'started':
      return reveal(target);
    case 'exists':
      reveal(target);
      return tellReason(target, 'information', start.reason, prompts);
    case 'exhausted':
      reveal(target);
      return tellReason(target, 'warning', start.reason, prompts);
    case 'refused':
      return tellReason(target, 'warning', start.reason, prompts, { retry: again });
    case 'dead-credential':
      return tellReason(target, 'error', withSignIn(start.reason), prompts);
    case 'not-sent':
    case 'not-possible':
      return tellReason(target, 'error', start.reason, prompts, { retry: again });
    case 'unknown':
      return tellReason(target, 'warning', start.reason, prompts, { own: new Map([[askAgain, again]]) });
    case 'aborted': {
      if (!start.sent) return;
      const chosen = await prompts.warn(
        vscode.l10n.t(
          'You stopped waiting after the request had left, so it is not known whether a job was started for {0}. Ask again: a job that runs is then answered by its id.',
          plainText(target.identity.label, 80),
        ),
        askAgain,
      );
      if (chosen === askAgain) await again();
    }
  }
}

/** Where no credential is accepted any more, signing in is what helps. */
export function withSignIn(why: Reason): Reason {
  const offered = why.actions.some(({ kind }) => kind === 'sign-in');
  return offered ? why : { ...why, actions: [{ kind: 'sign-in' }, ...why.actions] };
}
