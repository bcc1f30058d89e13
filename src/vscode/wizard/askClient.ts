/** Asks for an OAuth client: its file, the text of the file, or its id alone. The secret never goes into the state's values. */
import * as vscode from 'vscode';
import { maxClientFileLength } from '../../auth/googleClientFile';
import { type Reason, reason } from '../../core/model';
import { reasonParagraph } from '../../core/outcomeText';
import { type ClientStep, problemOf } from '../../core/projectSteps';
import { inert, withoutIcons } from '../inertText';
import { back, chooseOrBack, inputOrBack } from '../steps';
import { translate } from '../translate';
import type { WizardPorts } from './ports';
import { type WizardState, withClient } from './state';
import { type Asking, problemText, promptOf, textOf } from './stepTexts';

type Answer = Promise<WizardState | typeof back | undefined>;

export async function askClient(step: ClientStep, state: WizardState, asking: Asking): Answer {
  const { title, place } = asking;
  const current = textOf(step, state);
  const secretGoes = vscode.l10n.t('The id goes into the settings, the secret into the secret storage.');
  const file = { label: vscode.l10n.t('Import the client file…'), detail: secretGoes };
  const paste = { label: vscode.l10n.t('Paste the text of the client file…'), detail: secretGoes };
  const type = {
    label: vscode.l10n.t('Enter the client ID…'),
    detail: vscode.l10n.t('The secret is asked for when a test user signs in.'),
  };
  const none = {
    label: vscode.l10n.t('Leave it out'),
    detail: vscode.l10n.t('It is asked for when a test user signs in.'),
  };
  const keep = { label: vscode.l10n.t('Keep it'), description: withoutIcons(current, 200) };
  const items: vscode.QuickPickItem[] = [...(current === '' ? [] : [keep]), file, paste, type, none];
  for (;;) {
    const chosen = await chooseOrBack(title, promptOf(step), items, place);
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen === keep) return state;
    if (chosen === none) return withClient(state, step, {});
    const ask = chosen === file ? importFile : chosen === paste ? askPasted : askId;
    const answer = await ask(step, state, asking);
    if (answer !== back) return answer;
  }
}

async function importFile(step: ClientStep, state: WizardState, { ports }: Asking): Answer {
  const [uri] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      filters: { JSON: ['json'] },
      openLabel: vscode.l10n.t('Import'),
    })) ?? [];
  if (!uri) return back;
  const read = await readText(uri);
  const given = typeof read === 'string' ? fromFile(step, state, read) : read;
  if ('id' in given) return given;
  await ports.prompts.tell('error', vscode.l10n.t('Client file'), given.problem, []);
  return back;
}

interface Refused {
  readonly problem: Reason;
}

/** Of any size, it would be read into memory as a whole. */
async function readText(uri: vscode.Uri): Promise<string | Refused> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > maxClientFileLength) return { problem: reason('clientFile.tooLarge') };
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return { problem: reason('clientFile.unreadable') };
  }
}

async function askPasted(step: ClientStep, state: WizardState, { title, place, ports }: Asking): Answer {
  const pasted = await inputOrBack({
    title,
    prompt: vscode.l10n.t('The text of the client file. It is put on one line, and that is fine.'),
    placeholder: '{"installed":{"client_id":…',
    // It holds the client secret.
    secret: true,
    ...place,
    canGoBack: true,
    validate: (text) => {
      const read = fromFile(step, state, text);
      return 'id' in read ? undefined : refusal(read.problem, ports);
    },
  });
  if (typeof pasted !== 'string') return pasted;
  const read = fromFile(step, state, pasted);
  return 'id' in read ? read : back;
}

function refusal(why: Reason, { texts }: WizardPorts): string {
  return inert(reasonParagraph(why, texts, translate));
}

/** Sealed anew when it is stored: only then the project says where the secret may go. */
export function fromFile(step: ClientStep, state: WizardState, text: string): WizardState | Refused {
  const read = step.readFile(text, []);
  if (read.kind === 'problem') return { problem: read.reason };
  const { clientId, values } = read;
  const seal = (origins: readonly string[]) => {
    const again = step.readFile(text, origins);
    return again.kind === 'client' ? again.secret : undefined;
  };
  return withClient(state, step, values, { clientId, seal });
}

async function askId(step: ClientStep, state: WizardState, { title, place, ports }: Asking): Answer {
  const description = ports.descriptions.get(state.provider);
  if (!description) return undefined;
  const entered = await inputOrBack({
    title,
    prompt: vscode.l10n.t('Client ID'),
    value: textOf(step, state),
    ...place,
    canGoBack: true,
    ...(step.placeholder === undefined ? {} : { placeholder: step.placeholder }),
    validate: (text) => {
      const problem = problemOf({ ...step, required: true }, text, description);
      return problem && problemText(step, problem);
    },
  });
  if (typeof entered !== 'string') return entered;
  const clientId = entered.trim();
  const kept = state.client?.clientId === clientId ? state.client : undefined;
  return withClient(state, step, { [step.id]: clientId }, kept);
}
