import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { aborted, unlessAborted } from '../../../src/core/unlessAborted';

describe('unlessAborted', () => {
  const never = new Promise<string>(() => undefined);

  it('gives the answer, and lets go of the signal', async () => {
    const { signal } = new AbortController();
    const answer = unlessAborted(Promise.resolve('answer'), signal);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    assert.equal(await answer, 'answer');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('hands on a failure, and lets go of the signal', async () => {
    const { signal } = new AbortController();
    await assert.rejects(unlessAborted(Promise.reject(new Error('no')), signal), { message: 'no' });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('waits no longer once aborted, nor when it was so before', async () => {
    const stop = new AbortController();
    const answer = unlessAborted(never, stop.signal);
    stop.abort();
    assert.equal(await answer, aborted);
    assert.equal(await unlessAborted(never, stop.signal), aborted);
    assert.equal(await unlessAborted(Promise.resolve('late'), stop.signal), aborted);
  });

  it('drops a failure that comes too late', async () => {
    const stop = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const failing = new Promise<string>((_resolve, reject) => {
      fail = reject;
    });
    const answer = unlessAborted(failing, stop.signal);
    stop.abort();
    fail(new Error('too late'));
    assert.equal(await answer, aborted);
    // One that nobody handles would end the test run.
    await new Promise(setImmediate);
  });
});
