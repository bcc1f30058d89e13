/** What the window says of settings that cannot be used, once. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { Project } from '../../../src/core/model';
import type { SettingProblem } from '../../../src/core/settingTexts';
import type { AuthorityProblem } from '../../../src/vscode/authorities';
import { caBundleTexts } from '../../../src/vscode/caBundle';
import type { StartUpPorts } from '../../../src/vscode/startUp';
import { FakeEditor } from '../../fakes/editor';

const tpp: Project = {
  id: 'tpp',
  label: 'TPP [staging](command:workbench.action.quit)',
  provider: 'venafiTpp',
  endpoint: 'https://tpp.example',
  options: {},
  identities: [],
};

const leaf: AuthorityProblem = {
  path: '[0].caBundle',
  what: 'is bad',
  mend: 'Mend it.',
  project: tpp,
  file: '/etc/certificates/of/the/whole/company/server.pem',
  option: 'caBundle',
  problem: 'leaf-only',
};

describe('what is told of settings that cannot be used', () => {
  let told: string[];
  let problems: readonly SettingProblem[];
  let places: readonly string[];
  let files: () => Promise<readonly AuthorityProblem[]>;
  let load: () => Promise<void>;
  let changed: () => void;

  beforeEach(async () => {
    told = [];
    problems = [];
    places = [];
    files = async () => [];
    load = async () => undefined;
    const editor = new FakeEditor();
    editor.use();
    Object.assign(editor.api.window, { showWarningMessage: async (text: string) => void told.push(text) });
    const { StartUp } = await import('../../../src/vscode/startUp');
    const { Prompts } = await import('../../../src/vscode/prompts');
    const projects = {
      all: [tpp],
      targets: new Map(),
      get problems() {
        return problems;
      },
      ignoredPlaces: async () => places,
      onDidChange: (listener: () => void) => {
        changed = listener;
        return { dispose: () => undefined };
      },
    };
    const ports = {
      projects,
      authorities: { problems: () => files() },
      operations: { load: () => load() },
      jobs: { load: async () => undefined },
      prompts: new Prompts(new Map()),
      log: { warn: () => undefined, error: () => undefined },
    };
    new StartUp(ports as unknown as StartUpPorts).begin();
    await settled();
  });

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const change = async (): Promise<void> => {
    changed();
    await settled();
  };

  it('a file that was refused: whose, which, what is wrong and what to do, and nothing in it acts', async () => {
    files = async () => [leaf];
    await change();
    assert.deepEqual(told, [
      'TPP [staging] (command:workbench.action.quit), "caBundle": …/company/server.pem holds the certificate of a server, ' +
        'and none of an authority. No authority was added to those that are trusted. ' +
        caBundleTexts['leaf-only'].mend,
    ]);
  });

  it("a client certificate that was refused, by its own option, without a word of the key's contents", async () => {
    files = async () => [{ ...leaf, file: '/etc/client.key', option: 'clientKey', problem: 'encrypted-key' }];
    await change();
    assert.match(
      told[0] ?? '',
      /, "clientKey": \/etc\/client\.key holds a key that is protected by a passphrase, which is not supported\. Nothing is sent for this project until it can be used\. Write it without one/,
    );
  });

  it('the same once, however often the settings change, and anew when it had been mended', async () => {
    for (const found of [[leaf], [leaf], [], [leaf]]) {
      files = async () => found;
      await change();
    }
    assert.equal(told.length, 2);
  });

  it('also where the state of the identities cannot be read', async () => {
    load = () => Promise.reject(new Error('disk'));
    files = async () => [leaf];
    await change();
    assert.equal(told.length, 1);
  });

  it('as the settings are when the files were read: what has been mended meanwhile is not told', async () => {
    let read: (found: readonly AuthorityProblem[]) => void = () => assert.fail();
    files = () =>
      new Promise((resolve) => {
        read = resolve;
      });
    problems = [{ path: '[0]', what: 'is not an object', mend: 'Write one.' }];
    changed();
    problems = [];
    read([]);
    await settled();
    assert.deepEqual(told, []);
  });

  it('in one notification, with the number of the others', async () => {
    problems = [{ path: '[1]', what: 'is not an object', mend: 'Write one.' }];
    await change();
    files = async () => [leaf];
    await change();
    assert.match(told[0] ?? '', /^One entry of "reconsent.projects" cannot be used/);
    assert.match(told[1] ?? '', /server\.pem .* cannot be used: 1; the log tells them\.$/);
    assert.equal(told.length, 2);
  });

  it('a workspace that sets projects, once, without a word of it in the notification, and what else is wrong behind it', async () => {
    for (const found of [['demo.code-workspace'], ['demo.code-workspace', 'one/.vscode/settings.json']]) {
      places = found;
      await change();
    }
    const ignored =
      'This workspace sets "reconsent.projects". That has no effect, and nothing was sent: only your user settings decide ' +
      'where secrets go. Remove it there; the log names the file.';
    assert.deepEqual(told, [ignored]);
    problems = [{ path: '[1]', what: 'is not an object', mend: 'Write one.' }];
    await change();
    assert.ok(told[1]?.startsWith(`${ignored} One entry of "reconsent.projects" cannot be used.`), told[1]);
    assert.equal(told.length, 2);
  });

  it('a path by its end, however it is written', async () => {
    const { shortPath } = await import('../../../src/vscode/settingsNotice');
    assert.equal(shortPath('/etc/ca.pem'), '/etc/ca.pem');
    assert.equal(shortPath(`C:\\${'folder\\'.repeat(9)}ca.pem`), '…\\folder\\ca.pem');
    assert.equal(shortPath(`/a/${'x'.repeat(300)}/ca.pem`).length, 100);
    assert.equal(shortPath('/a\n/\u202eb'), '/a / b');
  });
});
