/**
 * Everything that asks or tells the user, in one place.
 *
 * Notifications turn `[text](command:…)` into links that run, and quick picks turn `$(name)` into icons; text that comes
 * from outside is made inert before it gets there.
 */
import * as vscode from 'vscode';
import type { Reason } from '../core/model';
import { type ReasonTexts, reasonParagraph } from '../core/outcomeText';
import { cleanFieldInput, pastedSecretProblemTexts } from '../core/pastedSecret';
import type { CredentialField } from '../core/provider';
import { inert } from './inertText';
import { type back, chooseOrBack, inputOrBack } from './steps';
import { translate } from './translate';

export interface TextInput {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  readonly value?: string;
  validate(text: string): string | undefined;
}

/** What an entered text has to be. */
export type FieldRules = Pick<CredentialField, 'content' | 'optional' | 'check'>;

export class Prompts {
  #modals = 0;

  constructor(private readonly texts: ReasonTexts) {}

  /** Whether one of the modals is open, or waits for another one to close. */
  get isAsking(): boolean {
    return this.#modals > 0;
  }

  /** The modal before something that cannot be undone. The button is the verb. */
  async confirm(message: string, detail: string, verb: string): Promise<boolean> {
    const options = { modal: true, detail: inert(detail) };
    return (await this.#modal(() => vscode.window.showWarningMessage(inert(message), options, verb))) === verb;
  }

  /** As {@link confirm}, with more than one way to go on; resolves with the chosen button. */
  async decide(message: string, detail: string, buttons: readonly string[]): Promise<string | undefined> {
    const options = { modal: true, detail: inert(detail) };
    return this.#modal(() => vscode.window.showWarningMessage(inert(message), options, ...buttons));
  }

  /** A modal with something to read before going on; resolves with the chosen button. */
  async page(message: string, paragraphs: readonly string[], buttons: readonly string[]): Promise<string | undefined> {
    const options = { modal: true, detail: inert(paragraphs.join('\n\n')) };
    return this.#modal(() => vscode.window.showInformationMessage(inert(message), options, ...buttons));
  }

  async #modal<T>(show: () => Thenable<T>): Promise<T> {
    this.#modals += 1;
    try {
      return await show();
    } finally {
      this.#modals -= 1;
    }
  }

  /** One notification about `subject`, with buttons; resolves with the chosen one. */
  async tell(
    severity: 'error' | 'warning' | 'information',
    subject: string,
    why: Reason,
    buttons: readonly string[],
  ): Promise<string | undefined> {
    const message = inert(`${subject}: ${reasonParagraph(why, this.texts, translate)}`);
    switch (severity) {
      case 'error':
        return vscode.window.showErrorMessage(message, ...buttons);
      case 'warning':
        return vscode.window.showWarningMessage(message, ...buttons);
      case 'information':
        return vscode.window.showInformationMessage(message, ...buttons);
    }
  }

  async inform(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return vscode.window.showInformationMessage(inert(message), ...buttons);
  }

  async warn(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return vscode.window.showWarningMessage(inert(message), ...buttons);
  }

  async error(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return vscode.window.showErrorMessage(inert(message), ...buttons);
  }

  async pick<T extends vscode.QuickPickItem>(
    title: string,
    placeholder: string,
    items: readonly T[],
  ): Promise<T | undefined> {
    return vscode.window.showQuickPick(items, { title, placeHolder: placeholder, matchOnDescription: true });
  }

  /** At least one of the items; none checked asks again, as only Escape says no. */
  async pickSeveral<T extends vscode.QuickPickItem>(
    title: string,
    placeholder: string,
    items: readonly T[],
  ): Promise<readonly T[] | undefined> {
    for (let hint = placeholder; ; hint = vscode.l10n.t('Check at least one, or press Escape')) {
      const options = { title, placeHolder: hint, matchOnDescription: true, canPickMany: true } as const;
      const chosen = await vscode.window.showQuickPick(items, options);
      if (chosen === undefined || chosen.length > 0) return chosen;
    }
  }

  /**
   * A list to be read, with everything checked that may be; the others are there to be seen. At least one stays checked, as
   * only Escape says no.
   */
  review<T extends vscode.QuickPickItem>(
    title: string,
    placeholder: string,
    items: readonly T[],
    mayCheck: (item: T) => boolean,
  ): Promise<readonly T[] | undefined> {
    const list = vscode.window.createQuickPick<T>();
    Object.assign(list, { title, placeholder, canSelectMany: true, ignoreFocusOut: true });
    list.matchOnDescription = true;
    list.matchOnDetail = true;
    list.items = items;
    list.selectedItems = items.filter(mayCheck);
    return new Promise((resolve) => {
      const done = (answer: readonly T[] | undefined): void => {
        resolve(answer);
        list.dispose();
      };
      list.onDidChangeSelection((selected) => {
        const kept = selected.filter(mayCheck);
        if (kept.length < selected.length) list.selectedItems = kept;
      });
      list.onDidAccept(() => {
        const chosen = list.selectedItems.filter(mayCheck);
        if (chosen.length > 0) return done(chosen);
        list.placeholder = vscode.l10n.t('Check at least one, or press Escape');
      });
      list.onDidHide(() => done(undefined));
      list.show();
    });
  }

  /**
   * Asks for a token, an id or a secret, cleaned of what pasting adds; refuses what cannot be one while it is typed. Resolves
   * with an empty text where an optional one was left empty.
   */
  async credential(input: Omit<TextInput, 'validate'>, rules: FieldRules = {}): Promise<string | undefined> {
    const entered = await this.text({ ...input, validate: this.#validator(rules) });
    return entered === undefined ? undefined : cleaned(entered, rules);
  }

  /** As {@link credential}, with a way back to the step before. */
  async credentialOrBack(
    input: Omit<TextInput, 'validate'>,
    rules: FieldRules = {},
  ): Promise<string | typeof back | undefined> {
    const entered = await inputOrBack({ ...input, prompt: inert(input.prompt), validate: this.#validator(rules) });
    return typeof entered === 'string' ? cleaned(entered, rules) : entered;
  }

  /** As {@link pick}, with a way back to the step before. Stays open while something is copied elsewhere. */
  async pickOrBack<T extends vscode.QuickPickItem>(
    title: string,
    placeholder: string,
    items: readonly T[],
  ): Promise<T | typeof back | undefined> {
    return chooseOrBack(title, placeholder, items);
  }

  #validator(rules: FieldRules): (text: string) => string | undefined {
    return (text) => (rules.optional && text.trim() === '' ? undefined : this.problemOf(text, rules));
  }

  /** What is wrong with an entered text; says nothing of the text. */
  problemOf(text: string, { content, check }: FieldRules): string | undefined {
    const cleaned = cleanFieldInput(text, content);
    if (cleaned.kind === 'problem') return vscode.l10n.t(pastedSecretProblemTexts[cleaned.problem]);
    const why = check?.(cleaned.value);
    return why && reasonParagraph(why, this.texts, translate);
  }

  async text(input: TextInput): Promise<string | undefined> {
    const prompt = inert(input.prompt);
    const validate = (text: string): string | undefined => {
      const problem = input.validate(text);
      return problem === undefined ? undefined : inert(problem);
    };
    // The editor's own box would keep what was typed when it hides.
    if (input.secret) {
      const entered = await inputOrBack({ ...input, prompt, validate, canGoBack: false });
      return typeof entered === 'string' ? entered : undefined;
    }
    return vscode.window.showInputBox({
      title: input.title,
      prompt,
      ignoreFocusOut: true,
      validateInput: validate,
      ...(input.placeholder === undefined ? {} : { placeHolder: input.placeholder }),
      ...(input.value === undefined ? {} : { value: input.value }),
    });
  }
}

function cleaned(entered: string, { optional, content }: FieldRules): string | undefined {
  if (optional && entered.trim() === '') return '';
  const result = cleanFieldInput(entered, content);
  return result.kind === 'secret' ? result.value : undefined;
}
