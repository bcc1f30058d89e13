import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { provideBrowser } from '../../scripts/host/browser';
import { artifactsRoot } from '../../scripts/host/paths';
import type { RunningSandbox } from '../../src/sandbox/api';
import { startSandbox } from '../../src/sandbox/server';

const alice = 'alice.test@example.com';
const bob = 'bob.test@example.com';
const client = { clientId: '123456789012-app.apps.googleusercontent.com', clientSecret: 'GOCSPX-sandbox-test' };
const prefix = 'https://www.googleapis.com/auth/dataportability.';
const resources = ['chrome.history', 'myactivity.search', 'play.installs'];
const scopes = resources.map((resource) => prefix + resource);

/** The sandbox's own pages in a real browser, by keyboard alone unless a test is about looks. */
describe('the consent page of the sandbox', () => {
  let browser: Browser;
  let sandbox: RunningSandbox;
  let app: Server;
  let arrivals: URL[];
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    browser = await chromium.launch(await provideBrowser());
  });
  after(() => browser?.close());

  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.control.seed({
      users: [{ email: alice }, { email: bob }],
      projects: [{ number: '123456789012', clients: [client] }],
    });
    arrivals = [];
    app = createServer((request, response) => {
      const address = new URL(request.url ?? '', 'http://127.0.0.1');
      if (address.pathname === '/callback') arrivals.push(address);
      response.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>Back in the app</title>');
    });
    await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening));
    await open({});
  });
  afterEach(async () => {
    await context?.close();
    app.close();
    app.closeAllConnections();
    await sandbox.close();
  });

  async function open(looks: { colorScheme?: 'light' | 'dark'; width?: number }): Promise<void> {
    await context?.close();
    const { colorScheme = 'light', width = 1000 } = looks;
    context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
  }

  const redirectUri = () => `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;

  function authorization(changes: Record<string, string> = {}): string {
    const address = new URL(sandbox.google.oauth2AuthBaseUrl);
    address.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: redirectUri(),
      scope: scopes.join(' '),
      state: 'state-1',
      access_type: 'offline',
      login_hint: bob,
      ...changes,
    }).toString();
    return address.href;
  }

  async function press(...keys: string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  /** What has the focus, as the name and value of a field or the text of a link. */
  const focused = () =>
    page.locator(':focus').evaluate((element) => {
      const value = element.getAttribute('value');
      return value === null ? (element.textContent?.trim() ?? '') : `${element.getAttribute('name')}=${value}`;
    });

  async function backInTheApp(): Promise<URLSearchParams> {
    await page.waitForURL(/\/callback\?/);
    assert.equal(await page.title(), 'Back in the app');
    const [arrival, ...further] = arrivals;
    assert(arrival);
    assert.deepEqual(further, []);
    assert.equal(arrival.searchParams.get('state'), 'state-1');
    return arrival.searchParams;
  }

  async function tokensFor(code: string): Promise<{ scope: string; refresh_token_expires_in: number }> {
    const response = await fetch(sandbox.google.oauth2TokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri(),
        client_id: client.clientId,
        client_secret: client.clientSecret,
      }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as { scope: string; refresh_token_expires_in: number };
  }

  it('is walked through with Tab in the order it is read in, and tells what has the focus', async () => {
    await page.goto(authorization());
    const order: string[] = [];
    for (let stop = 0; stop < 7; stop += 1) {
      await press('Tab');
      order.push(await focused());
      assert.equal(await page.evaluate(outlineOfFocus), 'solid 3px', order.at(-1));
    }
    assert.deepEqual(order, [
      'Use another account',
      ...scopes.map((scope) => `scope=${scope}`),
      'access=once',
      'decision=continue',
      'decision=cancel',
    ]);
    await press('Shift+Tab');
    assert.equal(await focused(), 'decision=continue');
  });

  it('takes ticks away with Space, chooses with the arrows, and goes on with Enter from any field', async () => {
    await page.goto(authorization());
    await press('Tab', 'Tab', 'Tab', 'Space', 'Tab', 'Tab', 'ArrowDown');
    assert.equal(await focused(), 'access=30-days');
    await press('Shift+Tab', 'Space', 'Space', 'Enter');
    const { scope, refresh_token_expires_in: lifetime } = await tokensFor((await backInTheApp()).get('code') ?? '');
    assert.equal(scope, [scopes[0], scopes[2]].join(' '));
    assert.ok(lifetime > 29 * 86_400 && lifetime <= 30 * 86_400, String(lifetime));
  });

  for (const key of ['Enter', 'Space']) {
    it(`is cancelled with ${key}, and grants nothing`, async () => {
      await page.goto(authorization());
      await press(...Array<string>(7).fill('Tab'));
      assert.equal(await focused(), 'decision=cancel');
      await press(key);
      const answer = await backInTheApp();
      assert.deepEqual(Object.fromEntries(answer), { error: 'access_denied', state: 'state-1' });
      assert.equal(sandbox.control.google.consents(bob, '123456789012').state, 'none');
    });
  }

  it('asks again when nothing is ticked, says so first, and keeps the other answers', async () => {
    await page.goto(authorization());
    await press('Tab', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'ArrowDown', 'ArrowDown', 'Enter');
    await page.getByRole('alert').getByText('Tick at least one, or press Cancel.').waitFor();
    assert.equal(await page.title(), 'Tick at least one, or press Cancel. Consent – Reconsent sandbox');
    assert.equal(await focused(), `scope=${scopes[0]}`);
    assert.equal(await page.getByRole('checkbox', { checked: true }).count(), 0);
    assert.equal(await page.getByRole('radio', { checked: true }).getAttribute('value'), '180-days');
    await press('Space', 'Enter');
    const { scope } = await tokensFor((await backInTheApp()).get('code') ?? '');
    assert.equal(scope, scopes[0]);
  });

  it('lets another test user be chosen', async () => {
    await page.goto(authorization());
    await press('Tab', 'Enter');
    await page.getByRole('heading', { level: 1, name: 'Choose a test user' }).waitFor();
    await press('Tab');
    assert.equal(await focused(), `login_hint=${alice}`);
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'An app wants a copy of your data' }).waitFor();
    await press('Tab', 'Tab', 'Enter');
    await backInTheApp();
    assert.equal(sandbox.control.google.consents(alice, '123456789012').state, 'granted');
    assert.equal(sandbox.control.google.consents(bob, '123456789012').state, 'none');
  });

  it('has a language, a title, one heading, and a name for every control', async () => {
    await page.goto(authorization());
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await page.title(), 'Consent – Reconsent sandbox');
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    const what = page.getByRole('group', { name: 'What may it copy?' });
    for (const resource of resources) {
      const tick = what.getByRole('checkbox', { name: `${resource} ${prefix}${resource}`, exact: true });
      assert.equal(await tick.isChecked(), true);
    }
    const howLong = page.getByRole('group', { name: 'For how long?' });
    for (const name of [/^Once /, /^30 days /, /^180 days /]) await howLong.getByRole('radio', { name }).waitFor();
    for (const name of ['Continue', 'Cancel']) await page.getByRole('button', { name, exact: true }).waitFor();
  });

  const deadEnds = {
    'incremental auth': {
      changes: {},
      title: 'Error 400: invalid_request',
      heading: 'Incremental auth is not allowed for the requested scopes',
      details: `scope=${scopes.join(' ')}`,
    },
    'a foreign redirect address': {
      changes: { redirect_uri: 'https://elsewhere.example/callback' },
      title: 'Error 400: redirect_uri_mismatch',
      heading: 'Access blocked: the request of this app is invalid',
      details: 'redirect_uri=https://elsewhere.example/callback',
    },
  } as const;
  for (const [name, { changes, title, heading, details }] of Object.entries(deadEnds)) {
    it(`stops at ${name}: the app never hears of it, and the details open by keyboard`, async () => {
      sandbox.control.seed({ grants: [{ user: bob, clientId: client.clientId, scopes: ['chrome.history'] }] });
      await page.goto(authorization(changes));
      assert.equal(await page.title(), `${title} – Reconsent sandbox`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await page.getByText(title, { exact: true }).waitFor();
      assert.equal(await page.getByText(details).isVisible(), false);
      await press('Tab', 'Enter');
      await page.getByText(details).waitFor();
      assert.equal(page.url(), authorization(changes));
      assert.deepEqual(arrivals, []);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [400, 1000]) {
      it(`can be read, ${colorScheme} and ${width} pixels wide`, async () => {
        await open({ colorScheme, width });
        sandbox.control.seed({ grants: [{ user: alice, clientId: client.clientId, scopes: ['chrome.history'] }] });
        const folder = join(artifactsRoot, 'ui');
        mkdirSync(folder, { recursive: true });
        const pages = {
          consent: authorization(),
          accounts: authorization({ login_hint: 'nobody.test@example.com' }),
          'dead-end': authorization({ login_hint: alice }),
        };
        for (const [name, address] of Object.entries(pages)) {
          await page.goto(address);
          if (name === 'dead-end') await page.locator('summary').click();
          await press('Tab');
          await page.screenshot({
            path: join(folder, `consent-page-${name}-${colorScheme}-${width}.png`),
            fullPage: true,
          });
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${name} scrolls sideways`);
          assert.deepEqual(await page.evaluate(faintTexts), [], name);
          assert.deepEqual(await page.evaluate(smallTargets), [], name);
        }
      });
    }
  }
});

/** Texts whose contrast is below 4.5:1 (WCAG 2.2, 1.4.3). Runs in the page, hence as text. */
const faintTexts = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? behind(element.parentElement) : color;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const both = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
      return { contrast, text: contrast.toFixed(1) + ': ' + element.textContent.trim() };
    })
    .filter(({ contrast }) => !(contrast >= 4.5))
    .map(({ text }) => text);
})()`;

/** Controls whose place to press is below 24 pixels (WCAG 2.2, 2.5.8; links within a sentence are exempt). */
const smallTargets = `[...document.querySelectorAll('button, label, summary')]
  .map((element) => ({ text: element.textContent.trim(), box: element.getBoundingClientRect() }))
  .filter(({ box }) => box.width < 24 || box.height < 24)
  .map(({ text, box }) => Math.round(box.width) + '×' + Math.round(box.height) + ': ' + text)`;

const outlineOfFocus = `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(
  getComputedStyle(document.activeElement))`;
