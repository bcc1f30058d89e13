/** Entries of the journal as read-only documents, `reconsent-journal:/<name>.txt?<operation id>`. */
import * as vscode from 'vscode';
import type { JournalPorts } from './ports';

export const pageScheme = 'reconsent-journal';

export class JournalPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly ports: Pick<JournalPorts, 'journalView' | 'stores' | 'descriptions' | 'texts' | 'clock'>,
  ) {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(pageScheme, this),
      ports.journalView.onDidChange(() => {
        for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === pageScheme) this.#changed.fire(uri);
      }),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { journalActions } = await import('./journalActions');
    return journalActions.page(uri.query, { ...this.ports, journal: this.ports.stores.journal });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
