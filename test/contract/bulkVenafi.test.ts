/** Many revocations behind one confirmation, all with the one sign-in of the operator, judged by what the server did. */
import assert from 'node:assert/strict';
import { localTime } from '../../src/core/localTime';
import { providerDescriptions } from '../../src/providers/registry';
import { fingerprint } from '../../src/sandbox/redaction';
import { previewAll, runAll, told } from '../fakes/bulkScene';
import { HastyClock } from '../fakes/hastyClock';
import { ProviderScene } from '../fakes/providerScene';

/** The 60 s of a confirmation have to be long enough for a busy machine. */
const speed = 12;

describe('a bulk of revocations at Venafi TPP', function () {
  this.timeout(30_000);
  let scene: ProviderScene;
  beforeEach(async () => {
    scene = await ProviderScene.open('venafiTpp', { clock: ({ control }) => new HastyClock(control.clock, speed) });
  });
  afterEach(() => scene.close());

  const control = () => scene.world.sandbox.control.venafi;
  const posts = () => scene.requests();
  const idOf = (name: string): string =>
    name.startsWith('application:')
      ? name
      : (control()
          .identities()
          .find((one) => one.name === name)?.prefixedUniversal ?? assert.fail(name));
  const grantsOf = (name: string): number => control().grants({ grantee: idOf(name) }).length;
  const granted = (application: string): number => control().grants({ application }).length;

  /** Those are the identities of the project from now on; users by name, applications by id. */
  function identities(...names: readonly string[]): void {
    const { world } = scene;
    world.project = { ...world.project, identities: names.map((name) => ({ id: idOf(name), label: name })) };
  }

  /** Users of their own, each with so many grants. */
  function crowd(count: number, grants = 1): readonly string[] {
    const names = Array.from({ length: count }, (_, at) => `user${at + 1}.test`);
    control().seed({
      identities: names.map((name) => ({ name })),
      grants: names.map((grantee) => ({ grantee, application: 'cert-dashboard', count: grants })),
    });
    identities(...names);
    return names;
  }

  async function plan() {
    const previewed = await previewAll(scene.world);
    assert.ok(previewed);
    return previewed;
  }

  it('one operator token for all: 40 users, each revoked once, each verified, one entry each', async () => {
    const names = crowd(40, 2);
    const { items, leftOut } = await plan();
    assert.deepEqual([items.length, leftOut.length], [40, 0]);
    const results = await runAll(scene.world, items);
    assert.deepEqual(
      told(results),
      names.map((name) => `${name} verified venafi.gone.noGrants`),
    );
    assert.equal(posts().length, 40);
    assert.deepEqual(new Set(posts().map((request) => request.tokenFingerprint)), new Set([ownToken()]));
    const revoked = control()
      .revocations()
      .map(({ grantee = '' }) => grantee);
    assert.deepEqual([...revoked].sort(), names.map(idOf).sort());
    assert.equal(granted('build-pipeline'), 9, 'nobody else has lost anything');
    const entries = await scene.world.journal.recent(100);
    assert.deepEqual([entries.length, entries.every(({ stage }) => stage === 'closed')], [40, true]);
    assert.equal((await scene.world.vault.read(scene.world.targets()[0] ?? scene.target)).kind, 'present');
  });

  const ownToken = (): string => fingerprint(scene.secrets['accessToken'] ?? '');

  it('mixed outcomes: each is told what became of its own', async () => {
    const names = crowd(6);
    const { items } = await plan();
    control().fault('insufficientRights', { route: 'revokeGrants', times: 1 });
    control().fault('result', { route: 'revokeGrants', result: 2, times: 1 });
    control().fault('result', { route: 'revokeGrants', result: 11, times: 1 });
    control().fault('result', { route: 'revokeGrants', result: 99, times: 1, carryOut: true });
    const results = await runAll(scene.world, items);
    const kinds = results.map(({ outcome }) => `${outcome.kind} ${outcome.reason.code}`).sort();
    assert.deepEqual(kinds, [
      'refused venafi.insufficientRights',
      'refused venafi.result.refused',
      'refused venafi.result.signIn',
      'verified venafi.gone.noGrants',
      'verified venafi.gone.noGrants',
      'verified venafi.gone.noGrants',
    ]);
    assert.equal(posts().length, 6, 'nothing was sent twice');
    assert.equal(scene.requests(scene.routes.token).length, 0, 'a role is no dead token');
    for (const { target, outcome } of results) {
      assert.equal(grantsOf(target.identity.label), outcome.kind === 'verified' ? 0 : 1, target.identity.label);
    }
    assert.equal(results.length, names.length);
  });

  it('quota: all of it waits as long as the server says, and only what was refused is sent again', async () => {
    const names = crowd(12);
    const { items } = await plan();
    scene.fault({ kind: 'retry-after', status: 429, value: '30' }, undefined, 2);
    const waits = new Set<number>();
    const begun = scene.world.clock.now();
    const results = await runAll(scene.world, items, ({ waitingUntil }) => {
      if (waitingUntil !== undefined) waits.add(waitingUntil);
    });
    assert.deepEqual(
      told(results),
      names.map((name) => `${name} verified venafi.gone.noGrants`),
    );
    const statuses = posts().map(({ status }) => status);
    assert.deepEqual([statuses.filter((status) => status === 429).length, statuses.length], [2, 14]);
    assert.ok(
      waits.size > 0 && [...waits].every((until) => until >= begun + 29_000),
      [...waits].map((at) => localTime(at)).join(),
    );
    const revoked = control().revocations();
    assert.equal(new Set(revoked.map(({ grantee }) => grantee)).size, 12);
    assert.equal(revoked.length, 12, 'nobody was revoked twice');
  });

  it('a token that ends in the middle is renewed once, for all', async () => {
    const names = crowd(80);
    const { items } = await plan();
    let expired = false;
    const results = await runAll(scene.world, items, ({ done }) => {
      if (expired || done < 4) return;
      expired = true;
      control().expireAccessTokens({ grantee: 'tpp-admin' });
    });
    assert.ok(expired);
    assert.deepEqual(
      told(results),
      names.map((name) => `${name} verified venafi.gone.noGrants`),
    );
    assert.equal(scene.requests(scene.routes.token).length, 1, 'the refresh token works once');
    assert.equal(control().revocations().length, 80);
  });

  for (const [how, names] of [
    ['the application first', ['application:build-pipeline', 'alice.test', 'bob.test']],
    ['the application last', ['bob.test', 'alice.test', 'application:build-pipeline']],
  ] as const) {
    it(`an application and two of its users, ${how}: all that was confirmed ends, and nothing is sent in vain`, async () => {
      identities(...names);
      const { items } = await plan();
      assert.equal(items.length, 3);
      const results = await runAll(scene.world, items);
      for (const line of told(results)) assert.match(line, / (verified|already-reset) venafi\./);
      assert.deepEqual(
        [granted('build-pipeline'), grantsOf('alice.test'), grantsOf('bob.test'), granted('cert-dashboard')],
        [0, 0, 0, 0],
      );
      assert.ok(posts().length <= 3);
    });

    it(`the same one after the other, ${how}: what another one has ended already is no change`, async () => {
      identities(...names);
      const { items } = await plan();
      const [first, ...rest] = items;
      assert.ok(first);
      assert.equal((await runAll(scene.world, [first]))[0]?.outcome.kind, 'verified');
      const results = await runAll(scene.world, rest);
      const lines = told(results);
      for (const line of lines) assert.match(line, / (verified venafi\.gone|already-reset venafi\.nothingToRevoke)/);
      assert.equal(granted('build-pipeline') + grantsOf('alice.test') + grantsOf('bob.test'), 0);
      // Of bob nothing was left once the application was done with: nothing was sent for him.
      const inVain = how === 'the application first' ? 'bob.test already-reset venafi.nothingToRevoke' : undefined;
      if (inVain !== undefined) assert.ok(lines.includes(inVain), lines.join());
    });
  }

  it('who has consented anew meanwhile is left alone, beside one whose grants have become fewer', async () => {
    identities('alice.test', 'bob.test');
    const { items } = await plan();
    control().endGrants({ grantee: 'alice.test', application: 'build-pipeline' });
    control().endGrants({ grantee: 'bob.test' });
    scene.world.clock.pass(60_000);
    control().seed({ grants: [{ grantee: 'bob.test', application: 'build-pipeline', scope: 'certificate:manage' }] });
    const results = await runAll(scene.world, items);
    assert.deepEqual(told(results), ['alice.test verified venafi.gone.noGrants', 'bob.test not-sent bulk.changed']);
    assert.deepEqual([grantsOf('alice.test'), grantsOf('bob.test'), posts().length], [0, 1, 1]);
  });

  it('the operator among them: said before, and of the others nobody is told more than is known', async () => {
    crowd(3);
    const administrator = 'tpp-admin';
    identities('user1.test', administrator, 'user2.test', 'user3.test');
    const { items } = await plan();
    const own = items.find(({ target }) => target.identity.label === administrator);
    assert.ok(own?.preview.effects.some(({ code }) => code === 'venafi.effect.self'));
    const results = await runAll(scene.world, items);
    for (const { target, outcome } of results) {
      const { label } = target.identity;
      const gone = grantsOf(label) === 0;
      if (label === administrator) assert.deepEqual([outcome.kind, gone], ['accepted', true]);
      else if (outcome.kind === 'verified') assert.ok(gone, label);
      else if (outcome.kind === 'refused' || outcome.kind === 'not-sent') assert.ok(!gone, `${label} ${outcome.kind}`);
      else assert.equal(outcome.kind, 'unknown', `${label} ${outcome.reason.code}`);
    }
    assert.ok(posts().length <= 4);
  });

  it('leaves out who has no grants, and whom the role does not permit, and says why', async () => {
    crowd(2);
    control().endGrants({ grantee: 'user2.test' });
    const { items, leftOut } = await plan();
    assert.deepEqual(told(leftOut), ['user2.test already-reset venafi.nothingToRevoke']);
    assert.equal(items.length, 1);
    control().setIdentity('tpp-admin', { role: 'user' });
    const refused = await plan();
    assert.deepEqual(refused.items, []);
    assert.ok(told(refused.leftOut).includes('user1.test refused venafi.roleForGrantee'), told(refused.leftOut).join());
    assert.equal(posts().length, 0);
  });

  it('goes the way that Reset Consent takes', () =>
    assert.equal(providerDescriptions.get('venafiTpp')?.ways[0]?.id, 'revokeGrants'));
});
