/** A scripted user: answers what the extension asks through `vscode.window`, because VS Code refuses modals in test runs. */
import * as vscode from 'vscode';
import type { ReconsentApi, ReconsentExports } from '../../../src/vscode/publicApi';

export interface AskedQuestion {
  readonly message: string;
  readonly detail: string;
  readonly modal: boolean;
  readonly buttons: readonly string[];
}

type Answers = Pick<
  typeof vscode.window,
  | 'showWarningMessage'
  | 'showErrorMessage'
  | 'showInformationMessage'
  | 'showInputBox'
  | 'showQuickPick'
  | 'createInputBox'
  | 'createQuickPick'
>;

/** What the extension builds itself: an input box or a list, as a step of several. */
class ScriptedStep {
  readonly #listeners = { accept: new Set<() => void>(), change: new Set<() => void>(), hide: new Set<() => void>() };
  readonly onDidAccept = this.#on('accept');
  readonly onDidHide = this.#on('hide');
  readonly onDidChangeValue = this.#on('change');
  readonly onDidTriggerButton = (): vscode.Disposable => ({ dispose: () => undefined });
  title = '';
  prompt = '';
  password = false;
  /** Whether the text is still being judged. */
  busy = false;
  value = '';
  validationMessage: string | undefined;
  items: readonly vscode.QuickPickItem[] = [];
  selectedItems: readonly vscode.QuickPickItem[] = [];

  /** `act` says whether the step is answered; otherwise it is escaped. What is refused is escaped, too. */
  constructor(private readonly act: (step: ScriptedStep) => boolean) {}

  show(): void {
    setImmediate(() => {
      if (this.act(this)) for (const listener of this.#listeners.accept) listener();
      this.#escapeOnceJudged();
    });
  }

  /** After what was typed has been taken, there is nobody left to whom it matters. */
  #escapeOnceJudged(): void {
    setImmediate(() => {
      if (this.busy) this.#escapeOnceJudged();
      else for (const listener of this.#listeners.hide) listener();
    });
  }

  /** What is told of a text while it is typed. */
  async judge(text: string): Promise<string | undefined> {
    this.value = text;
    for (const listener of this.#listeners.change) listener();
    await new Promise((soon) => setImmediate(soon));
    return this.validationMessage;
  }

  hide(): void {}

  dispose(): void {}

  #on(event: 'accept' | 'change' | 'hide') {
    return (listener: () => void): vscode.Disposable => {
      this.#listeners[event].add(listener);
      return { dispose: () => void this.#listeners[event].delete(listener) };
    };
  }
}

/** Takes the place of `vscode.window`'s questions until `restore` is called. */
export class ScriptedUser {
  readonly asked: AskedQuestion[] = [];
  /** Buttons that are pressed wherever they are offered. */
  readonly presses = new Set<string>();
  /** Texts typed into input boxes, in order; an input box without one is escaped. */
  readonly typed: string[] = [];
  readonly inputs: vscode.InputBoxOptions[] = [];
  /** Labels chosen in quick picks, in order. */
  readonly chosen: string[] = [];
  readonly #original: Answers;

  constructor() {
    const { window } = vscode;
    this.#original = {
      showWarningMessage: window.showWarningMessage,
      showErrorMessage: window.showErrorMessage,
      showInformationMessage: window.showInformationMessage,
      showInputBox: window.showInputBox,
      showQuickPick: window.showQuickPick,
      createInputBox: window.createInputBox,
      createQuickPick: window.createQuickPick,
    };
    const answer = async (message: string, ...rest: unknown[]): Promise<string | undefined> =>
      this.#answer(message, rest);
    const input = async (options: vscode.InputBoxOptions = {}): Promise<string | undefined> => {
      this.inputs.push(options);
      const text = this.typed.shift();
      const problem = text === undefined ? undefined : await options.validateInput?.(text);
      return problem ? undefined : text;
    };
    const pick = async (items: readonly vscode.QuickPickItem[], options: vscode.QuickPickOptions = {}) => {
      const wanted = this.chosen.shift();
      const found = items.filter(({ label }) => label === wanted);
      return options.canPickMany && found.length > 0 ? found : found[0];
    };
    Object.assign(window, {
      showWarningMessage: answer,
      showErrorMessage: answer,
      showInformationMessage: answer,
      showInputBox: input,
      showQuickPick: pick,
      createInputBox: () => new ScriptedStep((step) => this.#type(step)),
      createQuickPick: () => new ScriptedStep((step) => this.#choose(step)),
    });
  }

  restore(): void {
    Object.assign(vscode.window, this.#original);
  }

  #type(step: ScriptedStep): boolean {
    const { title, prompt, password } = step;
    this.inputs.push({ title, prompt, password, validateInput: (text) => step.judge(text) });
    const text = this.typed.shift();
    step.value = text ?? '';
    return text !== undefined;
  }

  #choose(step: ScriptedStep): boolean {
    const wanted = this.chosen.shift();
    step.selectedItems = step.items.filter(({ label }) => label === wanted);
    return step.selectedItems.length > 0;
  }

  #answer(message: string, rest: readonly unknown[]): string | undefined {
    const options = rest.find((one): one is vscode.MessageOptions => typeof one === 'object' && one !== null);
    const buttons = rest.filter((one): one is string => typeof one === 'string');
    this.asked.push({ message, detail: options?.detail ?? '', modal: options?.modal === true, buttons });
    return buttons.find((button) => this.presses.has(button));
  }
}

export async function reconsent(): Promise<ReconsentApi> {
  const extension = vscode.extensions.getExtension<ReconsentExports>('reconsent.reconsent');
  if (!extension) throw new Error('reconsent.reconsent is not installed');
  return (await extension.activate()).getAPI(1);
}

/** Waits until `probe` gives something; fails with `what` after ten seconds. */
export async function waitFor<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((soon) => setTimeout(soon, 25));
  }
}
