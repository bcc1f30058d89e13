import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { repoRoot } from '../../../scripts/host/paths';
import { LeakSearch } from '../../faults/secrets/leakSearch';
import { openWorkbench, type Workbench, withEvidence } from '../driver';
import { LeftInWindow, secretStorage } from '../leftInWindow';
import { type Sample, SandboxView } from '../sandboxView';
import { SettingsFile } from '../settingsFile';
import type { TreeView } from '../treeView';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const notSignedIn = 'not signed in on this computer';

describe('credentials in a real workbench', () => {
  let workbench: Workbench;
  let sandbox: SandboxView;
  let sample: Sample;
  let settings: SettingsFile;
  let tree: TreeView;
  let left: LeftInWindow;
  const search = new LeakSearch();

  before(async () => {
    workbench = await openWorkbench({
      version: 'newest',
      linked: [repoRoot],
      ownSandbox: true,
      logFiles: true,
      // A settings editor in front of everything would be in the way.
      settings: { 'workbench.editor.useModal': 'off' },
    });
    sandbox = new SandboxView(workbench.sandboxOrigin);
    sample = await sandbox.seedSample();
    left = new LeftInWindow(workbench.window.page, search);
    search.plant('client secret', sample.clientSecret);
    for (const { accessToken, refreshToken } of sample.users) {
      search.plant('access token', accessToken);
      search.plant('refresh token', refreshToken);
    }
    settings = new SettingsFile(workbench);
    tree = await workbench.window.openReconsent();
    await workbench.window.button('Try the Sandbox').waitFor();
    await settings.set('reconsent.projects', [
      {
        id: 'shop',
        name: 'Shop (testing)',
        provider: 'googleDataPortability',
        endpoint: workbench.sandboxOrigin,
        identities: [{ id: alice }, { id: bob }],
      },
    ]);
    for (const user of [alice, bob]) await tree.waitForRow(user, ({ description }) => description === notSignedIn);
  });

  after(() => workbench?.close());

  afterEach(() => left.look());

  /** The sample's tokens of a user. */
  function tokens(user: string): Sample['users'][number] {
    const found = sample.users.find((one) => one.user === user);
    assert.ok(found, `the sample has no ${user}`);
    return found;
  }

  it('asks for a refresh token field by field, hides what is secret, and names the host', () =>
    withEvidence(workbench, 'credentials-refresh', async () => {
      const { quickInput } = workbench.window;
      await tree.menuAction(alice, 'Set Credential…');
      await quickInput.shown(`Credential of ${alice}`);
      assert.deepEqual(await quickInput.options(), ['Refresh token', 'Access token']);
      await quickInput.choose('Refresh token');
      const fields = [
        { step: '1/3', label: 'Client ID', value: sample.clientId, secret: false },
        { step: '2/3', label: 'Client secret', value: sample.clientSecret, secret: true },
        { step: '3/3', label: 'Refresh token', value: tokens(alice).refreshToken, secret: true },
      ];
      const { host } = new URL(workbench.sandboxOrigin);
      for (const { step, label, value, secret } of fields) {
        await quickInput.shown(`Credential of ${alice} (${step})`);
        const { message } = await quickInput.read();
        assert.ok(message.startsWith(`${label}. Stored in the secret storage of this computer`), message);
        assert.ok(message.includes(`sent only to ${host}.`), message);
        assert.equal(await quickInput.hidesInput(), secret, label);
        await quickInput.enter(value);
      }
      await tree.waitForRow(alice, ({ description }) => description.startsWith('granted'));
    }));

  it('refuses a paste with quotes, and asks for an access token from the palette', () =>
    withEvidence(workbench, 'credentials-access', async () => {
      const { window } = workbench;
      const { quickInput } = window;
      const { accessToken } = tokens(bob);
      await window.runCommand('Reconsent: Set Credential…');
      await quickInput.shown('Set credential');
      await quickInput.choose(bob);
      await quickInput.shown(`Credential of ${bob}`);
      await quickInput.choose('Access token');
      await quickInput.shown(`Credential of ${bob} (1/1)`);
      assert.equal(await quickInput.hidesInput(), true);
      await quickInput.enter(`"${accessToken}"`);
      await window.waitUntil('the quotes to be refused', async () =>
        (await quickInput.read()).message.startsWith(
          'This contains quotes. Paste the token alone, without quotes around it.',
        ),
      );
      await tree.waitForRow(bob, ({ description }) => description === notSignedIn);
      await quickInput.enter(accessToken);
      await tree.waitForRow(bob, ({ description }) => /^granted · .*expires in/.test(description));
    }));

  it('forgets a credential for good; a reset then says that it is missing', () =>
    withEvidence(workbench, 'credentials-forget', async () => {
      const { window } = workbench;
      await tree.menuAction(alice, 'Forget Credential');
      assert.match((await window.modal.read()).detail, /The consent itself stays/);
      await window.modal.press('Forget Credential');
      await tree.waitForRow(alice, ({ description }) => description === notSignedIn);
      await window.reload();
      tree = await window.openReconsent();
      await tree.waitForRow(bob, ({ description }) => description === 'signed in · not checked yet');
      await tree.waitForRow(alice, ({ description }) => description === notSignedIn);
      await sandbox.forgetRequests();
      assert.deepEqual(await tree.inlineActions(alice), ['Sign In…']);
      await tree.menuAction(alice, 'Reset Consent');
      await window.notification(
        `${alice} (Shop (testing)): No credential of this identity is stored on this computer.`,
      );
      assert.equal(await window.modal.isShowing(), false);
      assert.deepEqual(await sandbox.paths(), []);
      await tree.menuAction(bob, 'Check Consent');
      await tree.waitForRow(bob, ({ description }) => description.startsWith('granted'));
    }));

  it('keeps a sign-in from another address when the endpoint is edited', () =>
    withEvidence(workbench, 'credentials-endpoint', async () => {
      const { window } = workbench;
      let connections = 0;
      const elsewhere = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
      try {
        const address = elsewhere.address();
        assert.ok(address !== null && typeof address === 'object');
        const other = `http://127.0.0.1:${address.port}`;
        await settings.replace(`"endpoint": "${workbench.sandboxOrigin}"`, `"endpoint": "${other}"`);
        await tree.waitForRow(bob, ({ description }) => description === 'sign-in belongs to another address');
        await tree.inlineAction(bob, 'Reset Consent');
        await window.notification(`${bob} (Shop (testing)): This sign-in belongs to ${workbench.sandboxOrigin}`);
        assert.equal(await window.modal.isShowing(), false);
        assert.equal(connections, 0);
        await settings.replace(`"endpoint": "${other}"`, `"endpoint": "${workbench.sandboxOrigin}"`);
        await tree.waitForRow(bob, ({ description }) => description === 'signed in · not checked yet');
        assert.deepEqual(await sandbox.resets(), []);
      } finally {
        elsewhere.close();
      }
    }));

  it('fault 12: none of it is left in the window, in what the browser keeps, or on the disk of the editor', () =>
    withEvidence(workbench, 'credentials-leaks', async () => {
      const { window, server } = workbench;
      const { accessToken } = tokens(bob);
      await window.runCommand('Developer: Set Log Level...');
      await window.quickInput.choose('Reconsent');
      await window.quickInput.choose('Trace');
      const echo = `No ${accessToken}, ${encodeURIComponent(accessToken)}, ${Buffer.from(accessToken).toString('base64')}`;
      await sandbox.answer('/{version}/authorization:reset', {
        status: 403,
        headers: { 'www-authenticate': `Bearer error="${echo}"` },
        body: { error: { code: 403, message: echo, status: echo, details: [{ '@type': echo, metadata: { echo } }] } },
      });
      const reset = async (): Promise<void> => {
        await tree.inlineAction(bob, 'Reset Consent');
        await window.modal.read();
        await left.look();
        await window.modal.press('Reset Consent');
      };
      await reset();
      await window.notification(`${bob} (Shop (testing)):`);
      await left.look();
      await window.clearNotifications();
      await reset();
      await tree.waitForRow(bob, ({ description }) => description === 'needs consent · reset verified');
      await tree.tooltip(bob);
      await left.look();
      await window.runCommand('Reconsent: Show Journal');
      await window.tree('Journal').select(bob);
      await window.page.locator('.editor-instance .view-lines').getByText('Operation').first().waitFor();
      await window.runCommand('Reconsent: Show Log');
      await window.page.locator('.part.panel .view-lines').getByText('authorization:reset').first().waitFor();
      await left.look();
      search.lookBelow('disk', server.dataFolder);
      const hits = search.search();
      console.log(`      ${search.summary(hits)}`);
      assert.deepEqual(hits, []);
      // And the search is not blind: what is no secret is found where it stands.
      const foundIn = search.whereIs(bob);
      const places = [
        ...[/^window: document$/, /^window: console$/, /^window: address and title$/],
        ...[/\/Reconsent\.log$/, /\/journal\/window-.*\.jsonl$/, /User\/settings\.json$/],
      ];
      for (const place of places)
        assert.ok(
          foundIn.some((one) => place.test(one)),
          `${place}: ${foundIn}`,
        );
      assert.ok(search.whereIs('Reconsent: Show Log').includes('window: fields'));
      for (const place of [secretStorage, 'window: cookies', 'window: database vscode-web-state-db-global ItemTable'])
        assert.ok(search.places.includes(place), place);
      const planted = 'left-on-purpose-0123456789';
      search.plant('left on purpose', planted);
      await window.page.evaluate(`document.body.setAttribute('aria-description', '${planted}');
        document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' }).innerHTML = '${planted}';
        document.body.appendChild(document.createElement('input')).value = '${planted}';
        localStorage.setItem('planted', btoa('${planted}'));
        console.log(encodeURIComponent('${planted}'));
        new Promise((done, failed) => {
          const opened = Object.assign(indexedDB.open('planted'), { onerror: failed });
          opened.onupgradeneeded = () => opened.result.createObjectStore('rows');
          opened.onsuccess = () => {
            const change = opened.result.transaction('rows', 'readwrite');
            change.objectStore('rows').put(new TextEncoder().encode('${planted}'), 'row');
            Object.assign(change, { oncomplete: done, onerror: failed });
          };
        }).then(() => undefined);`);
      await left.look();
      const found = new Set(search.search().map(({ place }) => place));
      const there = ['console', 'database planted rows', 'document', 'fields', 'localStorage planted', 'shadow roots'];
      assert.deepEqual(
        [...found].sort(),
        there.map((one) => `window: ${one}`),
      );
    }));
});
