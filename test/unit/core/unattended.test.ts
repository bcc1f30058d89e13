import assert from 'node:assert/strict';
import { type Allowance, allowanceFor, isAllowed } from '../../../src/core/allowance';
import { reason, type Target } from '../../../src/core/model';
import type { Outcome, OutcomeKind } from '../../../src/core/outcome';
import type { Preview, ResetWay } from '../../../src/core/provider';
import { taskEnds } from '../../../src/core/taskEnds';
import { type Circumstances, endOf, judgeTask, whyAttended, whyNotAllowed } from '../../../src/core/unattended';
import { noon, project } from '../../fakes/resetStage';

const home = 'file:///code/shop';
const other = 'file:///code/other';
const reset: ResetWay = { id: 'reset', verb: 'Reset', question: '?' };
const revoke: ResetWay = { id: 'revoke', verb: 'Revoke', question: '?' };
const shop = project({ options: { apiVersion: 'v1' } });
const alice: Target = { project: shop, identity: { id: 'alice', label: 'alice.test@example.com' } };
const granted: Allowance = allowanceFor(alice, 'reset', home, noon);
const definition = { type: 'reconsent', project: 'shop', identity: 'alice' };

function circumstances(changes: Partial<Circumstances> = {}): Circumstances {
  return {
    trusted: true,
    folders: [home],
    targets: [alice],
    allowances: [granted],
    waysOf: () => [reset, revoke],
    ...changes,
  };
}

function refusalOf(raw: unknown, changes: Partial<Circumstances> = {}): readonly [string, string] | 'go' {
  const judged = judgeTask(raw, circumstances(changes));
  return judged.kind === 'go' ? 'go' : [judged.end, judged.reason.code];
}

describe('whether a task may begin', () => {
  it('goes ahead with the identity, the first way and an allowance', () => {
    assert.deepEqual(judgeTask(definition, circumstances()), { kind: 'go', target: alice, way: reset });
  });

  it('goes ahead with the way that is named, if that is allowed', () => {
    const named = { ...definition, way: 'revoke' };
    const allowances = [allowanceFor(alice, 'revoke', home, noon)];
    assert.deepEqual(judgeTask(named, circumstances({ allowances })), { kind: 'go', target: alice, way: revoke });
    assert.deepEqual(refusalOf(named), ['notAllowed', 'unattended.notAllowed']);
    assert.deepEqual(refusalOf(definition, { allowances }), ['notAllowed', 'unattended.notAllowed']);
  });

  it('goes ahead with the very identity of the very project', () => {
    const long = 'x'.repeat(128);
    const theirs: Target = { ...alice, project: project({ id: long }) };
    const bob: Target = { ...alice, identity: { id: 'bob', label: 'bob' } };
    const allowances = [bob, theirs, alice].map((one) => allowanceFor(one, 'reset', home, noon));
    const all = circumstances({ targets: [bob, theirs, alice], allowances });
    for (const [target, raw] of [
      [alice, definition],
      [bob, { ...definition, identity: 'bob' }],
      [theirs, { ...definition, project: long }],
    ] as const) {
      assert.deepEqual(judgeTask(raw, all), { kind: 'go', target, way: reset });
    }
  });

  for (const [what, raw, key] of [
    ['no object', 'shop/alice', 'project'],
    ['no project', { identity: 'alice' }, 'project'],
    ['no identity', { project: 'shop' }, 'identity'],
    ['an identity that is no text', { project: 'shop', identity: 7 }, 'identity'],
    ['an empty project', { project: '', identity: 'alice' }, 'project'],
    ['an endless project', { project: 'x'.repeat(129), identity: 'alice' }, 'project'],
    ['an empty way', { ...definition, way: '' }, 'way'],
  ] as const) {
    it(`refuses a definition with ${what}, and names the key`, () => {
      assert.deepEqual(judgeTask(raw, circumstances()), {
        kind: 'refused',
        end: 'badDefinition',
        reason: reason('unattended.badDefinition', { key }),
      });
    });
  }

  it('refuses a way that the service does not know, and names those it does', () => {
    assert.deepEqual(judgeTask({ ...definition, way: 'nu\u202eke' }, circumstances()), {
      kind: 'refused',
      end: 'badDefinition',
      reason: reason('unattended.unknownWay', { way: 'nu ke', known: 'reset, revoke' }),
    });
  });

  it('refuses a service without any way', () => {
    const judged = judgeTask(definition, circumstances({ waysOf: () => [] }));
    const why = reason('unattended.unknownWay', { way: '', known: '' });
    assert.deepEqual(judged, { kind: 'refused', end: 'badDefinition', reason: why });
  });

  it('refuses what is not in the settings, and names it', () => {
    for (const [changes, params] of [
      [{ identity: 'bo\u0000b' }, { project: 'shop', identity: 'bo b' }],
      [{ project: 'al\nice' }, { project: 'al ice', identity: 'alice' }],
    ] as const) {
      assert.deepEqual(judgeTask({ ...definition, ...changes }, circumstances()), {
        kind: 'refused',
        end: 'unknownIdentity',
        reason: reason('unattended.unknownIdentity', params),
      });
    }
  });

  it('fault 50: refuses everything in Restricted Mode, before it looks at anything else', () => {
    assert.deepEqual(refusalOf(definition, { trusted: false }), ['restricted', 'unattended.restricted']);
    assert.deepEqual(refusalOf({}, { trusted: false }), ['restricted', 'unattended.restricted']);
  });

  it('refuses without an allowance, and where no folder is open', () => {
    assert.deepEqual(refusalOf(definition, { allowances: [] }), ['notAllowed', 'unattended.notAllowed']);
    assert.deepEqual(refusalOf(definition, { folders: [] }), ['notAllowed', 'unattended.noFolder']);
  });

  it('refuses a definition that brings an allowance with it', () => {
    const smuggled = { ...definition, allowed: true, allowLosses: true, allowances: [granted] };
    assert.deepEqual(refusalOf(smuggled, { allowances: [] }), ['notAllowed', 'unattended.notAllowed']);
  });
});

describe('whether a task may still go on', () => {
  const bothNamed = { identity: 'alice.test@example.com', project: 'Shop' };
  const moved: Target = { ...alice, project: { ...shop, endpoint: 'https://elsewhere.example' } };
  const all = { trusted: true, folders: [home], allowances: [granted] };
  const rows: readonly (readonly [string, Target, Parameters<typeof whyNotAllowed>[2], string, string, object])[] = [
    ['the workspace is not trusted any more', alice, { ...all, trusted: false }, 'restricted', 'restricted', {}],
    ['no folder is open any more', alice, { ...all, folders: [] }, 'notAllowed', 'noFolder', {}],
    ['the allowance was withdrawn', alice, { ...all, allowances: [] }, 'notAllowed', 'notAllowed', bothNamed],
    ['a folder was added', alice, { ...all, folders: [home, other] }, 'notAllowed', 'notAllowedEverywhere', bothNamed],
    ['the project points elsewhere', moved, all, 'notAllowed', 'outdated', bothNamed],
  ];
  for (const [what, target, circumstance, end, code, params] of rows) {
    it(`is refused when ${what}`, () => {
      assert.deepEqual(whyNotAllowed(target, reset, circumstance), {
        kind: 'refused',
        end,
        reason: reason(`unattended.${code}`, params as Readonly<Record<string, string>>),
      });
    });
  }

  it('is not refused while nothing has changed', () => assert.equal(whyNotAllowed(alice, reset, all), undefined));
});

describe('an allowance', () => {
  const moved = (changes: Parameters<typeof project>[0]): Target => ({ ...alice, project: { ...shop, ...changes } });

  it('is for one folder, identity and way', () => {
    const bob: Target = { ...alice, identity: { id: 'bob', label: 'bob' } };
    assert.equal(isAllowed([granted], alice, 'reset', [home]), 'yes');
    assert.equal(isAllowed([granted], alice, 'reset', [other]), 'no');
    assert.equal(isAllowed([granted], bob, 'reset', [home]), 'no');
    assert.equal(isAllowed([granted], alice, 'revoke', [home]), 'no');
    assert.equal(isAllowed([granted], moved({ id: 'shop2' }), 'reset', [home]), 'no');
  });

  it('ends when the project points elsewhere', () => {
    assert.equal(isAllowed([granted], moved({ endpoint: 'https://elsewhere.example' }), 'reset', [home]), 'outdated');
    assert.equal(isAllowed([granted], moved({ options: { apiVersion: 'v2' } }), 'reset', [home]), 'outdated');
    assert.equal(isAllowed([granted], moved({ provider: 'another' }), 'reset', [home]), 'outdated');
    assert.equal(isAllowed([granted], moved({ label: 'Renamed' }), 'reset', [home]), 'yes');
  });

  it('is needed for every folder of the window', () => {
    const both = [granted, allowanceFor(alice, 'reset', other, noon)];
    assert.equal(isAllowed([granted], alice, 'reset', [home, other]), 'no');
    assert.equal(isAllowed(both, alice, 'reset', [home, other]), 'yes');
    assert.equal(isAllowed(both, moved({ endpoint: 'https://elsewhere.example' }), 'reset', [home, other]), 'outdated');
  });
});

describe('what somebody has to decide', () => {
  const preview = (changes: Partial<Preview>): Preview => ({
    effects: [reason('test.effect')],
    losses: [],
    grant: { timeBased: [], oneTime: [], credentials: [] },
    ...changes,
  });

  it('is nothing where nothing is lost', () => assert.equal(whyAttended(preview({}), false), undefined));

  it('is every loss, where the provider does not say more', () => {
    const { end, reason: why } = whyAttended(preview({ losses: [reason('test.loss')] }), false) ?? assert.fail();
    assert.deepEqual([end, why.code], ['wouldLose', 'unattended.wouldLose']);
  });

  it('is what the provider says, where it does', () => {
    const losses = [reason('test.listed')];
    assert.equal(whyAttended(preview({ losses, needsPerson: [] }), false), undefined);
    assert.equal(whyAttended(preview({ needsPerson: [reason('test.others')] }), false)?.end, 'wouldLose');
  });

  it('is what has changed since it was read', () => {
    assert.equal(whyAttended(preview({}), true)?.reason.code, 'unattended.changed');
  });
});

describe('the ends of a task', () => {
  const outcome = (kind: OutcomeKind, why = reason('test.reason')): Outcome => ({ kind, reason: why, at: noon });

  it('have exit codes of their own, below those that shells use', () => {
    const codes = Object.values(taskEnds).map(({ code }) => code);
    assert.deepEqual(codes, [...new Set(codes)]);
    for (const code of codes) assert.ok(code >= 0 && code < 126);
  });

  it('say 0 only of a consent that is gone', () => {
    const ends: Readonly<Record<OutcomeKind, number>> = {
      verified: 0,
      'already-reset': 0,
      accepted: 10,
      'not-reset': 11,
      refused: 12,
      'not-sent': 13,
      unknown: 14,
      unsupported: 15,
      cancelled: 16,
    };
    for (const [kind, code] of Object.entries(ends)) {
      assert.equal(taskEnds[endOf(outcome(kind as OutcomeKind))].code, code, kind);
    }
  });

  it('tell a reset that has left others alive', () => {
    assert.equal(endOf(outcome('verified', reason('reset.othersAlive'))), 'partlyGone');
  });

  it('tell that a sign-in is missing from that the network is', () => {
    const missing = reason('credential.missing', {}, [{ kind: 'replace-credential' }]);
    assert.equal(endOf(outcome('not-sent', missing)), 'notSignedIn');
    assert.equal(endOf(outcome('not-sent', reason('test.dead', {}, [{ kind: 'sign-in' }]))), 'notSignedIn');
    assert.equal(endOf(outcome('not-sent', reason('credential.newer'))), 'notSignedIn');
    assert.equal(endOf(outcome('not-sent', reason('credential.unreadable', {}, [{ kind: 'retry' }]))), 'notSignedIn');
    assert.equal(endOf(outcome('not-sent', reason('http.refused', {}, [{ kind: 'retry' }]))), 'notSent');
    assert.equal(endOf(outcome('refused', missing)), 'refused');
  });
});
