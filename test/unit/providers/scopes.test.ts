import assert from 'node:assert/strict';
import {
  currentScopes,
  documentedOnlyScopes,
  retiredScopes,
  scopeDataAsOf,
} from '../../../src/providers/googleDataPortability/scopeData';
import {
  checkSelection,
  describeScope,
  manyScopes,
  resourceOf,
  scopeOf,
} from '../../../src/providers/googleDataPortability/scopes';

const rows = [...currentScopes, ...retiredScopes, ...documentedOnlyScopes];
const prefix = 'https://www.googleapis.com/auth/dataportability.';

describe('the data of the scopes', () => {
  it('has every scope of its day', () => {
    assert.equal(scopeDataAsOf, '2026-10-22');
    assert.equal(currentScopes.length, 73);
    assert.deepEqual(
      retiredScopes.map(({ resource }) => resource),
      ['businessmessaging.conversations', 'maps.post_trip_feedback'],
    );
    assert.deepEqual(
      documentedOnlyScopes.map(({ resource }) => resource),
      ['fitbit.device_events'],
    );
  });

  it('says a category only where it is known', () => {
    const count = (category: string | undefined) => currentScopes.filter((row) => row.category === category).length;
    assert.deepEqual([count('restricted'), count('sensitive'), count(undefined)], [4, 12, 57]);
  });

  it('names each resource once', () => {
    assert.equal(new Set(rows.map(({ resource }) => resource)).size, rows.length);
  });

  it('has short labels, each once, in words of its own', () => {
    assert.equal(new Set(rows.map(({ label }) => label)).size, rows.length);
    for (const { label, resource } of rows) {
      assert.match(label, /^[A-Z][\w &]+$/, resource);
      assert.ok(label.length <= 40, `${label} has ${label.length} characters`);
    }
  });

  it('has one service for each first part of a resource', () => {
    const services = new Map(rows.map(({ resource, service }) => [resource.split('.')[0], service]));
    for (const { resource, service } of rows) {
      assert.match(service, /^[A-Z]/, resource);
      assert.equal(services.get(resource.split('.')[0]), service, resource);
    }
    assert.equal(new Set(currentScopes.map(({ service }) => service)).size, 16);
    assert.equal(new Set(services.values()).size, services.size, 'two services have one name');
  });

  it('has days that are not after its own', () => {
    for (const { resource, firstSeen } of currentScopes) {
      assert.match(firstSeen ?? '', /^20\d\d-\d\d-\d\d$/, resource);
      assert.ok((firstSeen ?? '') <= scopeDataAsOf, resource);
    }
    for (const { resource, firstSeen, removed } of retiredScopes) assert.ok((firstSeen ?? '') < removed, resource);
  });
});

describe('resourceOf', () => {
  it('turns every scope back into its resource', () => {
    for (const { resource } of rows) assert.equal(resourceOf(scopeOf(resource)), resource);
    assert.equal(scopeOf('chrome.history'), `${prefix}chrome.history`);
  });

  it('takes what people write', () => {
    for (const text of ['chrome.history', ' chrome.history\n', 'dataportability.chrome.history']) {
      assert.equal(resourceOf(text), 'chrome.history', text);
    }
  });

  const foreign = [
    'openid',
    'email',
    'profile',
    'drive',
    '',
    prefix,
    'https://www.googleapis.com/auth/drive.file',
    'https://www.googleapis.com/auth/userinfo.email',
    `http${prefix.slice(5)}chrome.history`,
    `https://evil.example/${prefix}chrome.history`,
    `${prefix}chrome.history openid`,
    `${prefix}chrome.history%20openid`,
    'chrome.history openid',
    'chrome.history&scope=email',
    'chrome..history',
    '.chrome',
  ];
  for (const text of foreign) {
    it(`knows "${text}" as foreign`, () => {
      assert.equal(resourceOf(text), undefined);
      assert.equal(describeScope(text).kind, 'foreign');
      assert.deepEqual(checkSelection(['chrome.history', text]).problems, [{ kind: 'foreign', scopes: [text] }]);
    });
  }
});

describe('describeScope', () => {
  it('describes a known scope', () => {
    assert.deepEqual(describeScope(`${prefix}chrome.history`), {
      kind: 'known',
      resource: 'chrome.history',
      label: 'Chrome browsing history',
      service: 'Chrome',
      category: 'restricted',
    });
  });

  it('knows every current scope, and flags every retired one', () => {
    for (const { resource } of currentScopes) assert.equal(describeScope(resource).kind, 'known', resource);
    for (const { resource } of retiredScopes) assert.equal(describeScope(resource).kind, 'retired', resource);
  });

  it('has words for a scope that only a page lists, but does not claim to know it', () => {
    const { kind, label, service } = describeScope('fitbit.device_events');
    assert.deepEqual([kind, label, service], ['unknown', 'Fitbit device events', 'Fitbit']);
  });

  it('takes a scope newer than the data', () => {
    assert.deepEqual(describeScope(`${prefix}youtube.dreams`), {
      kind: 'unknown',
      resource: 'youtube.dreams',
      label: 'youtube.dreams',
      service: 'YouTube',
      category: undefined,
    });
    assert.equal(describeScope('photos.albums').service, undefined);
  });
});

describe('checkSelection', () => {
  const first = (count: number) => currentScopes.slice(0, count).map(({ resource }) => resource);

  it('wants at least one scope', () => {
    assert.deepEqual(checkSelection([]), { problems: [{ kind: 'empty' }], warnings: [] });
    assert.deepEqual(checkSelection(['chrome.history']), { problems: [], warnings: [] });
  });

  it('refuses no scope of this API, and tells what is doubtful', () => {
    assert.deepEqual(checkSelection(['maps.post_trip_feedback', 'photos.albums', 'youtube.music']), {
      problems: [],
      warnings: [
        { kind: 'retired', resources: ['maps.post_trip_feedback'] },
        { kind: 'unknown', resources: ['photos.albums'] },
      ],
    });
  });

  it(`warns above ${manyScopes} scopes, each counted once`, () => {
    assert.deepEqual(checkSelection([...first(25), ...first(25).map(scopeOf)]).warnings, []);
    const [warning, ...others] = checkSelection(first(26)).warnings;
    assert.deepEqual(others, []);
    assert.ok(warning?.kind === 'too-many');
    assert.equal(warning.count, 26);
  });

  it('estimates about 6 kB for all of them', () => {
    const [warning] = checkSelection(first(73)).warnings;
    assert.ok(warning?.kind === 'too-many');
    assert.ok(Math.abs(warning.urlLength - 6_000) < 300, String(warning.urlLength));
  });
});
