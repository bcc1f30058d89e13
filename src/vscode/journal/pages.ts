/** Entries of the journal as read-only documents, `reconsent-journal:/<name>.txt?<operation id>`. */
import * as vscode from 'vscode';
import type { JournalView } from '../views/journalView';
import type { JournalReadPorts } from './ports';

export const pageScheme = 'reconsent-journal';

export class JournalPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(
    journalView: Pick<JournalView, 'onDidChange'>,
    private readonly reading: () => Promise<JournalReadPorts>,
  ) {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(pageScheme, this),
      journalView.onDidChange(() => {
        for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === pageScheme) this.#changed.fire(uri);
      }),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { journalActions } = await import('./journalActions');
    return journalActions.page(uri.query, await this.reading());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
