import assert from 'node:assert/strict';
import {
  checkEntry,
  draftOf,
  entryOf,
  freeId,
  keyProblem,
  type ProjectDraft,
  unused,
} from '../../../src/core/projectDraft';
import type { ProjectStep } from '../../../src/core/projectSteps';
import { project } from '../../fakes/resetStage';
import { scriptedDescriptions } from '../../fakes/scriptedSettings';

const steps = [{ id: 'endpoint' }, { id: 'scopes' }] as unknown as readonly ProjectStep[];
const draft: ProjectDraft = { id: 'shop', name: 'Shop', provider: 'scripted', values: {} };

describe('the key of a project or identity', () => {
  const rows: readonly (readonly [text: string, problem: string | undefined])[] = [
    ['', 'empty'],
    [' \t', 'empty'],
    ['x'.repeat(128), undefined],
    ['x'.repeat(129), 'too-long'],
    [` ${'x'.repeat(128)} `, undefined],
    ['a\u200bb', 'invisible'],
    ['taken', 'taken'],
    [' taken ', 'taken'],
    ['free', undefined],
  ];
  for (const [text, problem] of rows) {
    it(`${JSON.stringify(text.slice(0, 20))}: ${problem ?? 'fine'}`, () =>
      assert.equal(keyProblem(text, new Set(['taken'])), problem));
  }

  it('may be as long as it is asked for', () => {
    assert.equal(keyProblem('xxxx', undefined, 3), 'too-long');
    assert.equal(keyProblem('xxx', undefined, 3), undefined);
  });
});

describe('the id made of a name', () => {
  const rows: readonly (readonly [name: string, id: string])[] = [
    ['My Shop', 'my-shop'],
    ['--My  Shop!!--', 'my-shop'],
    ['Café', 'cafe'],
    ['Ｓｈｏｐ', 'shop'],
    ['!!!', 'project'],
    ['', 'project'],
    ['x'.repeat(200), 'x'.repeat(120)],
  ];
  for (const [name, id] of rows)
    it(`of "${name.slice(0, 20)}" is ${id.slice(0, 20)}`, () => assert.equal(freeId(name, new Set()), id));

  it('has the first free number behind it when another project has it', () => {
    assert.equal(unused('shop', new Set()), 'shop');
    assert.equal(unused('shop', new Set(['shop'])), 'shop-2');
    assert.equal(unused('shop', new Set(['shop', 'shop-2', 'shop-3'])), 'shop-4');
    const long = 'x'.repeat(128);
    assert.equal(unused(long, new Set([long])), `${'x'.repeat(120)}-2`);
    assert.equal(freeId('Shop', new Set(['shop'])), 'shop-2');
  });
});

describe('a project that is changed', () => {
  const entry = { id: 'shop', endpoint: 'https://a.example', scopes: ['a', 'b'], other: 1 };

  it('is drafted from what a step could have given, and from nothing else', () => {
    assert.deepEqual(draftOf(project(), entry, steps), {
      id: 'shop',
      name: 'Shop',
      provider: 'scripted',
      values: { endpoint: 'https://a.example', scopes: ['a', 'b'] },
    });
    const odd = draftOf(project(), { endpoint: 5, scopes: ['a', 5] }, steps);
    assert.deepEqual(odd.values, {});
    assert.deepEqual(draftOf(project(), { scopes: [] }, steps).values, { scopes: [] });
  });

  it('keeps what the wizards do not know, and what no step could have given', () => {
    const before = { ...entry, endpoint: 5, identities: [{ id: 'alice' }], name: 'Old' };
    assert.deepEqual(entryOf({ ...draft, values: { scopes: ['c'] } }, steps, before), {
      id: 'shop',
      name: 'Shop',
      provider: 'scripted',
      scopes: ['c'],
      endpoint: 5,
      other: 1,
      identities: [{ id: 'alice' }],
    });
  });

  it('loses what a step has left empty', () => {
    assert.deepEqual(entryOf({ ...draft, values: { endpoint: '', scopes: [] } }, steps, entry), {
      id: 'shop',
      name: 'Shop',
      provider: 'scripted',
      other: 1,
      identities: [],
    });
  });

  it('has a name of its own where that says more than the id, or where it had one', () => {
    const plain = { ...draft, name: 'shop' };
    assert.ok(!('name' in entryOf(plain, steps)));
    assert.equal(entryOf(plain, steps, { name: 'Old' })['name'], 'shop');
    assert.equal(entryOf(draft, steps)['name'], 'Shop');
  });

  it('is checked as the settings will be', () => {
    const good = checkEntry(entryOf({ ...draft, values: {} }, steps), scriptedDescriptions);
    assert.ok(good.kind === 'project' && good.project.id === 'shop', good.kind);
    const bad = checkEntry({ id: 'shop', provider: 'nobody' }, scriptedDescriptions);
    assert.ok(bad.kind === 'problem' && bad.problem.path === '[0].provider', JSON.stringify(bad));
  });
});
