import assert from 'node:assert/strict';
import { maxSharedLength, type ReadShared, readShared, sharedText, withFreeId } from '../../../src/core/projectSharing';
import { projectSteps } from '../../../src/providers/projectSteps';
import { providerDescriptions } from '../../../src/providers/registry';
import { project } from '../../fakes/resetStage';

const shop = {
  id: 'shop',
  provider: 'googleDataPortability',
  clientId: '123-abc.apps.googleusercontent.com',
  identities: [{ id: 'alice' }],
};
const tpp = {
  id: 'tpp',
  provider: 'venafiTpp',
  endpoint: 'https://tpp.example.com',
  identities: [{ id: 'application:a' }],
};
const providers = providerDescriptions;
const read = (text: string, steps = projectSteps): ReadShared => readShared(text, providers, steps);
const readOf = (...entries: readonly unknown[]) => {
  const all = read(JSON.stringify(entries));
  assert.ok(all.kind === 'projects', JSON.stringify(all));
  return all;
};
const problemOf = (text: string): string | undefined => {
  const all = read(text);
  return all.kind === 'problem' ? all.problem : undefined;
};

describe('a text that projects come in', () => {
  it('is read up to its longest, and not beyond', () => {
    const text = JSON.stringify([shop]);
    assert.equal(problemOf(text.padEnd(maxSharedLength, ' ')), undefined);
    assert.equal(problemOf(text.padEnd(maxSharedLength + 1, ' ')), 'too-long');
  });

  it('holds so many projects, and no more', () => {
    const many = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, at) => ({ ...shop, id: `p${at}` })));
    assert.equal(problemOf(many(500)), undefined);
    assert.equal(problemOf(many(501)), 'too-many');
  });

  it('may begin with a byte-order mark, which is not taken out elsewhere', () => {
    assert.equal(problemOf(`\ufeff${JSON.stringify([shop])}`), undefined);
    assert.equal(problemOf(` \ufeff${JSON.stringify([shop])}`), 'not-json');
  });

  for (const text of ['null', '7', '"text"', '{"reconsent.projects":{}}', '{"projects":[]}']) {
    it(`holds none as ${text}`, () => assert.equal(problemOf(text), 'no-projects'));
  }

  it('is what was written for others', () => {
    const text = sharedText([shop, tpp]);
    assert.ok(text.startsWith('{\n  "reconsent.projects"') && text.endsWith('}\n'));
    assert.deepEqual(read(text), readOf(shop, tpp));
  });
});

describe('a project that comes in', () => {
  it('is offered with its entry, and nothing was left out', () => {
    const { offered, refused } = readOf(shop);
    assert.deepEqual(refused, []);
    assert.deepEqual(
      offered.map(({ entry, dropped, foreign }) => ({ entry, dropped, foreign })),
      [{ entry: shop, dropped: [], foreign: [] }],
    );
  });

  const nonsense: readonly unknown[] = [null, 7, 'text', [shop], { ...shop, provider: 7 }, { provider: {} }, {}];
  for (const entry of nonsense) {
    it(`is refused at its place, and only there, as ${JSON.stringify(entry).slice(0, 40)}`, () => {
      const { offered, refused } = readOf(shop, entry, tpp);
      assert.deepEqual(
        offered.map(({ project: { id } }) => id),
        ['shop', 'tpp'],
      );
      assert.equal(refused.length, 1);
      assert.match(refused[0]?.path ?? '', /^\[1\](?!\[)/);
    });
  }

  it('is refused at the very key', () => {
    const { refused } = readOf(shop, { ...tpp, identities: [{ id: 'a', token: 'x' }] });
    assert.equal(refused[0]?.path, '[1].identities[0].token');
  });

  it('is refused where nobody knows what of it may be shared', () => {
    const all = read(JSON.stringify([shop]), new Map());
    assert.ok(all.kind === 'projects');
    assert.deepEqual(
      [all.offered, all.refused],
      [[], [{ path: '[0]', what: 'cannot be read', mend: 'Ask for it again.' }]],
    );
  });

  it('is refused with every origin of it that is on this computer', () => {
    const { offered, refused } = readOf({
      ...shop,
      endpoint: 'http://127.0.0.1:9400',
      oauthEndpoint: 'http://localhost:9401',
    });
    assert.deepEqual(offered, []);
    assert.equal(refused[0]?.path, '[0]');
    const [first, second] = (refused[0]?.params?.['origins'] ?? '').split(', ');
    assert.deepEqual([first, second].toSorted(), ['http://127.0.0.1:9400', 'http://localhost:9401']);
  });

  it('is told where its credentials would go, unless that is the service itself', () => {
    const [own, named, moved, always] = readOf(
      shop,
      { ...shop, id: 'b', endpoint: providers.get(shop.provider)?.defaultEndpoint },
      { ...shop, id: 'c', endpoint: 'https://evil.example' },
      tpp,
    ).offered.map(({ foreign }) => foreign);
    assert.deepEqual([own, named, moved, always], [[], [], ['https://evil.example'], ['https://tpp.example.com']]);
  });

  it('has its addresses written as what they mean, and nothing else changed', () => {
    const { offered } = readOf({ ...tpp, endpoint: 'https://TPP.example.com:443/', clientId: 'Shop/' });
    assert.deepEqual(offered[0]?.entry, { ...tpp, clientId: 'Shop/' });
  });

  it('gets an id that is free, and keeps its name', () => {
    const named = project({ id: 'shop', label: 'The shop' });
    const entry = { id: 'shop', provider: 'x', identities: [] };
    assert.deepEqual(withFreeId(entry, named, new Set(['shop', 'shop-2'])), {
      id: 'shop-3',
      provider: 'x',
      identities: [],
      name: 'The shop',
    });
  });
});
