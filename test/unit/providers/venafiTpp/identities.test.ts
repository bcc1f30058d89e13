import assert from 'node:assert/strict';
import {
  browseIdentities,
  identityByName,
  readSelf,
  validateIdentity,
} from '../../../../src/providers/venafiTpp/identities';
import { apiOf } from '../../../../src/providers/venafiTpp/provider';
import { response } from '../../../fakes/scriptedTransport';
import { alice, invalidToken, never, sealed, targetWith, VenafiScene } from '../../../fakes/venafiScene';

const token = sealed('access-0');
const person = {
  FullName: 'Alice Test',
  IsGroup: false,
  Name: 'alice.test',
  Prefix: 'local',
  PrefixedName: 'local:alice.test',
  PrefixedUniversal: alice,
  Type: 1,
};
const group = { ...person, Name: 'testers', PrefixedName: 'local:testers', IsGroup: true, Type: 2 };
const list = (...Identities: readonly unknown[]) => response(200, { Identities });

describe('Venafi TPP: finding a user', () => {
  const scene = () => {
    const made = new VenafiScene();
    return { made, api: apiOf(targetWith(alice), made.ports) };
  };
  const codeOf = (result: object): string =>
    'reason' in result ? `${'kind' in result && result.kind} ${(result.reason as { code: string }).code}` : 'identity';

  it('browses users and groups', async () => {
    const { made, api } = scene();
    made.answers('Browse', list(person, group));
    const found = await browseIdentities(api, token, 'te', 20, never);
    assert.ok(found.kind === 'found');
    assert.deepEqual(
      found.identities.map(({ name, isGroup }) => [name, isGroup]),
      [
        ['alice.test', false],
        ['testers', true],
      ],
    );
    assert.deepEqual(JSON.parse(made.sent('Browse')[0]?.body ?? ''), { Filter: 'te', Limit: 20, IdentityType: 11 });
  });

  const rows: readonly (readonly [what: string, answer: ReturnType<typeof response>, meaning: string])[] = [
    ['one of that name', list(person), 'identity'],
    [
      'one of another name that contains it',
      list({ ...person, Name: 'alice.test.2', PrefixedName: '', FullName: '' }),
      'refused venafi.identity.unknown',
    ],
    [
      'two of that name',
      list(person, { ...person, PrefixedUniversal: 'local:{other}' }),
      'refused venafi.identity.ambiguous',
    ],
    ['one, and one that is not understood', list(person, { Name: 'alice.test' }), 'refused venafi.identity.ambiguous'],
    ['none', list(), 'refused venafi.identity.unknown'],
    ['a group', list({ ...group, Name: 'alice.test' }), 'refused venafi.identity.group'],
    ['a group by its type alone', list({ ...person, IsGroup: undefined, Type: 8 }), 'refused venafi.identity.group'],
    ['an id of no user', list({ ...person, PrefixedUniversal: 'alice' }), 'refused venafi.identity.malformed'],
    ['500', response(500), 'failed venafi.serverError'],
    ['a page', response(200, '<html>'), 'failed venafi.notJson'],
    ['a dead token', invalidToken as ReturnType<typeof response>, 'dead-token venafi.tokenRejected'],
  ];
  for (const [what, answer, meaning] of rows) {
    it(`by name, ${what}: ${meaning}`, async () => {
      const { made, api } = scene();
      made.answers('Browse', answer);
      assert.equal(codeOf(await identityByName(api, token, 'alice.test', never)), meaning);
      assert.equal(JSON.parse(made.sent('Browse')[0]?.body ?? '').Limit, 2);
    });
  }

  const ids: readonly (readonly [what: string, answer: ReturnType<typeof response>, meaning: string])[] = [
    ['is known', response(200, { ID: person }), 'identity'],
    ['is unknown: an empty body', response(200, ''), 'refused venafi.identity.unknown'],
    ['is a group', response(200, { ID: group }), 'refused venafi.identity.group'],
    ['gets an answer that is not understood', response(200, {}), 'failed venafi.notJson'],
    ['gets a 400', response(400), 'failed venafi.invalidRequest'],
  ];
  for (const [what, answer, meaning] of ids) {
    it(`an id ${what}: ${meaning}`, async () => {
      const { made, api } = scene();
      made.answers('Validate', answer);
      assert.equal(codeOf(await validateIdentity(api, token, alice, never)), meaning);
      assert.deepEqual(JSON.parse(made.sent('Validate')[0]?.body ?? ''), { ID: { PrefixedUniversal: alice } });
    });
  }

  it('asks nobody about what is no id of a user', async () => {
    const { made, api } = scene();
    for (const id of ['alice', 'application:x', '']) {
      assert.equal(codeOf(await validateIdentity(api, token, id, never)), 'refused venafi.identity.malformed');
    }
    assert.equal(made.transport.requests.length, 0);
  });

  it('takes the first of Identity/Self for oneself, and nobody when there is none', async () => {
    const { made, api } = scene();
    made.answers('Self', list(person, group), list(), response(200, { Identities: 'x' }));
    assert.deepEqual(await readSelf(api, token, never), { kind: 'self', prefixedUniversal: alice });
    for (let i = 0; i < 2; i++) assert.equal((await readSelf(api, token, never)).kind, 'failed');
  });
});
