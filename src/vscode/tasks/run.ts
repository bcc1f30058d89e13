/** One run of a task: may it, does it, and what it says. Asks nothing, ever. */
import * as vscode from 'vscode';
import type { Allowance } from '../../core/allowance';
import { plainText } from '../../core/foreignText';
import { localTime } from '../../core/localTime';
import { type Reason, reason, type Target } from '../../core/model';
import { isGone, type Outcome } from '../../core/outcome';
import { outcomeWord, reasonSentences } from '../../core/outcomeText';
import { grantedNames, type Preview, type ResetWay } from '../../core/provider';
import type { Confirmation, ResetStep } from '../../core/resetSteps';
import { type TaskEnd, taskEnds } from '../../core/taskEnds';
import {
  endOf,
  judgeTask,
  needsPerson,
  type Refusal,
  refused,
  whyAttended,
  whyNotAllowed,
} from '../../core/unattended';
import { translate } from '../translate';
import { folderUris } from './folders';
import type { TaskPorts } from './ports';
import type { Say } from './terminal';

/** Resolves with the exit code. Never rejects. */
export async function runTask(definition: unknown, say: Say, stop: AbortController, ports: TaskPorts): Promise<number> {
  let end: TaskEnd;
  try {
    end = await new UnattendedReset(say, stop, ports).run(definition);
  } catch (error) {
    ports.log.error(`A task: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}`);
    say(vscode.l10n.t('The task broke off because of a defect in Reconsent. The log says where.'), 'bad');
    end = 'defect';
  }
  const { code } = taskEnds[end];
  say(vscode.l10n.t('Exit code {0}: {1}', code, translate(taskEnds[end].meaning, {})), code === 0 ? 'good' : 'bad');
  return code;
}

class UnattendedReset {
  constructor(
    private readonly say: Say,
    private readonly stop: AbortController,
    private readonly ports: TaskPorts,
  ) {}

  async run(definition: unknown): Promise<TaskEnd> {
    const { descriptions, projects } = this.ports;
    const judged = judgeTask(definition, {
      ...(await this.#standing()),
      targets: [...projects.targets.values()],
      waysOf: ({ project }) => descriptions.get(project.provider)?.ways ?? [],
    });
    if (judged.kind === 'refused') return this.#refuse(judged);
    const { target, way } = judged;
    const { identity, project } = target;
    const names = { identity: plainText(identity.label, 120), project: plainText(project.label, 120) };
    const sentTo = way.sentTo?.(project) ?? project.endpoint;
    this.say(vscode.l10n.t('{0}: {1} in {2} ({3})', vscode.l10n.t(way.verb), names.identity, names.project, sentTo));
    const unknown = await this.#whyUnknown(target);
    if (unknown) return this.#refuse(unknown);
    // Nothing is awaited between this and the reset: of two tasks that begin at the same time, one is turned away.
    if (this.ports.operations.isResetting(target)) {
      return this.#refuse(refused('busy', reason('unattended.busy', { identity: names.identity })));
    }
    return this.#reset(target, way);
  }

  async #reset(target: Target, way: ResetWay): Promise<TaskEnd> {
    const { operations, resetCommand } = this.ports;
    let refusal: Refusal | undefined;
    const stopping = resetCommand.alsoStops(target, this.stop);
    try {
      const outcome = await operations.reset(target, {
        signal: this.stop.signal,
        way: way.id,
        progress: (step) => {
          const words = stepWords(step, way.sentTo?.(target.project) ?? target.project.endpoint);
          if (words) this.say(words, 'quiet');
        },
        confirm: async (confirmed, preview, changed): Promise<Confirmation> => {
          refusal = await this.#whyNot(confirmed, way, preview, changed);
          if (refusal) return { kind: 'declined' };
          let { allowances } = await this.#standing();
          return {
            kind: 'confirmed',
            by: 'task-allowance',
            // Reading takes its time, and until then another window may withdraw, or have sent.
            recheck: async () => {
              ({ allowances } = await this.#standing());
              refusal = whyNotAllowed(confirmed, way, this.#window(allowances)) ?? (await this.#whyUnknown(confirmed));
              return refusal?.reason;
            },
            obstacle: () => {
              const why = whyNotAllowed(confirmed, way, this.#window(allowances));
              // Asked beside the recheck, whose refusal stands.
              refusal = why ?? refusal;
              return why?.reason;
            },
          };
        },
      });
      // Stopped while it was being judged: what was stopped is not refused. What has left has an outcome of its own.
      const nothingSent = outcome.kind === 'not-sent' || outcome.kind === 'cancelled';
      if (refusal && nothingSent && !this.stop.signal.aborted) return this.#refuse(refusal);
      return this.#tellOutcome(outcome);
    } finally {
      stopping.dispose();
    }
  }

  /** The allowance in place of the question, with the preview at hand. */
  async #whyNot(target: Target, way: ResetWay, preview: Preview, changed: boolean): Promise<Refusal | undefined> {
    // What the preview has learned of the jobs: the row says it, too.
    this.ports.jobs.show(target).catch(() => undefined);
    this.#tellPreview(preview);
    const standing = await this.#standing();
    return whyNotAllowed(target, way, standing) ?? whyAttended(preview, changed);
  }

  /** Read anew each time: another window may have withdrawn an allowance. */
  async #standing() {
    return this.#window(await this.ports.stores.allowances.list());
  }

  /** With what can be told of the window at once. */
  #window(allowances: readonly Allowance[]) {
    return { trusted: vscode.workspace.isTrusted, folders: folderUris(), allowances };
  }

  async #whyUnknown(target: Target): Promise<Refusal | undefined> {
    const why = await this.ports.operations.whyVerifyFirst(target);
    if (!why) return undefined;
    if (why.code === 'journal.unreadable') return refused('notSent', why);
    const identity = plainText(target.identity.label, 120);
    return refused('earlierUnknown', reason('unattended.earlierUnknown', { identity }));
  }

  #tellPreview(preview: Preview): void {
    const scopes = grantedNames(preview.grant).map((name) => plainText(name, 80));
    if (scopes.length > 0) this.say(vscode.l10n.t('Granted now: {0}', scopes.join(', ')));
    for (const effect of preview.effects) this.say(this.#happened(effect), 'quiet');
    const careful = needsPerson(preview);
    for (const loss of preview.losses) this.say(this.#happened(loss), careful.includes(loss) ? 'bad' : 'plain');
  }

  #tellOutcome(outcome: Outcome): TaskEnd {
    const word = outcomeWord(outcome.kind, translate);
    const time = localTime(outcome.at);
    this.say(vscode.l10n.t('Outcome: {0} ({1})', word, time), isGone(outcome.kind) ? 'good' : 'bad');
    this.#tellReason(outcome.reason);
    if (outcome.operationId !== undefined) {
      this.say(vscode.l10n.t('In the journal: {0}', outcome.operationId), 'quiet');
    }
    return endOf(outcome);
  }

  #refuse({ end, reason: why }: Refusal): TaskEnd {
    this.ports.log.info(`A task was turned away: ${why.code}`);
    this.#tellReason(why);
    return end;
  }

  #tellReason(why: Reason): void {
    const { happened, notHappened, remedy } = reasonSentences(why, this.ports.texts, translate);
    for (const sentence of [happened, notHappened, remedy]) if (sentence) this.say(sentence);
  }

  #happened(line: Reason): string {
    return reasonSentences(line, this.ports.texts, translate).happened;
  }
}

function stepWords(step: ResetStep, sentTo: string): string | undefined {
  switch (step) {
    case 'previewing':
      return vscode.l10n.t('Reading the consent…');
    case 'rereading':
      return vscode.l10n.t('Allowed by you for tasks of this folder. Reading once more…');
    case 'sending':
      return vscode.l10n.t('Sending one request to {0}…', sentTo);
    case 'sent':
      return vscode.l10n.t('Sent. Waiting for the answer…');
    case 'verifying':
      return vscode.l10n.t('Checking that it is gone; this can take up to two minutes…');
    default:
      return undefined;
  }
}
