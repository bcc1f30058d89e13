/** What the read after a reset is answered, whatever it is: "gone" rests on the exact evidence, and on nothing else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HttpResult } from '../../../src/core/ports';
import type { Verification } from '../../../src/core/provider';
import * as google from '../../fakes/googleScene';
import { appleEnded, credentialWith, IdentityPlatformScene, withKey } from '../../fakes/identityPlatformScene';
import { noon } from '../../fakes/resetStage';
import { assertTold } from '../../fakes/toldReasons';
import * as venafi from '../../fakes/venafiScene';
import { ending } from './answers';
import { assertMet, cases, patience } from './cases';
import { isPlainObject, jsonOf } from './json';
import { googleErrors, oauthErrors, vedErrors, vedResults } from './realBodies';

/** One read that a provider verifies by, answered so, each time it asks. */
interface Read {
  readonly name: string;
  /** What it is answered while the consent lives. */
  readonly alive: Parameters<typeof ending>[0];
  readonly others: Parameters<typeof ending>[1];
  /** What has to be understood as the end. */
  readonly evidence: HttpResult;
  readonly runs?: number;
  verify(answer: HttpResult): Promise<Verification>;
  /** Whether an answer of that status may be understood as the end. */
  mayBeEvidence(status: number, body: Readonly<Record<string, unknown>>): boolean;
}

const never = new AbortController().signal;
const hourMs = 3_600_000;
const hints = { aliveAt: noon, accessTokenExpiresAt: noon + hourMs };

const isOauthError = (body: Readonly<Record<string, unknown>>, error: string): boolean => body['error'] === error;
const isVedSuccess = (body: Readonly<Record<string, unknown>>): boolean =>
  body['Result'] === 0 && body['Success'] === true;

async function verifyVenafi(id: string, method: 'GetGrants' | 'GrantCount', answer: HttpResult): Promise<Verification> {
  const scene = new venafi.VenafiScene();
  scene.answers(method, answer);
  const at = { readAt: noon, asOf: noon, grantCount: 9 };
  return scene.provider.verify(venafi.credentialTarget(id, venafi.pasted), at, never);
}

/** Where Google's error model puts the reason; under another key it says nothing. */
function isSaidToBe(why: string, details: unknown): boolean {
  return Array.isArray(details) && details.some((one: unknown) => isPlainObject(one) && one['reason'] === why);
}

/** Grants that were issued after the reset belong to a newer consent. */
function areAllNew(grants: unknown): boolean {
  return (
    Array.isArray(grants) &&
    grants.every((one: unknown) => {
      if (!isPlainObject(one)) return false;
      const { GrantIssuedOnUnixTime: unix, GrantIssuedOnISO8601: iso } = one;
      return (typeof unix === 'number' && unix * 1000 > noon) || Date.parse(String(iso)) > noon;
    })
  );
}

const granted = [venafi.grant('build-pipeline', noon - hourMs)] as readonly object[] as never;
const newlyGranted = [venafi.grant('build-pipeline', noon + hourMs)] as readonly object[] as never;

const reads: readonly Read[] = [
  {
    name: "a refresh at Google's token endpoint",
    alive: { access_token: 'ya29.fresh', expires_in: 3599, token_type: 'Bearer' },
    others: oauthErrors,
    evidence: google.invalidGrant,
    verify: (answer) =>
      new google.GoogleScene({ '/token': [answer] }).provider.verify(
        google.credentialTarget(google.byRefresh),
        hints,
        never,
      ),
    mayBeEvidence: (status, body) => [400, 401].includes(status) && isOauthError(body, 'invalid_grant'),
  },
  {
    name: 'accessType:check',
    alive: { oneTimeResources: ['myactivity.maps'], timeBasedResources: [] },
    others: googleErrors,
    evidence: google.rejected,
    verify: (answer) =>
      new google.GoogleScene({ '/v1/accessType:check': [answer] }).provider.verify(
        google.credentialTarget(google.byAccess),
        hints,
        never,
      ),
    mayBeEvidence: (status, body) =>
      status === 401 &&
      isPlainObject(body['error']) &&
      body['error']['status'] === 'UNAUTHENTICATED' &&
      !isSaidToBe('CREDENTIALS_MISSING', body['error']['details']),
  },
  {
    name: 'tokeninfo',
    alive: { expires_in: '1800', aud: 'client-1', scope: 'a b' },
    others: oauthErrors,
    evidence: { kind: 'response', status: 400, headers: {}, body: '{"error":"invalid_token"}' },
    verify: (answer) =>
      new google.GoogleScene({ '/tokeninfo': [answer] }).provider.verify(
        google.credentialTarget(google.byAccess),
        { ...hints, witness: 'tokenInfo' },
        never,
      ),
    mayBeEvidence: (status, body) => status === 400 && isOauthError(body, 'invalid_token'),
  },
  {
    name: "a refresh at Apple's",
    alive: { access_token: 'a.fresh', token_type: 'Bearer', expires_in: 3600 },
    others: oauthErrors,
    evidence: appleEnded,
    // Each is signed.
    runs: 100,
    verify: (answer) => {
      const scene = new IdentityPlatformScene({ appleToken: [answer] });
      const { project, identity } = scene.target(credentialWith(withKey));
      return scene.provider.verify({ project, identity, credential: credentialWith(withKey) }, hints, never);
    },
    mayBeEvidence: (status, body) => [400, 401].includes(status) && isOauthError(body, 'invalid_grant'),
  },
  {
    name: 'GetGrants',
    alive: { Grants: granted, Result: 0, Success: true },
    others: [{ Grants: newlyGranted, Result: 0, Success: true }, ...vedResults, ...vedErrors],
    evidence: venafi.result(0, { Grants: [] }),
    verify: (answer) => verifyVenafi(venafi.alice, 'GetGrants', answer),
    mayBeEvidence: (status, body) =>
      status === 200 &&
      ((isVedSuccess(body) && areAllNew(body['Grants'])) || (body['Result'] === 3 && body['Success'] === false)),
  },
  {
    name: 'GrantCount',
    alive: { Count: 9, Result: 0, Success: true },
    others: [{ Count: 1, Result: 0, Success: true }, ...vedResults, ...vedErrors],
    evidence: venafi.result(0, { Count: 0 }),
    verify: (answer) => verifyVenafi(`application:${venafi.application}`, 'GrantCount', answer),
    mayBeEvidence: (status, body) => status === 200 && isVedSuccess(body) && body['Count'] === 0,
  },
];

describe('any answer to the read after a reset', () => {
  for (const read of reads) {
    it(`${read.name}: shows the end only as documented, and can be told`, async function () {
      this.timeout(patience());
      const seen = new Set<string>();
      const answers = fc.oneof(
        { weight: 20, arbitrary: ending(read.alive, read.others) },
        { weight: 1, arbitrary: fc.constant(read.evidence) },
      );
      await fc.assert(
        fc.asyncProperty(answers, async (answer) => {
          const verification = await read.verify(answer);
          seen.add(verification.kind);
          if (verification.kind !== 'aborted') assertTold(verification.reason);
          if (answer === read.evidence) assert.equal(verification.kind, 'gone');
          if (answer.kind !== 'response') {
            assert.ok(['failed', 'aborted'].includes(verification.kind), verification.kind);
            return;
          }
          // The transport takes a byte-order mark away, and so does Google's library.
          const body = jsonOf(answer.body.replace(/^\ufeff+/, ''));
          const mayBe = isPlainObject(body) && read.mayBeEvidence(answer.status, body);
          if (!mayBe) assert.notEqual(verification.kind, 'gone', `${answer.status} ${answer.body}`);
        }),
        cases(read.runs ?? 250),
      );
      if (read.name !== 'GrantCount') assertMet(seen, 'gone', 'alive', 'failed');
    });
  }
});
