/**
 * The composition root: registers everything with the editor, and loads the rest later (`engine.ts`); knows everybody; holds
 * no logic.
 */
import * as vscode from 'vscode';
import { createExports } from './vscode/api';
import { registerCommands } from './vscode/commands/registration';
import type { EarlyPorts } from './vscode/engine';
import { registerFeatures } from './vscode/features';
import { JournalPages } from './vscode/journal/pages';
import { LateEngine } from './vscode/lateEngine';
import { LateView } from './vscode/lateView';
import { scrubbedLog } from './vscode/log';
import { isConfigured } from './vscode/projectsValue';
import type { ReconsentExports, ResetEvent } from './vscode/publicApi';
import type { ConsentNode } from './vscode/views/consentTree';
import type { JournalNode } from './vscode/views/journalView';

export function activate(context: vscode.ExtensionContext): ReconsentExports {
  const channel = vscode.window.createOutputChannel('Reconsent', { log: true });
  const log = scrubbedLog(channel);
  const engine = new LateEngine(() => {
    const { createEngine } = require('./vscode/engine') as typeof import('./vscode/engine');
    return createEngine(early);
  }, log);
  const consents = new LateView<ConsentNode>(
    'reconsent.consents',
    { showCollapseAll: true, canSelectMany: true },
    async () => isConfigured() && engine.now(),
  );
  const journal = new LateView<JournalNode>('reconsent.journal', {}, engine.get);
  const pages = new JournalPages(engine.ports);
  const resets = new vscode.EventEmitter<ResetEvent>();
  const early: EarlyPorts = { channel, consents, context, journal, log, pages, resets };

  context.subscriptions.push(
    channel,
    engine,
    consents,
    journal,
    pages,
    resets,
    ...registerFeatures({ engine, log }),
    ...registerCommands(engine, channel),
  );
  return createExports({ engine, onDidReset: resets.event });
}
