import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { openLoopback } from '../../../src/auth/loopback';
import { listenOnAll } from '../../../src/auth/loopbackListen';
import { LoopbackStage, right, state } from './loopbackStage';
import { ask, freePort, occupy, openRaw, tryConnect } from './rawConnection';

/** Containers often have no IPv6; `localhost` is then one address, as the code has it too. */
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const stacks = hasIPv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

async function nobodyListens(port: number): Promise<void> {
  for (const stack of stacks) assert.equal(await tryConnect(port, stack), 'ECONNREFUSED', stack);
}

describe('the loopback listener, at its end and at registered addresses,', () => {
  let stage: LoopbackStage;
  beforeEach(() => {
    stage = new LoopbackStage();
  });
  afterEach(() => stage.close());

  describe('is gone', () => {
    const gone = async (): Promise<void> => assert.equal(await tryConnect(stage.port), 'ECONNREFUSED');

    for (const [what, target] of [
      ['success', right],
      ['denial', `/callback?error=access_denied&state=${state}`],
      ['an error', `/callback?error=server_error&state=${state}`],
    ] as const) {
      it(`a second after ${what}, with every connection to it`, async () => {
        await stage.open();
        const idle = await openRaw(stage.port);
        await ask(stage.port, target);
        assert.equal(await tryConnect(stage.port), 'connected', 'for a browser that asks again');
        stage.clock.advance(1000);
        await idle.answer;
        await gone();
      });
    }

    it('at time-out, with every connection to it', async () => {
      const { result } = await stage.open();
      const idle = await openRaw(stage.port);
      stage.clock.advance(299_999);
      assert.equal(await tryConnect(stage.port), 'connected');
      assert.equal(stage.result, undefined);
      stage.clock.advance(1);
      assert.deepEqual(await result, { kind: 'timed-out' });
      await gone();
      await idle.answer;
    });

    it('at cancel, with every connection to it', async () => {
      const { result } = await stage.open();
      const idle = await openRaw(stage.port);
      idle.write('GET /callb');
      stage.stop.abort();
      assert.deepEqual(await result, { kind: 'cancelled' });
      await gone();
      await idle.answer;
    });

    it('at cancel after an answer, without waiting', async () => {
      await stage.open();
      await ask(stage.port, right);
      stage.stop.abort();
      await gone();
      assert.equal((await stage.listener?.result)?.kind, 'code');
    });

    it('when it is closed, twice too', async () => {
      const { close, result } = await stage.open();
      await Promise.all([close(), close()]);
      assert.deepEqual(await result, { kind: 'cancelled' });
      await gone();
      await close();
    });

    it('before it was there, when cancelled before', async () => {
      stage.stop.abort();
      assert.deepEqual(await openLoopback(stage.options, stage.stop.signal), { kind: 'cancelled' });
    });

    it('when cancelled while it opens', async () => {
      const port = await freePort();
      const redirect = { kind: 'fixed', uri: `http://127.0.0.1:${port}/` } as const;
      const opening = openLoopback({ ...stage.options, redirect }, stage.stop.signal);
      stage.stop.abort();
      assert.deepEqual(await opening, { kind: 'cancelled' });
      assert.equal(await tryConnect(port), 'ECONNREFUSED');
    });
  });

  describe('at a registered address', () => {
    it('keeps it as it is written, and takes its path alone', async () => {
      const port = await freePort();
      for (const [uri, path] of [
        [`http://127.0.0.1:${port}`, '/'],
        [`http://127.0.0.1:${port}/oauth2/back`, '/oauth2/back'],
      ] as const) {
        const { redirectUri, result, close } = await stage.open({ kind: 'fixed', uri });
        assert.equal(redirectUri, uri);
        assert.equal((await ask(port, right)).status, 404);
        assert.equal((await ask(port, right.replace('/callback', path))).status, 200);
        assert.equal((await result).kind, 'code');
        await close();
      }
    });

    it('says so when the port is in use, and leaves its owner alone', async () => {
      const port = await freePort();
      const leave = await occupy(port, '127.0.0.1');
      try {
        for (const host of ['127.0.0.1', 'localhost']) {
          const redirect = { kind: 'fixed', uri: `http://${host}:${port}/` } as const;
          const opened = await openLoopback({ ...stage.options, redirect }, stage.stop.signal);
          assert.deepEqual(opened, { kind: 'port-in-use', port });
        }
        assert.equal(await tryConnect(port), 'connected');
        if (hasIPv6) assert.equal(await tryConnect(port, '::1'), 'ECONNREFUSED');
      } finally {
        await leave();
      }
    });

    it('localhost: fails when the port is in use on one of its addresses, for the browser may go there', async () => {
      const port = await freePort();
      const leave = await occupy(port, stacks.at(-1) ?? '');
      try {
        const redirect = { kind: 'fixed', uri: `http://localhost:${port}/` } as const;
        const opened = await openLoopback({ ...stage.options, redirect }, stage.stop.signal);
        assert.deepEqual(opened, { kind: 'port-in-use', port });
        if (hasIPv6) assert.equal(await tryConnect(port), 'ECONNREFUSED', 'the half that could be had is given back');
      } finally {
        await leave();
      }
    });

    for (const stack of stacks) {
      it(`localhost: hears a browser that comes by ${stack}, and both are gone afterwards`, async () => {
        const port = await freePort();
        const { result, close } = await stage.open({ kind: 'fixed', uri: `http://localhost:${port}/callback` });
        const headers = { Host: `localhost:${port}` };
        assert.equal((await ask(port, right, { host: stack })).status, 421, 'by its name alone');
        assert.equal((await ask(port, right, { host: stack, headers })).status, 200);
        assert.equal((await result).kind, 'code');
        await close();
        await nobodyListens(port);
      });
    }

    it('refuses what does not lead to this machine', async () => {
      const redirect = { kind: 'fixed', uri: 'https://app.example/callback' } as const;
      assert.deepEqual(await openLoopback({ ...stage.options, redirect }, stage.stop.signal), { kind: 'not-loopback' });
    });
  });
});

describe('listenOnAll', () => {
  // 2001:db8::/32 is for documentation: no machine has it, as one without IPv6 has no ::1.
  it('does without an address that the machine does not have', async () => {
    const listening = await listenOnAll(['127.0.0.1', '2001:db8::1'], await freePort(), () => createServer());
    assert.ok(listening.kind === 'listening');
    assert.equal(await tryConnect(listening.port), 'connected');
    await listening.stop();
  });

  it('fails when it has none of them', async () => {
    const listening = await listenOnAll(['2001:db8::1'], await freePort(), () => createServer());
    assert.deepEqual(listening, { kind: 'failed', code: 'EADDRNOTAVAIL' });
  });
});
