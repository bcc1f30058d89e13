/** What each answer of the Web SDK other than the expected one means to somebody who revokes grants. */

import { type Answer, parseJson, readVedError } from '../../auth/vedauthAnswer';
import { asQuota, type Reason, type RemedyAction, reason } from '../../core/model';
import { parseRetryAfter } from '../../http/retryAfter';
import { readResult } from './results';

export type Failure =
  /** 401 `invalid_token`: the token is not accepted (any more), and nothing was done. */
  | { readonly kind: 'dead-token'; readonly reason: Reason }
  /** The service said no, and did nothing. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** The method is not there. */
  | { readonly kind: 'unsupported'; readonly reason: Reason }
  /** There was nothing it could be done to: a read has to show that. */
  | { readonly kind: 'nothing'; readonly reason: Reason }
  /** Nobody can say whether something was done. */
  | { readonly kind: 'unknown'; readonly reason: Reason };

const signInAgain: readonly RemedyAction[] = [{ kind: 'replace-credential' }];
const verify: readonly RemedyAction[] = [{ kind: 'verify' }];

export interface Circumstances {
  readonly host: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The scope that the project asks for at sign-in. */
  readonly scope: string;
}

/** Reads an answer of status 200 whose result is not success; contract table §2, row by row. */
function explainResult(answer: Answer, { host }: Circumstances): Failure {
  const body = parseJson(answer.body);
  if (body === undefined) return { kind: 'unknown', reason: reason('venafi.notJson', { host }, verify) };
  const { meaning, name: result } = readResult(body);
  switch (meaning) {
    case 'refused':
      return { kind: 'refused', reason: reason('venafi.result.refused', { host, result }) };
    case 'role':
      return { kind: 'refused', reason: reason('venafi.insufficientRights', { host }) };
    case 'sign-in':
      return { kind: 'refused', reason: reason('venafi.result.signIn', { host, result }, signInAgain) };
    case 'nothing':
      return { kind: 'nothing', reason: reason('venafi.result.nothing', { host, result }, verify) };
    case 'ambiguous':
      return { kind: 'unknown', reason: reason('venafi.result.ambiguous', { host, result }, verify) };
    case 'success':
    case 'unknown':
      return { kind: 'unknown', reason: reason('venafi.result.unknown', { host, result }, verify) };
  }
}

/** Reads any answer that is not the expected one. */
export function explain(answer: Answer, circumstances: Circumstances): Failure {
  const { status } = answer;
  const { host, now, scope } = circumstances;
  const { error, description } = readVedError(answer);
  const params = { host, status: String(status), message: description || error || '–' };
  if (status === 200) return explainResult(answer, circumstances);
  // Before 20.4 a missing scope was a 401.
  if ((status === 403 || status === 401) && isScopeMissing(error, description)) {
    const current = /^Grant rejected scope (.{1,200})/i.exec(description)?.[1] ?? '?';
    return { kind: 'refused', reason: reason('venafi.insufficientScope', { current, wanted: scope }, signInAgain) };
  }
  if (status === 401 && error === 'invalid_token') {
    return { kind: 'dead-token', reason: reason('venafi.tokenRejected', { host }, signInAgain) };
  }
  if ((status === 401 || status === 403) && error === 'insufficient_rights') {
    return { kind: 'refused', reason: reason('venafi.insufficientRights', { host }) };
  }
  switch (status) {
    case 400:
      return { kind: 'refused', reason: reason('venafi.invalidRequest', params) };
    case 401:
      return { kind: 'refused', reason: reason('venafi.unauthorized', params, signInAgain) };
    case 404:
    case 405:
      return { kind: 'unsupported', reason: reason('venafi.noSuchMethod', params) };
    case 429: {
      const waitMs = parseRetryAfter(answer.headers['retry-after'], now);
      const seconds = waitMs === undefined ? undefined : Math.ceil(waitMs / 1000);
      const why =
        seconds === undefined
          ? reason('venafi.tooManyRequests', { host })
          : reason('venafi.tooManyRequestsWait', { host, seconds: String(seconds) });
      return { kind: 'refused', reason: asQuota(why, seconds) };
    }
    case 403:
    case 409:
    case 411:
    case 413:
    case 414:
    case 415:
      return { kind: 'refused', reason: reason('venafi.otherRefusal', params) };
    default:
      return {
        kind: 'unknown',
        reason: reason(status >= 500 ? 'venafi.serverError' : 'venafi.unexpectedAnswer', params, verify),
      };
  }
}

function isScopeMissing(error: string, description: string): boolean {
  return error === 'insufficient_scope' || /^Grant rejected scope\b/i.test(description);
}
