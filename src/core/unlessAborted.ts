/** What an answer is that nobody waited for. */
export const aborted: unique symbol = Symbol('aborted');

/**
 * The answer, or {@link aborted} as soon as `signal` is: for reads that cannot be stopped, and that nobody needs any more
 * then. A rejection that comes too late is dropped with the answer.
 */
export function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | typeof aborted> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(aborted);
    const answered = (): void => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    answer.then(
      (value) => {
        answered();
        resolve(value);
      },
      (error: unknown) => {
        answered();
        reject(error);
      },
    );
  });
}
