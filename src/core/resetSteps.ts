/** What the steps of a reset share: their ports, what is known between them, and how each may end the operation. */
import type { CredentialSource } from './credentialSource';
import { sameOrigins } from './endpoint';
import { localTime } from './localTime';
import { type Reason, reason, type Target, type TargetAddress } from './model';
import type { Outcome, OutcomeKind } from './outcome';
import type { Clock, ConfirmedBy, Journal, Log, Random, TargetLocks, Transport } from './ports';
import type { Leaving, PreparedReset, Preview, Provider, ProviderTarget } from './provider';

/** A confirmation is good for this long, until the operation starts. */
export const confirmationLifetimeMs = 60_000;

export type ResetStep =
  | 'previewing'
  | 'confirming'
  | 'locking'
  | 'rereading'
  | 'journaling'
  | 'sending'
  | 'sent'
  | 'verifying';

export interface Confirmation {
  readonly kind: 'confirmed' | 'declined';
  readonly by?: ConfirmedBy;
  /** As in {@link JournalEntry}. */
  readonly requestedBy?: string;
  /** Epoch milliseconds; when the user answered, where that was earlier: once, for several targets. */
  readonly answeredAt?: number;
  /** Asked until the request leaves, besides the age of the confirmation: a reason keeps it here. */
  readonly obstacle?: () => Reason | undefined;
  /**
   * Asked of what only the disk knows, with the lock held: after the last reading, and once more when the journal entry is
   * written. A reason keeps the request here.
   */
  readonly recheck?: () => Promise<Reason | undefined>;
  /** Declined without asking the user, for this reason: the operation ends as not sent. */
  readonly because?: Reason;
}

export interface ResetPorts {
  readonly provider: Provider;
  readonly credentials: CredentialSource;
  readonly locks: TargetLocks;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The target as it is configured at this moment; `undefined` when it is gone. */
  currentTarget(): Target | undefined;
  /** `changed`: it was confirmed before, and what would be lost has changed since. */
  confirm(target: Target, preview: Preview, changed: boolean): Promise<Confirmation>;
  progress(step: ResetStep): void;
  /** Id of the provider's way to end the consent. */
  readonly way: string;
  /** The credentials are an operator's: what is ended with them says nothing about them, nor they about it. */
  readonly byOperator: boolean;
  /** What was sent may have ended the sign-in that it was sent with. */
  signInEnded(): void;
  /** The user wants to replace the live owner of the lock. */
  readonly takeOverLock?: boolean;
  /** As in {@link Leaving}. */
  readonly carrier?: Transport;
  /**
   * Waited for with the lock held, before the last reading: of many resets, only so many ask the service at a time. From then
   * on nothing is waited for but the service and the disk. Resolves at once when the reset is stopped. Absent: no wait.
   */
  readonly turn?: () => Promise<void>;
}

/** Everything known once the preview has been made. */
export interface Ready {
  readonly target: ProviderTarget;
  readonly address: TargetAddress;
  readonly generation: string;
  readonly preview: Preview;
  readonly prepared: PreparedReset;
}

export interface Confirmed extends Ready {
  readonly by: ConfirmedBy;
  readonly requestedBy: string | undefined;
  readonly at: number;
  readonly atMonotonic: number;
  readonly answeredAt: number;
  readonly obstacle: Confirmation['obstacle'];
  readonly recheck: Confirmation['recheck'];
}

/** Either the next step can be taken, or the operation has ended. */
export type Step<T> = { readonly kind: 'go'; readonly with: T } | { readonly kind: 'end'; readonly outcome: Outcome };

/** The obstacle that the user is who has stopped it: then the operation is cancelled, and not merely unsent. */
export const stopped = reason('cancelled.nothingSent');

/** What can be told at once, without waiting for anything: is the target still the one confirmed, and is it still fresh? */
export function obstacleNow(confirmed: Confirmed, ports: ResetPorts): Outcome | undefined {
  const now = ports.currentTarget();
  if (!now || !sameTarget(now, confirmed.target))
    return ending(ports, 'not-sent', reason('target.changed', {}, [{ kind: 'retry' }]));
  if (isExpired(confirmed, ports))
    return ending(ports, 'not-sent', reason('confirmation.expired', {}, [{ kind: 'retry' }]));
  const why = confirmed.obstacle?.();
  return why && ending(ports, why.code === stopped.code ? 'cancelled' : 'not-sent', why);
}

/** Both clocks: the monotonic one may stand still while the machine sleeps, the wall clock may be set back. */
function isExpired(confirmed: Confirmed, { clock }: ResetPorts): boolean {
  return Math.max(clock.monotonic() - confirmed.atMonotonic, clock.now() - confirmed.at) > confirmationLifetimeMs;
}

function sameTarget(now: Target, then: Target): boolean {
  return (
    now.project.provider === then.project.provider &&
    sameOrigins([now.project.endpoint], [then.project.endpoint]) &&
    JSON.stringify(now.project.options) === JSON.stringify(then.project.options)
  );
}

/** Whether `work` succeeded. It comes after the outcome is settled, so its failure is logged and changes nothing. */
export async function withoutFailing(
  failure: string,
  work: () => Promise<void>,
  { log }: Pick<ResetPorts, 'log'>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    log.error(`${failure}: ${messageOf(error)}`);
    return false;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

export function alreadyReset(ports: Pick<ResetPorts, 'clock'>, at: number): Outcome {
  return ending(ports, 'already-reset', reason('reset.already', { when: localTime(at) }));
}

export function ending(ports: Pick<ResetPorts, 'clock'>, kind: OutcomeKind, why: Reason): Outcome {
  return { kind, reason: why, at: ports.clock.now() };
}

export function go<T>(value: T): Step<T> {
  return { kind: 'go', with: value };
}

export function end(outcome: Outcome): Step<never> {
  return { kind: 'end', outcome };
}
