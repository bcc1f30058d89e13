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
  readonly stream = new ResponseStream({
    place: 'host:443',
    idleMs,
    startTimer: this.timers.start,
    bufferBytes: 100,
    onEnd: (end) => void this.ends.push(end),
  });
  readonly controller = {
    abort: () => void this.calls.push('abort'),
    pause: () => void this.calls.push('pause'),
    resume: () => void this.calls.push('resume'),
  };

  constructor() {
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
});
