/** Resets several consents: reads what that would do, asks once, resets, and tells what became of each. Loaded on first use. */
import * as vscode from 'vscode';
import { type BulkPlan, type BulkProgress, type BulkTarget, previewBulk } from '../../core/bulkPreview';
import { runBulk } from '../../core/bulkReset';
import { momentOf } from '../../core/bulkStanding';
import { presentBulkProgress, presentBulkQuestion } from '../../core/bulkWords';
import { type Target, type TargetKey, targetKey } from '../../core/model';
import type { PresentationContext } from '../../core/presentation';
import { SleepWatch } from '../../core/sleepWatch';
import { unlessAborted } from '../../core/unlessAborted';
import { isQuick } from '../jobs/cancellable';
import { translate } from '../translate';
import type { BulkCommandPorts } from './ports';
import { review } from './review';
import { tellNothingToReset, tellSummary } from './summary';

export const bulkActions = { resetSeveral };

async function resetSeveral(targets: readonly Target[], ports: BulkCommandPorts): Promise<void> {
  const { clock, prompts, store, texts } = ports;
  const context: PresentationContext = { now: clock.now(), texts, translate };
  const plan = await withProgress(
    vscode.l10n.t('Reading what the resets would do'),
    ports,
    async (progress, signal) => {
      await unlessAborted(ports.vault.readAhead(targets), signal);
      return previewBulk(withWays(targets, ports), { ...ports, progress }, signal);
    },
  );
  if (!plan) return;
  if (plan.items.length === 0) return tellNothingToReset(plan.leftOut, context, ports);
  const earlierUnknown = new Set<TargetKey>(
    plan.items.map(({ target }) => targetKey(target)).filter((key) => store.get(key).unfinished !== undefined),
  );
  showJobs(plan, ports);
  const items = await review(plan, earlierUnknown, context, prompts);
  if (!items) return;
  // Loaded before the answer: the confirmation ages from then on.
  const carrier = (await ports.network.transport()).openBulk();
  try {
    const { message, detail, verb } = presentBulkQuestion(items, plan.leftOut, earlierUnknown, context);
    if (!(await prompts.confirm(message, detail, verb))) return;
    const answered = momentOf(clock);
    const watch = new SleepWatch(clock);
    const results = await withProgress(vscode.l10n.t('Resetting consents'), ports, (progress, signal) => {
      const stoppable = (target: Target, abort: () => void): (() => void) => {
        const stop = ports.resetCommand.alsoStops(target, { abort });
        return () => stop.dispose();
      };
      const { journal } = ports.stores;
      const own = { carrier, watch, earlierUnknown, journal, progress, stoppable };
      return runBulk(items, answered, { ...ports, ...own }, signal);
    }).finally(() => watch.stop());
    const again = (some: readonly Target[]): Promise<void> => resetSeveral(asConfigured(some, ports), ports);
    await tellSummary(results, plan.leftOut, context, ports, again);
  } finally {
    await carrier.close();
  }
}

function withWays(targets: readonly Target[], { descriptions }: BulkCommandPorts): readonly BulkTarget[] {
  return targets.flatMap((target) => {
    const way = descriptions.get(target.project.provider)?.ways[0];
    return way ? [{ target, way }] : [];
  });
}

function asConfigured(targets: readonly Target[], { projects }: BulkCommandPorts): readonly Target[] {
  return targets.flatMap((target) => projects.targets.get(targetKey(target)) ?? []);
}

/** What the reading has learned of archive jobs: the rows say it as the question does. */
function showJobs({ items }: BulkPlan, { jobs }: BulkCommandPorts): void {
  for (const { target, preview } of items) {
    if (preview.losses.length > 0) jobs.show(target).catch(() => undefined);
  }
}

/** One notification that counts, says until when it waits, and can be cancelled; none for what is done at once. */
async function withProgress<T>(
  title: string,
  { clock, texts }: BulkCommandPorts,
  work: (progress: (progress: BulkProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let latest: BulkProgress | undefined;
  let show: (now: BulkProgress) => void = () => undefined;
  const working = work((now) => {
    latest = now;
    show(now);
  }, stop.signal);
  if (await isQuick(working, clock)) return working;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (shown, token) => {
    token.onCancellationRequested(() => stop.abort());
    let before = 0;
    show = (now) => {
      const message = presentBulkProgress(now, { now: clock.now(), texts, translate });
      shown.report({ message, increment: (100 * (now.done - before)) / now.total });
      before = now.done;
    };
    if (latest) show(latest);
    return working;
  });
}
