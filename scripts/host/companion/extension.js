// Development only and never packaged. It does what a person does first, through public commands alone, so that the
// shipped extension needs no switch of its own for tests.
const vscode = require('vscode');

exports.activate = async () => {
  const reconsent = vscode.extensions.getExtension('reconsent.reconsent');
  if (!reconsent) {
    void vscode.window.showErrorMessage('The companion found no reconsent.reconsent in this window.');
    return;
  }
  await reconsent.activate();
  await vscode.commands.executeCommand('reconsent.startSandbox');
};
