/** Answers every question of the extension at once, for many identities at a time: by what its title and prompt say. */
import * as vscode from 'vscode';

/** Rows that are taken wherever one of them is offered, the first first. */
const taken = [
  'Replace it',
  'Replace them',
  'Firebase refresh token',
  'Refresh token',
  'User name and password',
  'Paste the text',
];

type Listener = () => void;

class Step {
  readonly #accept: Listener[] = [];
  readonly #hide: Listener[] = [];
  title = '';
  prompt = '';
  placeholder = '';
  value = '';
  busy = false;
  items: readonly vscode.QuickPickItem[] = [];
  selectedItems: readonly vscode.QuickPickItem[] = [];

  constructor(private readonly act: (step: Step) => boolean) {}

  onDidAccept = (listener: Listener): void => void this.#accept.push(listener);
  onDidHide = (listener: Listener): void => void this.#hide.push(listener);
  onDidChangeValue = (): void => undefined;
  onDidChangeSelection = (): void => undefined;
  onDidTriggerButton = (): void => undefined;

  show(): void {
    setImmediate(() => {
      for (const listener of this.act(this) ? this.#accept : this.#hide) listener();
    });
  }

  /** The one who hides it has the answer. */
  hide(): void {}

  dispose(): void {}
}

export class ScriptedCrowd {
  /** What is typed: by the label of an identity, then by the beginning of a prompt. */
  readonly typed = new Map<string, ReadonlyMap<string, string>>();
  /** Who signs in where the title names no identity. */
  operator: ReadonlyMap<string, string> = new Map();
  /** Questions that nobody had an answer to. */
  readonly unanswered = new Set<string>();
  modals = 0;
  notifications = 0;

  use(): void {
    const told = async (message: string, ...rest: readonly unknown[]): Promise<string | undefined> =>
      this.#told(message, rest);
    const input = async ({ title = '', prompt = '', validateInput }: vscode.InputBoxOptions = {}) => {
      const text = this.#textFor(title, prompt);
      const problem = text === undefined ? 'nothing' : await validateInput?.(text);
      if (problem) this.unanswered.add(`${title}: ${prompt}: ${String(problem)}`);
      return problem ? undefined : text;
    };
    Object.assign(vscode.window, {
      showWarningMessage: told,
      showErrorMessage: told,
      showInformationMessage: told,
      showInputBox: input,
      showQuickPick: async (items: readonly vscode.QuickPickItem[], options: vscode.QuickPickOptions = {}) =>
        this.#choose(items, options.title ?? ''),
      createInputBox: () =>
        new Step((step) => {
          const text = this.#textFor(step.title, step.prompt);
          if (text === undefined) this.unanswered.add(`${step.title}: ${step.prompt}`);
          step.value = text ?? '';
          return text !== undefined;
        }),
      createQuickPick: () =>
        new Step((step) => {
          // A list to be read, with everything checked that may be.
          if (step.selectedItems.length > 0) return true;
          const row = this.#choose(step.items, step.title);
          step.selectedItems = row ? [row] : [];
          return row !== undefined;
        }),
    });
  }

  #told(_message: string, rest: readonly unknown[]): string | undefined {
    const isModal = rest.some((one) => typeof one === 'object' && one !== null && 'modal' in one && one.modal === true);
    if (!isModal) {
      this.notifications += 1;
      return undefined;
    }
    this.modals += 1;
    return rest.find((one) => typeof one === 'string');
  }

  #choose<T extends vscode.QuickPickItem>(items: readonly T[], title: string): T | undefined {
    const row = taken.flatMap((label) => items.filter((item) => item.label === label))[0];
    if (!row) this.unanswered.add(`${title}: ${items.map(({ label }) => label).join(' | ')}`);
    return row;
  }

  #textFor(title: string, prompt: string): string | undefined {
    const label = /^Credential of (\S+) \(/.exec(title)?.[1];
    const texts = label === undefined ? this.operator : this.typed.get(label);
    return [...(texts ?? [])].find(([field]) => prompt.startsWith(field))?.[1];
  }
}
