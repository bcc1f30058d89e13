/** Writes what a wizard has brought: the settings first, as a secret without its project could be reached by nobody. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Project } from '../../core/model';
import { commandIds } from '../commandIds';
import { writtenUnread } from '../projects';
import type { WizardPorts } from './ports';
import type { WizardState } from './state';

/** Tries until it works or the user gives up; what was entered is kept. `undefined`: it is not saved as it should be. */
export async function saving<T>(save: () => Promise<T>, { prompts }: WizardPorts): Promise<T | undefined> {
  const again = vscode.l10n.t('Try Again');
  const openSettings = vscode.l10n.t('Open Settings');
  for (;;) {
    try {
      return await save();
    } catch (error) {
      const why = error instanceof Error ? plainText(error.message) : '';
      const isWritten = error instanceof Error && error.name === writtenUnread;
      const chosen = isWritten
        ? await prompts.error(
            vscode.l10n.t('Your settings were written, but the project cannot be found in them. Look at them.'),
            openSettings,
          )
        : await prompts.error(vscode.l10n.t('Your settings were not changed. {0}', why), again, openSettings);
      if (chosen === openSettings) await vscode.commands.executeCommand(commandIds.editProjects);
      if (chosen !== again) return undefined;
    }
  }
}

/** The secret of a client that came with a file, for the origins of the project as it was read back. */
export async function keepClientSecret(
  project: Project,
  state: WizardState,
  { clients, descriptions, prompts }: WizardPorts,
): Promise<void> {
  const { client } = state;
  if (!client || project.options['clientId'] !== client.clientId) return;
  const origins = descriptions.get(project.provider)?.credentialOrigins(project) ?? [];
  const secret = client.seal(origins);
  if (!secret) return;
  const again = vscode.l10n.t('Try Again');
  for (;;) {
    try {
      return await clients.store(project, client.clientId, secret, origins);
    } catch {
      const chosen = await prompts.error(
        vscode.l10n.t(
          'The settings were written, but the secret storage of this computer did not take the client secret. Unlock the keyring and try again; otherwise it is asked for when a test user signs in.',
        ),
        again,
      );
      if (chosen !== again) return;
    }
  }
}
