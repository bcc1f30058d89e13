/** Reads before a reset, each answered with anything: none of them throws or has an effect, and what comes of it can be told. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Reason } from '../../../src/core/model';
import type { PreviewResult, ProbeResult } from '../../../src/core/provider';
import { accessCredential, byAccess, byRefresh, GoogleScene, targetWith } from '../../fakes/googleScene';
import { credentialWith, IdentityPlatformScene, idToken, nativeCode, withKey } from '../../fakes/identityPlatformScene';
import { noon } from '../../fakes/resetStage';
import { assertTold } from '../../fakes/toldReasons';
import * as venafi from '../../fakes/venafiScene';
import { ending } from './answers';
import { assertMet, cases, patience } from './cases';
import { googleErrors, oauthErrors, toolkitErrors, vedErrors, vedResults } from './realBodies';

const never = new AbortController().signal;

function assertPreview(result: PreviewResult): void {
  switch (result.kind) {
    case 'ready':
      for (const line of linesOf(result)) assertTold(line);
      break;
    case 'aborted':
      break;
    default:
      assertTold(result.reason);
  }
}

function linesOf({ preview }: Extract<PreviewResult, { kind: 'ready' }>): readonly Reason[] {
  return [...preview.effects, ...preview.losses, ...(preview.needsPerson ?? [])];
}

function assertProbe(result: ProbeResult): void {
  if (result.kind === 'failed' || result.kind === 'dead-credential') assertTold(result.reason);
}

const tokenAnswer = ending({ access_token: 'ya29.fresh', expires_in: 3599 }, oauthErrors);
const accessAnswer = ending({ oneTimeResources: ['myactivity.maps'], timeBasedResources: ['maps'] }, googleErrors);
const infoAnswer = ending({ expires_in: '1800', aud: 'client-1', scope: 'a' }, oauthErrors);

const exchangedBody = { id_token: idToken(), refresh_token: 'AMf-x', expires_in: '3600', project_id: '12345' };
const accountBody = {
  users: [{ localId: 'uid-alice', email: 'alice.test@example.com', providerUserInfo: [{ providerId: 'apple.com' }] }],
} as never;
const appleBody = { access_token: 'a.fresh', id_token: idToken() };

const grantList = [venafi.grant('build-pipeline', noon - 60_000)] as readonly object[] as never;
const roleAnswer = ending({ Role: { Role: 6, OwnedApplications: [] }, Result: 0, Success: true }, [
  ...vedResults,
  ...vedErrors,
]);
const grantsAnswer = ending({ Grants: grantList, Result: 0, Success: true }, [...vedResults, ...vedErrors]);
const countAnswer = ending({ Count: 9, Result: 0, Success: true }, [...vedResults, ...vedErrors]);

describe('any answers to the reads before a reset', () => {
  it('Google Data Portability', async function () {
    this.timeout(patience());
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        tokenAnswer,
        accessAnswer,
        infoAnswer,
        fc.constantFrom('reset', 'revoke'),
        fc.constantFrom(
          targetWith(byRefresh),
          targetWith(byAccess),
          targetWith(byRefresh, byAccess, accessCredential('third', 1)),
        ),
        async (token, access, info, way, target) => {
          const scene = new GoogleScene({ '/token': [token], '/v1/accessType:check': [access], '/tokeninfo': [info] });
          const result = await scene.provider.preview(target, way, never);
          seen.add(result.kind);
          assertPreview(result);
          assertProbe(await scene.provider.probe(target, never));
          assert.ok(scene.transport.requests.every(({ effect }) => effect === 'read'));
        },
      ),
      cases(80),
    );
    assertMet(seen, 'ready', 'stopped', 'dead-credential', 'aborted');
  });

  it('Identity Platform', async function () {
    this.timeout(patience());
    const seen = new Set<string>();
    const forms = fc.constantFrom(
      [credentialWith(), 'revokeToken'] as const,
      [credentialWith(nativeCode), 'revokeToken'] as const,
      [credentialWith(withKey), 'revokeToken'] as const,
      [credentialWith(withKey), 'appleRevoke'] as const,
    );
    await fc.assert(
      fc.asyncProperty(
        ending(exchangedBody, [...toolkitErrors, ...oauthErrors]),
        ending(accountBody, toolkitErrors),
        ending(appleBody, oauthErrors),
        forms,
        async (token, lookup, appleToken, [credential, way]) => {
          const scene = new IdentityPlatformScene({ token: [token], lookup: [lookup], appleToken: [appleToken] });
          const result = await scene.provider.preview(scene.target(credential), way, never);
          seen.add(result.kind);
          assertPreview(result);
          assertProbe(await scene.provider.probe(scene.target(credential), never));
          assert.ok(scene.requests.every(({ effect }) => effect === 'read'));
        },
      ),
      cases(80),
    );
    assertMet(seen, 'ready', 'stopped', 'dead-credential', 'aborted');
  });

  it('Venafi TPP', async function () {
    this.timeout(patience());
    const seen = new Set<string>();
    const subjects = fc.constantFrom(venafi.alice, `application:${venafi.application}`);
    await fc.assert(
      fc.asyncProperty(
        roleAnswer,
        grantsAnswer,
        countAnswer,
        ending({ Version: '25.1.0.2204' }, vedErrors),
        subjects,
        async (role, grants, count, version, id) => {
          const scene = new venafi.VenafiScene();
          scene.answers('GetRole', role);
          scene.answers('GetGrants', grants);
          scene.answers('GrantCount', count);
          scene.answers('Version', version);
          const result = await scene.provider.preview(venafi.targetWith(id), 'revokeGrants', never);
          seen.add(result.kind);
          assertPreview(result);
          assertProbe(await scene.provider.probe(venafi.targetWith(id), never));
          assert.equal(scene.sent('RevokeGrants').length, 0);
        },
      ),
      cases(200),
    );
    assertMet(seen, 'ready', 'stopped', 'aborted');
  });
});
