/** What an answer is that nobody waited for. */
export const aborted: unique symbol = Symbol('aborted');

/**
 * The answer, or {@link aborted} as soon as `signal` is: for reads that cannot be stopped, and that nobody needs any more
 * then. A rejection that comes too late is dropped with the answer.
 */
export async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | typeof aborted> {
  const heard = new AbortController();
  const given = new Promise<typeof aborted>((resolve) => {
    if (signal.aborted) return resolve(aborted);
    signal.addEventListener('abort', () => resolve(aborted), { signal: heard.signal });
  });
  try {
    return await Promise.race([given, answer]);
  } finally {
    heard.abort();
  }
}
