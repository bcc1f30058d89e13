/** English texts of why a reset that a tool or another extension asked for did not go ahead. Placeholders are `{name}`. */
import type { ReasonText } from './provider';

const nothingSent = 'Nothing was sent.';

export const requestTexts: Readonly<Record<string, ReasonText>> = {
  'request.restricted': {
    happened: 'This workspace is in Restricted Mode, in which tools and other extensions cannot ask for a reset.',
    notHappened: nothingSent,
    remedy: 'Trust the workspace, or reset from the Consents view.',
  },
  'request.asking': {
    happened: 'Another question of Reconsent is open and waits for the user.',
    notHappened: nothingSent,
    remedy: 'Ask for this reset when that question is answered.',
  },
  'request.paused': {
    happened: 'The user has declined such a request, and is not asked again for {seconds} seconds.',
    notHappened: nothingSent,
    remedy: 'Do not ask for it again by yourself. The user can reset from the Consents view at any time.',
  },
  'request.busy': {
    happened: 'A reset of this identity is already under way in this window.',
    notHappened: 'This request sent nothing.',
    remedy: 'Wait until that one has ended, and read its outcome.',
  },
};
