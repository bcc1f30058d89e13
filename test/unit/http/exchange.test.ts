import assert from 'node:assert/strict';
import type Client from 'undici/lib/dispatcher/client.js';
import { Deadline } from '../../../src/http/deadline';
import { exchange } from '../../../src/http/exchange';
import { defaultLimits } from '../../../src/http/limits';

describe('exchange', () => {
  it('keeps a client that wants to send a second time from doing so', async () => {
    const aborted: boolean[] = [];
    const attempt = (handler: Client.Handler) => {
      let stopped = false;
      handler.onRequestStart({ abort: () => (stopped = true) });
      aborted.push(stopped);
    };
    const resending = {
      dispatch: (_options: Client.DispatchOptions, handler: Client.Handler) => {
        attempt(handler);
        attempt(handler);
        handler.onResponseError(undefined, new Error('gone'));
        return true;
      },
    };
    let started = 0;
    const deadline = new Deadline(new AbortController().signal, 1000);
    const end = await exchange(
      resending,
      { method: 'POST', path: '/', headers: [], body: undefined },
      { limits: defaultLimits, last: true, deadline, mayStart: () => true, onStart: () => void started++ },
    );
    deadline.release();
    assert.equal(end.kind === 'failed' && end.started, true);
    assert.deepEqual(aborted, [false, true]);
    assert.equal(started, 1);
  });
});
