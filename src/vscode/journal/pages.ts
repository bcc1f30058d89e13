/** Entries of the journal as read-only documents, `reconsent-journal:/<name>.txt?<operation id>`. */
import * as vscode from 'vscode';
import type { JournalReadPorts } from './ports';

export const pageScheme = 'reconsent-journal';

export class JournalPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription = vscode.workspace.registerTextDocumentContentProvider(pageScheme, this);

  /** `reading`: what pages are made with, loaded on first use. */
  constructor(private readonly reading: () => Promise<JournalReadPorts>) {}

  /** The journal may say something else now. */
  refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === pageScheme) this.#changed.fire(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { journalActions } = await import('./journalActions');
    return journalActions.page(uri.query, await this.reading());
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
