/** Google's pages that never lead back here. They are to be known before the browser opens: the wait hears nothing of them. */
import { type Reason, type RemedyAction, reason } from '../core/model';

export const connectionsUrl = 'https://myaccount.google.com/connections';

export const toConnections: RemedyAction = { kind: 'open-url', url: connectionsUrl };

/** One reason for each page, the most frequent first: how to know it, and what helps. */
export function signInDeadEnds(client: {
  readonly clientId: string;
  /** What was or will be sent as redirect address; of a desktop client, no matter what. */
  readonly redirectUri: string;
}): readonly Reason[] {
  const { clientId, redirectUri } = client;
  return [
    reason('signIn.page.incrementalAuth', {}, [toConnections]),
    reason('signIn.page.notTestUser'),
    reason('signIn.page.redirectUriMismatch', { redirectUri }),
    reason('signIn.page.invalidClient', { clientId }),
    reason('signIn.page.mixedScopes'),
  ];
}
