/** Redirects are not followed: a 307 would take body and key to another address, a 302 would turn the POST into a read. */
import assert from 'node:assert/strict';
import { redirecting } from './accidents';
import { Gate } from './gate';
import { ended, Stand, services } from './stand';

for (const service of services) {
  describe(`fault 26: a redirect: ${service.name}`, () => {
    let stand: Stand;
    let other: Gate;
    beforeEach(async () => {
      stand = await Stand.open(service);
      other = await Gate.open(stand.world.sandbox.origin);
    });
    afterEach(async () => {
      await other.close();
      await stand.close();
    });

    const landed = () => stand.gate.count(/^\/landing/);

    for (const status of [301, 302, 303, 307, 308]) {
      for (const where of ['the same origin', 'another origin'] as const) {
        const to = () => (where === 'another origin' ? other.origin : stand.gate.origin);
        const accident = () => redirecting(status, `${to()}/landing?token=abc`);

        it(`${status} to ${where}, of the reset: unknown, names the origin, and nothing goes there`, async () => {
          const outcome = await stand.resetUnseen(accident());
          assert.equal(ended(outcome), 'unknown http.redirect', stand.text(outcome));
          assert.match(stand.text(outcome), new RegExp(`send the request on to ${to()} \\(status ${status}\\)\\.`));
          assert.match(
            stand.text(outcome),
            /not known whether .*; nothing was sent to the other address\..*then verify/,
          );
          assert.doesNotMatch(stand.text(outcome), /landing|token=/);
          await stand.assertKept(1);
          assert.equal((await stand.verifyLater(outcome)).kind, 'not-reset');
          assert.deepEqual([stand.resets, landed(), other.arrived.length], [1, 0, 0]);
        });

        it(`${status} to ${where}, of a read: the reset is not sent`, async () => {
          stand.gate.strike(service.read, accident());
          const outcome = await stand.reset();
          assert.equal(ended(outcome), 'not-sent http.redirect', stand.text(outcome));
          assert.match(stand.text(outcome), new RegExp(`on to ${to()} \\(status ${status}\\)`));
          assert.deepEqual([stand.resets, stand.gate.count(service.read)], [0, 1], 'resets, reads');
          assert.deepEqual([landed(), other.arrived.length, stand.gone], [0, 0, false]);
          await stand.assertKept(0);
        });
      }
    }
  });
}
