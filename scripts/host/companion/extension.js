// Development only and never packaged. It does what a person does first, through public commands alone, so that the
// shipped extension needs no switch of its own for tests.
const vscode = require('vscode');

/** Secrets live where the sign-ins do: in this browser. So this remembers for which browser the sample is set up. */
const marker = 'sample is set up for port';

exports.activate = async (context) => {
  const reconsent = vscode.extensions.getExtension('reconsent.reconsent');
  if (!reconsent) {
    void vscode.window.showErrorMessage('The companion found no reconsent.reconsent in this window.');
    return;
  }
  await reconsent.activate();
  const port = String(vscode.workspace.getConfiguration('reconsent').get('sandbox.port'));
  // Setting the sample up again would undo what was reset since: after a reload only a sandbox that is gone is a reason.
  if ((await context.secrets.get(marker)) === port && (await answers(port))) return;
  await vscode.commands.executeCommand('reconsent.startSandbox');
  await context.secrets.store(marker, port);
};

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/__sandbox/clock`)).ok;
  } catch {
    return false;
  }
}
