import assert from 'node:assert/strict';
import { reason } from '../../../src/core/model';
import { isWithin, type Preview } from '../../../src/core/provider';
import { wasConfirmed } from '../../../src/core/wasConfirmed';
import { noon } from '../../fakes/resetStage';

const grant = {
  timeBased: ['maps', 'youtube'],
  oneTime: ['search', 'play'],
  credentials: [
    { storedAt: noon, alive: true },
    { storedAt: noon + 1, alive: false },
  ],
};
const shown: Preview = {
  effects: [reason('test.effect', { host: 'a' })],
  losses: [reason('test.loss', { count: '1' })],
  grant,
};
const records = { count: 2, users: 1, names: ['a', 'b'] };

/** What may stand in a preview a moment later. */
const others: Readonly<Record<string, Partial<Preview>>> = {
  'another effect': { effects: [reason('test.other', { host: 'a' })] },
  'an effect elsewhere': { effects: [reason('test.effect', { host: 'b' })] },
  'one effect more': { effects: [...shown.effects, reason('test.more')] },
  'no effect': { effects: [] },
  'another credential': { grant: { ...grant, credentials: [{ storedAt: noon + 2, alive: true }] } },
  'a credential that is dead by now': {
    grant: { ...grant, credentials: grant.credentials.map((one) => ({ ...one, alive: false })) },
  },
  'one credential less': { grant: { ...grant, credentials: grant.credentials.slice(1) } },
};
const otherEnds: Readonly<Record<string, Partial<Preview>>> = {
  'another loss': { losses: [reason('test.loss', { count: '2' })] },
  'no loss': { losses: [] },
  'one grant more': { grant: { ...grant, timeBased: ['maps', 'youtube', 'play'] } },
  'one grant less': { grant: { ...grant, oneTime: ['search'] } },
  'a grant of another kind': { grant: { ...grant, timeBased: ['maps', 'search'], oneTime: ['youtube', 'play'] } },
  'records of grants': { grant: { ...grant, grants: records } },
};

describe('whether a reset would do what was confirmed', () => {
  it('it does when nothing has changed', () => {
    assert.equal(wasConfirmed(structuredClone(shown), shown), true);
  });

  it('it does in whatever order grants are named', () => {
    const turned = { ...grant, timeBased: ['youtube', 'maps'], oneTime: ['play', 'search'] };
    assert.equal(wasConfirmed({ ...shown, grant: turned }, shown), true);
    assert.equal(wasConfirmed(shown, { ...shown, grant: turned }), true);
  });

  it('it does whatever is offered to do about it', () => {
    const offered = { ...reason('test.loss', { count: '1' }), actions: [{ kind: 'retry' as const }] };
    assert.equal(wasConfirmed({ ...shown, losses: [offered] }, shown), true);
  });

  for (const [what, changes] of Object.entries({ ...others, ...otherEnds })) {
    it(`it does not with ${what}`, () => {
      assert.equal(wasConfirmed({ ...shown, ...changes }, shown), false);
      assert.equal(wasConfirmed(shown, { ...shown, ...changes }), false);
    });
  }

  describe('where single grants can be told apart', () => {
    const then: Preview = { ...shown, pieces: { a: 2, b: 1 } };
    const now = (pieces: Readonly<Record<string, number>>, changes: Partial<Preview> = {}): boolean =>
      wasConfirmed({ ...shown, ...changes, pieces }, then);

    it('it does as long as there is nothing new', () => {
      for (const pieces of [{ a: 2, b: 1 }, { b: 1, a: 1 }, { a: 2 }, {}]) assert.equal(now(pieces), true);
    });

    for (const pieces of [{ a: 3, b: 1 }, { a: 2, b: 1, c: 1 }, { c: 1 }, { a: 2, b: 2 }]) {
      it(`it does not with ${JSON.stringify(pieces)}`, () => assert.equal(now(pieces), false));
    }

    for (const [what, changes] of Object.entries(otherEnds)) {
      it(`it does with ${what}: the pieces tell`, () => assert.equal(now({ a: 1 }, changes), true));
    }

    for (const [what, changes] of Object.entries(others)) {
      it(`it does not with ${what}`, () => assert.equal(now({ a: 1 }, changes), false));
    }

    it('all of it has to be the same where one of both does not tell', () => {
      assert.equal(wasConfirmed(shown, then), true);
      assert.equal(wasConfirmed(then, shown), true);
      assert.equal(wasConfirmed({ ...shown, losses: [] }, then), false);
      assert.equal(wasConfirmed({ ...then, losses: [] }, shown), false);
    });
  });

  it('a piece of no name in common is new, whatever names objects have by themselves', () => {
    assert.equal(isWithin({ toString: 1 }, {}), false);
    assert.equal(isWithin({ constructor: 0 }, {}), true);
  });
});
