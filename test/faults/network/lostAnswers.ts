/** Tables of faults, each tried on the reset and on a read of each service. */
import assert from 'node:assert/strict';
import { defaultLimits } from '../../../src/http/limits';
import { afterwards } from './accidents';
import type { Accident } from './gate';
import { ended, type Service, Stand, services } from './stand';

export interface LostAnswer {
  /** @param timeOut has the longest time pass that a request may take */
  readonly accident: (timeOut: () => void) => Accident;
  /** Code of the reason, by provider where it is not the same for all. */
  readonly code: string | Readonly<Record<string, string>>;
  /** What happened, in the text. */
  readonly happened: RegExp;
}

/**
 * Faults behind which nobody can tell what became of the request: one request, `unknown` until a read settles it, and
 * nothing sent again by itself.
 */
export function lostAnswers(rows: Readonly<Record<string, LostAnswer>>): void {
  for (const service of services) {
    describe(service.name, () => {
      let stand: Stand;
      beforeEach(async () => {
        stand = await Stand.open(service);
      });
      afterEach(() => stand.close());

      for (const [name, row] of Object.entries(rows)) {
        for (const carriedOut of [false, true]) {
          const behind = carriedOut ? 'although it was carried out' : 'and nothing was done';
          it(`${name}, ${behind}: one request, unknown, then verified by reading`, async () => {
            const { happened } = row;
            const accident = row.accident(() => stand.timers.advance(defaultLimits.totalMs));
            const outcome = await stand.resetUnseen(carriedOut ? afterwards(accident) : accident);
            assert.equal(ended(outcome), `unknown ${codeOf(row, service)}`, stand.text(outcome));
            assert.match(stand.text(outcome), happened);
            assert.match(stand.text(outcome), /It is not known whether .*\b[Vv]erify/);
            assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'verify'));
            assert.ok(!outcome.reason.actions.some(({ kind }) => kind === 'retry'));
            await stand.assertKept(1);

            const settled = await stand.verifyLater(outcome);
            assert.equal(settled.kind, carriedOut ? 'verified' : 'not-reset', stand.text(settled));
            assert.deepEqual([stand.resets, stand.gone], [1, carriedOut], 'requests, truth');
            assert.equal((await stand.world.journal.unfinished()).length, 0);
          });
        }

        it(`${name}, at a read: the reset is not sent`, async () => {
          stand.gate.strike(
            service.read,
            row.accident(() => stand.timers.advance(defaultLimits.totalMs)),
          );
          const outcome = await stand.reset();
          assert.equal(ended(outcome), `not-sent ${codeOf(row, service)}`, stand.text(outcome));
          assert.match(stand.text(outcome), row.happened);
          assert.match(stand.text(outcome), /Nothing was (reset|sent|revoked)/);
          assert.deepEqual([stand.resets, stand.gone], [0, false], 'requests, truth');
          await stand.assertKept(0);
        });
      }
    });
  }
}

function codeOf({ code }: LostAnswer, { provider }: Service): string {
  return typeof code === 'string' ? code : (code[provider] ?? '');
}
