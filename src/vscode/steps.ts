/** Steps of a longer dialogue, each with a way back to the one before. */
import * as vscode from 'vscode';

/** The answer that leads to the step before. */
export const back = Symbol('back');

/** Where in the dialogue a step stands. */
export interface StepPlace {
  /** From 1 on; without a number the title tells none. */
  readonly step?: number;
  readonly total?: number;
  /** Whether there is a step before; there is unless said otherwise. */
  readonly canGoBack?: boolean;
}

export interface InputStep extends StepPlace {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  /** What stands there at first. */
  readonly value?: string;
  /** What is wrong with the text, if something is. Never rejects. */
  validate(text: string): string | undefined | Promise<string | undefined>;
}

/** `undefined`: the user has escaped. */
export function inputOrBack(step: InputStep): Promise<string | typeof back | undefined> {
  const box = vscode.window.createInputBox();
  box.title = step.title;
  box.prompt = step.prompt;
  box.placeholder = step.placeholder ?? '';
  box.password = step.secret === true;
  box.value = step.value ?? '';
  let newest = 0;
  /** Whether the text that stands there is right; `false` also when another one stands there by then. */
  const check = async (): Promise<boolean> => {
    newest += 1;
    const mine = newest;
    const checking = step.validate(box.value);
    box.busy = checking instanceof Promise;
    const problem = await checking;
    if (mine !== newest) return false;
    box.busy = false;
    box.validationMessage = problem;
    return problem === undefined;
  };
  box.onDidChangeValue(() => void check());
  return answerOf(box, step, (done) => {
    const text = box.value;
    void check().then((right) => {
      if (!right) return;
      // The editor keeps what stands in a field that it hides.
      box.value = '';
      box.hide();
      done(text);
    });
  });
}

/** `undefined`: the user has escaped. `active`: the row that Enter takes at first. */
export function chooseOrBack<T extends vscode.QuickPickItem>(
  title: string,
  placeholder: string,
  items: readonly T[],
  place: StepPlace & { readonly active?: T | undefined } = {},
): Promise<T | typeof back | undefined> {
  const list = vscode.window.createQuickPick<T>();
  list.title = title;
  list.placeholder = placeholder;
  list.matchOnDescription = true;
  list.items = items;
  if (place.active) list.activeItems = [place.active];
  return answerOf<T>(list, place, (done) => {
    const [chosen] = list.selectedItems;
    if (chosen) done(chosen);
  });
}

type Asking = Pick<vscode.QuickInput, 'ignoreFocusOut' | 'show' | 'dispose' | 'onDidHide' | 'step' | 'totalSteps'> & {
  buttons: readonly vscode.QuickInputButton[];
  readonly onDidAccept: vscode.Event<void>;
  readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
};

function answerOf<T>(
  asking: Asking,
  { step, total, canGoBack = true }: StepPlace,
  accept: (done: (answer: T) => void) => void,
): Promise<T | typeof back | undefined> {
  asking.ignoreFocusOut = true;
  asking.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
  asking.step = step;
  asking.totalSteps = total;
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
