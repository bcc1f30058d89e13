/** One consent, from the client and the scopes to the tokens in the vault, and what the user has left out. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import type { Log } from '../../core/ports';
import { forgetLost } from '../forgetLost';
import { configuredNow, sameTarget } from '../sameTarget';
import { type ClientPorts, chooseClient } from './client';
import { type EndingPorts, tellEnding } from './ending';
import { type GrantPorts, resources as resourcesOf } from './grants';
import { storeTokens, type TokenPorts } from './storeTokens';
import { type ConsentRequest, chooseWay, type WaitingPorts, waitForConsent } from './waiting';

export interface ConsentPorts extends ClientPorts, EndingPorts, GrantPorts, TokenPorts, WaitingPorts {
  readonly log: Log;
}

/** Signs in for the resources. Resolves with whether tokens were stored; everything that has to be told is told. */
export async function askConsent(given: Target, request: ConsentRequest, ports: ConsentPorts): Promise<boolean> {
  const way = await chooseWay(given, request, ports);
  const target = way && (await sameTarget(given, ports));
  if (!way || !target) return false;
  const result = await waitForConsent(target, request, way, ports);
  if (result.kind !== 'signed-in') {
    const signInAnew = async (): Promise<void> => {
      const current = await sameTarget(target, ports);
      const client = current && (await chooseClient(current, request.origins, ports, { askAnew: true }));
      if (client) await askConsent(current, { ...request, client }, ports);
    };
    await tellEnding(target, request.client, result, signInAnew, ports);
    return false;
  }
  // Whatever the settings say by now: the tokens belong to where they were asked for, and must not be lost.
  if (!(await storeTokens(target, request.client, result, ports))) return false;
  await forgetLost(target, ports.vault, ports.log);
  if (!configuredNow(target, ports.projects)) {
    const other = ports.projects.targets.get(targetKey(target));
    if (other) await ports.operations.credentialChangedElsewhere(other);
    return false;
  }
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
      '{0} has granted {1} of {2} scopes. Not granted: {3}. What is missing can be asked for in a separate grant, with a token of its own.',
      plainText(target.identity.label, 80),
      request.resources.length - missing.length,
      request.resources.length,
      plainText(missing.join(', '), 300),
    ),
    ask,
  );
  if (chosen !== ask) return;
  // The notice may have stood there for long.
  const current = await sameTarget(target, ports);
  if (current) await askConsent(current, { ...request, resources: missing }, ports);
}
