import assert from 'node:assert/strict';
import type { BodyEnd } from '../../../src/core/downloadPorts';
import { ResponseStream } from '../../../src/http/responseStream';
import { ManualTimers } from '../../fakes/manualTimers';

const idleMs = 30_000;

/** A stream whose connection is the test: it says what comes, and sees what is asked of it. */
class Scene {
  readonly timers = new ManualTimers();
  readonly calls: string[] = [];
  readonly ends: BodyEnd[] = [];
  readonly statuses: (number | undefined)[] = [];
  readonly stream = new ResponseStream({
    place: 'host:443',
    idleMs,
    startTimer: this.timers.start,
    bufferBytes: 100,
    onEnd: (end, status) => {
      this.ends.push(end);
      this.statuses.push(status);
    },
  });
  readonly controller = {
    abort: () => void this.calls.push('abort'),
    pause: () => void this.calls.push('pause'),
    resume: () => void this.calls.push('resume'),
  };

  constructor(server: 'answers' | 'silent' = 'answers') {
    if (server === 'silent') return;
    this.stream.onRequestStart(this.controller);
    this.stream.onResponseStart(this.controller, 200, {});
  }

  come(bytes: number): void {
    this.stream.onResponseData(this.controller, Buffer.alloc(bytes, 'x'));
  }

  async take(): Promise<number> {
    const { done, value } = await this.stream.next();
    return done ? -1 : value.length;
  }
}

describe('ResponseStream', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  it('has the server wait when enough waits for the reader, and go on when half of it is taken', async () => {
    scene.come(60);
    assert.deepEqual(scene.calls, []);
    scene.come(60);
    assert.deepEqual(scene.calls, ['pause']);
    assert.equal(await scene.take(), 60);
    assert.deepEqual(scene.calls, ['pause']);
    assert.equal(await scene.take(), 60);
    assert.deepEqual(scene.calls, ['pause', 'resume']);
  });

  it('does not call it silence while the server has to wait, and does when it goes on', async () => {
    scene.come(60);
    scene.come(60);
    scene.timers.advance(10 * idleMs);
    assert.equal(scene.ends.length, 0);
    await scene.take();
    await scene.take();
    scene.timers.advance(idleMs - 1);
    assert.equal(scene.ends.length, 0, 'the time starts anew');
    scene.timers.advance(1);
    const end = { kind: 'cut', cause: 'timeout', detail: `host:443: silent for ${idleMs} ms` } as const;
    assert.deepEqual(scene.ends, [end]);
    assert.deepEqual(await scene.stream.next(), { done: true, value: end });
    assert.ok(scene.calls.includes('abort'));
  });

  it('waits anew after every byte', () => {
    for (let times = 0; times < 5; times++) {
      scene.timers.advance(idleMs - 1);
      scene.come(1);
    }
    assert.equal(scene.ends.length, 0);
    scene.timers.advance(idleMs);
    assert.equal(scene.ends[0]?.kind, 'cut');
  });

  for (const by of ['reader', 'owner'] as const) {
    it(`drops what waits, and hangs up, when its ${by} has had enough while the server has to wait`, async () => {
      scene.come(120);
      if (by === 'reader') await scene.stream.return();
      else scene.stream.abort();
      assert.deepEqual(await scene.stream.next(), { done: true, value: { kind: 'aborted' } });
      assert.deepEqual(scene.calls, ['pause', 'abort']);
    });
  }

  it('hands on what had come before the connection broke', async () => {
    scene.come(120);
    scene.stream.onResponseError(scene.controller, Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
    assert.equal(await scene.take(), 120);
    const { done, value } = await scene.stream.next();
    assert.deepEqual([done, value], [true, { kind: 'cut', cause: 'cut-body', detail: 'host:443: ECONNRESET' }]);
  });

  it('has the server wait from exactly so many bytes on, and not go on with exactly half of them', async () => {
    scene.come(50);
    scene.come(49);
    assert.deepEqual(scene.calls, []);
    scene.come(1);
    assert.deepEqual(scene.calls, ['pause']);
    assert.equal(await scene.take(), 50);
    assert.deepEqual(scene.calls, ['pause'], 'half of them wait');
    assert.equal(await scene.take(), 49);
    assert.deepEqual(scene.calls, ['pause', 'resume']);
    assert.equal(await scene.take(), 1);
    assert.deepEqual(scene.calls, ['pause', 'resume'], 'once');
  });

  it('wakes a reader who waits: by bytes, and by the end', async () => {
    const first = scene.take();
    scene.come(7);
    assert.equal(await first, 7);
    const second = scene.stream.next();
    scene.stream.onResponseEnd();
    assert.deepEqual(await second, { done: true, value: { kind: 'complete' } });
    assert.deepEqual(scene.ends, [{ kind: 'complete' }]);
    assert.deepEqual(scene.calls, []);
  });

  it('stays complete when it is given up after all of it was read, and not before', async () => {
    scene.come(7);
    scene.stream.onResponseEnd();
    assert.equal(await scene.take(), 7);
    assert.deepEqual(await scene.stream.return(), { done: true, value: { kind: 'complete' } });
    const unread = new Scene();
    unread.come(7);
    unread.stream.onResponseEnd();
    assert.deepEqual(await unread.stream.return(), { done: true, value: { kind: 'aborted' } });
    assert.deepEqual(await unread.stream.next(), { done: true, value: { kind: 'aborted' } });
    assert.deepEqual(unread.ends, [{ kind: 'complete' }]);
  });

  it('does not have a server go on that is gone', async () => {
    scene.come(120);
    scene.stream.onResponseEnd();
    assert.equal(await scene.take(), 120);
    assert.deepEqual(scene.calls, ['pause']);
  });

  it('hears nothing after its end', async () => {
    scene.stream.abort();
    scene.come(7);
    scene.stream.onResponseEnd();
    scene.stream.onResponseError(scene.controller, new Error('late'));
    scene.timers.advance(idleMs);
    assert.deepEqual(await scene.stream.next(), { done: true, value: { kind: 'aborted' } });
    assert.deepEqual([scene.ends, scene.calls], [[{ kind: 'aborted' }], ['abort']]);
  });
});

describe('the head of a ResponseStream', () => {
  const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene('silent');
  });
  const start = () => scene.stream.onRequestStart(scene.controller);

  it('is status and headers; an informational one is none', async () => {
    start();
    scene.stream.onResponseStart(scene.controller, 199, { early: 'yes' });
    scene.stream.onResponseStart(scene.controller, 200, { x: 'y' });
    assert.deepEqual(await scene.stream.head, { kind: 'head', status: 200, headers: { x: 'y' } });
    scene.stream.abort();
    assert.deepEqual(scene.statuses, [200]);
  });

  for (const [when, begin, started, cause] of [
    ['before the request', () => undefined, false, 'connection-reset'],
    ['after it', start, true, 'connection-reset'],
  ] as const) {
    it(`is missing when the connection fails ${when}`, async () => {
      begin();
      scene.stream.onResponseError(undefined, gone);
      assert.deepEqual(await scene.stream.head, { kind: 'failed', error: gone, started });
      assert.deepEqual(scene.ends, [{ kind: 'cut', cause, detail: 'host:443: ECONNRESET' }]);
      assert.deepEqual(scene.statuses, [undefined]);
    });
  }

  it('is missing when the answer ends without it', async () => {
    start();
    scene.stream.onResponseEnd();
    assert.deepEqual(await scene.stream.head, { kind: 'failed', error: undefined, started: true });
  });

  it('is missing when an error has no code', async () => {
    start();
    scene.stream.onResponseError(undefined, new Error('x'));
    assert.deepEqual(scene.ends, [{ kind: 'cut', cause: 'malformed', detail: 'host:443: failed' }]);
  });

  it('is missing when it takes too long, counted from when the request leaves', async () => {
    scene.timers.advance(idleMs - 1);
    start();
    scene.timers.advance(idleMs - 1);
    assert.deepEqual(scene.ends, []);
    scene.timers.advance(1);
    const end = { kind: 'cut', cause: 'timeout', detail: `host:443: silent for ${idleMs} ms` };
    assert.deepEqual(await scene.stream.head, { kind: 'cut', end });
    assert.deepEqual(scene.calls, ['abort']);
  });

  it('is missing when it is given up, before and after the request has left', async () => {
    scene.stream.abort();
    assert.deepEqual(await scene.stream.head, { kind: 'aborted' });
    assert.deepEqual(scene.calls, []);
    start();
    assert.deepEqual(scene.calls, ['abort'], 'the request stays unwritten');
    scene = new Scene('silent');
    start();
    scene.stream.abort();
    scene.stream.onResponseStart(scene.controller, 200, {});
    assert.deepEqual(await scene.stream.head, { kind: 'aborted' });
    assert.deepEqual([scene.calls, scene.statuses], [['abort'], [undefined]]);
  });

  it('is asked for once, whatever the client wants', () => {
    start();
    start();
    assert.deepEqual([scene.calls, scene.ends], [['abort'], []]);
  });
});
