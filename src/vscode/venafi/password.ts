/** Signing in with user name and password: asked for once, sent once, stored nowhere. */
import * as vscode from 'vscode';
import { type IssueResult, signInWithPassword, type VedauthClient } from '../../auth/vedauth';
import type { Project } from '../../core/model';
import type { Transport } from '../../core/ports';
import { BoundSecret } from '../../core/redact';
import { inert } from '../inertText';
import { nameOf, whenAbandoned, whileWaiting } from './operator';
import type { VenafiPorts } from './ports';

/** `undefined`: the user has escaped. */
export async function signInByPassword(
  project: Project,
  client: VedauthClient,
  scope: string,
  { prompts, clock, log }: Pick<VenafiPorts, 'prompts' | 'clock' | 'log'>,
  transport: Transport,
): Promise<IssueResult | undefined> {
  const title = vscode.l10n.t('Sign in to {0}', nameOf(project));
  const server = new URL(client.authOrigin);
  const { host } = server;
  const username = await prompts.credential(
    {
      title,
      prompt: vscode.l10n.t('User name of somebody who may revoke grants. Sent only to {0}.', host),
      placeholder: 'local:admin',
    },
    { content: 'text' },
  );
  if (username === undefined) return undefined;
  const password = await prompts.credential(
    { title, prompt: vscode.l10n.t('Password. Sent once, to {0} only, and stored nowhere.', host), secret: true },
    { content: 'password' },
  );
  if (password === undefined) return undefined;
  const account = { username, password: new BoundSecret(password, [client.authOrigin]), scope };
  const onAbandoned = whenAbandoned(project, server, { prompts, log });
  return whileWaiting(inert(vscode.l10n.t('Signing in at {0}', host)), (signal) =>
    signInWithPassword(client, account, { transport, clock, onAbandoned }, signal),
  );
}
