import assert from 'node:assert/strict';
import type { HttpResult } from '../../../src/core/ports';
import { type ReadRequest, readPatiently } from '../../../src/http/patientRead';
import { FakeClock } from '../../fakes/clock';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';

const request: ReadRequest = {
  method: 'GET',
  url: new URL('https://api.example/x'),
  pathTemplate: '/x',
  effect: 'read',
};
const broken: HttpResult = { kind: 'broken', cause: 'timeout', detail: 'd' };
const unavailable = response(503, 'not now');
const fine = response(200, 'fine');

describe('a read that is worth a second try', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock({ now: () => 0, advance: () => undefined });
  });

  async function read(answers: readonly HttpResult[], signal = new AbortController().signal) {
    const transport = new ScriptedTransport(...answers);
    const result = await readPatiently({ transport, clock }, request, signal);
    return { result, asked: transport.requests.length };
  }

  const cases: readonly (readonly [string, readonly HttpResult[], HttpResult, number, readonly number[]])[] = [
    ['is asked for once when it is answered', [fine], fine, 1, []],
    ['is asked for again when the service is unavailable', [unavailable, fine], fine, 2, [200]],
    ['is asked for again when the connection broke', [broken, broken, fine], fine, 3, [200, 800]],
    ['is asked for three times, and no more', [unavailable, broken, unavailable, fine], unavailable, 3, [200, 800]],
  ];
  for (const [what, answers, expected, asked, pauses] of cases) {
    it(what, async () => {
      assert.deepEqual(await read(answers), { result: expected, asked });
      assert.deepEqual(clock.sleeps, pauses);
    });
  }

  const asTheyAre: readonly HttpResult[] = [
    response(401),
    response(429),
    response(500),
    response(504),
    { kind: 'not-sent', cause: 'dns', detail: 'd' },
    { kind: 'redirect', status: 302, location: undefined },
    { kind: 'aborted', sent: false },
  ];
  for (const answer of asTheyAre) {
    it(`is left alone: ${answer.kind} ${'status' in answer ? answer.status : ''}`, async () => {
      assert.deepEqual(await read([answer, fine]), { result: answer, asked: 1 });
    });
  }

  it('is not asked for again when it is stopped while it waits', async () => {
    const abort = new AbortController();
    const transport = new ScriptedTransport(() => {
      abort.abort();
      return unavailable;
    }, fine);
    const result = await readPatiently({ transport, clock }, request, abort.signal);
    assert.deepEqual(result, { kind: 'aborted', sent: true });
    assert.equal(transport.requests.length, 1);
  });
});
