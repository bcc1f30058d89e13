/**
 * The tools that language models can call. Their texts for models stand in package.json.
 *
 * The editor may ask before a tool runs, and may have been told not to: Reconsent's own question comes in either case.
 */
import * as vscode from 'vscode';
import { toolNames } from './names';
import type { RequestPorts } from './ports';

/** `ports`: what the tools work with, loaded on first use. */
export function registerTools(ports: () => Promise<RequestPorts>): vscode.Disposable {
  const load = async () => (await import('./toolActions')).toolActions;
  const register = (tool: keyof typeof toolNames): vscode.Disposable =>
    vscode.lm.registerTool<unknown>(toolNames[tool], {
      prepareInvocation: async ({ input }) => (await load()).prepare(tool, input, await ports()),
      invoke: async ({ input }, token) => (await load()).invoke(tool, input, token, await ports()),
    });
  return vscode.Disposable.from(register('list'), register('preview'), register('reset'));
}
