/** Outcome and reason → sentences. Pure; the translation is handed in, so that the texts can be tested without an editor. */
import { translatedDetail } from './detailWords';
import { plainText } from './foreignText';
import type { Reason } from './model';
import type { OutcomeKind } from './outcome';
import type { ReasonText } from './provider';
import { verifyFirst } from './verifyFirst';

/** Translates an English template and fills its `{name}` placeholders; VS Code's `l10n.t` has this shape. */
export type Translate = (template: string, params: Readonly<Record<string, string>>) => string;

export type ReasonTexts = ReadonlyMap<string, ReasonText>;

export interface ReasonSentences {
  readonly happened: string;
  readonly notHappened: string | undefined;
  readonly remedy: string | undefined;
}

/** English as written; for tests, and for what is printed outside an editor. */
export const untranslated: Translate = (template, params) =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

/** The sentences of a reason. A code without a text is a defect; it is shown as it is rather than hidden. */
export function reasonSentences(why: Reason, texts: ReasonTexts, translate: Translate): ReasonSentences {
  const text = texts.get(why.code);
  if (!text) return { happened: why.code, notHappened: undefined, remedy: undefined };
  const behind = why.cause && reasonSentences(why.cause, texts, translate);
  const cause = behind ? { cause: behind.happened, causeRemedy: remedyBehind(behind, translate) } : {};
  const { detail } = why.params;
  const words = detail === undefined ? {} : { detail: translatedDetail(detail, translate) };
  const params = { ...why.params, ...words, ...cause };
  const fill = (template: string | undefined): string | undefined =>
    template === undefined ? undefined : plainText(translate(template, params), 600).trimEnd();
  return { happened: fill(text.happened) ?? '', notHappened: fill(text.notHappened), remedy: fill(text.remedy) };
}

/** What failed behind a reason of its own was a read: there is nothing to verify. */
function remedyBehind({ remedy }: ReasonSentences, translate: Translate): string {
  return remedy === undefined || remedy === translate(verifyFirst, {}) ? '' : remedy;
}

/** The sentences of a reason as one paragraph. What a service has said may end without a full stop. */
export function reasonParagraph(why: Reason, texts: ReasonTexts, translate: Translate): string {
  const { happened, notHappened, remedy } = reasonSentences(why, texts, translate);
  const sentences = [happened, notHappened, remedy].filter((sentence) => sentence !== undefined);
  return sentences
    .map((sentence, at) => (at < sentences.length - 1 && !/[.!?…]$/.test(sentence) ? `${sentence}.` : sentence))
    .join(' ');
}

const outcomeWords: Readonly<Record<OutcomeKind, string>> = {
  verified: 'verified',
  accepted: 'accepted, not verified',
  'already-reset': 'already reset',
  'not-reset': 'not reset',
  refused: 'refused',
  'not-sent': 'not sent',
  unknown: 'outcome unknown',
  unsupported: 'not supported',
  cancelled: 'cancelled',
};

/** One or two words that name the outcome, as tree, status bar, journal and tasks show it. */
export function outcomeWord(kind: OutcomeKind, translate: Translate): string {
  return translate(outcomeWords[kind], {});
}

/** All texts of all providers and of the core, by code. */
export function collectReasonTexts(sources: Iterable<Readonly<Record<string, ReasonText>>>): ReasonTexts {
  const texts = new Map<string, ReasonText>();
  for (const source of sources) for (const [code, text] of Object.entries(source)) texts.set(code, text);
  return texts;
}
