/** Resets that nobody watches: what may go ahead without a question, and how a task tells its end. Pure. */
import * as v from 'valibot';
import { type Allowance, isAllowed } from './allowance';
import { plainText } from './foreignText';
import { type Reason, reason, type Target } from './model';
import type { Outcome } from './outcome';
import type { Preview, ResetWay } from './provider';
import type { TaskEnd } from './taskEnds';

export interface Refusal {
  readonly kind: 'refused';
  readonly end: TaskEnd;
  readonly reason: Reason;
}

export interface Circumstances {
  /** Whether the user trusts the workspace. */
  readonly trusted: boolean;
  /** URIs of the folders of the window. */
  readonly folders: readonly string[];
  readonly targets: readonly Target[];
  readonly allowances: readonly Allowance[];
  waysOf(target: Target): readonly ResetWay[];
}

export type Judgement = { readonly kind: 'go'; readonly target: Target; readonly way: ResetWay } | Refusal;

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(128));
const definitionSchema = v.object({ project: name, identity: name, way: v.optional(name) });

/** Whether the task may begin to read. What a reset would lose is judged when that is known: {@link whyAttended}. */
export function judgeTask(definition: unknown, circumstances: Circumstances): Judgement {
  if (!circumstances.trusted) return refused('restricted', reason('unattended.restricted'));
  const parsed = v.safeParse(definitionSchema, definition);
  if (!parsed.success) {
    const key = v.getDotPath(parsed.issues[0]) ?? 'project';
    return refused('badDefinition', reason('unattended.badDefinition', { key }));
  }
  const { project, identity, way: wayId } = parsed.output;
  const target = circumstances.targets.find((one) => one.project.id === project && one.identity.id === identity);
  if (!target) {
    const params = { project: plainText(project, 128), identity: plainText(identity, 128) };
    return refused('unknownIdentity', reason('unattended.unknownIdentity', params));
  }
  const ways = circumstances.waysOf(target);
  const way = wayId === undefined ? ways[0] : ways.find(({ id }) => id === wayId);
  if (!way) {
    const known = ways.map(({ id }) => id).join(', ');
    return refused('badDefinition', reason('unattended.unknownWay', { way: plainText(wayId ?? '', 128), known }));
  }
  const refusal = whyNotAllowed(target, way, circumstances);
  return refusal ?? { kind: 'go', target, way };
}

/** Asked when the task begins, and once more right before a reset: it may have been withdrawn meanwhile. */
export function whyNotAllowed(
  target: Target,
  way: ResetWay,
  { trusted, folders, allowances }: Pick<Circumstances, 'trusted' | 'folders' | 'allowances'>,
): Refusal | undefined {
  if (!trusted) return refused('restricted', reason('unattended.restricted'));
  if (folders.length === 0) return refused('notAllowed', reason('unattended.noFolder'));
  const params = { identity: plainText(target.identity.label, 120), project: plainText(target.project.label, 120) };
  switch (isAllowed(allowances, target, way.id, folders)) {
    case 'yes':
      return undefined;
    case 'outdated':
      return refused('notAllowed', reason('unattended.outdated', params));
    case 'no':
      return folders.length === 1
        ? refused('notAllowed', reason('unattended.notAllowed', params))
        : refused('notAllowed', reason('unattended.notAllowedEverywhere', params));
  }
}

/**
 * Why a person has to look at the preview: work would be lost, or others are touched. There is no switch that says otherwise:
 * whoever wants that is asked by *Reset Consent*. `changed`: it is not what was read a moment ago.
 */
export function whyAttended(preview: Preview, changed: boolean): Refusal | undefined {
  if (changed) return refused('wouldLose', reason('unattended.changed'));
  if (needsPerson(preview).length > 0) return refused('wouldLose', reason('unattended.wouldLose'));
  return undefined;
}

/** What a person has to decide. A provider that does not say stands by all its losses. */
export function needsPerson(preview: Preview): readonly Reason[] {
  return preview.needsPerson ?? preview.losses;
}

/** The end that an outcome is. */
export function endOf(outcome: Outcome): TaskEnd {
  switch (outcome.kind) {
    case 'verified':
      return outcome.reason.code === 'reset.othersAlive' ? 'partlyGone' : 'gone';
    case 'already-reset':
      return 'gone';
    case 'not-sent':
      return needsSignIn(outcome.reason) ? 'notSignedIn' : 'notSent';
    case 'not-reset':
      return 'stillAlive';
    default:
      return outcome.kind;
  }
}

function needsSignIn({ code, actions }: Reason): boolean {
  const helps = actions.some(({ kind }) => kind === 'replace-credential' || kind === 'sign-in');
  return helps || code === 'credential.newer' || code === 'credential.unreadable';
}

export function refused(end: TaskEnd, why: Reason): Refusal {
  return { kind: 'refused', end, reason: why };
}
