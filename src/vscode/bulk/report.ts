import * as vscode from 'vscode';

const scheme = 'reconsent-report';

/** Shows lines in an editor that cannot be written to; what they say is gone when it is closed. */
export async function showReport(lines: readonly string[]): Promise<void> {
  const text = `${lines.join('\n')}\n`;
  const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: () => text,
  });
  const uri = vscode.Uri.from({ scheme, path: vscode.l10n.t('Reset consents'), query: String(Date.now()) });
  try {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  } finally {
    // The document keeps what it was given.
    provider.dispose();
  }
}
