/** Who asks for a reset when it is not the user in Reconsent's own views. Pure. */
import { plainText } from './foreignText';
import type { Translate } from './outcomeText';

export type Requester =
  /** A tool of ours that a language model has called; who runs the model, the editor does not say. */
  | { readonly kind: 'tool'; readonly name: string }
  /** An installed extension by its id. Any extension can give the name of another one: it is what it says. */
  | { readonly kind: 'extension'; readonly id: string; readonly name: string };

/** The first line below the question. */
export function requesterLine(requester: Requester, translate: Translate): string {
  switch (requester.kind) {
    case 'tool':
      return translate('Requested by a language-model tool: {tool}. You did not start this in Reconsent.', {
        tool: plainText(requester.name, 60),
      });
    case 'extension':
      return translate(
        'Requested by another extension that calls itself {name} ({id}). You did not start this in Reconsent.',
        { name: plainText(requester.name, 80), id: plainText(requester.id, 120) },
      );
  }
}

/** How the journal names it. */
export function requesterId(requester: Requester): string {
  return requester.kind === 'tool' ? `tool:${requester.name}` : requester.id;
}
