import assert from 'node:assert/strict';
import { repoRoot } from '../../scripts/host/paths';
import { openWorkbench, type Workbench, withEvidence } from './driver';
import { SandboxView } from './sandboxView';
import { SettingsFile } from './settingsFile';
import type { TreeView } from './treeView';

/** What the sandbox tells of the sample users, beyond what other tests need. */
interface Apple {
  readonly apple: { readonly teamId: string; readonly keyId: string; readonly bundleId: string };
}
interface Operator {
  readonly clientId: string;
  readonly administrator: { readonly refreshToken: string };
}

describe('the wizards in a real workbench, by keyboard alone', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let settings: SettingsFile;
  let tree: TreeView;

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      ownSandbox: true,
      size: { width: 1100, height: 760 },
      settings: { 'window.commandCenter': false, 'workbench.editor.useModal': 'off' },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    settings = new SettingsFile(workbench);
    tree = await workbench.window.openReconsent();
    await workbench.window.widenSideBar(520);
  });

  after(() => workbench?.close());

  /** Types until the row is the first, and presses Enter. */
  async function take(label: string): Promise<void> {
    const { quickInput, waitUntil } = workbench.window;
    await waitUntil('a list', async () => (await quickInput.options()).length > 0);
    await quickInput.type(label);
    await waitUntil(`"${label}" to come first`, async () => (await quickInput.options())[0] === label);
    await quickInput.accept();
  }

  /** Waits for the step, as the title tells it, and answers. */
  async function at(title: string | RegExp, answer: () => Promise<void>): Promise<void> {
    await workbench.window.quickInput.shown(title);
    await answer();
  }
  const enter = (text: string) => (): Promise<void> => workbench.window.quickInput.enter(text);
  const accept = (): Promise<void> => workbench.window.quickInput.accept();
  const taking = (label: string) => (): Promise<void> => take(label);

  async function run(command: string): Promise<void> {
    const { page, quickInput } = workbench.window;
    await page.keyboard.press('F1');
    await quickInput.type(`>Reconsent: ${command}`);
    await workbench.window.waitUntil('the command', async () =>
      (await quickInput.options())[0]?.endsWith(`Reconsent: ${command}`),
    );
    await quickInput.accept();
  }

  async function resetVerified(row: string): Promise<void> {
    const { window } = workbench;
    await run('Reset Consent');
    await at('Reset consent', taking(row));
    assert.match((await window.modal.read()).message, /\?/);
    await window.page.keyboard.press('Enter');
    await tree.waitForRow(row, ({ description }) => description === 'needs consent · reset verified');
  }

  const written = (at: number): unknown => {
    const { 'reconsent.projects': projects } = JSON.parse(settings.read()) as { 'reconsent.projects': unknown[] };
    return projects[at];
  };

  it('Google Data Portability: a project from a client file, an identity, a verified reset', () =>
    withEvidence(workbench, 'wizard-google', async () => {
      const { window } = workbench;
      const { clientId, clientSecret, users } = await sandbox.seedSample();
      const [user] = users;
      assert.ok(user);
      await run('Add Project…');
      await at(/Add a project.*1\/4/, taking('Google Data Portability'));
      await window.screenshot('wizard-name');
      await at(/2\/6/, enter('Shop'));
      await at(/3\/6/, accept);
      await window.quickInput.shown(/4\/6/);
      await window.screenshot('wizard-client');
      await take('Paste the text of the client file…');
      await window.waitUntil('the hidden text', () => window.quickInput.hidesInput());
      await enter(JSON.stringify({ installed: { client_id: clientId, client_secret: clientSecret } }))();
      await at(/5\/6/, taking('v1'));
      await at(/6\/6/, taking('Address of the API'));
      await window.waitUntil('the question for the address', async () =>
        (await window.quickInput.read()).message.startsWith('Address of the API'),
      );
      await enter(workbench.sandboxOrigin)();
      await at(/6\/6/, async () => undefined);
      await window.screenshot('wizard-summary');
      await take('Add project, then an identity…');
      await at(/Add an identity to Shop.*1\/3/, enter(user.user));
      await at(/2\/3/, accept);
      await at(/3\/3/, taking('Add only'));
      await tree.waitForRow(user.user);
      const shop = { id: 'shop', name: 'Shop', provider: 'googleDataPortability', clientId };
      assert.deepEqual(written(0), { ...shop, endpoint: workbench.sandboxOrigin, identities: [{ id: user.user }] });
      assert.ok(!settings.read().includes(clientSecret));
      await run('Set Credential…');
      await at('Set credential', taking(user.user));
      await at(`Credential of ${user.user}`, taking('Refresh token'));
      await at(/1\/2/, enter(clientSecret));
      await at(/2\/2/, enter(user.refreshToken));
      await tree.waitForRow(user.user, ({ description }) => description.startsWith('granted'));
      await resetVerified(user.user);
      await window.screenshot('wizard-google-verified');
    }));

  it('Identity Platform: a project, an identity with its sign-in, a verified reset', () =>
    withEvidence(workbench, 'wizard-apple', async () => {
      const sample = await sandbox.seedAppleSample();
      const { apple } = sample as unknown as Apple;
      const [user] = sample.users;
      assert.ok(user);
      await run('Add Project…');
      await at(/1\/4/, taking('Identity Platform'));
      await at(/2\/6/, enter('App'));
      await at(/3\/6/, accept);
      await at(/4\/6/, enter('reconsent-sample'));
      await at(/5\/6/, accept);
      await at(/6\/6/, taking('Address of the API'));
      await workbench.window.waitUntil('the question for the address', async () =>
        (await workbench.window.quickInput.read()).message.startsWith('Address of the API'),
      );
      await enter(workbench.sandboxOrigin)();
      await at(/6\/6/, taking('Add project, then an identity…'));
      await at(/Add an identity to App.*1\/3/, enter(user.email));
      await at(/2\/3/, accept);
      await at(/3\/3/, taking('Add and sign in…'));
      await at(`Credential of ${user.email}`, taking('Firebase refresh token'));
      await at(/1\//, enter(sample.apiKey));
      await at(/2\//, enter(user.refreshToken));
      await at(/3\//, taking('Refresh token'));
      await at(/4\//, enter(user.apple.refreshToken));
      await at(/5\//, taking('Paste the text'));
      await enter(sample.apple.privateKey.replaceAll('\n', ''))();
      await at(/6\//, enter(apple.teamId));
      await at(/7\//, enter(apple.keyId));
      await at(/8\//, enter(apple.bundleId));
      await tree.waitForRow(user.email, ({ description }) => description.startsWith('granted'));
      await resetVerified(user.email);
      const app = { id: 'app', name: 'App', provider: 'identityPlatform', firebaseProject: 'reconsent-sample' };
      assert.deepEqual(written(1), { ...app, endpoint: workbench.sandboxOrigin, identities: [{ id: user.email }] });
    }));

  it('Venafi TPP: a project, an identity from the server, a verified reset', () =>
    withEvidence(workbench, 'wizard-venafi', async () => {
      const { clientId, administrator } = (await sandbox.seedVenafiSample()) as Operator;
      await run('Add Project…');
      await at(/1\/4/, taking('Venafi TPP'));
      await at(/2\/7/, enter('TPP'));
      await at(/3\/7/, accept);
      await at(/4\/7/, enter(`${workbench.sandboxOrigin}/vedsdk/`));
      await at(/5\/7/, enter(clientId));
      await at(/6\/7/, taking('None'));
      await at(/7\/7/, taking('Add project, then an identity…'));
      await at('Sign in to TPP', taking('Paste tokens'));
      await take('Refresh token');
      await enter(administrator.refreshToken)();
      await workbench.window.quickInput.shown('Add an identity to TPP');
      await workbench.window.quickInput.type('alice');
      // Typing anew would ask the server anew.
      await workbench.window.waitUntil('alice', async () =>
        (await workbench.window.quickInput.options()).includes('alice.test'),
      );
      await accept();
      await tree.waitForRow('alice.test', ({ description }) => description.startsWith('granted'));
      await resetVerified('alice.test');
      const { identities, ...project } = written(2) as { readonly identities: readonly { readonly name: string }[] };
      const tpp = { id: 'tpp', name: 'TPP', provider: 'venafiTpp', endpoint: workbench.sandboxOrigin, clientId };
      assert.deepEqual(project, tpp);
      assert.deepEqual(
        identities.map(({ name }) => name),
        ['alice.test'],
      );
    }));
});
