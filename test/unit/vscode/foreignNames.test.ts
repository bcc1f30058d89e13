/** Names from outside where the editor would make a link of them, and addresses that it would change. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { FakeEditor } from '../../fakes/editor';
import { JobDesk } from './jobDesk';
import { alice, aliceKey, origins, SignInDesk } from './signInDesk';

const link = '[alice](command:workbench.action.quit)';
const inertLink = '[alice] (command:workbench.action.quit)';

describe('fault 42: names from outside', () => {
  it('are no link in the progress of a sign-in', async function () {
    this.timeout(30_000);
    const { grantAgain } = await import('../../../src/vscode/signIn/signIn');
    const desk = await new SignInDesk().withClient();
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    const named = { ...alice, identity: { ...alice.identity, label: link } };
    desk.configured.set(aliceKey, named);
    await grantAgain(named, origins, desk.ports);
    assert.deepEqual(desk.editor.titles, [`Waiting for ${inertLink} to consent in the browser`]);
  });

  it('are no link in the progress of a download', async () => {
    const desk = new JobDesk();
    const { downloadArchive } = await import('../../../src/vscode/jobs/downloadArchive');
    await desk.follows('job-1');
    const [job] = desk.tracked;
    assert.ok(job);
    desk.person = ({ kind }) => (kind === 'folder' ? '/nowhere' : undefined);
    const named = { ...desk.target, identity: { ...desk.target.identity, label: link } };
    desk.configured.set(desk.key, named);
    await downloadArchive(named, job, desk.actionPorts);
    assert.deepEqual(desk.editor.titles, [`Downloading the archive of ${inertLink}`]);
  });

  it('are no link in the question of an input, nor in what is wrong with an answer', async () => {
    const editor = new FakeEditor();
    editor.use();
    const shown: { prompt?: string; validateInput?: (text: string) => string | undefined }[] = [];
    Object.assign(editor.api.window, { showInputBox: async (options: object) => void shown.push(options) });
    const { Prompts } = await import('../../../src/vscode/prompts');
    await new Prompts(new Map()).text({ title: '', prompt: link, validate: (text) => text || undefined });
    assert.equal(shown[0]?.prompt, inertLink);
    assert.equal(shown[0]?.validateInput?.(link), inertLink);
    assert.equal(shown[0]?.validateInput?.(''), undefined);
  });
});

describe('the address of the consent page', () => {
  it('reaches the browser as it was made: a plus in the name of the account stays one', async function () {
    this.timeout(30_000);
    const { grantAgain } = await import('../../../src/vscode/signIn/signIn');
    const desk = await new SignInDesk().withClient();
    desk.ports.vault.lastGrants = async () => ['maps.reviews'];
    const identity = { id: 'alice+test@example.com', label: 'alice' };
    const target = { ...alice, identity };
    desk.configured.set(aliceKey.replace(/alice.*/, identity.id) as typeof aliceKey, target);
    await grantAgain(target, origins, desk.ports);
    assert.equal(desk.pages[0]?.searchParams.get('login_hint'), identity.id);
  });
});
