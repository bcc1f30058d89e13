/**
 * A reset that a tool or another extension asks for. It goes the way of a click, with the same question, which names who asks:
 * what a host has approved on the user's behalf confirms nothing here.
 */
import * as vscode from 'vscode';
import { type Reason, reason, type Target } from '../../core/model';
import type { Outcome } from '../../core/outcome';
import type { ResetWay } from '../../core/provider';
import { type Requester, requesterId } from '../../core/requester';
import { type Confirmation, ending } from '../../core/resetSteps';
import type { RequestPorts } from './ports';

/** Never rejects for anything that is expected to happen. */
export async function resetOnRequest(
  target: Target,
  way: ResetWay,
  requestedBy: Requester,
  signal: AbortSignal,
  ports: RequestPorts,
): Promise<Outcome> {
  const { operations, pauses, resetCommand } = ports;
  const why = whyNotNow(requestedBy, ports);
  if (why) return ending(ports, 'not-sent', why);
  // Joining would tell the caller of a reset that somebody else has asked for.
  if (operations.isResetting(target)) return ending(ports, 'not-sent', reason('request.busy'));

  const stop = new AbortController();
  const abort = (): void => stop.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const stopping = resetCommand.alsoStops(target, stop);
  let answer: 'none' | 'given' | 'too-late' = 'none';
  try {
    const outcome = await operations.reset(target, {
      signal: stop.signal,
      way: way.id,
      confirm: async (confirmed, preview, changed): Promise<Confirmation> => {
        // While this one was being previewed, another question may have opened.
        const because = whyNotNow(requestedBy, ports);
        if (because) return { kind: 'declined', because };
        const given = await resetCommand.ask(confirmed, preview, { way, changed, requestedBy });
        if (given.kind === 'declined') {
          pauses.declined(requestedBy);
          return given;
        }
        pauses.agreed(requestedBy);
        answer = signal.aborted ? 'too-late' : 'given';
        return { ...given, requestedBy: requesterId(requestedBy) };
      },
    });
    tell(answer, target, outcome, way, ports);
    return outcome;
  } finally {
    stopping.dispose();
    signal.removeEventListener('abort', abort);
  }
}

function whyNotNow(requestedBy: Requester, { pauses, prompts }: RequestPorts): Reason | undefined {
  if (!vscode.workspace.isTrusted) return reason('request.restricted');
  // One question at a time: a second one behind it could be answered for the first.
  if (prompts.isAsking) return reason('request.asking');
  const pauseMs = pauses.leftMs(requestedBy);
  return pauseMs > 0 ? reason('request.paused', { seconds: String(Math.ceil(pauseMs / 1000)) }) : undefined;
}

/** Who has agreed is told what became of it, whatever the caller makes of the outcome; the caller does not wait for that. */
function tell(
  answer: 'none' | 'given' | 'too-late',
  target: Target,
  outcome: Outcome,
  way: ResetWay,
  { log, prompts, resetCommand }: RequestPorts,
): void {
  const failed = (error: unknown): void =>
    log.warn(`An outcome was not told: ${error instanceof Error ? error.message : 'unknown error'}`);
  if (answer === 'given') resetCommand.tell(target, outcome, way).catch(failed);
  if (answer === 'too-late') {
    const text = vscode.l10n.t('The request was withdrawn before you answered. Nothing was sent.');
    prompts.warn(text).catch(failed);
  }
}
