/** The operator of a project: whoever is signed in there, for all of its identities. */
import * as vscode from 'vscode';
import type { AbandonedEnd } from '../../auth/vedauthAbandoned';
import type { ConsentState } from '../../core/consentStore';
import { plainText } from '../../core/foreignText';
import type { Project, Reason, Target } from '../../core/model';
import { venafiAddresses } from '../../providers/venafiTpp/settings';
import { commandIds } from '../commandIds';
import { identitiesOf } from '../sharing';
import type { VenafiPorts } from './ports';

/** What the operator's credentials are filed under: no identity of the settings has an empty id. */
export function operatorOf(project: Project): Target {
  return { project, identity: { id: '', label: project.label } };
}

export function nameOf(project: Project): string {
  return plainText(project.label, 80);
}

/** What is now known of the sign-in, for every identity of the project. */
export function tellIdentities(
  project: Project,
  consent: ConsentState,
  { operations, projects }: Pick<VenafiPorts, 'operations' | 'projects'>,
): void {
  for (const target of identitiesOf(project, { projects })) operations.credentialChanged(target, consent);
}

/** The project as it is configured now, if its sign-in still goes to where it went; otherwise says so. */
export async function sameProject(
  project: Project,
  { projects, prompts }: Pick<VenafiPorts, 'projects' | 'prompts'>,
): Promise<Project | undefined> {
  const now = projects.all.find(({ id }) => id === project.id);
  if (now?.provider === project.provider && addressOf(now) === addressOf(project)) return now;
  await prompts.warn(
    vscode.l10n.t(
      'The settings of {0} have changed since this was begun, so it ends here. Nothing was stored.',
      nameOf(project),
    ),
  );
  return undefined;
}

function addressOf(project: Project): string {
  const { sdkOrigin, authOrigin } = venafiAddresses(project);
  return `${sdkOrigin} ${authOrigin}`;
}

/** Tells what has failed; resolves with whether the user wants it tried again. */
export async function tellFailure(project: Project, why: Reason, { prompts }: Pick<VenafiPorts, 'prompts'>) {
  const retry = vscode.l10n.t('Retry');
  const showLog = vscode.l10n.t('Show Log');
  const buttons = why.actions.some(({ kind }) => kind === 'retry') ? [retry, showLog] : [showLog];
  const chosen = await prompts.tell('error', nameOf(project), why, buttons);
  if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
  return chosen === retry;
}

/** Shows that something is under way, with a button that stops it. */
export function whileWaiting<T>(
  title: string,
  task: (signal: AbortSignal, tell: (message: string) => void) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const stop = new AbortController();
      const cancelling = token.onCancellationRequested(() => stop.abort());
      try {
        return await task(stop.signal, (message) => progress.report({ message }));
      } finally {
        cancelling.dispose();
      }
    },
  );
}

/** For a sign-in that was stopped after it had left; what was issued nevertheless is ended on the server. */
export function whenAbandoned(
  project: Project,
  { host }: URL,
  { prompts, log }: Pick<VenafiPorts, 'prompts' | 'log'>,
): (end: AbandonedEnd) => void {
  return (end) => {
    log.info(`A sign-in at ${host} was stopped after it had left: ${end}`);
    if (end !== 'left') return;
    void prompts.warn(
      vscode.l10n.t(
        'The sign-in to {0} was stopped after it had left. Nothing was stored here, but {1} may keep a grant of it that nobody uses. Let an administrator revoke it, or wait until it ends.',
        nameOf(project),
        host,
      ),
    );
  };
}
