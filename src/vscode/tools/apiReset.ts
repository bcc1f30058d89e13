/** `reset` of the exported API: what another extension hands over is parsed, and wrong arguments are said to its author. */
import * as v from 'valibot';
import * as vscode from 'vscode';
import { sentencesOf } from '../../core/requestAnswers';
import type { Requester } from '../../core/requester';
import type { ResetResult } from '../publicApi';
import { translate } from '../translate';
import type { RequestPorts } from './ports';
import { resetOnRequest } from './requestedReset';
import { targetNamed, targetSchema } from './toolInput';

const ownId = 'reconsent.reconsent';
/** What `list()` gives is a target, too: what else it holds is passed over. */
const argumentSchema = v.object(targetSchema.entries);
const optionsSchema = v.object({
  requestedBy: v.string(),
  signal: v.optional(v.instance(AbortSignal)),
});

/** Rejects when the arguments are wrong; everything else is an outcome. */
export async function resetForExtension(target: unknown, options: unknown, ports: RequestPorts): Promise<ResetResult> {
  const asked = v.safeParse(argumentSchema, target);
  if (!asked.success) throw new Error('reset: the first argument has to be { project, identity }, two ids as texts.');
  const given = v.safeParse(optionsSchema, options);
  if (!given.success) {
    throw new Error(
      'reset: the second argument has to be { requestedBy }, the id of your extension, and may hold a signal.',
    );
  }
  const { requestedBy, signal = new AbortController().signal } = given.output;
  const found = targetNamed(asked.output, ports);
  if (!found) {
    const { project, identity } = asked.output;
    throw new Error(
      `reset: there is no identity "${identity}" in a project "${project}". list() names those there are.`,
    );
  }
  const outcome = await resetOnRequest(found.target, found.way, callerOf(requestedBy), signal, ports);
  return {
    outcome: outcome.kind,
    reason: outcome.reason.code,
    sentences: sentencesOf(outcome, { texts: ports.texts, translate }),
    at: outcome.at,
  };
}

/** An extension cannot be told from another one in the same host; at least the one that is named is there. */
function callerOf(requestedBy: string): Requester {
  const extension = vscode.extensions.getExtension(requestedBy);
  if (!extension || extension.id.toLowerCase() === ownId) {
    throw new Error(
      `reset: "requestedBy" has to be the id of your own, installed extension. "${requestedBy}" is none.`,
    );
  }
  const named: unknown = (extension.packageJSON as { displayName?: unknown } | undefined)?.displayName;
  return { kind: 'extension', id: extension.id, name: typeof named === 'string' ? named : extension.id };
}
