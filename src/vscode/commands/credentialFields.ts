/** One field of a credential after the other: which of them are asked for depends on what was answered before. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Target } from '../../core/model';
import { cleanFieldInput } from '../../core/pastedSecret';
import type { CredentialField, CredentialForm } from '../../core/provider';
import type { Prompts } from '../prompts';
import { back } from '../steps';

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
  const asked: number[] = [];
  for (let index = 0; ; index++) {
    const field = form.fields[index];
    if (!field) break;
    if (!applies(field, values)) continue;
    const known = optionValue(target, field);
    if (known !== undefined) {
      values.set(field.id, known);
      continue;
    }
    const step = asked.length + 1;
    const toCome = form.fields.slice(index + 1).filter((later) => willBeAsked(target, later, values)).length;
    const title = vscode.l10n.t(
      'Credential of {0} ({1})',
      plainText(target.identity.label, 80),
      `${step}/${step + toCome}`,
    );
    const entered = await askField(field, { title, hosts, isFirst: step === 1 }, prompts);
    if (entered === undefined) return undefined;
    if (entered === back) {
      const before = asked.pop() ?? 0;
      // What came after it hangs on its answer.
      for (const { id } of form.fields.slice(before)) values.delete(id);
      index = before - 1;
      continue;
    }
    values.set(field.id, entered);
    asked.push(index);
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

interface Step {
  readonly title: string;
  /** Where the credential will be sent to. */
  readonly hosts: string;
  readonly isFirst: boolean;
}

type Answer = string | typeof back | undefined;

async function askField(field: CredentialField, step: Step, prompts: Prompts): Promise<Answer> {
  if (field.choices) {
    const items = field.choices.map((choice) => ({
      label: vscode.l10n.t(choice.label),
      ...(choice.detail === undefined ? {} : { detail: vscode.l10n.t(choice.detail) }),
      value: choice.value,
    }));
    const chosen = await pick(field, step, items, prompts);
    return chosen === back ? back : chosen?.value;
  }
  return field.content === 'pem' ? askKey(field, step, prompts) : askText(field, step, prompts);
}

function pick<T extends vscode.QuickPickItem>(
  field: CredentialField,
  { title, isFirst }: Step,
  items: readonly T[],
  prompts: Prompts,
): Promise<T | typeof back | undefined> {
  const placeholder = vscode.l10n.t(field.label);
  return isFirst ? prompts.pick(title, placeholder, items) : prompts.pickOrBack(title, placeholder, items);
}

function askText(field: CredentialField, { title, hosts, isFirst }: Step, prompts: Prompts): Promise<Answer> {
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
  return isFirst ? prompts.credential(input, field) : prompts.credentialOrBack(input, field);
}

/** A key has several lines, and an input box has one: a file is the better way. */
async function askKey(field: CredentialField, step: Step, prompts: Prompts): Promise<Answer> {
  const items = [
    { label: vscode.l10n.t('Read from a file…'), detail: vscode.l10n.t('The file is read once.'), way: 'file' },
    {
      label: vscode.l10n.t('Paste the text'),
      detail: vscode.l10n.t('On one line or on several: what is pasted is put on one line, and that is fine.'),
      way: 'paste',
    },
    ...(field.optional ? [{ label: vscode.l10n.t('Leave it empty'), way: 'none' } as const] : []),
  ] as const;
  for (;;) {
    const chosen = await pick<(typeof items)[number]>(field, step, items, prompts);
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen.way === 'none') return '';
    // Whoever chose to paste a key does not leave it empty.
    const answer =
      chosen.way === 'file'
        ? await readKeyFile(field, prompts)
        : await askText({ ...field, optional: false }, { ...step, isFirst: false }, prompts);
    if (answer !== back) return answer;
  }
}

/** Without a file it goes back to the choice. */
async function readKeyFile(field: CredentialField, prompts: Prompts): Promise<Answer> {
  const [file] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      openLabel: vscode.l10n.t('Read Key'),
      filters: { [vscode.l10n.t('Keys')]: ['p8', 'pem', 'key'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  if (!file) return back;
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
