/** What the language-model tools do, and what other extensions may ask for. A lazy part of the bundle. */
import * as v from 'valibot';
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import { type PresentationContext, providerFlags } from '../../core/presentation';
import {
  type Answer,
  answerText,
  type KnownIdentity,
  listAnswer,
  outcomeAnswer,
  previewAnswer,
  unknownAnswer,
} from '../../core/requestAnswers';
import { translate } from '../translate';
import { resetForExtension } from './apiReset';
import { resetToolName } from './names';
import type { RequestPorts } from './ports';
import { resetOnRequest } from './requestedReset';
import { listSchema, targetNamed, targetSchema } from './toolInput';

const requester = { kind: 'tool', name: resetToolName } as const;

type Tool = 'list' | 'preview' | 'reset';

export const toolActions = { invoke, prepare, resetForExtension };

/** Resolves with one text part of JSON, whatever happens: a model can make something of that, and nothing of an exception. */
async function invoke(
  tool: Tool,
  input: unknown,
  token: vscode.CancellationToken,
  ports: RequestPorts,
): Promise<vscode.LanguageModelToolResult> {
  let answer: Answer;
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  if (token.isCancellationRequested) controller.abort();
  try {
    answer = await answerOf(tool, input, controller.signal, ports);
  } catch (error) {
    ports.log.error(`The tool ${tool}: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}`);
    const advice = 'The tool broke off because of a defect in Reconsent. The list tool says how the identity stands.';
    answer = { kind: 'defect', advice, data: {} };
  } finally {
    subscription.dispose();
  }
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answerText(answer))]);
}

async function answerOf(tool: Tool, input: unknown, signal: AbortSignal, ports: RequestPorts): Promise<Answer> {
  const context = contextOf(ports);
  const targets = [...ports.projects.targets.values()];
  if (tool === 'list') {
    const asked = v.safeParse(listSchema, input ?? {});
    if (!asked.success) return invalid('The input is { "project": <id> } or {}.');
    const { project } = asked.output;
    const shown = targets.filter((target) => project === undefined || target.project.id === project);
    return listAnswer(
      shown.map((target) => known(target, ports)),
      context,
    );
  }
  const asked = v.safeParse(targetSchema, input);
  if (!asked.success) return invalid('The input is { "project": <id>, "identity": <id> } and nothing else.');
  const found = targetNamed(asked.output, ports);
  if (!found) return unknownAnswer(asked.output, targets);
  const { target, way } = found;
  if (tool === 'reset') {
    return outcomeAnswer('outcome', target, await resetOnRequest(target, way, requester, signal, ports), context);
  }
  const step = await ports.operations.preview(target, way.id, signal);
  return step.kind === 'go'
    ? previewAnswer(known(target, ports), step.with, way, context)
    : outcomeAnswer('preview', target, step.outcome, context);
}

/** What the editor shows, and asks before our own question. Names of others are appended as text: no Markdown comes about. */
function prepare(tool: Tool, input: unknown, ports: RequestPorts): vscode.PreparedToolInvocation {
  if (tool === 'list') return { invocationMessage: vscode.l10n.t('Listing the identities of Reconsent') };
  const asked = v.safeParse(targetSchema, input);
  const found = asked.success ? targetNamed(asked.output, ports) : undefined;
  // What is not there is said by the answer; there is nothing to agree to.
  if (!found) return { invocationMessage: vscode.l10n.t('Looking for an identity of Reconsent') };
  const { target, way } = found;
  const { identity, project } = target;
  const names = { identity: plainText(identity.label, 120), project: plainText(project.label, 120) };
  if (tool === 'preview') {
    return {
      invocationMessage: text(vscode.l10n.t('Previewing a reset of {0} in {1}', names.identity, names.project)),
    };
  }
  const invocationMessage = text(vscode.l10n.t('Asking to reset {0} in {1}', names.identity, names.project));
  // Nothing to agree to where it is going to be turned away.
  if (!vscode.workspace.isTrusted || ports.pauses.leftMs(requester) > 0) return { invocationMessage };
  const exact = [
    vscode.l10n.t('Identity: {0} ({1})', names.identity, plainText(identity.id, 120)),
    vscode.l10n.t('Project: {0} ({1})', names.project, plainText(project.id, 120)),
    vscode.l10n.t('Sent to: {0}', plainText(way.sentTo?.(project) ?? project.endpoint, 200)),
    vscode.l10n.t('Reconsent asks once more before anything is sent.'),
  ];
  const message = text([translate(way.question, names), ...exact].join('\n'));
  return {
    invocationMessage,
    confirmationMessages: { title: vscode.l10n.t('Reset a consent with Reconsent?'), message },
  };
}

function text(plain: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(plain);
}

function known(target: Target, { store }: RequestPorts): KnownIdentity {
  return { target, state: store.get(targetKey(target)) };
}

function contextOf({ descriptions, texts, clock }: RequestPorts): PresentationContext {
  const flagsOf = (id: string): readonly string[] => {
    const description = descriptions.get(id);
    return description ? providerFlags(description) : [];
  };
  return { now: clock.now(), texts, translate, flagsOf };
}

function invalid(advice: string): Answer {
  return { kind: 'invalid-input', advice: `Nothing was read or sent. ${advice}`, data: {} };
}
