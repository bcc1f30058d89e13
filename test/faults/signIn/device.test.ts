/** The device flow of Trust Protection Platform against the sandbox: what the user does at the page, or does not do. */
import assert from 'node:assert/strict';
import { type DeviceResult, startDeviceSignIn } from '../../../src/auth/vedauthDevice';
import { signInFailed } from '../../../src/auth/vedauthReasons';
import { reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { credentialOrigins } from '../../../src/providers/venafiTpp/settings';
import type { FaultEffect } from '../../../src/sandbox/api';
import { never, VenafiWorld } from '../../fakes/venafiWorld';

let world: VenafiWorld;
async function open(): Promise<void> {
  world = await VenafiWorld.open();
}
const close = (): Promise<void> => world.close();
const polls = (): number => world.requests('/authorize/token');

async function start() {
  const boundTo = credentialOrigins(world.project);
  const { clientId, scope } = world.sample;
  const client = { authOrigin: world.sandbox.origin, clientId, boundTo, project: world.project.id };
  const { transport, clock } = world;
  const started = await startDeviceSignIn(client, scope, { transport, clock }, never);
  assert.ok(started.kind === 'started', started.kind);
  return started;
}

function told(result: DeviceResult): string {
  const why = result.kind === 'issued' ? undefined : signInFailed(result, world.sandbox.origin);
  return why ? reasonParagraph(why, world.texts, untranslated) : '';
}

function answerPolls(status: number, body: object, times?: number): void {
  const headers = { 'content-type': 'application/json' };
  const effect: FaultEffect = { kind: 'answer', status, headers, body };
  const match = { method: 'POST', path: '/vedauth/authorize/token' };
  world.sandbox.control.faults.add({ match, effect, ...(times === undefined ? {} : { times }) });
}

describe('fault 46: a code that is never entered, is refused, or is asked about too often', () => {
  beforeEach(open);
  afterEach(close);

  it('the browser was closed: polls in its pace until the code has expired, and not once more', async () => {
    world.control.setSwitches({ deviceIntervalS: 5, deviceLifetimeS: 60 });
    const { waiting } = await start();
    const result = await waiting.wait(never);
    assert.deepEqual(result, { kind: 'expired' });
    assert.match(told(result), /Nobody entered the code in time.*Nothing was stored.*Start the sign-in again/);
    assert.ok(polls() >= 11 && polls() <= 12, `${polls()} polls`);
    assert.ok(world.clock.sleeps.every((ms) => ms >= 5000));
    const [device] = world.control.devices();
    assert.notEqual(device?.state, 'used');
  });

  it('expired_token by the server, whatever this computer’s clock says', async () => {
    const { waiting } = await start();
    answerPolls(400, { error: 'expired_token' });
    assert.deepEqual(await waiting.wait(never), { kind: 'expired' });
    assert.equal(polls(), 1);
  });

  it('slow_down: five seconds more for good, each time it is said', async () => {
    world.control.setSwitches({ deviceIntervalS: 5, deviceLifetimeS: 300 });
    const { code, waiting } = await start();
    answerPolls(400, { error: 'slow_down' }, 2);
    world.control.decideDevice(code.userCode, { identity: 'tpp-admin' });
    assert.equal((await waiting.wait(never)).kind, 'issued');
    assert.deepEqual(world.clock.sleeps.slice(0, 3), [5000, 10_000, 15_000]);
    assert.equal(polls(), 3);
  });

  it('slow_down for ever ends with the code', async () => {
    world.control.setSwitches({ deviceIntervalS: 5, deviceLifetimeS: 120 });
    const { waiting } = await start();
    answerPolls(400, { error: 'slow_down' });
    assert.deepEqual(await waiting.wait(never), { kind: 'expired' });
    assert.ok(polls() < 8, `${polls()} polls`);
  });

  it('access_denied: ended at once, said as what it is', async () => {
    const { code, waiting } = await start();
    world.control.decideDevice(code.userCode, { deny: true });
    const result = await waiting.wait(never);
    assert.deepEqual(result, { kind: 'denied' });
    assert.match(told(result), /denied in the browser.*Nothing was stored/);
    assert.equal(polls(), 1);
  });
});

describe('fault 47: somebody else signs in as operator', () => {
  beforeEach(open);
  afterEach(close);

  it('one who may not revoke: the role is read first, nobody is asked, nothing is sent', async () => {
    world.control.setApplication(world.sample.clientId, { scope: world.sample.scope });
    await world.signInByDevice('bob.test');
    const outcome = await world.revoke(world.id('alice.test'));
    assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', 'venafi.roleForGrantee'], world.text(outcome));
    assert.match(world.text(outcome), /User/);
    assert.deepEqual([world.requests('/oauth/revokegrants'), world.previews.length], [0, 0]);
  });

  it('the very user whose grants are to end: said that it signs out this tool, by who the server says it is', async () => {
    await world.signInByDevice('alice.test');
    const outcome = await world.revoke(world.id('alice.test'));
    assert.equal(outcome.kind, 'accepted', world.text(outcome));
    assert.ok(world.previews[0]?.effects.some(({ code }) => code === 'venafi.effect.self'));
  });
});

describe('fault 49: the page of the device flow that never leads back', () => {
  beforeEach(open);
  afterEach(close);

  it('ends at a limit of this side, however long the server would wait', async () => {
    world.control.setSwitches({ deviceLifetimeS: 10 * 86_400, deviceIntervalS: 60 });
    const begun = world.clock.monotonic();
    const { code, waiting } = await start();
    assert.ok(code.expiresAt <= world.clock.now() + 30 * 60_000, 'and says so');
    assert.deepEqual(await waiting.wait(never), { kind: 'expired' });
    assert.ok(world.clock.monotonic() - begun <= 30 * 60_000, `${world.clock.monotonic() - begun} ms`);
    assert.ok(polls() <= 30);
  });

  it('can be cancelled: polls no more, and what is approved later reaches nobody', async () => {
    const { code, waiting } = await start();
    const stop = new AbortController();
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (ms, signal) => {
      if (polls() === 2) stop.abort();
      signal.throwIfAborted();
      return sleep(ms, signal);
    };
    assert.deepEqual(await waiting.wait(stop.signal), { kind: 'aborted' });
    assert.equal(polls(), 2);
    const before = world.control.grants({ grantee: 'tpp-admin' }).length;
    world.control.decideDevice(code.userCode, { identity: 'tpp-admin' });
    assert.deepEqual(
      [polls(), world.control.devices().at(-1)?.state, world.control.grants({ grantee: 'tpp-admin' }).length],
      [2, 'approved', before],
    );
  });
});
