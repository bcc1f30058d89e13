/** Set Credential: from the provider's forms into the vault, never anywhere else. */
import * as vscode from 'vscode';
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import type { Log } from '../../core/ports';
import type { CredentialForm, ProviderDescription } from '../../core/provider';
import { forgetLost } from '../forgetLost';
import { withoutIcons } from '../inertText';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import { sameTarget } from '../sameTarget';
import { askFields } from './credentialFields';

export interface CredentialCommandPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly vault: CredentialVault;
  readonly operations: ConsentOperations;
  readonly store: ConsentStore;
  readonly projects: Pick<Projects, 'targets'>;
  readonly prompts: Prompts;
  readonly log: Log;
}

/** Asks for a credential, stores it bound to the project's origins, and reads the consent with it. */
export async function setCredential(given: Target, ports: CredentialCommandPorts): Promise<void> {
  const { vault, prompts, operations } = ports;
  const description = ports.descriptions.get(given.project.provider);
  if (!description) return;
  const place = await choosePlace(given, ports);
  if (!place) return;
  const form = await chooseForm(given, description, prompts);
  if (!form) return;
  const values = await askFields(given, form, description.credentialOrigins(given.project), prompts);
  // The user was told where it will be sent to, and nowhere else.
  const target = values && (await sameTarget(given, ports));
  if (!target) return;
  try {
    await vault[place](target, form, values);
  } catch {
    // The error of the secret storage could repeat what it was given, so it is not shown.
    await prompts.error(
      vscode.l10n.t(
        'The secret storage of this computer did not take the credential. Nothing was stored. Unlock the keyring and try again.',
      ),
    );
    return;
  }
  await forgetLost(target, vault, ports.log);
  operations.credentialChanged(target, { kind: 'stored' });
  await operations.probe(target, new AbortController().signal, { dropRejected: true });
}

/** Beside those that are there, unless the user wants them replaced. Dead ones go by themselves when a newer one is accepted. */
async function choosePlace(
  target: Target,
  { vault, prompts, store }: CredentialCommandPorts,
): Promise<'add' | 'replace' | undefined> {
  const { consent } = store.get(targetKey(target));
  const reading = await vault.read(target);
  if (reading.kind !== 'present' || consent.kind === 'dead-credential') return 'add';
  const read = consent.kind === 'granted' ? consent.grant.credentials : [];
  const dead = new Set(read.filter(({ alive }) => !alive).map(({ storedAt }) => storedAt));
  const count = reading.credentials.filter(({ storedAt }) => !dead.has(storedAt)).length;
  if (count === 0) return 'add';
  const add = {
    label:
      count === 1 ? vscode.l10n.t('Add beside the stored one') : vscode.l10n.t('Add beside the {0} stored ones', count),
    detail: vscode.l10n.t('For a token of a separate grant: both are kept, and a reset ends both.'),
    place: 'add',
  } as const;
  const replace = {
    label: count === 1 ? vscode.l10n.t('Replace it') : vscode.l10n.t('Replace them'),
    detail: vscode.l10n.t('What is stored is forgotten: the old tokens can no longer be reset from here.'),
    place: 'replace',
  } as const;
  const title = vscode.l10n.t('Credential of {0}', plainText(target.identity.label, 80));
  const placeholder = vscode.l10n.t('A credential is stored already');
  return (await prompts.pick<typeof add | typeof replace>(title, placeholder, [add, replace]))?.place;
}

export async function chooseForm(
  target: Target,
  description: ProviderDescription,
  prompts: Prompts,
): Promise<CredentialForm | undefined> {
  const [only, ...others] = description.credentialForms;
  if (others.length === 0) return only;
  const items = description.credentialForms.map((form) => ({
    label: vscode.l10n.t(form.label),
    detail: vscode.l10n.t(form.detail),
    form,
  }));
  const title = vscode.l10n.t('Credential of {0}', withoutIcons(target.identity.label));
  return (await prompts.pick(title, vscode.l10n.t('What do you have?'), items))?.form;
}
