import assert from 'node:assert/strict';
import { readForm } from '../consentForm';
import { type DeviceBody, errorOf, type TokenBody, VenafiStage } from './stage';

describe('venafi sandbox: the device flow', () => {
  let stage: VenafiStage;
  beforeEach(async () => {
    stage = await VenafiStage.start();
  });
  afterEach(() => stage.running.close());

  const page = (address: string, init: RequestInit = {}) => fetch(address, init);

  /** Presses a button of the page, as a browser would send its form. */
  async function press(device: DeviceBody, decision: string, identity?: string): Promise<Response> {
    const opened = await page(device.verification_uri_complete);
    const text = await opened.text();
    assert.equal(opened.status, 200, text);
    const form = readForm(text, device.verification_uri_complete);
    const body = new URLSearchParams();
    for (const { type, name, value, checked } of form.inputs) {
      if (type === 'radio' ? (identity === undefined ? checked : value === identity) : type === 'hidden')
        body.append(name, value);
    }
    assert(form.buttons.some((button) => button.name === 'decision' && button.value === decision));
    body.append('decision', decision);
    return page(form.action.href, { method: form.method, body, headers: { origin: form.action.origin } });
  }

  it('gives codes and the address of its page, under the name by which it was called', async () => {
    const device = await stage.startDevice();
    assert.match(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    assert.deepEqual([device.interval, device.expires_in], [5, 300]);
    assert.equal(device.verification_uri, stage.running.venafi.devicePage);
    assert.equal(device.verification_uri_complete, `${device.verification_uri}?user_code=${device.user_code}`);
    const byName = await fetch(`${stage.running.venafi.auth.replace('127.0.0.1', 'localhost')}authorize/device`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'reconsent', scope: 'admin' }),
    });
    assert.match(((await byName.json()) as DeviceBody).verification_uri, /^http:\/\/localhost:\d+\/vedauth\/device$/);
  });

  it('waits, is approved on the page, and gives tokens once', async () => {
    const device = await stage.startDevice('admin:delete');
    assert.equal(errorOf(await stage.poll(device)), '400 authorization_pending');
    const answered = await press(device, 'approve', stage.id('carol.test'));
    assert.equal(answered.status, 200);
    assert.match(await answered.text(), /The device is signed in/);
    stage.running.control.clock.advance(5_000);
    const tokens = (await stage.poll(device)).json<TokenBody>();
    assert.deepEqual([tokens.identity, tokens.scope], [stage.id('carol.test'), 'admin:delete']);
    assert.equal((await stage.sdk(tokens.access_token, 'oauth/GetRole', {})).status, 200);
    assert.equal((await stage.refresh(tokens.refresh_token)).status, 200);
    assert.equal(errorOf(await stage.poll(device)), '400 invalid_grant');
    assert.equal((await page(device.verification_uri_complete)).status, 400);
  });

  it('is denied on the page', async () => {
    const device = await stage.startDevice();
    assert.match(await (await press(device, 'deny')).text(), /not signed in/);
    assert.equal(errorOf(await stage.poll(device)), '400 access_denied');
    assert.equal(stage.count({ application: 'reconsent' }), 1);
  });

  it('slows down who polls too fast, by five seconds each time', async () => {
    const { clock } = stage.running.control;
    const device = await stage.startDevice();
    const poll = async () => errorOf(await stage.poll(device));
    assert.equal(await poll(), '400 authorization_pending');
    clock.advance(4_000);
    assert.equal(await poll(), '400 slow_down');
    clock.advance(5_000);
    assert.equal(await poll(), '400 slow_down');
    clock.advance(15_000);
    assert.equal(await poll(), '400 authorization_pending');
    clock.advance(14_600);
    assert.equal(await poll(), '400 authorization_pending');
  });

  it('expires', async () => {
    const device = await stage.startDevice();
    stage.running.control.clock.advance(300_000);
    assert.equal(errorOf(await stage.poll(device)), '400 expired_token');
    const shown = await page(device.verification_uri_complete);
    assert.equal(shown.status, 400);
    assert.match(await shown.text(), /unknown, or has expired/);
    assert.equal(stage.control.devices()[0]?.state, 'expired');
  });

  it('refuses made-up codes, other clients, and scopes beyond the application’s', async () => {
    const device = await stage.startDevice();
    assert.equal(errorOf(await stage.poll({ ...device, device_code: 'made-up' })), '400 invalid_grant');
    assert.equal(errorOf(await stage.poll(device, 'build-pipeline')), '400 invalid_grant');
    const ask = (fields: Record<string, string>) => stage.auth('authorize/device', fields);
    assert.equal(errorOf(await ask({ client_id: 'reconsent', scope: 'certificate' })), '400 invalid_scope');
    assert.equal(errorOf(await ask({ client_id: 'nobody', scope: 'admin' })), '400 invalid_client');
    assert.equal(errorOf(await ask({ client_id: 'reconsent' })), '400 invalid_request');
  });

  it('asks for the code by hand, in any case, with its dash or without', async () => {
    const device = await stage.startDevice();
    const opened = await page(device.verification_uri);
    const form = readForm(await opened.text(), device.verification_uri);
    assert.deepEqual([opened.status, form.method], [200, 'get']);
    const [input] = form.inputs;
    for (const typed of [device.user_code.toLowerCase(), device.user_code.replace('-', ' '), ` ${device.user_code} `]) {
      const address = new URL(form.action);
      address.searchParams.set(input?.name ?? '', typed);
      const shown = await page(address.href);
      assert.equal(shown.status, 200, typed);
      const text = await shown.text();
      assert.ok(text.includes(device.user_code) && text.includes('Approve'));
    }
    for (const typed of ['', 'AAAA-AAAA', '<script>']) {
      const address = `${form.action.href}?user_code=${encodeURIComponent(typed)}`;
      const shown = await page(address);
      assert.equal(shown.status, 400);
      assert.ok(!(await shown.text()).includes('<script>'));
    }
  });

  it('has a page that the keyboard alone can answer: one field has the focus, Enter approves', async () => {
    const device = await stage.startDevice();
    const code = await (await page(device.verification_uri)).text();
    assert.match(code, /<input class="code"[^>]* autofocus/);
    assert.match(code, /<label for="code">/);
    const consent = await (await page(device.verification_uri_complete)).text();
    const form = readForm(consent, device.verification_uri_complete);
    assert.equal(form.buttons[0]?.value, 'approve');
    assert.equal(form.inputs.filter(({ checked }) => checked).length, 1);
    assert.equal(consent.match(/ autofocus/g)?.length, 1);
    assert.ok(!consent.includes('testers'), 'a group cannot sign in');
    assert.ok(!/<script/i.test(consent));
  });

  it('asks again when nobody was chosen, or a group', async () => {
    const device = await stage.startDevice();
    const send = (identity: string) =>
      page(device.verification_uri, {
        method: 'POST',
        body: new URLSearchParams({ user_code: device.user_code, decision: 'approve', identity }),
      });
    const group = stage.control.identities().find(({ name }) => name === 'testers')?.prefixedUniversal ?? '';
    for (const identity of ['', 'local:{nobody}', group]) {
      const answer = await send(identity);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /Choose as whom/);
    }
    assert.equal(errorOf(await stage.poll(device)), '400 authorization_pending');
  });

  it('takes no presses from foreign pages, also not under another spelling', async () => {
    const device = await stage.startDevice();
    const body = () =>
      new URLSearchParams({ user_code: device.user_code, decision: 'approve', identity: stage.id('alice.test') });
    for (const address of [
      device.verification_uri,
      device.verification_uri.replace('vedauth/device', 'VEDauth/Device/'),
    ]) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'null' },
      ]) {
        assert.equal(
          (await page(address, { method: 'POST', body: body(), headers: headers as Record<string, string> })).status,
          403,
        );
      }
    }
    assert.equal(errorOf(await stage.poll(device)), '400 authorization_pending');
  });

  it('decides nothing because an address was opened', async () => {
    const device = await stage.startDevice();
    const identity = encodeURIComponent(stage.id('alice.test'));
    for (const decision of ['approve', 'deny']) {
      const opened = await page(`${device.verification_uri_complete}&decision=${decision}&identity=${identity}`);
      assert.match(await opened.text(), /Approve/);
    }
    assert.equal(errorOf(await stage.poll(device)), '400 authorization_pending');
  });

  it('is answered by the control plane, or by itself', async () => {
    const device = await stage.startDevice();
    assert.equal(stage.control.devices()[0]?.userCode, device.user_code);
    stage.control.decideDevice(device.user_code, { identity: 'bob.test' });
    assert.equal((await stage.poll(device)).json<TokenBody>().identity, stage.id('bob.test'));
    assert.throws(() => stage.control.decideDevice(device.user_code, { deny: true }), /is used/);
    assert.throws(() => stage.control.decideDevice('X', { deny: true }), /No device/);
    const denied = await stage.startDevice();
    stage.control.decideDevice(denied.user_code, { deny: true });
    assert.equal(errorOf(await stage.poll(denied)), '400 access_denied');
    stage.control.setSwitches({ autoApproveDevice: 'alice.test', deviceUriComplete: false, deviceIntervalS: 1 });
    const byItself = await stage.startDevice();
    assert.deepEqual([byItself.interval, byItself.verification_uri_complete], [1, undefined]);
    assert.equal((await stage.poll(byItself)).json<TokenBody>().identity, stage.id('alice.test'));
  });

  it('can be switched off', async () => {
    stage.control.setSwitches({ deviceFlow: false });
    const answer = await stage.auth('authorize/device', { client_id: 'reconsent', scope: 'admin' });
    assert.equal(errorOf(answer), '400 unauthorized_client');
  });
});
