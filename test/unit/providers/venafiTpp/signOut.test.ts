import assert from 'node:assert/strict';
import { type Credential, targetKey } from '../../../../src/core/model';
import type { HttpResult } from '../../../../src/core/ports';
import { signOut } from '../../../../src/providers/venafiTpp/signOut';
import { noon } from '../../../fakes/resetStage';
import { response, ScriptedTransport } from '../../../fakes/scriptedTransport';
import { admin, credentialTarget, issued, never, pasted, signedIn, VenafiScene } from '../../../fakes/venafiScene';

describe('Venafi TPP: signing out', () => {
  let scene: VenafiScene;
  beforeEach(() => {
    scene = new VenafiScene();
  });
  const out = async (credential: Credential, ...answers: HttpResult[]) => {
    const transport = new ScriptedTransport(...answers);
    const result = await signOut(
      credentialTarget(admin),
      credential,
      { ...scene.ports, transport, ownerKey: targetKey },
      never,
    );
    return { result: 'reason' in result ? `${result.kind} ${result.reason.code}` : result.kind, transport };
  };
  const renew = () =>
    scene.provider.probe(
      {
        ...credentialTarget(admin),
        credentials: [{ ...signedIn, facts: { clientId: 'reconsent', accessTokenExpiresAt: '1' } }],
      },
      never,
    );

  for (const [status, meaning, kept] of [
    [200, 'revoked', 0],
    [401, 'failed venafi.signOutFailed', 1],
    [500, 'failed venafi.signOutFailed', 1],
  ] as const) {
    it(`${status}: ${meaning}, with the newest token`, async () => {
      await renew();
      assert.equal(scene.secrets.values.size, 1);
      const { result, transport } = await out(signedIn, response(status));
      assert.equal(result, meaning);
      assert.deepEqual(
        transport.requests.map(({ method, bearer }) => [method, bearer]),
        [['GET', 'access-1']],
      );
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [kept, kept]);
    });
  }

  for (const unknownToken of [response(202), response(401, { error: 'invalid_token' })]) {
    const { status } = unknownToken as { readonly status: number };
    it(`${status} for a token that another window has renewed meanwhile: the newer one is revoked`, async () => {
      await renew();
      const newer = issued('2') as HttpResult;
      const { result, transport } = await out(signedIn, unknownToken, newer, response(200));
      assert.equal(result, 'revoked');
      assert.deepEqual(
        transport.requests.map(({ method, bearer }) => [method, bearer]),
        [
          ['GET', 'access-1'],
          ['POST', undefined],
          ['GET', 'access-2'],
        ],
      );
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [0, 0]);
    });

    it(`${status} for the newest token, and there is none after it: there is nothing to revoke`, async () => {
      await renew();
      const { result, transport } = await out(signedIn, unknownToken, response(400, { error: 'invalid_grant' }));
      assert.deepEqual([result, transport.requests.length], ['not-found', 2]);
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [0, 0]);
    });

    it(`${status} where nobody can say whether there is a newer token: nothing is deleted`, async () => {
      await renew();
      const { result } = await out(signedIn, unknownToken, response(503));
      assert.equal(result, 'failed venafi.refreshFailed');
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [1, 1]);
    });
  }

  it('a token that has ended is renewed first: only a living one can be revoked', async () => {
    scene.wall = noon + 2 * 3_600_000;
    const { result, transport } = await out(signedIn, issued('1') as HttpResult, response(200));
    assert.equal(result, 'revoked');
    assert.deepEqual(transport.requests.at(-1)?.bearer, 'access-1');
    assert.equal(scene.secrets.values.size, 0);
  });

  it('there is nothing to revoke of a sign-in that is dead', async () => {
    scene.wall = noon + 2 * 3_600_000;
    const { result, transport } = await out(signedIn, response(400, { error: 'invalid_grant' }));
    assert.deepEqual([result, transport.requests.length], ['not-found', 1]);
  });

  it('a pasted access token is revoked as it is', async () => {
    const { result, transport } = await out(pasted, response(200));
    assert.deepEqual([result, transport.requests[0]?.bearer], ['revoked', 'access-0']);
  });

  it('no answer leaves everything as it is', async () => {
    await renew();
    const { result } = await out(signedIn, { kind: 'broken', cause: 'timeout', detail: '' });
    assert.equal(result, 'failed venafi.signOutFailed');
    assert.equal(scene.secrets.values.size, 1);
  });
});
