import '../../fakes/editor';
import assert from 'node:assert/strict';
import { FakeEditor } from '../../fakes/editor';
import { Stranger } from '../../fakes/stranger';

describe('fault 1: a proxy set by a workspace', () => {
  it('gets nothing: requests go through the one of the user', async () => {
    const refusal = 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n';
    const [own, foreign] = [await Stranger.open(refusal), await Stranger.open(refusal)];
    const editor = new FakeEditor();
    editor.use();
    const set: Readonly<Record<string, object>> = {
      proxy: { globalValue: own.origin, workspaceValue: foreign.origin, workspaceFolderValue: foreign.origin },
      proxySupport: { defaultValue: 'override', workspaceValue: 'off' },
      noProxy: { defaultValue: [], workspaceValue: ['tpp.example'] },
      proxyAuthorization: { workspaceValue: 'Basic cGxhbnRlZA==' },
    };
    Object.assign(editor.api.workspace, {
      getConfiguration: (section: string) => {
        assert.equal(section, 'http');
        return { inspect: (key: string) => set[key], get: () => undefined };
      },
    });
    const { Network } = await import('../../../src/vscode/network');
    const write = (): void => undefined;
    const ports = { log: { trace: write, info: write, warn: write, error: write } };
    const authorities = {
      settled: async () => ({ problems: [] }),
      certificatesFor: () => [],
      clientCertificateFor: () => ({ kind: 'none' }),
    };
    const network = new Network(ports as never, authorities as never, 'reconsent/test');
    const request = {
      method: 'POST',
      url: new URL('https://tpp.example/'),
      pathTemplate: '/',
      effect: 'irreversible',
    } as const;
    const result = await (await network.transport()).send(request, new AbortController().signal);
    assert.equal(result.kind, 'not-sent');
    assert.match(own.heard, /^CONNECT tpp\.example:443 /);
    assert.ok(!own.heard.includes('cGxhbnRlZA'));
    assert.equal(foreign.connections, 0);
    network.dispose();
    await own.close();
    await foreign.close();
  });
});
