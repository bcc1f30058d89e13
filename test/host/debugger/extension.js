// VS Code takes a debug adapter only from the extension that brings the debug type, so the suites have one of their own.
const vscode = require('vscode');

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory('reconsent-test', {
      createDebugAdapterDescriptor: () => new vscode.DebugAdapterInlineImplementation(new WaitingAdapter()),
    }),
  );
};

class WaitingAdapter {
  #sent = new vscode.EventEmitter();
  onDidSendMessage = this.#sent.event;

  handleMessage({ seq, command, type }) {
    if (type !== 'request') return;
    const body = command === 'threads' ? { threads: [] } : {};
    this.#sent.fire({ type: 'response', seq: 0, request_seq: seq, success: true, command, body });
    if (command === 'initialize') this.#sent.fire({ type: 'event', seq: 0, event: 'initialized' });
    if (command === 'disconnect') this.#sent.fire({ type: 'event', seq: 0, event: 'terminated' });
  }

  dispose() {
    this.#sent.dispose();
  }
}
