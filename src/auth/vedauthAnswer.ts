/** What an answer of Trust Protection Platform says went wrong. Its two applications name the fields in several ways. */
import { STATUS_CODES } from 'node:http';
import * as v from 'valibot';
import { plainText } from '../core/foreignText';
import type { HttpResult } from '../core/ports';
import { scrub } from '../core/redact';

export type Answer = Extract<HttpResult, { kind: 'response' }>;

export interface VedError {
  readonly status: number;
  /** An OAuth error code in lower case; empty when the answer names none. */
  readonly error: string;
  /** Cleaned and scrubbed; empty when there is none. It is shown, and matched only where no code says the same. */
  readonly description: string;
}

const errorCode = /^[a-z][a-z_]{1,60}$/;
const anyObject = v.record(v.string(), v.unknown());

/**
 * Reads the error in whichever spelling: `error`, `Error`, `error_description`, `Error_description`, `ErrorDetails`, or
 * the challenge of RFC 6750 §3; and where none of them says anything, in the reason phrase.
 */
export function readVedError(answer: Answer): VedError {
  const { status, headers, body } = answer;
  const parsed = v.safeParse(anyObject, parseJson(body));
  const fields = new Map<string, unknown>(
    parsed.success ? Object.entries(parsed.output).map(([name, value]) => [name.toLowerCase(), value]) : [],
  );
  const text = (...names: readonly string[]): string => {
    const found = names.map((name) => fields.get(name)).find((value) => typeof value === 'string' && value !== '');
    return typeof found === 'string' ? found : '';
  };
  const named = text('error').toLowerCase();
  const challenged = /^Bearer\b.*?\berror="([a-z_]+)"/i.exec(headers['www-authenticate'] ?? '')?.[1] ?? '';
  const description = text('error_description', 'errordetails', 'error_message', 'errormessage');
  // The transport takes echoes of our secrets out of errors only: what another answer words is not repeated.
  const worded = status < 400 ? '' : description || (errorCode.test(named) ? '' : text('error'));
  const error = errorCode.test(named) ? named : challenged.toLowerCase();
  const told = error === '' && worded === '' && status >= 400 ? inReasonPhrase(answer) : { error, description: worded };
  return { status, error: told.error, description: scrub(withoutLinks(plainText(told.description))) };
}

/** `invalid_token`, or `invalid_token: why`, or words of the server's own; the usual words of a status say nothing. */
function inReasonPhrase({ statusText = '' }: Answer): Pick<VedError, 'error' | 'description'> {
  const coded = /^([a-z]+(?:_[a-z]+){1,4})(?:\s*[:;,-]\s*(.*))?$/.exec(statusText);
  if (coded) return { error: coded[1] ?? '', description: coded[2] ?? '' };
  return { error: '', description: usualWords.has(statusText.toLowerCase()) ? '' : statusText };
}

const usualWords: ReadonlySet<string> = new Set(Object.values(STATUS_CODES).map((words) => words?.toLowerCase() ?? ''));

/** It is kept in the journal as well, and must be no Markdown link wherever it is read. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
