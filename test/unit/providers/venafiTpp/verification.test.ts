import assert from 'node:assert/strict';
import type { VerificationHints } from '../../../../src/core/ports';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';
import {
  alice,
  application,
  count,
  credentialTarget,
  grant,
  grants,
  invalidToken,
  never,
  pasted,
  ready,
  result,
  targetWith,
  VenafiScene,
} from '../../../fakes/venafiScene';

const secondMs = 1000;

describe('Venafi TPP: verification', () => {
  let scene: VenafiScene;
  beforeEach(() => {
    scene = new VenafiScene();
  });
  const verify = async (id: string, hints: VerificationHints, credential = pasted): Promise<string> => {
    const verification = await scene.provider.verify(credentialTarget(id, credential), hints, never);
    return 'reason' in verification ? `${verification.kind} ${verification.reason.code}` : verification.kind;
  };

  describe('of a user', () => {
    const hints = { readAt: noon, asOf: noon };
    const rows: readonly (readonly [what: string, list: readonly object[], meaning: string])[] = [
      ['none', [], 'gone venafi.gone.noGrants'],
      ['an old one', [grant('a', noon - secondMs)], 'alive venafi.alive.grants'],
      ['one of the same second', [grant('a', noon)], 'alive venafi.alive.grants'],
      ['a newer one', [grant('a', noon + secondMs)], 'gone venafi.gone.newGrants'],
      [
        'an old and a newer one',
        [grant('a', noon - secondMs), grant('a', noon + secondMs)],
        'alive venafi.alive.grants',
      ],
      ['one without a time', [{ Application: 'a' }], 'alive venafi.alive.grants'],
      ['one that is no object', ['a' as never], 'alive venafi.alive.grants'],
      [
        'one with an ISO time alone',
        [{ GrantIssuedOnISO8601: new Date(noon + secondMs).toISOString() }],
        'gone venafi.gone.newGrants',
      ],
    ];
    for (const [what, list, meaning] of rows) {
      it(`${what}: ${meaning}`, async () => {
        scene.answers('GetGrants', grants(...list));
        assert.equal(await verify(alice, hints), meaning);
      });
    }

    it('without a time to compare with, every grant counts as old', async () => {
      scene.answers('GetGrants', grants(grant('a', noon + 1e9)));
      assert.equal(await verify(alice, { readAt: noon }), 'alive venafi.alive.grants');
    });

    it('a Date header that is behind makes no old grant a new one', async () => {
      const issuedAt = noon - secondMs;
      const list = { Grants: [grant('a', issuedAt)], Result: 0, Success: true };
      scene.answers('GetGrants', response(200, list, { date: new Date(noon - 600_000).toUTCString() }));
      const { prepared } = await ready(scene, targetWith(alice));
      assert.equal(await verify(alice, prepared.sentWith.hints), 'alive venafi.alive.grants');
    });

    it('without a Date header the newest grant is the time to compare with', async () => {
      scene.answers('GetGrants', response(200, { Grants: [grant('a', noon)], Result: 0, Success: true }));
      const { prepared } = await ready(scene, targetWith(alice));
      assert.deepEqual(prepared.sentWith.hints, { readAt: noon, asOf: noon });
    });

    const failures: readonly (readonly [what: string, answer: ReturnType<typeof response>])[] = [
      ['a page', response(200, '<html>')],
      ['a list without its result', response(200, { Grants: [] })],
      ['a failure with an empty list', result(1, { Grants: [] })],
      ['202', response(202, { Grants: [], Result: 0, Success: true })],
      ['500', response(500)],
      ['a dead token', invalidToken as ReturnType<typeof response>],
    ];
    for (const [what, answer] of failures) {
      it(`${what} tells nothing`, async () => {
        scene.answers('GetGrants', answer);
        assert.match(await verify(alice, hints), /^failed /);
      });
    }
  });

  describe('of an application', () => {
    const id = `application:${application}`;
    const hints = { readAt: noon, grantCount: 9 };

    it('0 is gone', async () => {
      scene.answers('GrantCount', count(0));
      scene.answers('UserCount', count(0));
      assert.equal(await verify(id, hints), 'gone venafi.gone.noGrants');
    });

    it('fewer may still be falling at first; later it is said, with the number', async () => {
      scene.answers('GrantCount', count(2));
      assert.equal(await verify(id, hints), 'failed venafi.unclear.fewerYet');
      scene.wall = noon + 20_000;
      const verification = await scene.provider.verify(credentialTarget(id), hints, never);
      assert.ok(verification.kind === 'not-checkable');
      assert.deepEqual(verification.reason.params, { count: '2', before: '9' });
    });

    for (const now of [9, 10]) {
      it(`${now} of 9 leaves it unknown`, async () => {
        scene.wall = noon + 3_600_000;
        scene.answers('GrantCount', count(now));
        assert.equal(await verify(id, hints), 'failed venafi.unclear.sameCount');
      });
    }

    for (const Count of ['0', null, -1, 0.5, undefined]) {
      it(`a count of ${JSON.stringify(Count)} is none`, async () => {
        scene.answers('GrantCount', result(0, { Count }));
        assert.match(await verify(id, hints), /^failed /);
      });
    }
  });
});

describe('Venafi TPP: the state for the tree', () => {
  let scene: VenafiScene;
  beforeEach(() => {
    scene = new VenafiScene();
  });
  const probe = async (id: string): Promise<string> => {
    const probed = await scene.provider.probe(targetWith(id, pasted), never);
    return 'reason' in probed ? `${probed.kind} ${probed.reason.code}` : probed.kind;
  };

  it('is granted, none, dead or unreadable', async () => {
    assert.equal(await probe(alice), 'granted');
    scene.answers('GetGrants', grants());
    assert.equal(await probe(alice), 'not-granted');
    scene.answers('GetGrants', invalidToken);
    assert.equal(await probe(alice), 'dead-credential venafi.storedTokenRejected');
    scene.answers('GetGrants', response(500));
    assert.equal(await probe(alice), 'failed consent.unreadable');
    assert.equal(await probe('nobody'), 'failed venafi.badIdentity');
  });

  it('repeats a read that met 503 or a broken connection', async () => {
    scene.answers(
      'GetGrants',
      response(503),
      { kind: 'broken', cause: 'timeout', detail: '' },
      grants(grant('a', noon)),
    );
    assert.equal(await probe(alice), 'granted');
    assert.equal(scene.sent('GetGrants').length, 3);
  });
});
