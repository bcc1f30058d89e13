/** Reads what a bulk of resets would do, before the one question about it. */
import { BulkPace } from './bulkPace';
import { bulkLifetimeMs } from './bulkStanding';
import type { ConsentOperations } from './consentOperations';
import { mapLimited } from './mapLimited';
import { quotaOf, reason, type Target } from './model';
import type { Outcome } from './outcome';
import type { Clock } from './ports';
import type { Preview, ResetWay } from './provider';
import { ending } from './resetSteps';

/** How many identities are read at a time. */
export const previewsAtOnce = 8;

/** How often one identity is read at most, when the service turns the reading away. */
export const previewAttempts = 5;

export interface BulkTarget {
  readonly target: Target;
  readonly way: ResetWay;
}

/** One that can be reset, and what that would do. */
export interface BulkItem extends BulkTarget {
  readonly preview: Preview;
}

export interface BulkResult {
  readonly target: Target;
  readonly outcome: Outcome;
}

export interface BulkPlan {
  readonly items: readonly BulkItem[];
  /** Those that cannot be reset, and why; nothing was sent for them. */
  readonly leftOut: readonly BulkResult[];
}

export interface BulkProgress {
  readonly done: number;
  readonly total: number;
  /** Epoch milliseconds until which all of it waits, because a service is asked too often. */
  readonly waitingUntil: number | undefined;
}

export interface BulkPreviewPorts {
  readonly operations: Pick<ConsentOperations, 'preview'>;
  readonly clock: Clock;
  progress(progress: BulkProgress): void;
}

/** In the order of the targets. `undefined` when aborted. */
export async function previewBulk(
  targets: readonly BulkTarget[],
  { operations, clock, progress }: BulkPreviewPorts,
  signal: AbortSignal,
): Promise<BulkPlan | undefined> {
  const previewed = new Map<BulkTarget, BulkItem | BulkResult>();
  let waitingUntil: number | undefined;
  const report = (): void => progress({ done: previewed.size, total: targets.length, waitingUntil });
  const waiting = (until: number | undefined): void => {
    waitingUntil = until;
    report();
  };
  // Whoever oversleeps a wait reads late: that is no harm.
  const pace = new BulkPace({ clock, waiting, overslept: () => undefined }, signal);

  async function read(one: BulkTarget): Promise<BulkItem | BulkResult> {
    const { target, way } = one;
    for (let attempt = 1; await pace.ready(signal); attempt++) {
      const step = await operations.preview(target, way.id, signal);
      if (step.kind === 'go') {
        pace.accepted();
        return { ...one, preview: step.with };
      }
      const quota = quotaOf(step.outcome.reason);
      const waits = quota !== undefined && pace.refused(quota, bulkLifetimeMs).kind === 'waits';
      if (!waits || attempt === previewAttempts) return { target, outcome: step.outcome };
    }
    return { target, outcome: ending({ clock }, 'cancelled', reason('cancelled.nothingSent')) };
  }

  report();
  await mapLimited(targets, previewsAtOnce, async (one) => {
    previewed.set(one, await read(one));
    report();
  });
  if (signal.aborted) return undefined;
  const inOrder = targets.map((one) => previewed.get(one)).filter((one) => one !== undefined);
  return {
    items: inOrder.filter((one) => 'preview' in one),
    leftOut: inOrder.filter((one) => 'outcome' in one),
  };
}
