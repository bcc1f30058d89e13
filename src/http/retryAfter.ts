const longest = 24 * 60 * 60 * 1000;

/** The three date forms of RFC 9110 §5.6.7; `Date.parse` alone would also take `-5` or `1`. */
const httpDate =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * How long a server asks to wait, in milliseconds within 0…24 h; `undefined` when it does not say or makes no sense.
 *
 * @param value the `Retry-After` header: seconds or an HTTP date (RFC 9110 §10.2.3)
 * @param now wall clock, epoch milliseconds
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longest);
  if (!httpDate.test(text)) return undefined;
  // The asctime form names no zone but means GMT.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), longest);
}
