import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Reason } from '../../../src/core/model';
import type { BrokenCause, HttpResult, NotSentCause } from '../../../src/core/ports';
import { response } from '../../fakes/scriptedTransport';
import { ending, planted, SignInStage, tokens } from './signInStage';

describe('signIn, once there is an answer,', () => {
  describe('the exchange is made once, whatever comes back', () => {
    const error = (code: string) => ({ error: code, error_description: 'Bad Request' });
    const answers: readonly (readonly [name: string, answer: HttpResult, code: string])[] = [
      ['400 invalid_grant', response(400, error('invalid_grant')), 'signIn.codeRejected'],
      ['401 invalid_client', response(401, error('invalid_client')), 'signIn.invalidClient'],
      ['401 unauthorized_client', response(401, error('unauthorized_client')), 'signIn.invalidClient'],
      ['400 redirect_uri_mismatch', response(400, error('redirect_uri_mismatch')), 'signIn.redirectUriMismatch'],
      ['400 invalid_request', response(400, error('invalid_request')), 'signIn.exchangeFailed'],
      ['429', response(429, '', { 'retry-after': '0' }), 'signIn.exchangeFailed'],
      ['500', response(500, error('internal_failure')), 'signIn.exchangeFailed'],
      ['503', response(503, '', { 'retry-after': '0' }), 'signIn.exchangeFailed'],
      ['a page', response(200, '<html>sign in to the network</html>'), 'signIn.exchangeFailed'],
      ['no token', response(200, {}), 'signIn.exchangeFailed'],
      ['an echo of the code', response(400, { error: planted.code }), 'signIn.exchangeFailed'],
      ['an echo of the secret', response(500, planted.clientSecret), 'signIn.exchangeFailed'],
    ];
    for (const [name, answer, code] of answers) {
      it(`${name}: refused, ${code}`, async () => {
        const stage = new SignInStage(answer);
        assert.deepEqual(await ending(stage), ['refused', code]);
        assert.equal(stage.transport.requests.length, 1);
      });
    }

    const endings: readonly Exclude<HttpResult, { kind: 'response' | 'aborted' }>[] = [
      ...(['dns', 'refused', 'tls-untrusted', 'proxy-refused'] satisfies NotSentCause[]).map(
        (cause) => ({ kind: 'not-sent', cause, detail: 'd' }) as const,
      ),
      ...(['connection-reset', 'timeout', 'cut-body', 'malformed'] satisfies BrokenCause[]).map(
        (cause) => ({ kind: 'broken', cause, detail: 'd' }) as const,
      ),
      { kind: 'redirect', status: 307, location: 'https://evil.example' },
    ];
    for (const result of endings) {
      it(`${result.kind} ${'cause' in result ? result.cause : ''}: unanswered`, async () => {
        const stage = new SignInStage(result);
        const given = await stage.signIn();
        assert.ok(given.kind === 'unanswered');
        assert.deepEqual(given.result, result);
        assert.equal(given.reason.code, 'signIn.exchangeUnanswered');
        assert.match(given.reason.cause?.code ?? '', /^http\./);
        assert.equal(stage.transport.requests.length, 1);
      });
    }

    it('when it is cancelled meanwhile, the consent may be alive', async () => {
      const stage = new SignInStage(() => {
        stage.stop.abort();
        return { kind: 'aborted', sent: true };
      });
      assert.deepEqual(await ending(stage), ['cancelled', 'signIn.cancelledAfterConsent']);
    });

    it('when the transport breaks its word and rejects, with the secrets in the error', async () => {
      const stage = new SignInStage((request) => Promise.reject(new Error(request.body)));
      assert.deepEqual(await ending(stage), ['refused', 'signIn.exchangeFailed']);
      assert.equal(stage.transport.requests.length, 1);
    });
  });

  describe('takes a pasted address where the browser runs elsewhere', () => {
    const signInPasting = async (
      paste: (stage: SignInStage, check: (text: string) => Reason | undefined) => string | undefined,
    ) => {
      const stage = new SignInStage(response(200, tokens));
      stage.browser = async () => undefined;
      let ended = false;
      stage.ports = {
        askPasted: async (check, signal) => {
          signal.addEventListener('abort', () => {
            ended = true;
          });
          // The question shows beside the browser, which is opened in the same turn.
          await Promise.resolve();
          return paste(stage, check);
        },
      };
      return { stage, result: await stage.signIn(), ended: () => ended };
    };
    const page = (stage: SignInStage): URL => {
      const [opened] = stage.opened;
      assert.ok(opened);
      return opened;
    };

    it('that belongs to this sign-in', async () => {
      const { result, stage, ended } = await signInPasting((stage, check) => {
        const text = stage.back(page(stage), { code: planted.code }).href;
        assert.equal(check(text), undefined);
        return text;
      });
      assert.equal(result.kind, 'signed-in');
      assert.equal(stage.transport.requests.length, 1);
      assert.ok(ended());
    });

    it('of a refusal', async () => {
      const { result } = await signInPasting((stage) => stage.back(page(stage), { error: 'access_denied' }).href);
      assert.equal(result.kind, 'denied');
    });

    it('and waits on when it is another one, or when the question was closed', async () => {
      for (const other of [undefined, 'http://127.0.0.1:1/callback?state=x&code=y', '']) {
        const { result, stage } = await signInPasting((stage, check) => {
          if (other !== undefined) assert.match(check(other)?.code ?? '', /^signIn\.pasted/);
          setImmediate(() => stage.clock.advance(300_000));
          return other;
        });
        assert.equal(result.kind, 'timed-out');
        assert.equal(stage.transport.requests.length, 0);
      }
    });

    it('and waits on when the question fails', async () => {
      const { result } = await signInPasting((stage) => {
        setImmediate(() => void fetch(stage.back(page(stage), { code: planted.code })));
        throw new Error(planted.code);
      });
      assert.equal(result.kind, 'signed-in');
    });

    it('ends the question when the browser comes back by itself', async () => {
      const stage = new SignInStage(response(200, tokens));
      const asked = new Promise<AbortSignal>((resolve) => {
        stage.ports = {
          askPasted: (_check, signal) => {
            resolve(signal);
            return new Promise(() => undefined);
          },
        };
      });
      assert.equal((await stage.signIn()).kind, 'signed-in');
      assert.ok((await asked).aborted);
    });
  });

  it('prints nothing when the logging of the library is switched on by the environment', function () {
    this.timeout(30_000);
    const env = { ...process.env, GOOGLE_SDK_NODE_LOGGING: '*', NODE_DEBUG: 'auth' };
    const probe = spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, 'loggingProbe.ts')], {
      env,
      encoding: 'utf8',
    });
    assert.deepEqual([probe.status, probe.stdout, probe.stderr], [0, '', '']);
  });
});
