/** One consent, from the client and the scopes to the tokens in the vault, and what the user has left out. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import type { Log } from '../../core/ports';
import { forgetLost } from '../forgetLost';
import { type ClientPorts, chooseClient } from './client';
import { type EndingPorts, tellEnding } from './ending';
import { type GrantPorts, resources as resourcesOf } from './grants';
import { storeTokens, type TokenPorts } from './storeTokens';
import { type ConsentRequest, chooseWay, type WaitingPorts, waitForConsent } from './waiting';

export interface ConsentPorts extends ClientPorts, EndingPorts, GrantPorts, TokenPorts, WaitingPorts {
  readonly log: Log;
}

/** Signs in for the resources. Resolves with whether tokens were stored; everything that has to be told is told. */
export async function askConsent(target: Target, request: ConsentRequest, ports: ConsentPorts): Promise<boolean> {
  const way = await chooseWay(target, request, ports);
  if (!way) return false;
  const result = await waitForConsent(target, request, way, ports);
  if (result.kind !== 'signed-in') {
    const signInAnew = async (): Promise<void> => {
      const client = await chooseClient(target, request.origins, ports, { askAnew: true });
      if (client) await askConsent(target, { ...request, client }, ports);
    };
    await tellEnding(target, request.client, result, signInAnew, ports);
    return false;
  }
  if (!(await storeTokens(target, request.client, result, ports))) return false;
  await forgetLost(target, ports.vault, ports.log);
  ports.operations.credentialChanged(target, { kind: 'stored' });
  await ports.operations.probe(target, new AbortController().signal, { dropRejected: true });
  await offerMissing(target, request, resourcesOf(result.missingScopes), ports);
  return true;
}

/** Further scopes of a living consent are a grant of their own, with a token of its own. */
async function offerMissing(
  target: Target,
  request: ConsentRequest,
  missing: readonly string[],
  ports: ConsentPorts,
): Promise<void> {
  if (missing.length === 0) return;
  const ask = vscode.l10n.t('Ask for the Missing Ones…');
  const chosen = await ports.prompts.warn(
    vscode.l10n.t(
      '{0} has granted {1} of {2} scopes. Not granted: {3}. They can be asked for in a separate grant, with a token of its own.',
      plainText(target.identity.label, 80),
      request.resources.length - missing.length,
      request.resources.length,
      plainText(missing.join(', '), 300),
    ),
    ask,
  );
  if (chosen !== ask) return;
  // The notice may have stood there for long.
  const current = ports.projects.targets.get(targetKey(target));
  if (current?.project.endpoint !== target.project.endpoint) return;
  await askConsent(current, { ...request, resources: missing }, ports);
}
