import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the condition answers something other than `undefined` or `false`.
 *
 * @param what completes the sentence "waited for …" of the error
 */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined | false>,
  limitMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s for ${what}`);
    await delay(50);
  }
}
