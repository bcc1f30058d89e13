/** What is handed on of an answer. */
import { plainText } from '../core/foreignText';
import type { HttpResult } from '../core/ports';
import { withoutEchoes } from './echoes';
import type { ExchangeEnd } from './exchange';
import { joinHeaders } from './incoming';

/** Characters; a status line is as foreign as a body. */
const longestStatusText = 300;

/** A successful answer is left as it is: that of a token endpoint is there to bring tokens. */
export function answer(
  end: Extract<ExchangeEnd, { kind: 'answer' }>,
  body: string,
  secrets: readonly string[],
): HttpResult {
  const { status } = end;
  const headers = joinHeaders(end.headers);
  const words = plainText(status < 400 ? end.statusText : withoutEchoes(end.statusText, secrets), longestStatusText);
  const statusText = words === '' ? {} : { statusText: words };
  if (status < 400) return { kind: 'response', status, ...statusText, headers, body };
  const clean = Object.entries(headers).map(([name, value]) => [name, withoutEchoes(value, secrets)] as const);
  const [safeHeaders, safeBody] = [Object.fromEntries(clean), withoutEchoes(body, secrets)];
  return { kind: 'response', status, ...statusText, headers: safeHeaders, body: safeBody };
}
