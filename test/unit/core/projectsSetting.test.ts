import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEndpoint } from '../../../src/core/endpoint';
import { untranslated } from '../../../src/core/outcomeText';
import { parseProjects } from '../../../src/core/projectsSetting';
import { type SettingProblem, settingSentences } from '../../../src/core/settingTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import { scriptedDescriptions } from '../../fakes/scriptedSettings';

const parse = (value: unknown) => parseProjects(value, scriptedDescriptions);
const good = { id: 'shop', name: 'Shop', provider: 'scripted', identities: [{ id: 'alice' }] };

/** `path: what`, for every problem. */
function problems(value: unknown): readonly string[] {
  return told(parse(value).problems);
}

function told(found: readonly SettingProblem[]): readonly string[] {
  return found.map((problem) => {
    const { what, mend } = settingSentences(problem, untranslated);
    assert.ok(what.length > 0 && what.length < 400, what);
    assert.match(mend, /^[A-Z].*\.$|\]\.$/, `how to mend "${what}"`);
    assert.doesNotMatch(what + mend, /\{\w+\}/);
    return `${problem.path}: ${what}`;
  });
}

describe('fault 6: the setting of the projects, parsed', () => {
  it('reads a whole project', () => {
    const entry = {
      ...good,
      endpoint: 'https://Consent.Example:8443/',
      size: 3,
      identities: [{ id: 'alice', name: 'Alice (EU)' }, { id: 'bob' }, { name: 'carol' }],
    };
    assert.deepEqual(parse([entry]), {
      problems: [],
      projects: [
        {
          id: 'shop',
          label: 'Shop',
          provider: 'scripted',
          endpoint: 'https://consent.example:8443',
          options: { size: 3 },
          identities: [
            { id: 'alice', label: 'Alice (EU)' },
            { id: 'bob', label: 'bob' },
            { id: 'carol', label: 'carol' },
          ],
        },
      ],
    });
  });

  it('fills in what may be left out', () => {
    assert.deepEqual(parse([{ name: 'Shop', provider: 'scripted' }]).projects, [
      {
        id: 'Shop',
        label: 'Shop',
        provider: 'scripted',
        endpoint: 'https://consent.example',
        options: {},
        identities: [],
      },
    ]);
  });

  for (const nothing of [undefined, null, []]) {
    it(`${JSON.stringify(nothing)} is no projects and no problem`, () =>
      assert.deepEqual(parse(nothing), { projects: [], problems: [] }));
  }

  for (const value of [{}, 'x', 5, true]) {
    it(`${JSON.stringify(value)} is not a list`, () =>
      assert.deepEqual(problems(value), [': reconsent.projects is not a list']));
  }

  it('takes ids of identities as long as services have them, and calls them by themselves', () => {
    const id = `LDAP+Directory:${'x'.repeat(512 - 15)}`;
    const parsed = parse([{ ...good, identities: [{ id }, { id: `${id}x` }, { id: 'a', name: 'y'.repeat(129) }] }]);
    assert.deepEqual(parsed.projects[0]?.identities, [{ id, label: id }]);
    assert.deepEqual(told(parsed.problems), [
      '[0].identities[1].id: is longer than 512 characters',
      '[0].identities[2].name: is longer than 128 characters',
    ]);
  });

  describe('what makes a project unusable', () => {
    const invisible = 'contains control or invisible characters';
    const rows: readonly (readonly [entry: unknown, ...told: string[]])[] = [
      [null, '[0]: is not an object'],
      ['shop', '[0]: is not an object'],
      [[good], '[0]: is not an object'],
      [5, '[0]: is not an object'],
      [{}, '[0]: has neither "id" nor "name"', '[0].provider: is missing'],
      [{ ...good, id: 5 }, '[0].id: is not a text'],
      [{ ...good, id: null }, '[0].id: is not a text'],
      [{ ...good, id: '' }, '[0].id: is empty'],
      [{ ...good, id: ' \t ' }, '[0].id: is empty'],
      [{ ...good, id: 'x'.repeat(129) }, '[0].id: is longer than 128 characters'],
      [{ ...good, id: 'a\nb' }, `[0].id: ${invisible}`],
      [{ ...good, name: 'a\u202eb' }, `[0].name: ${invisible}`],
      [{ ...good, name: ['a'] }, '[0].name: is not a text'],
      [{ ...good, provider: undefined }, '[0].provider: is missing'],
      [{ ...good, provider: 5 }, '[0].provider: is not a text'],
      [{ ...good, provider: 'toString' }, '[0].provider: "toString" is not a known provider'],
      [{ ...good, provider: 'Scripted' }, '[0].provider: "Scripted" is not a known provider'],
      [{ ...good, provider: 'onPremises' }, '[0].endpoint: is missing'],
      [{ ...good, endpoint: 5 }, '[0].endpoint: is not a text'],
      [{ ...good, endpoint: null }, '[0].endpoint: is not a text'],
      [{ ...good, endpoint: 'consent.example' }, '[0].endpoint: is not a web address'],
      [{ ...good, endpoint: 'http://consent.example' }, '[0].endpoint: is not an https address'],
      [{ ...good, endpoint: 'https://a@b.example' }, '[0].endpoint: contains a user name or "@"'],
      [{ ...good, endpoint: 'https://b.example?x' }, '[0].endpoint: contains a query'],
      [{ ...good, endpoint: 'https://b.example#x' }, '[0].endpoint: contains a fragment'],
      [{ ...good, endpoint: 'https://b.example/x' }, '[0].endpoint: contains a path'],
      [{ ...good, endpoint: 'https://b.example.' }, '[0].endpoint: has a host name that ends with a dot'],
      [
        { ...good, endpoint: 'https://b.example\r\nx' },
        '[0].endpoint: contains spaces, backslashes or control characters',
      ],
      [{ ...good, size: 'x' }, '[0].size: must be a number'],
      [{ ...good, size: 10 }, '[0].size: must be at most 9'],
      [{ ...good, colour: 'red' }, '[0].colour: is not a key of a scripted project'],
      [{ ...good, clientSecret: 'x' }, '[0].clientSecret: is not a key of a scripted project'],
      [{ ...good, 'a\u202eb': 1 }, '[0].a b: is not a key of a scripted project'],
      [{ ...good, endpoint: 5, size: 'x' }, '[0].endpoint: is not a text', '[0].size: must be a number'],
    ];
    for (const [entry, ...told] of rows) {
      it(`${JSON.stringify(entry).slice(0, 60)} → ${told.join(', ')}`, () => {
        assert.deepEqual(problems([entry]), told);
        assert.deepEqual(parse([entry]).projects, []);
        // With its place, and without hiding the good ones around it.
        const between = parse([good, entry, { ...good, id: 'second' }]);
        assert.deepEqual(
          between.projects.map(({ id }) => id),
          ['shop', 'second'],
        );
        assert.ok(between.problems.every(({ path }) => path.startsWith('[1]')));
      });
    }
  });

  describe('what makes an identity unusable, and never its project', () => {
    const rows: readonly (readonly [identities: unknown, kept: readonly string[], ...told: string[]])[] = [
      ['alice', [], '[0].identities: is not a list'],
      [{ id: 'alice' }, [], '[0].identities: is not a list'],
      [null, [], '[0].identities: is not a list'],
      [['alice', { id: 'bob' }], ['bob'], '[0].identities[0]: is not an object'],
      [
        [['alice'], null, { id: 'bob' }],
        ['bob'],
        '[0].identities[0]: is not an object',
        '[0].identities[1]: is not an object',
      ],
      [[{}, { id: 'bob' }], ['bob'], '[0].identities[0]: has neither "id" nor "name"'],
      [[{ id: 5 }, { id: 'bob' }], ['bob'], '[0].identities[0].id: is not a text'],
      [[{ id: 'a\u200bb' }], [], '[0].identities[0].id: contains control or invisible characters'],
      [[{ id: 'a', token: 'x' }], ['a'], '[0].identities[0].token: is not a key of an identity'],
      [
        [{ id: 'a', name: 'first' }, { id: 'a' }, { id: 'b' }],
        ['a', 'b'],
        '[0].identities[1].id: another identity of this project has the id "a" too',
      ],
    ];
    for (const [identities, kept, ...told] of rows) {
      it(`${JSON.stringify(identities)} → ${told.join(', ')}`, () => {
        assert.deepEqual(problems([{ ...good, identities }]), told);
        const [project] = parse([{ ...good, identities }]).projects;
        assert.deepEqual(
          project?.identities.map(({ id }) => id),
          kept,
        );
      });
    }

    it('tells that secrets never belong into settings', () => {
      const [problem] = parse([{ ...good, identities: [{ id: 'a', refreshToken: '1//x' }] }]).problems;
      assert.match(problem?.mend ?? '', /Secrets never belong into settings/);
      assert.ok(!JSON.stringify(problem).includes('1//x'));
    });
  });

  it('uses the first of two projects with one id, also when the id comes from the name', () => {
    const value = [
      { ...good, name: 'First' },
      { name: 'shop', provider: 'scripted' },
    ];
    assert.deepEqual(
      parse(value).projects.map(({ label }) => label),
      ['First'],
    );
    assert.deepEqual(problems(value), ['[1].id: another project has the id "shop" too']);
  });

  it('the same identity id may be in two projects', () => {
    assert.deepEqual(problems([good, { ...good, id: 'second' }]), []);
  });

  it('pollutes nothing by keys of the prototype', () => {
    const hostile = JSON.parse(`[{
      "__proto__": {"id": "polluted", "polluted": true}, "constructor": {"prototype": {"polluted": true}},
      "id": "shop", "provider": "scripted",
      "identities": [{"__proto__": {"id": "polluted", "polluted": true}, "id": "__proto__"}]
    }]`);
    const { projects } = parse(hostile);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    for (const project of projects) {
      assert.equal(project.id, 'shop');
      assert.equal((project as unknown as Record<string, unknown>)['polluted'], undefined);
      assert.equal(project.options['polluted'], undefined);
      assert.deepEqual(project.identities, [{ id: '__proto__', label: '__proto__' }]);
    }
    assert.deepEqual(parse(JSON.parse('[{"__proto__": {"id": "x", "provider": "scripted"}}]')).projects, []);
  });

  it('reads 10,000 projects, good and bad, in one go', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => (at % 2 ? { ...good, id: `p${at}` } : { id: at }));
    const parsed = parse(many);
    assert.equal(parsed.projects.length, 5_000);
    assert.equal(parsed.problems.length, 10_000);
  });

  it('reads 10,000 identities of one project', () => {
    const identities = Array.from({ length: 10_000 }, (_, at) => ({ id: `user-${at % 9_000}` }));
    const parsed = parse([{ ...good, identities }]);
    assert.equal(parsed.projects[0]?.identities.length, 9_000);
    assert.equal(parsed.problems.length, 1_000);
  });

  it('never throws, and what it accepts is usable, whatever it is given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.webUrl(),
      fc.constantFrom('https://consent.example', 'http://127.0.0.1:1', 'v1', 'v1beta', 'shop', '__proto__'),
    );
    const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
    const rarely = <T>(usual: fc.Arbitrary<T>) =>
      fc.oneof({ arbitrary: usual as fc.Arbitrary<unknown>, weight: 6 }, { arbitrary: anything, weight: 1 });
    const address = fc.oneof(fc.constantFrom('https://consent.example', 'http://127.0.0.1:1'), text);
    const name = fc.constantFrom('shop', 'alice', 'x/y%2F', '__proto__', 'constructor');
    const identity = fc.record({ id: rarely(name), name: rarely(name), other: anything }, { requiredKeys: ['id'] });
    const project = fc.record(
      {
        id: rarely(name),
        name: rarely(name),
        provider: rarely(fc.constant('googleDataPortability')),
        endpoint: rarely(address),
        apiVersion: rarely(fc.constantFrom('v1', 'v1beta')),
        quotaUser: rarely(name),
        clientId: rarely(name),
        oauthEndpoint: rarely(address),
        identities: rarely(fc.array(rarely(identity), { maxLength: 3 })),
      },
      { requiredKeys: ['id', 'provider'] },
    );
    const setting = fc.oneof(fc.array(fc.oneof(project, anything), { maxLength: 4 }), fc.anything());
    let accepted = 0;
    fc.assert(
      fc.property(setting, (value) => {
        const parsed = parseProjects(value, providerDescriptions);
        for (const one of parsed.projects) {
          accepted++;
          const description = providerDescriptions.get(one.provider);
          assert.ok(description);
          assert.deepEqual(parseEndpoint(one.endpoint), { kind: 'endpoint', origin: one.endpoint });
          for (const origin of description.credentialOrigins(one)) {
            assert.deepEqual(parseEndpoint(origin), { kind: 'endpoint', origin });
          }
          assert.equal(new Set(one.identities.map(({ id }) => id)).size, one.identities.length);
        }
        assert.equal(new Set(parsed.projects.map(({ id }) => id)).size, parsed.projects.length);
        if (Array.isArray(value)) assert.ok(parsed.projects.length + parsed.problems.length >= value.length);
      }),
      { seed: 6, numRuns: 400 },
    );
    assert.ok(accepted > 20, `only ${accepted} accepted`);
  });
});
