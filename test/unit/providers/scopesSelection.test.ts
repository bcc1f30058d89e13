import assert from 'node:assert/strict';
import { currentScopes } from '../../../src/providers/googleDataPortability/scopeData';
import {
  parseRecentSets,
  type ScopeModel,
  type ScopeSources,
  scopeModel,
  select,
  withRecentSet,
} from '../../../src/providers/googleDataPortability/scopeSelection';
import { scopeOf } from '../../../src/providers/googleDataPortability/scopes';

function model(sources: Partial<ScopeSources> = {}): ScopeModel {
  return scopeModel({
    subject: 'alice.test@',
    projectSet: [],
    recentSets: [],
    granted: [],
    resetFirst: false,
    ...sources,
  });
}

const all = ({ groups }: ScopeModel) => groups.flatMap(({ items }) => items);
const find = (shown: ScopeModel, resource: string) => {
  const item = all(shown).find((candidate) => candidate.resource === resource);
  assert.ok(item, resource);
  return item;
};
const choose = (
  shown: ScopeModel,
  before: readonly string[],
  resources: readonly string[],
  sets: readonly number[] = [],
) =>
  select(
    shown,
    before,
    resources.map((resource) => find(shown, resource)),
    shown.sets.filter((_, index) => sets.includes(index)),
  );
const setsOf = ({ sets }: ScopeModel) =>
  sets.map(({ kind, items }) => `${kind}: ${items.map(({ resource }) => resource).join(' ')}`);

describe('scopeModel: what is shown', () => {
  it('shows every current scope once, service by service', () => {
    const shown = model();
    assert.deepEqual(
      all(shown).map(({ resource }) => resource),
      currentScopes.map(({ resource }) => resource),
    );
    const services = shown.groups.map(({ service }) => service);
    assert.equal(services.length, 16);
    assert.deepEqual([...services].sort(), services, 'in the order of their names');
  });

  it('shows others only when somebody names them, unknown services last', () => {
    const shown = model({
      projectSet: ['photos.albums', 'youtube.dreams', scopeOf('maps.post_trip_feedback')],
      recentSets: [['fitbit.device_events']],
    });
    assert.equal(all(shown).length, 77);
    assert.equal(find(shown, 'maps.post_trip_feedback').kind, 'retired');
    assert.deepEqual(
      shown.groups.slice(-3).map(({ service, items }) => [service, items.at(-1)?.resource]),
      [
        ['YouTube', 'youtube.dreams'],
        ['Fitbit', 'fitbit.device_events'],
        [undefined, 'photos.albums'],
      ],
    );
    assert.equal(find(shown, 'photos.albums').kind, 'unknown');
  });

  it('leaves foreign scopes out and names those of the project', () => {
    const shown = model({ projectSet: ['openid', 'chrome.history'], recentSets: [['email']], granted: ['profile'] });
    assert.deepEqual(shown.foreign, ['openid']);
    assert.equal(all(shown).length, 73);
    assert.deepEqual(setsOf(shown), ['project: chrome.history']);
  });
});

describe('scopeModel: sets', () => {
  it('offers the project set, then recent ones, then the grant, no selection twice', () => {
    const shown = model({
      projectSet: ['chrome.history', 'maps.reviews'],
      recentSets: [
        ['maps.reviews', 'chrome.history'],
        ['play.library'],
        [scopeOf('play.library')],
        [],
        ['youtube.music'],
      ],
      granted: ['youtube.clips'],
      resetFirst: true,
    });
    assert.deepEqual(setsOf(shown), [
      'project: chrome.history maps.reviews',
      'recent: play.library',
      'recent: youtube.music',
      'granted: youtube.clips',
    ]);
  });

  it('offers no set of which nothing may be chosen', () => {
    const shown = model({ projectSet: ['chrome.history'], granted: ['chrome.history', 'maps.reviews'] });
    assert.deepEqual(setsOf(shown), []);
    assert.deepEqual(shown.initial.chosen, []);
    assert.deepEqual(
      shown.initial.refused.map(({ resource }) => resource),
      ['chrome.history'],
    );
  });

  const recentSets = [['play.library']];
  const granted = ['youtube.clips'];
  const first: readonly (readonly [string, Partial<ScopeSources>, readonly string[]])[] = [
    ['nothing', {}, []],
    ['the project set', { projectSet: ['maps.reviews'], recentSets, granted }, ['maps.reviews']],
    [
      'what of the project set is not granted yet',
      { projectSet: ['maps.reviews', ...granted], granted },
      ['maps.reviews'],
    ],
    ['the most recent set', { recentSets, granted }, ['play.library']],
    ['the grant, when it is reset first', { granted, resetFirst: true }, granted],
    ['nothing of a grant that stays', { granted }, []],
  ];
  for (const [name, sources, chosen] of first) {
    it(`begins with ${name}`, () => assert.deepEqual(model(sources).initial.chosen, chosen));
  }
});

describe('scopeModel: granted scopes', () => {
  const granted = [scopeOf('chrome.history')];

  it('are locked while the grant stays', () => {
    const shown = model({ granted });
    const { granted: marked, locked } = find(shown, 'chrome.history');
    assert.deepEqual([marked, locked], [true, true]);
    assert.equal(all(shown).filter((item) => item.locked).length, 1);
    const { chosen, refused } = choose(shown, [], ['maps.reviews', 'chrome.history']);
    assert.deepEqual(chosen, ['maps.reviews']);
    assert.deepEqual(
      refused.map(({ resource }) => resource),
      ['chrome.history'],
    );
  });

  it('may be chosen when the consent is reset first', () => {
    const shown = model({ granted, resetFirst: true });
    const { granted: marked, locked } = find(shown, 'chrome.history');
    assert.deepEqual([marked, locked], [true, false]);
    assert.deepEqual(choose(shown, [], ['chrome.history']), { chosen: ['chrome.history'], refused: [] });
  });
});

describe('select', () => {
  const shown = model({ projectSet: ['youtube.music', 'chrome.history'], recentSets: [['maps.reviews']] });

  it('orders what is chosen as it is shown', () => {
    assert.deepEqual(choose(shown, [], ['youtube.music', 'chrome.history']).chosen, [
      'chrome.history',
      'youtube.music',
    ]);
  });

  it('takes a set that is checked alone in place of the selection', () => {
    assert.deepEqual(choose(shown, ['play.library'], ['play.library'], [0]).chosen, [
      'chrome.history',
      'youtube.music',
    ]);
    assert.deepEqual(choose(shown, [], [], [1]).chosen, ['maps.reviews']);
  });

  it('lets sets count for nothing when much is checked at once', () => {
    assert.deepEqual(choose(shown, [], ['play.library'], [0]).chosen, ['play.library']);
    assert.deepEqual(choose(shown, ['play.library'], ['play.library'], [0, 1]).chosen, ['play.library']);
  });

  it('never chooses what is locked, whatever is checked', () => {
    const everything = currentScopes.map(({ resource }) => resource);
    const partly = model({ projectSet: everything, granted: everything.filter((_, index) => index % 3 === 0) });
    for (const selection of [choose(partly, [], everything), choose(partly, [], [], [0]), partly.initial]) {
      assert.ok(selection.chosen.every((resource) => !find(partly, resource).locked));
      assert.equal(selection.chosen.length + selection.refused.length, 73);
      assert.equal(selection.refused.length, 25);
    }
  });
});

describe('recent sets', () => {
  it('keep the last five, most recent first, each once', () => {
    const taken = [
      'play.library',
      'maps.reviews',
      'youtube.music',
      'chrome.history',
      'youtube.clips',
      'saved.collections',
    ];
    let sets: readonly (readonly string[])[] = [];
    for (const resource of [...taken, 'youtube.music']) sets = withRecentSet(sets, [resource]);
    assert.deepEqual(sets, [
      ['youtube.music'],
      ['saved.collections'],
      ['youtube.clips'],
      ['chrome.history'],
      ['maps.reviews'],
    ]);
  });

  it('are the same whatever their order', () => {
    const sets = withRecentSet(
      [['maps.reviews', 'chrome.history'], ['play.library']],
      ['chrome.history', 'maps.reviews'],
    );
    assert.deepEqual(sets, [['chrome.history', 'maps.reviews'], ['play.library']]);
  });

  for (const stored of [undefined, null, 'chrome.history', { 0: [] }, [['chrome.history', 1]], ['chrome.history']]) {
    it(`are none in ${JSON.stringify(stored)}`, () => assert.deepEqual(parseRecentSets(stored), []));
  }

  it('lose what is foreign or empty', () => {
    assert.deepEqual(parseRecentSets([['openid'], [], ['chrome.history', 'email']]), [['chrome.history']]);
  });
});
