import assert from 'node:assert/strict';
import type Client from 'undici/lib/dispatcher/client.js';
import { Deadline } from '../../../src/http/deadline';
import { type ExchangeEnd, type ExchangeOptions, exchange, type Outgoing } from '../../../src/http/exchange';
import { defaultLimits } from '../../../src/http/limits';
import { ManualTimers } from '../../fakes/manualTimers';

const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });

/** One exchange whose client is the test: it says what happens on the wire, and sees what is asked of it. */
class Scene {
  readonly timers = new ManualTimers();
  readonly deadline = new Deadline(new AbortController().signal, 1_000, this.timers.start);
  readonly dispatched: Client.DispatchOptions[] = [];
  /** `asked`, `started`, `aborted`, and how it ended, in this order. */
  readonly events: string[] = [];
  readonly controller: Client.Controller = { abort: () => void this.events.push('aborted') };
  may: () => boolean = () => true;
  end: ExchangeEnd | undefined;
  #handler: Client.Handler | undefined;

  begin(outgoing: Partial<Outgoing> = {}, options: Partial<ExchangeOptions> = {}): void {
    const client = {
      dispatch: (asked: Client.DispatchOptions, handler: Client.Handler) => {
        this.dispatched.push(asked);
        this.#handler = handler;
        return true;
      },
    };
    void exchange(
      client,
      { method: 'POST', path: '/x', headers: ['a', 'b'], body: 'body', ...outgoing },
      {
        limits: { ...defaultLimits, bodyBytes: 10 },
        last: true,
        deadline: this.deadline,
        mayStart: () => {
          this.events.push('asked');
          return this.may();
        },
        onStart: () => void this.events.push('started'),
        ...options,
      },
    ).then((end) => {
      assert.equal(this.end, undefined);
      this.end = end;
    });
  }

  get handler(): Required<Client.Handler> {
    assert.ok(this.#handler, 'nothing was dispatched');
    return this.#handler as Required<Client.Handler>;
  }

  start(): void {
    this.handler.onRequestStart(this.controller);
  }

  head(status: number, headers: Client.IncomingHeaders = {}, words?: string): void {
    this.handler.onResponseStarted();
    this.handler.onResponseStart(this.controller, status, headers, words);
  }

  data(text: string): void {
    this.handler.onResponseData(this.controller, Buffer.from(text));
  }

  finish(): void {
    this.handler.onResponseEnd(this.controller);
  }

  fail(error: Error = gone): void {
    this.handler.onResponseError(this.controller, error);
  }

  async ended(): Promise<ExchangeEnd | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.end;
  }
}

describe('exchange', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  const answerOf = (end: ExchangeEnd | undefined) => {
    assert.ok(end?.kind === 'answer', JSON.stringify(end));
    return { ...end, raw: end.raw.toString() };
  };

  it('asks for the connection to be closed behind the last request, and not behind others', () => {
    scene.begin();
    const other = new Scene();
    other.begin({ body: undefined }, { last: false });
    assert.deepEqual(
      [scene, other].map(({ dispatched }) => dispatched),
      [
        [{ method: 'POST', path: '/x', headers: ['a', 'b'], body: 'body', reset: true }],
        [{ method: 'POST', path: '/x', headers: ['a', 'b'], body: null }],
      ],
    );
  });

  it('ends with the answer, of one piece, of several, or of none', async () => {
    for (const pieces of [[], ['abc'], ['abc', 'def', 'ghij']]) {
      scene = new Scene();
      scene.begin();
      scene.start();
      scene.head(200, { x: 'y' }, 'Fine');
      for (const piece of pieces) scene.data(piece);
      assert.equal(await scene.ended(), undefined);
      scene.finish();
      const answer = { kind: 'answer', status: 200, statusText: 'Fine', headers: { x: 'y' }, raw: pieces.join('') };
      assert.deepEqual(answerOf(await scene.ended()), answer);
      assert.deepEqual(scene.events, ['asked', 'started']);
    }
  });

  it('takes an informational answer for none', async () => {
    scene.begin();
    scene.start();
    scene.head(199, { early: 'yes' }, 'Hints');
    scene.fail();
    assert.deepEqual(await scene.ended(), { kind: 'failed', error: gone, started: true, progress: 'head' });
    scene = new Scene();
    scene.begin();
    scene.start();
    scene.head(103, { early: 'yes' }, 'Hints');
    scene.head(200);
    scene.finish();
    assert.deepEqual(answerOf(await scene.ended()), {
      kind: 'answer',
      status: 200,
      statusText: '',
      headers: {},
      raw: '',
    });
  });

  for (const [status, redirect] of [
    [299, false],
    [300, true],
    [304, true],
    [399, true],
    [400, false],
  ] as const) {
    it(`${redirect ? 'hangs up on' : 'reads'} a ${status}`, async () => {
      scene.begin();
      scene.start();
      scene.head(status, { location: '/x' });
      scene.data('abc');
      scene.finish();
      const end = await scene.ended();
      if (redirect) assert.deepEqual(end, { kind: 'redirect', status, headers: { location: '/x' } });
      else assert.equal(answerOf(end).raw, 'abc');
      assert.equal(scene.events.includes('aborted'), redirect);
    });
  }

  it('takes a body of exactly the cap, announced or not, and no byte more', async () => {
    for (const [length, pieces, kind] of [
      ['10', ['0123456789'], 'answer'],
      ['11', [], 'too-large'],
      [undefined, ['01234', '56789'], 'answer'],
      [undefined, ['01234', '567890'], 'too-large'],
    ] as const) {
      scene = new Scene();
      scene.begin();
      scene.start();
      scene.head(200, length === undefined ? {} : { 'content-length': length });
      for (const piece of pieces) scene.data(piece);
      if (kind === 'too-large') {
        assert.deepEqual(await scene.ended(), { kind });
        assert.deepEqual(scene.events, ['asked', 'started', 'aborted']);
      }
      scene.finish();
      assert.equal((await scene.ended())?.kind, kind);
    }
  });

  describe('a connection that fails', () => {
    const steps: readonly (readonly [string, () => void, object])[] = [
      ['before the request', () => undefined, { started: false, progress: 'none' }],
      ['after the request', () => scene.start(), { started: true, progress: 'none' }],
      [
        'within the head of the answer',
        () => {
          scene.start();
          scene.handler.onResponseStarted();
        },
        { started: true, progress: 'head' },
      ],
      [
        'within the body',
        () => {
          scene.start();
          scene.head(200);
          scene.data('abc');
        },
        { started: true, progress: 'body' },
      ],
      [
        'within the body of a second answer',
        () => {
          scene.start();
          scene.head(200);
          scene.handler.onResponseStarted();
        },
        { started: true, progress: 'body' },
      ],
    ];
    for (const [when, come, known] of steps) {
      it(`${when} ends it, and it is known how far it came`, async () => {
        scene.begin();
        come();
        scene.fail();
        assert.deepEqual(await scene.ended(), { kind: 'failed', error: gone, ...known });
      });
    }
  });

  describe('the deadline', () => {
    it('sends nothing when it was over before', async () => {
      scene.timers.advance(1_000);
      scene.begin();
      assert.deepEqual(await scene.ended(), { kind: 'stopped', started: false });
      assert.deepEqual([scene.dispatched, scene.events], [[], []]);
    });

    it('keeps a request unwritten that was waiting for its connection', async () => {
      scene.begin();
      scene.timers.advance(1_000);
      assert.deepEqual(await scene.ended(), { kind: 'stopped', started: false });
      scene.start();
      assert.deepEqual(scene.events, ['aborted']);
    });

    it('ends one that had left, and knows that', async () => {
      scene.begin();
      scene.start();
      scene.timers.advance(1_000);
      assert.deepEqual(await scene.ended(), { kind: 'stopped', started: true });
      assert.deepEqual(scene.events, ['asked', 'started', 'aborted']);
    });

    it('hears nothing of what comes later', async () => {
      scene.begin();
      scene.start();
      scene.timers.advance(1_000);
      scene.head(200, { 'content-length': '11' });
      scene.data('012345678901');
      scene.finish();
      scene.fail();
      assert.deepEqual(await scene.ended(), { kind: 'stopped', started: true });
      assert.deepEqual(scene.events, ['asked', 'started', 'aborted'], 'it was hung up on once');
    });

    it('is not listened to any more after the end', async () => {
      scene.begin();
      scene.start();
      scene.head(200);
      scene.finish();
      await scene.ended();
      scene.timers.advance(1_000);
      assert.deepEqual(scene.events, ['asked', 'started']);
    });

    it('may come in the middle of the last question', async () => {
      scene.may = () => {
        scene.deadline.stop();
        return true;
      };
      scene.begin();
      scene.start();
      assert.deepEqual(await scene.ended(), { kind: 'stopped', started: false });
      assert.deepEqual(scene.events, ['asked', 'aborted']);
    });
  });

  it('keeps a request unwritten that may not start', async () => {
    scene.may = () => false;
    scene.begin();
    scene.start();
    assert.deepEqual(await scene.ended(), { kind: 'withdrawn' });
    assert.deepEqual(scene.events, ['asked', 'aborted']);
  });

  it('keeps a client that wants to send a second time from doing so', async () => {
    scene.begin();
    scene.start();
    scene.start();
    scene.fail();
    assert.equal((await scene.ended())?.kind, 'failed');
    assert.deepEqual(scene.events, ['asked', 'started', 'aborted']);
  });
});
