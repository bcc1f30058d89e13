/** One field of a credential after the other: which of them are asked for depends on what was answered before. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { cleanFieldInput } from '../../core/pastedSecret';
import type { CredentialField, CredentialForm } from '../../core/provider';
import type { Prompts } from '../prompts';

/** Longer than any key, and short enough to be read at once. */
const maxFileBytes = 64 * 1024;

/**
 * The values by field id, those that the project's settings have included; `undefined` when the user escaped. What was left
 * empty or passed over has none.
 */
export async function askFields(
  target: Target,
  form: CredentialForm,
  origins: readonly string[],
  prompts: Prompts,
): Promise<Record<string, string> | undefined> {
  const values = new Map<string, string>();
  const hosts = [...new Set(origins.map((origin) => new URL(origin).host))].join(', ');
  let step = 0;
  for (const [index, field] of form.fields.entries()) {
    if (!applies(field, values)) continue;
    const known = optionValue(target, field);
    if (known !== undefined) {
      values.set(field.id, known);
      continue;
    }
    step += 1;
    const toCome = form.fields.slice(index + 1).filter((later) => willBeAsked(target, later, values)).length;
    const entered = await askField(target, field, `${step}/${step + toCome}`, hosts, prompts);
    if (entered === undefined) return undefined;
    values.set(field.id, entered);
  }
  return Object.fromEntries([...values].filter(([, value]) => value !== ''));
}

/** Whether the field is asked for, by the answers to those before it. */
function applies({ onlyWhen }: CredentialField, values: ReadonlyMap<string, string>): boolean {
  if (!onlyWhen) return true;
  const earlier = values.get(onlyWhen.field) ?? '';
  return onlyWhen.is ? onlyWhen.is.includes(earlier) : earlier !== '';
}

/** As far as it is known by now: what hangs on a field that is still to be asked for does not count yet. */
function willBeAsked(target: Target, field: CredentialField, values: ReadonlyMap<string, string>): boolean {
  if (optionValue(target, field) !== undefined) return false;
  return !field.onlyWhen || (values.has(field.onlyWhen.field) && applies(field, values));
}

async function askField(
  target: Target,
  field: CredentialField,
  step: string,
  hosts: string,
  prompts: Prompts,
): Promise<string | undefined> {
  const title = vscode.l10n.t('Credential of {0} ({1})', plainText(target.identity.label, 80), step);
  if (field.choices) {
    const items = field.choices.map((choice) => ({
      label: vscode.l10n.t(choice.label),
      ...(choice.detail === undefined ? {} : { detail: vscode.l10n.t(choice.detail) }),
      value: choice.value,
    }));
    return (await prompts.pick(title, vscode.l10n.t(field.label), items))?.value;
  }
  if (field.content === 'pem') {
    const way = await chooseSource(title, field, prompts);
    if (way === undefined || way === 'none') return way && '';
    if (way === 'file') return readKeyFile(field, prompts);
  }
  const input = {
    title,
    prompt: vscode.l10n.t(
      '{0}. Stored in the secret storage of this computer, and sent only to {1}.',
      vscode.l10n.t(field.label),
      hosts,
    ),
    ...(field.placeholder === undefined ? {} : { placeholder: field.placeholder }),
    secret: field.secret,
  };
  // Whoever chose to paste a key does not leave it empty.
  return prompts.credential(input, field.content === 'pem' ? { ...field, optional: false } : field);
}

/** A key has several lines, and an input box has one: a file is the better way. */
async function chooseSource(
  title: string,
  field: CredentialField,
  prompts: Prompts,
): Promise<'file' | 'paste' | 'none' | undefined> {
  const items = [
    { label: vscode.l10n.t('Read from a file…'), detail: vscode.l10n.t('The file is read once.'), way: 'file' },
    {
      label: vscode.l10n.t('Paste the text'),
      detail: vscode.l10n.t('On one line or on several: what is pasted is put on one line, and that is fine.'),
      way: 'paste',
    },
    ...(field.optional ? [{ label: vscode.l10n.t('Leave it empty'), way: 'none' } as const] : []),
  ] as const;
  return (await prompts.pick<(typeof items)[number]>(title, vscode.l10n.t(field.label), items))?.way;
}

async function readKeyFile(field: CredentialField, prompts: Prompts): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      openLabel: vscode.l10n.t('Read Key'),
      filters: { [vscode.l10n.t('Keys')]: ['p8', 'pem', 'key'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  if (!file) return undefined;
  const text = await readSmallFile(file);
  const problem =
    text === undefined
      ? vscode.l10n.t('The file could not be read, or is too long to hold a key.')
      : prompts.problemOf(text, field);
  if (text === undefined || problem !== undefined) {
    await prompts.error(vscode.l10n.t('{0} Nothing was stored.', problem ?? ''));
    return undefined;
  }
  const cleaned = cleanFieldInput(text, field.content);
  return cleaned.kind === 'secret' ? cleaned.value : undefined;
}

async function readSmallFile(file: vscode.Uri): Promise<string | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(file)).size > maxFileBytes) return undefined;
    return Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
  } catch {
    return undefined;
  }
}

function optionValue(target: Target, field: CredentialField): string | undefined {
  const value = field.fromOption === undefined ? undefined : target.project.options[field.fromOption];
  return typeof value === 'string' ? value : undefined;
}
