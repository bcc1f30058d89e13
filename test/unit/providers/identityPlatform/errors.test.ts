import assert from 'node:assert/strict';
import type { HttpResult } from '../../../../src/core/ports';
import {
  brokenOff,
  type CredentialChanges,
  codes,
  credentialWith,
  IdentityPlatformScene,
  nativeCode,
  paragraph,
  planted,
  told,
  toolkitError,
  webCode,
} from '../../../fakes/identityPlatformScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const info = (
  reason: string,
  metadata: Record<string, string> = {},
): { reason: string; metadata: Record<string, string> } => ({
  reason,
  metadata,
});

describe('Identity Platform: what an error of revokeToken means', () => {
  const rows: readonly (readonly [answer: HttpResult, meaning: string, says: RegExp])[] = [
    [toolkitError(400, 'INVALID_ID_TOKEN'), 'refused: invalidIdToken', /another project/],
    [toolkitError(400, 'TOKEN_EXPIRED'), 'refused: idTokenExpired', /sessions were revoked/],
    [toolkitError(400, 'USER_NOT_FOUND'), 'refused: userNotFound', /before the user is deleted/],
    [toolkitError(400, 'USER_DISABLED'), 'refused: userDisabled', /Enable the user/],
    [toolkitError(400, 'INVALID_PROVIDER_ID'), 'refused: invalidProviderId', /apple\.com/],
    [toolkitError(400, 'OPERATION_NOT_ALLOWED'), 'refused: providerDisabled', /Enable it in the console/],
    [toolkitError(400, 'TENANT_ID_MISMATCH'), 'refused: tenantMismatch', /"tenantId"/],
    [toolkitError(400, 'UNSUPPORTED_TENANT_OPERATION'), 'refused: tenantUnsupported', /multi-tenancy/],
    [toolkitError(400, 'INVALID_TENANT_ID'), 'refused: tenantUnknown', /"tenantId"/],
    [toolkitError(400, 'TOO_MANY_ATTEMPTS_TRY_LATER : Access disabled.'), 'refused: tooMany', /few minutes/],
    [toolkitError(400, 'QUOTA_EXCEEDED : Exceeded quota.'), 'refused: tooMany', /few minutes/],
    [toolkitError(429, 'Slow.', undefined, { 'retry-after': '7' }), 'refused: tooManyWait', /in 7 seconds/],
    [toolkitError(400, 'API key not valid.', info('API_KEY_INVALID')), 'refused: apiKeyInvalid', /Web API key/],
    [
      response(400, { error: { code: 400, message: 'Bad Request', errors: [{ reason: 'keyInvalid' }] } }),
      'refused: apiKeyInvalid',
      /Web API key/,
    ],
    [
      toolkitError(403, 'Blocked.', info('API_KEY_SERVICE_BLOCKED', { service: 'securetoken.googleapis.com' })),
      'refused: apiKeyServiceBlocked',
      /securetoken\.googleapis\.com.*Token Service/,
    ],
    [
      toolkitError(403, 'Blocked.', info('API_KEY_HTTP_REFERRER_BLOCKED')),
      'refused: apiKeyRefererBlocked',
      /keyReferer/,
    ],
    [toolkitError(403, 'Blocked.', info('API_KEY_IOS_APP_BLOCKED')), 'refused: apiKeyIosBlocked', /keyIosBundleId/],
    [
      toolkitError(403, 'Blocked.', info('API_KEY_ANDROID_APP_BLOCKED')),
      'refused: apiKeyAndroidBlocked',
      /keyAndroidCert/,
    ],
    [
      toolkitError(403, 'Blocked.', info('API_KEY_IP_ADDRESS_BLOCKED')),
      'refused: apiKeyAddressBlocked',
      /IP addresses/,
    ],
    [
      toolkitError(
        403,
        'Off.',
        info('SERVICE_DISABLED', { service: 'identitytoolkit.googleapis.com', consumer: 'projects/12' }),
      ),
      'refused: apiDisabled',
      /not enabled in the project 12/,
    ],
    [toolkitError(403, 'Suspended.', info('CONSUMER_SUSPENDED')), 'refused: projectSuspended', /suspended/],
    [toolkitError(403, 'No.', info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')), 'refused: oauthScope', /cloud-platform/],
    [toolkitError(403, 'No.', info('USER_PROJECT_DENIED')), 'refused: quotaProjectDenied', /Service Usage/],
    [toolkitError(403, 'Unregistered callers.'), 'refused: permissionDenied', /Unregistered callers/],
    [toolkitError(400, 'Invalid JSON payload received.'), 'refused: invalidArgument', /Invalid JSON payload/],
    [toolkitError(404, 'Nothing here.'), 'refused: otherRefusal', /404: Nothing here/],
    [toolkitError(400, 'SOMETHING_NEW : Detail.'), 'refused: otherCode', /SOMETHING_NEW: Detail\./],
    [toolkitError(400, 'SOMETHING_NEW'), 'refused: otherCode', /SOMETHING_NEW: –/],
    [response(403, '<html>proxy</html>'), 'refused: notThisService', /page of status 403/],
    [toolkitError(501, 'Not implemented in the Auth Emulator.'), 'unsupported: notImplemented', /does not implement/],
    [toolkitError(503, 'UNAVAILABLE'), 'unknown: unavailable', /503/],
    [toolkitError(500, 'INTERNAL'), 'unknown: serverError', /status 500/],
    [response(502, '<html>gateway</html>'), 'unknown: gatewayPage', /gateway/],
    [response(501, '<html>gateway</html>'), 'unknown: gatewayPage', /gateway/],
    [response(408, '<html>slow</html>'), 'unknown: unexpectedAnswer', /sign-in page/],
    [response(200, '<html>portal</html>'), 'unknown: unexpectedAnswer', /sign-in page/],
    [response(200, '[]'), 'unknown: unexpectedAnswer', /sign-in page/],
    [response(200, { error: 'x' }), 'unknown: unexpectedAnswer', /sign-in page/],
    [response(204, ''), 'unknown: unexpectedAnswer', /status 204/],
    [brokenOff, 'unknown: http.timeout', /in time/],
    [{ kind: 'redirect', status: 307, location: 'https://elsewhere.example' }, 'unknown: http.redirect', /elsewhere/],
    [{ kind: 'aborted', sent: true }, 'aborted', /^$/],
    [response(200, ''), 'accepted', /^$/],
    [response(200, '{}'), 'accepted', /^$/],
  ];
  for (const [answer, meaning, says] of rows) {
    const name = answer.kind === 'response' ? `${answer.status} ${answer.body.slice(0, 90)}` : answer.kind;
    it(`${name}: ${meaning}`, async () => {
      const scene = new IdentityPlatformScene({ revoke: [answer] });
      const result = await scene.reset('revokeToken', credentialWith());
      assert.equal(told(result), meaning);
      assert.match('reason' in result ? paragraph(result.reason) : '', says);
      assert.equal(scene.sent('revoke').length, 1);
    });
  }

  it('of a person without a quota project: SERVICE_DISABLED asks for one', async () => {
    const disabled = toolkitError(403, 'Needs a quota project.', info('SERVICE_DISABLED'));
    const scene = new IdentityPlatformScene({ revoke: [disabled] });
    const bearer: CredentialChanges = { secrets: { apiKey: null, oauthToken: planted.oauthToken } };
    assert.equal(told(await scene.reset('revokeToken', credentialWith(bearer))), 'refused: quotaProjectMissing');
    const named = new IdentityPlatformScene({ revoke: [disabled] }, { quotaProject: 'demo-shop' });
    assert.equal(told(await named.reset('revokeToken', credentialWith(bearer))), 'refused: apiDisabled');
  });

  it('of an OAuth access token that is not accepted: 401', async () => {
    const scene = new IdentityPlatformScene({ revoke: [toolkitError(401, 'Bad bearer.')] });
    const bearer: CredentialChanges = { secrets: { apiKey: null, oauthToken: planted.oauthToken } };
    assert.equal(told(await scene.reset('revokeToken', credentialWith(bearer))), 'refused: oauthRejected');
  });

  it('opens nothing but Google’s own console', async () => {
    const opened = async (activationUrl: string): Promise<readonly string[]> => {
      const disabled = toolkitError(403, 'Off.', info('SERVICE_DISABLED', { activationUrl }));
      const result = await new IdentityPlatformScene({ revoke: [disabled] }).reset('revokeToken', credentialWith());
      return 'reason' in result ? result.reason.actions.map(({ kind }) => kind) : [];
    };
    assert.deepEqual(await opened('https://console.developers.google.com/apis/x?project=1'), ['open-url']);
    assert.deepEqual(await opened('https://console.developers.google.com.evil.example/'), []);
    assert.deepEqual(await opened('http://console.cloud.google.com/'), []);
  });
});

describe('Identity Platform: errors that repeat a secret', () => {
  for (const [name, echoed] of Object.entries({ apiKey: planted.apiKey, appleToken: planted.appleToken })) {
    it(`do not carry the ${name} back`, async () => {
      const answers = [
        toolkitError(
          403,
          `Consumer 'api_key:${echoed}' has been suspended.`,
          info('CONSUMER_SUSPENDED', { containerInfo: echoed }),
        ),
        toolkitError(403, `Denied for ${echoed}.`),
        toolkitError(400, `SOMETHING_NEW : ${echoed}`),
        toolkitError(400, `INVALID_IDP_RESPONSE : invalid_client ${echoed}`),
        toolkitError(403, 'Off.', info('SERVICE_DISABLED', { consumer: echoed, service: echoed })),
        toolkitError(500, echoed),
      ];
      for (const answer of answers) {
        const result = await new IdentityPlatformScene({ revoke: [answer] }).reset('revokeToken', credentialWith());
        assert.ok('reason' in result);
        assert.ok(!JSON.stringify(result).includes(echoed), JSON.stringify(result));
      }
    });
  }
});

describe('Identity Platform: INVALID_IDP_RESPONSE as a checklist', () => {
  const says = (appleSays: string): HttpResult =>
    toolkitError(
      400,
      `INVALID_IDP_RESPONSE : Error getting access token from Apple. OAuth2 redirect uri is: https://app.example.com/callback, response: ${appleSays}`,
    );
  const rows: readonly (readonly [CredentialChanges, number, string, string])[] = [
    [
      webCode,
      30_000,
      '{"error":"invalid_client"}',
      'check.settingsWrong < check.codeFresh < check.clientWeb < check.redirectSent',
    ],
    [
      webCode,
      300_000,
      '{"error":"invalid_grant"}',
      'check.settingsFine < check.codeOld < check.clientWeb < check.redirectSent',
    ],
    [
      nativeCode,
      299_000,
      'nonsense',
      'check.settingsUnseen < check.codeFresh < check.clientNative < check.redirectNone',
    ],
    [{}, 0, '{"error":"invalid_grant"}', 'check.settingsFine < check.tokenEnded'],
    [{}, 0, '', 'check.settingsUnseen < check.refreshToken'],
    [{ facts: { tokenType: 'ACCESS_TOKEN' } }, 0, '', 'check.settingsUnseen < check.accessToken'],
  ];
  for (const [changes, ageMs, appleSays, checks] of rows) {
    it(`${JSON.stringify(changes)} after ${ageMs / 1000} s, Apple says ${appleSays || 'nothing'}`, async () => {
      const scene = new IdentityPlatformScene({ revoke: [says(appleSays)] });
      const result = await scene.reset('revokeToken', credentialWith(changes, { storedAt: noon - ageMs }));
      assert.ok(result.kind === 'refused');
      assert.equal(codes(result.reason), `invalidIdpResponse < ${checks}`);
      const shown = paragraph(result.reason);
      assert.ok(!shown.includes('…'), `the whole checklist is shown: ${shown}`);
      assert.match(shown, /Team ID|Apple took them/);
    });
  }

  it('marks what is wrong, what is fine and what cannot be seen', async () => {
    const scene = new IdentityPlatformScene({ revoke: [says('{"error":"invalid_client"}')] });
    const result = await scene.reset('revokeToken', credentialWith(webCode, { storedAt: noon - 400_000 }));
    assert.ok(result.kind === 'refused');
    assert.deepEqual(
      paragraph(result.reason)
        .match(/\[[✗✓?]\]/g)
        ?.slice(0, 4),
      ['[✗]', '[✗]', '[?]', '[?]'],
    );
    assert.match(paragraph(result.reason), /400 s.*https:\/\/app\.example\.com\/callback/);
  });
});
