/** Set Credential and Forget Credential: from the provider's forms into the vault, never anywhere else. */
import * as vscode from 'vscode';
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { Target } from '../../core/model';
import type { CredentialField, CredentialForm, ProviderDescription } from '../../core/provider';
import { type Prompts, withoutIcons } from '../prompts';

export interface CredentialCommandPorts {
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly vault: CredentialVault;
  readonly operations: ConsentOperations;
  readonly prompts: Prompts;
}

/** Asks for a credential, stores it bound to the project's origins, and reads the consent with it. */
export async function setCredential(target: Target, ports: CredentialCommandPorts): Promise<void> {
  const description = ports.descriptions.get(target.project.provider);
  if (!description) return;
  const form = await chooseForm(target, description, ports.prompts);
  if (!form) return;
  const values = await askFields(target, form, description.credentialOrigins(target.project), ports.prompts);
  if (!values) return;
  try {
    await ports.vault.store(target, form, values);
  } catch {
    // The error of the secret storage could repeat what it was given, so it is not shown.
    await ports.prompts.error(
      vscode.l10n.t(
        'The secret storage of this computer did not take the credential. Nothing was stored. Unlock the keyring and try again.',
      ),
    );
    return;
  }
  ports.operations.credentialChanged(target, { kind: 'stored', storedAt: Date.now() });
  await ports.operations.probe(target, new AbortController().signal);
}

async function chooseForm(
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

async function askFields(
  target: Target,
  form: CredentialForm,
  origins: readonly string[],
  prompts: Prompts,
): Promise<Record<string, string> | undefined> {
  const values: Record<string, string> = {};
  const hosts = origins.map((origin) => new URL(origin).host).join(', ');
  const asked = form.fields.filter((field) => optionValue(target, field) === undefined);
  for (const field of form.fields) {
    const known = optionValue(target, field);
    if (known !== undefined) {
      values[field.id] = known;
      continue;
    }
    const step = `${asked.indexOf(field) + 1}/${asked.length}`;
    const entered = await prompts.credential({
      title: vscode.l10n.t('Credential of {0} ({1})', target.identity.label, step),
      prompt: vscode.l10n.t(
        '{0}. Stored in the secret storage of this computer, and sent only to {1}.',
        vscode.l10n.t(field.label),
        hosts,
      ),
      ...(field.placeholder === undefined ? {} : { placeholder: field.placeholder }),
      secret: field.secret,
    });
    if (entered === undefined) return undefined;
    values[field.id] = entered;
  }
  return values;
}

function optionValue(target: Target, field: CredentialField): string | undefined {
  const value = field.fromOption === undefined ? undefined : target.project.options[field.fromOption];
  return typeof value === 'string' ? value : undefined;
}

/** Forgets the credential after a confirmation. The consent itself stays as it is, and the modal says so. */
export async function forgetCredential(target: Target, ports: CredentialCommandPorts): Promise<void> {
  const verb = vscode.l10n.t('Forget Credential');
  const yes = await ports.prompts.confirm(
    vscode.l10n.t('Forget the credential of {0}?', target.identity.label),
    vscode.l10n.t(
      'It is deleted from this computer. The consent itself stays: without a token it can no longer be reset from here.',
    ),
    verb,
  );
  if (!yes) return;
  try {
    await ports.vault.forget(target);
  } catch {
    await ports.prompts.error(
      vscode.l10n.t(
        'The secret storage of this computer did not delete the credential. Unlock the keyring and try again.',
      ),
    );
    return;
  }
  ports.operations.credentialChanged(target, { kind: 'not-signed-in' });
}
