/** Reasons for endings of a request that no service has answered. Shared by all providers; the texts are in `reasonTexts.ts`. */
import { plainText } from './foreignText';
import { type Reason, type RemedyAction, reason } from './model';
import type { HttpResult } from './ports';

export type UnansweredResult = Exclude<HttpResult, { kind: 'response' } | { kind: 'aborted' }>;

/** The reason code is `http.<cause>`, or `http.redirect`. */
export function unansweredReason(result: UnansweredResult, host: string, actions: readonly RemedyAction[]): Reason {
  switch (result.kind) {
    case 'redirect':
      return reason(
        'http.redirect',
        { host, status: String(result.status), location: result.location ?? '?' },
        actions,
      );
    case 'not-sent':
    case 'broken':
      return reason(
        `http.${result.cause}`,
        { host, detail: plainText(withoutHost(result.detail, host), 200) },
        actions,
      );
  }
}

/** The texts name the host themselves; where the detail is about another one, such as a proxy, it keeps it. */
function withoutHost(detail: string, host: string): string {
  const rest = detail.startsWith(host) ? /^(?::\d+)?: (.+)$/.exec(detail.slice(host.length))?.[1] : undefined;
  return rest ?? detail;
}
