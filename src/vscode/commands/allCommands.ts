/** Command ids → what they do. Every command resolves its target first and ends silently when the user escapes. A lazy part. */
import * as vscode from 'vscode';
import type { ClientVault } from '../../auth/clientVault';
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { ActiveIdentity } from '../activeIdentity';
import { bulkCommands } from '../bulk/commands';
import { type CommandId, commandIds } from '../commandIds';
import { type JobCommandPorts, jobCommands } from '../jobs/commands';
import { journalCommands } from '../journal/commands';
import type { Network } from '../network';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { Sandbox } from '../sandbox';
import type { Stores } from '../stores';
import type { TargetFilter, Targets } from '../targets';
import { type TaskCommandPorts, taskCommands } from '../tasks/commands';
import { signInOperator, signsInAtVedauth, venafiCommands } from '../venafi/commands';
import type { JournalView } from '../views/journalView';
import { wizardCommands } from '../wizard/commands';
import { resetAnotherWay } from './anotherWay';
import { setCredential } from './credentials';
import { forgetCredential } from './forgetCredential';
import { lostTokenHelp } from './lostToken';
import { checkConsents, dismissOutcome, verifyOutcome } from './outcomes';
import type { ResetCommand } from './resetConsent';

export interface CommandPorts extends JobCommandPorts, TaskCommandPorts {
  readonly context: vscode.ExtensionContext;
  readonly active: ActiveIdentity;
  readonly channel: vscode.LogOutputChannel;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly journalView: JournalView;
  readonly operations: ConsentOperations;
  readonly projects: Projects;
  readonly prompts: Prompts;
  readonly resetCommand: ResetCommand;
  readonly sandbox: Sandbox;
  readonly stores: Stores;
  readonly store: ConsentStore;
  readonly targets: Targets;
  readonly vault: CredentialVault;
  readonly clients: ClientVault;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: ReasonTexts;
  readonly recent: vscode.Memento;
}

/** Runs a command with what the editor gave: an argument, and the selected rows. Never rejects for a defect: it tells it. */
export type RunCommand = (id: CommandId, argument: unknown, selected: unknown) => Promise<void>;

export function commandRunner(ports: CommandPorts): RunCommand {
  const { active, projects, resetCommand, sandbox, targets } = ports;
  const l10n = vscode.l10n;
  const onTarget =
    (title: string, act: (target: Target) => Promise<void> | void, filter?: TargetFilter) =>
    async (argument: unknown): Promise<void> => {
      const target = await targets.resolve(argument, title, filter);
      if (target) await act(target);
    };
  const signsInAtGoogle = ({ project }: Target): boolean =>
    ports.descriptions.get(project.provider)?.signIn === 'googleOAuth';
  const ofGoogle: TargetFilter = {
    fits: signsInAtGoogle,
    none: l10n.t('This is for identities whose consent is given on a page of Google. None of yours is.'),
  };
  const signIn = onTarget(l10n.t('Sign in'), async (target) => {
    if (signsInAtVedauth(target.project, ports)) return signInOperator('signIn', target.project, target, ports);
    if (!signsInAtGoogle(target)) return setCredential(target, ports);
    const google = await import('../signIn/signIn');
    await google.signIn(target, originsOf(target), ports);
  });
  const choose = async (): Promise<Target | undefined> => {
    const target = await targets.choose(l10n.t('Quick reset'));
    if (target) await active.choose(target);
    return target;
  };
  const originsOf = ({ project }: Target): readonly string[] =>
    ports.descriptions.get(project.provider)?.credentialOrigins(project) ?? [];

  const commands: Readonly<Record<CommandId, (argument: unknown, selected: unknown) => Promise<void> | void>> = {
    [commandIds.resetConsent]: onTarget(l10n.t('Reset consent'), async (target) => {
      // The identity worked with is the one the status bar resets, until another one is chosen.
      if (!active.current) await active.choose(target);
      await resetCommand.run(target);
    }),
    [commandIds.quickReset]: async () => {
      const target = active.current ?? (await choose());
      if (!target) return;
      if (!ports.operations.isResetting(target)) return resetCommand.run(target);
      const stop = l10n.t('Stop Waiting');
      const chosen = await ports.prompts.warn(
        l10n.t('A reset of {0} is under way.', plainText(target.identity.label, 80)),
        stop,
      );
      if (chosen === stop) resetCommand.stop(target);
    },
    [commandIds.selectQuickResetIdentity]: async () => void (await choose()),
    [commandIds.stopWaiting]: onTarget(l10n.t('Stop waiting'), (target) => resetCommand.stop(target)),
    [commandIds.checkConsent]: onTarget(l10n.t('Check consent'), (target) => checkConsents([target], ports)),
    [commandIds.checkAllConsents]: () => checkConsents([...projects.targets.values()], ports),
    [commandIds.verifyOutcome]: onTarget(l10n.t('Verify last reset'), (target) => verifyOutcome(target, ports)),
    [commandIds.dismissOutcome]: onTarget(l10n.t('Dismiss'), (target) => dismissOutcome(target, ports)),
    [commandIds.signIn]: async (argument) => {
      const row = targets.projectOf(argument);
      if (row && signsInAtVedauth(row, ports)) return signInOperator('signIn', row, targets.ofNode(argument), ports);
      await signIn(argument);
    },
    ...bulkCommands(ports),
    ...venafiCommands(ports),
    [commandIds.grantAgain]: onTarget(
      l10n.t('Grant consent again'),
      async (target) => {
        const { grantAgain } = await import('../signIn/signIn');
        await grantAgain(target, originsOf(target), ports);
      },
      ofGoogle,
    ),
    [commandIds.rescueScope]: onTarget(
      l10n.t('Rescue with another scope (Experimental)'),
      async (target) => {
        const { rescueScope } = await import('../signIn/signIn');
        await rescueScope(target, originsOf(target), ports);
      },
      ofGoogle,
    ),
    [commandIds.lostTokenHelp]: onTarget(
      l10n.t('Help with a lost token'),
      (target) => lostTokenHelp(target, ports),
      ofGoogle,
    ),
    [commandIds.resetAnotherWay]: onTarget(l10n.t('Reset another way'), (target) => resetAnotherWay(target, ports)),
    [commandIds.setCredential]: onTarget(l10n.t('Set credential'), (target) =>
      signsInAtVedauth(target.project, ports)
        ? signInOperator('pasteTokens', target.project, target, ports)
        : setCredential(target, ports),
    ),
    [commandIds.forgetCredential]: onTarget(l10n.t('Forget credential'), (target) => forgetCredential(target, ports)),
    ...jobCommands(ports),
    ...journalCommands(ports),
    ...taskCommands(ports),
    ...wizardCommands(ports),
    [commandIds.editProjects]: async () => {
      const reveal = { revealSetting: { key: 'reconsent.projects', edit: true } };
      try {
        // The setting has application scope: in another profile only the default one's file counts.
        await vscode.commands.executeCommand('workbench.action.openApplicationSettingsJson', reveal);
      } catch {
        await vscode.commands.executeCommand('workbench.action.openSettingsJson', reveal);
      }
    },
    [commandIds.openWalkthrough]: async () => {
      const category = `${ports.context.extension.id}#getStarted`;
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', category, false);
    },
    [commandIds.startSandbox]: () => sandbox.start(),
    [commandIds.stopSandbox]: () => sandbox.stop(),
    [commandIds.showLog]: () => ports.channel.show(true),
  };
  return async (id, argument, selected) => {
    try {
      await commands[id](argument, selected);
    } catch (error) {
      await tellDefect(id, error, ports);
    }
  };
}

/** What should not happen. The error itself goes to the log, where it passes the scrubber. */
async function tellDefect(id: string, error: unknown, { log, prompts, channel }: CommandPorts): Promise<void> {
  log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}`);
  const showLog = vscode.l10n.t('Show Log');
  const chosen = await prompts.error(
    vscode.l10n.t('The command broke off because of a defect in Reconsent. The log says where.'),
    showLog,
  );
  if (chosen === showLog) channel.show(true);
}
