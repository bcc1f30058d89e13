/** Asks for names and ids, which follow the same rules wherever they stand. */
import * as vscode from 'vscode';
import { type KeyProblem, keyProblem } from '../../core/projectDraft';
import { type back, inputOrBack, type StepPlace } from '../steps';

export interface KeyQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value: string;
  /** In characters; that of a name unless said otherwise. */
  readonly maxLength?: number;
  /** Read anew with each key: another window may add some meanwhile. */
  taken?(): ReadonlySet<string>;
  /** What else is wrong with a text that has the form of a key. */
  refuse?(text: string): string | undefined;
  /** Whether nothing may be entered. */
  readonly optional?: boolean;
}

/** Resolves with the text, trimmed. */
export async function askKey(question: KeyQuestion, place: StepPlace): Promise<string | typeof back | undefined> {
  const { title, prompt, placeholder, value } = question;
  const entered = await inputOrBack({
    title,
    prompt,
    value,
    ...place,
    ...(placeholder === undefined ? {} : { placeholder }),
    validate: (text) => {
      if (question.optional && text.trim() === '') return undefined;
      const problem = keyProblem(text, question.taken?.(), question.maxLength);
      return problem === undefined ? question.refuse?.(text.trim()) : keyProblemText(problem);
    },
  });
  return typeof entered === 'string' ? entered.trim() : entered;
}

function keyProblemText(problem: KeyProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('Write a short text.');
    case 'too-long':
      return vscode.l10n.t('This is too long.');
    case 'invisible':
      return vscode.l10n.t('Leave out control characters and invisible ones.');
    case 'taken':
      return vscode.l10n.t('This one is taken. Each needs one of its own.');
  }
}
