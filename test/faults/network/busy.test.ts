/** Services that have no time: asked too often, or not available for the moment. */
import assert from 'node:assert/strict';
import { quotaOf } from '../../../src/core/model';
import { answering } from './accidents';
import { ended, type Service, Stand, services } from './stand';

/** As each service says that it was asked too often. */
const tooOften: Readonly<Record<string, { readonly body: object; readonly code: string; readonly withTime: string }>> =
  {
    googleDataPortability: {
      body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Too many requests.' } },
      code: 'google.tooManyRequests',
      withTime: 'google.tooManyRequestsWait',
    },
    identityPlatform: {
      body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Too many requests.' } },
      code: 'identityPlatform.tooMany',
      withTime: 'identityPlatform.tooManyWait',
    },
    venafiTpp: { body: {}, code: 'venafi.tooManyRequests', withTime: 'venafi.tooManyRequestsWait' },
  };

/** `Retry-After`, and the seconds that are understood; 0 stands for a date an hour from now. */
const waits: readonly (readonly [value: string | undefined, seconds: number | undefined])[] = [
  ['3600', 3600],
  ['an HTTP date', 3600],
  ['-5', undefined],
  ['abc', undefined],
  [undefined, undefined],
];

for (const service of services) {
  describe(`${service.name}, busy`, () => {
    let stand: Stand;
    beforeEach(async () => {
      stand = await Stand.open(service);
    });
    afterEach(() => stand.close());

    function tooMany(value: string | undefined) {
      const { body } = expected(service);
      const date = () => new Date(stand.world.clock.now() + 3_600_000).toUTCString();
      const header = value === undefined ? '' : `retry-after: ${value === 'an HTTP date' ? date() : value}\r\n`;
      return answering(429, header, body);
    }

    for (const [value, seconds] of waits) {
      const name = value ?? 'none';
      const { code, withTime } = expected(service);
      const reason = seconds === undefined ? code : withTime;

      it(`fault 29: 429 with Retry-After ${name}, to the reset: refused, and one request`, async () => {
        stand.gate.strike(service.reset, tooMany(value));
        const outcome = await stand.reset();
        assert.equal(ended(outcome), `refused ${reason}`, stand.text(outcome));
        const told = quotaOf(outcome.reason)?.seconds;
        // A date has whole seconds, and some time passes until it is read.
        assert.ok(seconds === undefined ? told === undefined : Math.abs((told ?? 0) - seconds) <= 2, String(told));
        assert.match(stand.text(outcome), /Nothing was (done|reset|revoked)|was not (reset|revoked)/);
        assert.deepEqual([stand.resets, stand.gone], [1, false], 'requests, truth');
        await stand.assertKept(0);
      });

      it(`fault 29: 429 with Retry-After ${name}, to a read: the reset is not sent`, async () => {
        stand.gate.strike(service.read, tooMany(value));
        const outcome = await stand.reset();
        assert.match(ended(outcome), /^(refused|not-sent) /, stand.text(outcome));
        assert.deepEqual([stand.resets, stand.gate.count(service.read)], [0, 1], 'resets, reads');
        await stand.assertKept(0);
      });
    }

    const unavailable = () => answering(503, '', {});

    it('fault 30: 503 and then 200 to a read: asked once more, and the reset goes on', async () => {
      stand.gate.strike(service.patient, unavailable(), 1);
      const outcome = await stand.reset();
      assert.equal(outcome.kind, 'verified', stand.text(outcome));
      assert.deepEqual([stand.resets, stand.gone], [1, true]);
    });

    it('fault 30: 503 and then 200 to the reset: unknown, found alive, Retry is offered, and it works', async () => {
      stand.gate.strike(service.reset, unavailable(), 1);
      const outcome = await stand.reset();
      assert.equal(outcome.kind, 'not-reset', stand.text(outcome));
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'retry'));
      assert.deepEqual([stand.resets, stand.gone], [1, false], 'nothing is sent again by itself');
      assert.equal((await stand.reset()).kind, 'verified');
      assert.deepEqual([stand.resets, stand.gone], [2, true]);
    });

    it('fault 30: 503 to the reset, and nobody has looked: unknown, and Verify comes first', async () => {
      const outcome = await stand.resetUnseen(unavailable());
      assert.equal(outcome.kind, 'unknown', stand.text(outcome));
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'verify'));
      assert.ok(!outcome.reason.actions.some(({ kind }) => kind === 'retry'));
      await stand.assertKept(1);
      const settled = await stand.verifyLater(outcome);
      assert.equal(settled.kind, 'not-reset');
      assert.ok(settled.reason.actions.some(({ kind }) => kind === 'retry'));
      assert.equal(stand.resets, 1);
    });
  });
}

function expected({ provider }: Service) {
  const found = tooOften[provider];
  assert.ok(found, provider);
  return found;
}
