import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultEffect, FaultRule } from '../../../src/sandbox/api';
import { faultBook } from '../../../src/sandbox/faults';
import { SampleSandbox } from './sampleSandbox';

const route = { method: 'POST', path: '/{version}/authorization:reset' };

describe('sandbox: faults', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const faults = () => sandbox.running.control.faults;
  const strike = (effect: FaultEffect, more: Partial<FaultRule> = {}) =>
    faults().add({ match: route, times: 1, effect, ...more });
  const reset = () => sandbox.api(sandbox.bob.accessToken, 'authorization:reset');
  const carriedOut = () => sandbox.state(sandbox.bob) === 'none';

  /** Sends a reset by hand and returns every byte until the connection ends, or until enough has come. */
  function rawReset(enough = Number.POSITIVE_INFINITY): Promise<{ text: string; failed: boolean }> {
    const { port } = new URL(sandbox.running.origin);
    return new Promise((resolve) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1');
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.length >= enough) {
          socket.destroy();
          resolve({ text, failed: false });
        }
      });
      socket.on('error', () => resolve({ text, failed: true }));
      socket.on('end', () => {
        socket.end();
        resolve({ text, failed: false });
      });
      socket.write(
        `POST /v1/authorization:reset HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 0\r\n` +
          `Authorization: Bearer ${sandbox.bob.accessToken}\r\n\r\n`,
      );
    });
  }

  it('answers something else, and the request has no effect', async () => {
    strike({ kind: 'answer', status: 503, headers: { 'X-Reason': 'test' }, body: { error: 'x' } });
    const answer = await reset();
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('x-reason'), 'test');
    assert.deepEqual(answer.json<object>(), { error: 'x' });
    assert.equal(carriedOut(), false);
    assert.equal((await reset()).status, 200);
  });

  it('answers something else after the effect, when told so', async () => {
    strike({ kind: 'answer', status: 503 }, { carryOut: true });
    assert.equal((await reset()).status, 503);
    assert.equal(carriedOut(), true);
  });

  it('resets the connection before or after the effect', async () => {
    strike({ kind: 'reset-before' });
    await assert.rejects(reset());
    assert.equal(carriedOut(), false);
    strike({ kind: 'reset-after' });
    await assert.rejects(reset());
    assert.equal(carriedOut(), true);
    assert.equal(sandbox.running.control.google.resets().length, 1);
  });

  it('carries out and stays silent', async () => {
    strike({ kind: 'no-answer' });
    const silent = rawReset();
    await until(carriedOut);
    await sandbox.running.close();
    assert.equal((await silent).text, '');
  });

  it('cuts the body', async () => {
    strike({ kind: 'cut-body', bytes: 1 });
    await assert.rejects(reset());
    assert.equal(carriedOut(), true);
  });

  it('redirects, and asks to come back later in its own words', async () => {
    strike({ kind: 'redirect', status: 307, location: 'https://elsewhere.example/' });
    const response = await fetch(`${sandbox.running.origin}/v1/authorization:reset`, {
      method: 'POST',
      redirect: 'manual',
    });
    assert.equal(response.status, 307);
    assert.equal(response.headers.get('location'), 'https://elsewhere.example/');
    for (const value of ['3600', 'Fri, 05 Jun 2026 05:00:00 GMT', '-5', 'abc']) {
      strike({ kind: 'retry-after', value });
      const answer = await reset();
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get('retry-after'), value);
    }
    assert.equal(carriedOut(), false);
  });

  it('drips the real answer byte by byte', async () => {
    strike({ kind: 'slow-loris', intervalMs: 1 });
    assert.equal((await reset()).text, '{}\n');
    assert.equal(carriedOut(), true);
  });

  it('a drip ends with the sandbox', async () => {
    strike({ kind: 'slow-loris', intervalMs: 60_000 });
    const dripping = rawReset();
    await until(carriedOut);
    await sandbox.running.close();
    assert.doesNotMatch((await dripping).text, /\{\}/);
  });

  it('floods: a huge body, a gzip bomb, headers without end', async () => {
    strike({ kind: 'huge-body', bytes: 3_000_000 });
    assert.equal((await reset()).text.length, 3_000_000);
    strike({ kind: 'gzip-bomb', bytes: 3_000_000 });
    const { text } = await rawReset(1_000);
    assert.match(text, /content-encoding: gzip/i);
    strike({ kind: 'gzip-bomb', bytes: 3_000_000 });
    assert.equal((await reset()).text.length, 3_000_000);
    assert.equal(carriedOut(), false);
    strike({ kind: 'many-headers', count: 10_000 });
    await assert.rejects(reset());
    assert.equal(carriedOut(), true);
  });

  it('a client that hangs up in a flood ends the flood', async () => {
    strike({ kind: 'huge-body' });
    await rawReset(100_000);
    await until(() => sandbox.running.control.requests.list().at(-1)?.fault === 'huge-body');
  });

  it('lies about length, type and framing', async () => {
    strike({ kind: 'wrong-content-length' });
    await assert.rejects(reset());
    assert.equal(carriedOut(), true);
    const again = await sandbox.signIn();
    const call = () => sandbox.api(again.access_token, 'accessType:check');
    const match = { path: '/v1/accessType:check' };
    strike({ kind: 'wrong-content-type' }, { match });
    assert.equal((await call()).headers.get('content-type'), 'text/plain');
    strike({ kind: 'broken-chunks' }, { match });
    await assert.rejects(call());
    strike({ kind: 'not-http' }, { match });
    await assert.rejects(call());
    strike({ kind: 'html' }, { match });
    assert.match((await call()).text, /^<!DOCTYPE html>/);
    strike({ kind: 'empty' }, { match });
    const empty = await call();
    assert.deepEqual([empty.status, empty.text], [200, '']);
  });

  it('delays the real answer', async () => {
    strike({ kind: 'delay', ms: 30 });
    const before = performance.now();
    assert.equal((await reset()).status, 200);
    assert.ok(performance.now() - before >= 29);
  });

  it('notes in the log which fault struck, and whether an answer was sent', async () => {
    strike({ kind: 'reset-after' });
    await assert.rejects(reset());
    strike({ kind: 'answer', status: 503 });
    await reset();
    const { requests } = sandbox.running.control;
    await until(() => requests.list().at(-1)?.status !== undefined);
    assert.deepEqual(
      requests.list(route).map(({ fault, status }) => [fault, status]),
      [
        ['reset-after', undefined],
        ['answer', 503],
      ],
    );
  });

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await pause(2);
  }
});

describe('sandbox: which fault strikes', () => {
  const effect: FaultEffect = { kind: 'empty' };

  it('by method, template and prefix', () => {
    const book = faultBook();
    const strikes = (match: FaultRule['match'], method: string, path: string) => {
      book.clear();
      book.add({ match, effect });
      return book.take(method, path) !== undefined;
    };
    assert.equal(strikes({}, 'GET', '/any'), true);
    assert.equal(strikes({ method: 'post' }, 'POST', '/any'), true);
    assert.equal(strikes({ method: 'POST' }, 'GET', '/any'), false);
    assert.equal(strikes(route, 'POST', '/v1beta/authorization:reset'), true);
    assert.equal(strikes(route, 'POST', '/v1/authorization:reset2'), false);
    assert.equal(strikes({ path: '/v1/archiveJobs/{id}:retry' }, 'POST', '/v1/archiveJobs/a-b:retry'), true);
    assert.equal(strikes({ path: '/v1/archiveJobs/{id}:retry' }, 'POST', '/v1/archiveJobs/a/b:retry'), false);
    assert.equal(strikes({ path: '/v1/*' }, 'POST', '/v1/x/y'), true);
    assert.equal(strikes({ path: '/v1.token' }, 'POST', '/v1xtoken'), false);
  });

  it('the newest first, as often as it says, until removed', () => {
    const book = faultBook();
    const lasting = book.add({ match: {}, effect: { kind: 'html' } });
    book.add({ match: {}, times: 2, effect });
    const kinds = [1, 2, 3].map(() => book.take('GET', '/')?.effect.kind);
    assert.deepEqual(kinds, ['empty', 'empty', 'html']);
    assert.deepEqual(
      book.list().map(({ id, struck }) => [id, struck]),
      [[lasting, 1]],
    );
    assert.equal(book.remove(lasting), true);
    assert.equal(book.remove(lasting), false);
    assert.equal(book.take('GET', '/'), undefined);
  });
});
