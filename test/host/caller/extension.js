// A second extension in the host: it calls what Reconsent offers to others, as its author would, and hands the answers on.
const http = require('node:http');
const https = require('node:https');
const vscode = require('vscode');

const id = 'reconsent-test.caller';

async function reconsent() {
  const extension = vscode.extensions.getExtension('reconsent.reconsent');
  return (await extension.activate()).getAPI(1);
}

/** The texts of a tool's answer. */
async function invoke(name, input, token) {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => part.value);
}

/** What all extensions of the process share. */
const shared = () => ({
  dispatcher: globalThis[Symbol.for('undici.globalDispatcher.1')],
  'http.globalAgent': http.globalAgent,
  'https.globalAgent': https.globalAgent,
  fetch: globalThis.fetch,
});

exports.activate = (context) => {
  const { isActive } = vscode.extensions.getExtension('reconsent.reconsent');
  const register = (name, run) => context.subscriptions.push(vscode.commands.registerCommand(`${id}.${name}`, run));
  register('list', async () => (await reconsent()).list());
  register('resetThis', async (target, options) => (await reconsent()).reset(target, options));
  register('invoke', invoke);
  register('tools', () => vscode.lm.tools);

  register('resetFirst', async () => {
    const api = await reconsent();
    const [first] = api.list();
    const { outcome } = await api.reset(first, { requestedBy: id });
    vscode.window.setStatusBarMessage(`Caller was told: ${outcome}`);
  });
  register('invokeReset', async () => {
    const [{ project, identity }] = (await reconsent()).list();
    const [text] = await invoke('reconsent_reset_consent', { project, identity });
    vscode.window.setStatusBarMessage(`Caller was told: ${JSON.parse(text).outcome}`);
  });
  // It is activated as early as can be: this is how Reconsent has found them.
  return { found: shared(), foundBefore: !isActive, shared };
};
