/** Whose grants end: those of the one who is signed in, more than were confirmed, and those of a name that is not one user. */
import assert from 'node:assert/strict';
import { targetKey } from '../../../src/core/model';
import { reasonSentences, untranslated } from '../../../src/core/outcomeText';
import type { Preview } from '../../../src/core/provider';
import { browseIdentities, identityByName } from '../../../src/providers/venafiTpp/identities';
import { apiOf } from '../../../src/providers/venafiTpp/provider';
import { never, VenafiWorld } from '../../fakes/venafiWorld';

let world: VenafiWorld;
async function open(): Promise<void> {
  world = await VenafiWorld.open();
}
const close = (): Promise<void> => world.close();

const posts = (): number => world.requests('/oauth/revokegrants');
const said = (preview: Preview | undefined): string =>
  [...(preview?.losses ?? []), ...(preview?.effects ?? [])]
    .map((line) => reasonSentences(line, world.texts, untranslated).happened)
    .join('\n');
const entries = () => [...world.journal.entries.values()];

describe('fault 35: the grantee is oneself', () => {
  beforeEach(open);
  afterEach(close);

  const uuid = 'a1c5e2f0-0b7d-4e52-9c11-7f3a52d0e901';
  for (const [how, id] of [
    ['as the server writes it', `local:{${uuid}}`],
    ['without braces', `local:${uuid}`],
    ['in capitals', `local:{${uuid.toUpperCase()}}`],
  ] as const) {
    it(`${how}: said beforehand, sent once, and not called verified, as nobody can be asked afterwards`, async () => {
      // Values are case-sensitive at the service: what it does not know it does not revoke.
      const known = id === world.sample.administrator.grantee;
      if (!known) world.control.seed({ identities: [{ name: 'twin', prefixedUniversal: id }] });
      if (!known) world.control.seed({ grants: [{ grantee: id, application: 'build-pipeline' }] });
      const outcome = await world.revoke(id);
      assert.deepEqual([outcome.kind, posts()], ['accepted', 1], world.text(outcome));
      const [preview] = world.previews;
      assert.match(said(preview), /also signs out this tool/);
      assert.ok(
        preview?.needsPerson?.some(({ code }) => code === 'venafi.effect.self'),
        'a task is not allowed to',
      );
      assert.match(world.text(outcome), /ended the sign-in of this tool as well.*not seen.*Sign in again/);
      assert.deepEqual(
        entries().map((entry) => entry.outcome?.kind),
        ['accepted'],
      );
    });
  }

  it('by the application one is signed in with: said, and every other identity of the project needs a new sign-in', async () => {
    const application = `application:${world.sample.clientId}`;
    const bob = { project: world.project, identity: { id: world.id('bob.test'), label: 'bob' } };
    world.others = [bob];
    const outcome = await world.revoke(application);
    assert.equal(outcome.kind, 'accepted', world.text(outcome));
    assert.match(said(world.previews[0]), /also signs out this tool/);
    assert.equal(posts(), 1);
    assert.notEqual(world.store.get(targetKey(bob)).consent.kind, 'granted');
    const again = await world.revoke(bob.identity.id);
    assert.deepEqual([again.kind, posts()], ['refused', 1], world.text(again));
    assert.match(world.text(again), /Sign in again/);
  });

  it('where nobody says who is signed in: perhaps, and a person has to decide', async () => {
    world.control.fault('internal500', { route: 'self' });
    const outcome = await world.revoke(world.id('alice.test'));
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    const [preview] = world.previews;
    assert.match(said(preview), /could not be read\. If it is this user, this tool is signed out, too/);
    assert.ok(preview?.needsPerson?.some(({ code }) => code === 'venafi.effect.maybeSelf.grantee'));
  });

  it('another user is not taken for oneself', async () => {
    assert.equal((await world.revoke(world.id('alice.test'))).kind, 'verified');
    assert.doesNotMatch(said(world.previews[0]), /this tool/);
  });
});

describe('fault 36: 9 grants have become 412 between preview and confirmation', () => {
  beforeEach(open);
  afterEach(close);

  const grow = (by: number) => () => {
    world.whileConfirming = () => undefined;
    const { requests } = world.sandbox.control;
    assert.equal(requests.list().filter(({ path }) => /revokegrants/i.test(path)).length, 0, 'nothing was sent yet');
    world.control.seed({ grants: [{ grantee: 'bob.test', application: 'build-pipeline', count: by }] });
  };

  it('of an application: asked again with 412, and one request', async () => {
    world.whileConfirming = grow(403);
    const outcome = await world.revoke('application:build-pipeline');
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.deepEqual(
      world.previews.map(({ losses }) => losses[0]?.params['grants']),
      ['9', '412'],
    );
    assert.equal(posts(), 1);
    assert.equal(entries().length, 1, 'what was not sent stands in no journal');
  });

  it('of a user: asked again, with the sum of them and the first few by name', async () => {
    world.whileConfirming = grow(403);
    const outcome = await world.revoke(world.id('bob.test'));
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.deepEqual(
      world.previews.map(({ losses }) => losses[0]?.params['grants']),
      ['3', '406'],
    );
    assert.ok((world.previews[1]?.losses.length ?? 0) <= 14, 'a question that can be read');
    assert.match(said(world.previews[1]), /And 394 more/);
    assert.equal(posts(), 1);
  });

  it('and nobody agrees to 412: nothing is sent, and nothing is lost', async () => {
    let asked = 0;
    world.answer = () => {
      asked += 1;
      if (asked === 1)
        world.control.seed({ grants: [{ grantee: 'bob.test', application: 'build-pipeline', count: 403 }] });
      return asked === 1 ? { kind: 'confirmed', by: 'modal' } : { kind: 'declined' };
    };
    const outcome = await world.revoke('application:build-pipeline');
    assert.deepEqual([outcome.kind, asked, posts(), entries().length], ['cancelled', 2, 0, 0], world.text(outcome));
    assert.equal(world.control.grants({ application: 'build-pipeline' }).length, 412);
  });

  it('grants that have gone meanwhile are no reason to ask again', async () => {
    world.whileConfirming = () => void world.control.endGrants({ grantee: 'bob.test', application: 'build-pipeline' });
    assert.equal((await world.revoke('application:build-pipeline')).kind, 'verified');
    assert.deepEqual([world.previews.length, posts()], [1, 1]);
  });
});

describe('fault 37: Browse finds nobody, two of one name, a group, or fails', () => {
  beforeEach(open);
  afterEach(close);

  const api = () => apiOf({ project: world.project }, world);
  const token = () => world.credential.secrets['accessToken'] ?? assert.fail('nobody is signed in');
  const byName = (name: string) => identityByName(api(), token(), name, never);
  const browse = { method: 'POST', path: '/vedsdk/identity/browse' };
  const answered = (status: number, body: unknown): void =>
    void world.sandbox.control.faults.add({
      match: browse,
      effect: { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body },
    });
  const identity = (name: string, more: object = {}) => ({
    FullName: name,
    Name: name,
    PrefixedName: `local:${name}`,
    PrefixedUniversal: `local:{5e8b2f71-9a3c-4d60-8f24-b1d7e6c5${String(name.length).padStart(4, '0')}}`,
    Type: 1,
    ...more,
  });

  for (const [name, code, says] of [
    ['nobody', 'venafi.identity.unknown', /knows no such user/],
    ['sam.test', 'venafi.identity.ambiguous', /Several|more than one/i],
    ['testers', 'venafi.identity.group', /group/],
    ['alice', 'venafi.identity.unknown', /knows no such user/],
  ] as const) {
    it(`${name}: ${code}; nobody is picked`, async () => {
      const found = await byName(name);
      assert.ok(found.kind === 'refused', found.kind);
      assert.equal(found.reason.code, code);
      const { happened } = reasonSentences(found.reason, world.texts, untranslated);
      assert.match(happened, says);
      assert.equal(world.requests('/identity/browse'), 1);
    });
  }

  const failing: readonly (readonly [what: string, status: number, body: unknown, kind: string])[] = [
    ['500', 500, '<html>', 'failed'],
    ['503, three times', 503, '', 'failed'],
    ['403', 403, { error: 'insufficient_scope' }, 'failed'],
    ['401 invalid_token', 401, { error: 'invalid_token' }, 'dead-token'],
    ['202', 202, { Identities: [identity('alice.test')] }, 'failed'],
    ['a page', 200, '<html>', 'failed'],
    ['empty', 200, '', 'failed'],
    ['{}', 200, {}, 'failed'],
    ['[]', 200, [], 'failed'],
    ['Identities null', 200, { Identities: null }, 'failed'],
  ];
  for (const [what, status, body, kind] of failing) {
    it(`${what}: ${kind}, and not "nobody of that name"`, async () => {
      answered(status, body);
      const found = await byName('alice.test');
      assert.equal(found.kind, kind);
      assert.ok('reason' in found && found.reason.code !== 'venafi.identity.unknown');
      const typed = await browseIdentities(api(), token(), 'alice', 20, never);
      assert.equal(typed.kind, kind);
    });
  }

  const odd: readonly (readonly [what: string, list: readonly unknown[], code: string])[] = [
    ['one that cannot be understood', [{ Name: 'alice.test' }], 'venafi.identity.ambiguous'],
    ['one beside one that cannot be understood', [identity('alice.test'), 7], 'venafi.identity.ambiguous'],
    ['another name than was asked for', [identity('mallory')], 'venafi.identity.unknown'],
    ['a group by its type alone', [identity('alice.test', { Type: 2 })], 'venafi.identity.group'],
    ['a group that says so', [identity('alice.test', { IsGroup: true })], 'venafi.identity.group'],
    ['an id that is none', [identity('alice.test', { PrefixedUniversal: 'alice' })], 'venafi.identity.malformed'],
    [
      'an id that is an application here',
      [identity('alice.test', { PrefixedUniversal: 'application:build-pipeline' })],
      'venafi.identity.malformed',
    ],
  ];
  for (const [what, list, code] of odd) {
    it(`${what}: ${code}`, async () => {
      answered(200, { Identities: list });
      const found = await byName('alice.test');
      assert.ok('reason' in found, found.kind);
      assert.equal(found.reason.code, code);
    });
  }

  it('one user of exactly that name, whatever its case', async () => {
    for (const name of ['alice.test', 'Alice.Test']) {
      const found = await byName(name);
      assert.ok(found.kind === 'identity', name);
      assert.equal(found.identity.prefixedUniversal, world.id('alice.test'));
    }
  });
});
