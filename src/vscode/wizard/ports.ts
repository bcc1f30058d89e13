/** What the wizards work with. */
import type * as vscode from 'vscode';
import type { ClientVault } from '../../auth/clientVault';
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { FileAllowances } from '../../storage/fileAllowances';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { Sandbox } from '../sandbox';

export interface WizardPorts {
  readonly clients: Pick<ClientVault, 'store' | 'forget'>;
  readonly clock: Clock;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly log: Log;
  readonly operations: Pick<ConsentOperations, 'credentialChanged' | 'isResetting'>;
  readonly projects: Pick<Projects, 'all' | 'targets' | 'entryOf' | 'takenIds' | 'add' | 'save' | 'replace' | 'remove'>;
  readonly prompts: Prompts;
  /** Where chosen sets of scopes are remembered. */
  readonly recent: vscode.Memento;
  readonly sandbox: Pick<Sandbox, 'practice'>;
  readonly store: Pick<ConsentStore, 'get'>;
  readonly stores: { readonly allowances: Pick<FileAllowances, 'list' | 'remove'> };
  readonly texts: ReasonTexts;
  readonly vault: Pick<CredentialVault, 'erase' | 'markers'>;
}
