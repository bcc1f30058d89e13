/** What a reset is answered, whatever it is: only the exact success counts as one, and everything can be told. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HttpResult } from '../../../src/core/ports';
import type { Leaving, ResetAnswer } from '../../../src/core/provider';
import { byAccess, byRefresh, GoogleScene } from '../../fakes/googleScene';
import { credentialWith, IdentityPlatformScene, nativeCode, withKey } from '../../fakes/identityPlatformScene';
import { assertTold } from '../../fakes/toldReasons';
import { alice, ready, targetWith, VenafiScene } from '../../fakes/venafiScene';
import { ending } from './answers';
import { assertMet, cases, patience } from './cases';
import { isPlainObject, jsonOf } from './json';
import { googleErrors, oauthErrors, toolkitErrors, vedErrors, vedResults } from './realBodies';

/** One way of a provider, before a service that answers the reset itself so. */
interface Way {
  readonly name: string;
  readonly success: Parameters<typeof ending>[0];
  readonly errors: Parameters<typeof ending>[1];
  readonly runs?: number;
  send(answer: HttpResult, leaving: Leaving): Promise<ResetAnswer>;
  /** Whether a body of status 200 is the success that the service documents. */
  isSuccess(body: string): boolean;
}

const never = new AbortController().signal;

function isEmpty(body: string): boolean {
  const answer = jsonOf(body);
  return body.trim() === '' || (isPlainObject(answer) && Object.keys(answer).length === 0);
}

function isVedSuccess(body: string): boolean {
  const answer = jsonOf(body);
  return isPlainObject(answer) && answer['Result'] === 0 && answer['Success'] === true;
}

const ways: readonly Way[] = [
  {
    name: 'authorization:reset',
    success: {},
    errors: googleErrors,
    send: async (answer, leaving) => {
      const { prepared } = await new GoogleScene({ '/v1/authorization:reset': [answer] }).ready(byRefresh);
      return prepared.send(leaving, never);
    },
    isSuccess: isEmpty,
  },
  {
    name: 'the revocation of a Google grant',
    success: {},
    errors: oauthErrors,
    send: async (answer, leaving) => {
      const { prepared } = await new GoogleScene({ '/revoke': [answer] }).readyFor('revoke', byAccess);
      return prepared.send(leaving, never);
    },
    isSuccess: isEmpty,
  },
  {
    name: 'accounts:revokeToken',
    success: {},
    errors: toolkitErrors,
    send: async (answer, leaving) => {
      const { prepared } = await new IdentityPlatformScene({ revoke: [answer] }).ready('revokeToken', credentialWith());
      return prepared.send(leaving, never);
    },
    isSuccess: isEmpty,
  },
  {
    name: 'accounts:revokeToken with a code',
    success: {},
    errors: toolkitErrors,
    send: async (answer, leaving) => {
      const scene = new IdentityPlatformScene({ revoke: [answer] });
      const { prepared } = await scene.ready('revokeToken', credentialWith(nativeCode));
      return prepared.send(leaving, never);
    },
    isSuccess: isEmpty,
  },
  {
    name: "Apple's revocation",
    // Each is signed.
    runs: 100,
    success: {},
    errors: oauthErrors,
    send: async (answer, leaving) => {
      const scene = new IdentityPlatformScene({ appleRevoke: [answer] });
      const { prepared } = await scene.ready('appleRevoke', credentialWith(withKey));
      return prepared.send(leaving, never);
    },
    isSuccess: isEmpty,
  },
  {
    name: 'RevokeGrants',
    success: { Result: 0, Success: true },
    errors: [...vedResults, ...vedErrors],
    send: async (answer, leaving) => {
      const scene = new VenafiScene();
      scene.answers('RevokeGrants', answer);
      const { prepared } = await ready(scene, targetWith(alice));
      return prepared.send(leaving, never);
    },
    isSuccess: isVedSuccess,
  },
];

/** Statuses with which a service says that it has turned a request away. */
const refusals = new Set([400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 429]);

describe('any answer to a reset', () => {
  for (const way of ways) {
    it(`${way.name}: is a success only as documented, is read as it is meant, and can be told`, async function () {
      this.timeout(patience());
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(ending(way.success, way.errors), async (ending) => {
          let sent = 0;
          const leaving: Leaving = {
            mayLeave: () => true,
            onSent: () => void sent++,
            another: async () => undefined,
          };
          const answer = await way.send(ending, leaving);
          seen.add(answer.kind);
          assert.equal(sent, 1);
          if (answer.kind !== 'accepted' && answer.kind !== 'aborted') assertTold(answer.reason);
          if (ending.kind !== 'response') {
            const expected = {
              'not-sent': ['not-sent'],
              aborted: ['aborted'],
              broken: ['unknown'],
              redirect: ['unknown'],
            };
            assert.deepEqual([answer.kind], expected[ending.kind]);
            return;
          }
          const { status, body } = ending;
          const success = status === 200 && way.isSuccess(body);
          assert.equal(answer.kind === 'accepted', success, `${status} ${body}`);
          // "Nothing was done" is said only where the service says so.
          const saysNo = refusals.has(status) || status === 501 || (status === 200 && 'Result' in Object(jsonOf(body)));
          if (!saysNo && !success) assert.equal(answer.kind, 'unknown', `${status} ${body}`);
          assert.notEqual(answer.kind, 'not-sent');
          assert.notEqual(answer.kind, 'aborted');
        }),
        cases(way.runs ?? 250),
      );
      assertMet(seen, 'accepted', 'refused', 'unknown', 'not-sent', 'aborted');
    });
  }
});
