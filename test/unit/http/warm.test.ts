import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import type { Opened } from '../../../src/http/connection';
import { WarmConnections } from '../../../src/http/warm';
import { neverAborted } from './bench';

const stopped: Opened = { kind: 'stopped', onTheWayTo: 'server' };

/** A connection to nobody, which notes whether it keeps the process alive. */
class StillSocket extends Socket {
  keepsAlive = true;

  override _read(): void {
    // Nothing comes by itself.
  }

  override ref(): this {
    this.keepsAlive = true;
    return this;
  }

  override unref(): this {
    this.keepsAlive = false;
    return this;
  }

  /** Lets the server speak. */
  async speak(): Promise<void> {
    this.push('HTTP/1.1 408\r\n\r\n');
    await turn();
  }

  /** As Node does it at the end of what the other side sends. */
  async hangUp(): Promise<void> {
    this.push(null);
    this.read(0);
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('connections that were opened ahead', () => {
  let warm: WarmConnections;
  /** Of each opening: the signal that it is given, and how it is answered. */
  let openings: { readonly signal: AbortSignal; readonly answer: (opened: Opened) => void }[];
  const idleMs = 60_000;
  beforeEach(() => {
    warm = new WarmConnections(idleMs);
    openings = [];
  });
  afterEach(() => warm.close());

  const open = (key = 'a'): void =>
    warm.open(key, (signal) => new Promise((answer) => void openings.push({ signal, answer })));
  const give = async (opened: Opened, at = openings.length - 1): Promise<void> => {
    openings[at]?.answer(opened);
    await turn();
  };
  const waiting = async (key = 'a'): Promise<StillSocket> => {
    const socket = new StillSocket();
    open(key);
    await give({ kind: 'open', socket });
    return socket;
  };

  it('are opened once for each key', async () => {
    open('a');
    open('a');
    open('b');
    assert.equal(openings.length, 2);
    await give({ kind: 'open', socket: new StillSocket() }, 0);
    open('a');
    assert.equal(openings.length, 2);
  });

  it('are handed out once, under their own key, and keep the process alive from then on only', async () => {
    const socket = await waiting();
    assert.equal(socket.keepsAlive, false);
    assert.equal(await warm.take('b', neverAborted), undefined);
    assert.equal(await warm.take('a', neverAborted), socket);
    assert.deepEqual([socket.keepsAlive, socket.destroyed], [true, false]);
    assert.equal(await warm.take('a', neverAborted), undefined);
    open('a');
    assert.equal(openings.length, 2, 'the next one is opened anew');
  });

  it('are left to whoever took them', async () => {
    const socket = await waiting();
    await warm.take('a', neverAborted);
    await socket.speak();
    warm.close();
    assert.equal(socket.destroyed, false);
    assert.deepEqual(
      ['readable', 'end', 'close'].map((event) => socket.listenerCount(event) - new Socket().listenerCount(event)),
      [0, 0, 0],
    );
  });

  it('are waited for while they are being opened', async () => {
    open();
    const taken = warm.take('a', neverAborted);
    const socket = new StillSocket();
    await give({ kind: 'open', socket });
    assert.equal(await taken, socket);
  });

  it('are none when opening fails, and can be opened anew', async () => {
    open();
    await give(stopped);
    open();
    assert.equal(openings.length, 2);
    const taken = warm.take('a', neverAborted);
    await give(stopped);
    assert.equal(await taken, undefined);
  });

  for (const [what, end] of [
    ['the server speaks before it was asked', (socket: StillSocket) => socket.speak()],
    ['the server hangs up', (socket: StillSocket) => socket.hangUp()],
    [
      'the connection is lost',
      async (socket: StillSocket) => {
        socket.destroy();
        await turn();
      },
    ],
  ] as const) {
    it(`are dropped when ${what}, and another one can be opened`, async () => {
      const socket = await waiting();
      await end(socket);
      assert.equal(socket.destroyed, true);
      assert.equal(await warm.take('a', neverAborted), undefined);
      open();
      assert.equal(openings.length, 2);
    });
  }

  for (const [what, spoil] of [
    ['the server has just spoken on', (socket: StillSocket) => void socket.push('HTTP/1.1 408\r\n\r\n')],
    ['can carry nothing any more', (socket: StillSocket) => void socket.end()],
  ] as const) {
    it(`are not handed out when one ${what}`, async () => {
      const socket = await waiting();
      const taken = warm.take('a', neverAborted);
      spoil(socket);
      assert.equal(await taken, undefined);
      assert.equal(socket.destroyed, true);
    });
  }

  it('that came too late for its key stays out of the way of the next one', async () => {
    open();
    const taken = warm.take('a', neverAborted);
    open();
    await give(stopped, 0);
    assert.equal(await taken, undefined);
    open();
    assert.equal(openings.length, 2, 'the second one still stands under the key');
  });

  it('are dropped with all that are being opened', async () => {
    const socket = await waiting('a');
    open('b');
    warm.close();
    assert.equal(socket.destroyed, true);
    assert.deepEqual(
      openings.map(({ signal }) => signal.aborted),
      [true, true],
    );
    assert.equal(await warm.take('a', neverAborted), undefined);
  });

  it('are stopped when their request is stopped while it waits for them', async () => {
    open();
    const stop = new AbortController();
    const taken = warm.take('a', stop.signal);
    stop.abort();
    assert.equal(openings[0]?.signal.aborted, true);
    await give(stopped);
    assert.equal(await taken, undefined);
  });

  it('are not handed out to a request that was stopped', async () => {
    const socket = await waiting();
    const stop = new AbortController();
    const taken = warm.take('a', stop.signal);
    stop.abort();
    assert.equal(await taken, undefined);
    assert.equal(socket.destroyed, true);
  });

  it('are not hurt by a request that is stopped after it took one', async () => {
    const socket = await waiting();
    const stop = new AbortController();
    assert.equal(await warm.take('a', stop.signal), socket);
    stop.abort();
    assert.equal(socket.destroyed, false);
  });

  it('are dropped when nobody comes in time, and not before', async () => {
    const short = new WarmConnections(30);
    const socket = new StillSocket();
    short.open('a', async () => ({ kind: 'open', socket }));
    const taken = new StillSocket();
    short.open('b', async () => ({ kind: 'open', socket: taken }));
    await turn();
    assert.equal(socket.destroyed, false);
    assert.equal(await short.take('b', neverAborted), taken);
    await new Promise((resolve) => socket.once('close', resolve));
    assert.deepEqual([socket.destroyed, taken.destroyed], [true, false]);
  });
});
