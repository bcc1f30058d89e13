/** Steps of a longer dialogue, each with a way back to the one before. */
import * as vscode from 'vscode';

/** The answer that leads to the step before. */
export const back = Symbol('back');

export interface InputStep {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  /** What is wrong with the text, if something is. */
  validate(text: string): string | undefined;
}

/** `undefined`: the user has escaped. */
export function inputOrBack(step: InputStep): Promise<string | typeof back | undefined> {
  const box = vscode.window.createInputBox();
  box.title = step.title;
  box.prompt = step.prompt;
  box.placeholder = step.placeholder ?? '';
  box.password = step.secret === true;
  box.onDidChangeValue((text) => {
    box.validationMessage = step.validate(text);
  });
  return answerOf(box, (done) => {
    const problem = step.validate(box.value);
    box.validationMessage = problem;
    if (problem === undefined) done(box.value);
  });
}

/** `undefined`: the user has escaped. */
export function chooseOrBack<T extends vscode.QuickPickItem>(
  title: string,
  placeholder: string,
  items: readonly T[],
): Promise<T | typeof back | undefined> {
  const list = vscode.window.createQuickPick<T>();
  list.title = title;
  list.placeholder = placeholder;
  list.matchOnDescription = true;
  list.items = items;
  return answerOf<T>(list, (done) => {
    const [chosen] = list.selectedItems;
    if (chosen) done(chosen);
  });
}

type Asking = Pick<vscode.QuickInput, 'ignoreFocusOut' | 'show' | 'dispose' | 'onDidHide'> & {
  buttons: readonly vscode.QuickInputButton[];
  readonly onDidAccept: vscode.Event<void>;
  readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
};

function answerOf<T>(
  asking: Asking,
  accept: (done: (answer: T) => void) => void,
): Promise<T | typeof back | undefined> {
  asking.ignoreFocusOut = true;
  asking.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const done = (answer: T | typeof back | undefined): void => {
      resolve(answer);
      asking.dispose();
    };
    asking.onDidAccept(() => accept(done));
    asking.onDidTriggerButton(() => done(back));
    asking.onDidHide(() => done(undefined));
    asking.show();
  });
}
