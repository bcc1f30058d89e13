import { isRunning, isUndownloaded, type TrackedJob } from './archiveJobs';
import type { PresentationContext } from './presentation';

/** What the row of the identity says of its jobs; nothing when none runs or waits. */
export function jobWords(jobs: readonly TrackedJob[], { translate, now }: PresentationContext): readonly string[] {
  const running = jobs.filter(isRunning).length;
  const waiting = jobs.filter((job) => isUndownloaded(job, now)).length;
  const words: string[] = [];
  if (running > 0) {
    words.push(running === 1 ? translate('1 job running', {}) : translate('{n} jobs running', { n: String(running) }));
  }
  if (waiting > 0) {
    words.push(
      waiting === 1
        ? translate('1 archive to download', {})
        : translate('{n} archives to download', { n: String(waiting) }),
    );
  }
  return words;
}
