import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { type SignIn, type TokenPorts, type TokenReading, VedauthTokens } from '../../../src/auth/vedauthTokens';
import { operatorKey, type TargetKey } from '../../../src/core/model';
import type { Clock, Transport } from '../../../src/core/ports';
import { credentialForms } from '../../../src/providers/venafiTpp/credentialForms';
import { venafiTpp } from '../../../src/providers/venafiTpp/description';
import { createFileGenerations } from '../../../src/storage/fileGenerations';
import { createFileLocks } from '../../../src/storage/fileLocks';
import { createFileMarkers } from '../../../src/storage/fileMarkers';
import { noon } from '../../fakes/resetStage';
import { type Answer, response, ScriptedTransport } from '../../fakes/scriptedTransport';
import { MemorySecretStore } from '../../fakes/storage';
import { host, issued, never, projectOf, sealed, VenafiScene } from '../../fakes/venafiScene';
import { RecordingLog, Windows } from '../storage/support';

const key = 'shop/alice' as TargetKey;
const owner = { key, storedAt: noon };
const name = `reconsent.tokens:${key}#${noon}`;
const ended: SignIn = {
  owner,
  client: { authOrigin: host, clientId: 'reconsent', boundTo: [host], project: 'tpp' },
  accessToken: sealed('access-0'),
  accessTokenExpiresAt: noon - 1,
  refreshToken: sealed('refresh-0'),
  refreshUntil: undefined,
};
const living: SignIn = { ...ended, accessTokenExpiresAt: noon + 3_600_000 };

function bearer(reading: TokenReading): string {
  assert.ok(reading.kind === 'token', `${reading.kind} ${'reason' in reading ? reading.reason.code : ''}`);
  const revealed = reading.token.accessToken.revealFor(new URL(host));
  return revealed.kind === 'revealed' ? revealed.value : revealed.kind;
}

const why = (reading: TokenReading): string =>
  'reason' in reading ? `${reading.kind} ${reading.reason.code}` : reading.kind;

/** A server whose refresh tokens work once: `refresh-n` brings `access-n+1` and `refresh-n+1`. */
function singleUse(): { readonly answer: Answer; readonly spent: readonly string[] } {
  const spent: string[] = [];
  return {
    spent,
    answer: async ({ body }) => {
      const { refresh_token: token } = JSON.parse(body) as { refresh_token: string };
      await delay(5);
      const known = token === `refresh-${spent.length}`;
      if (!known) return response(400, { error: 'invalid_grant', error_description: 'the refresh token is invalid' });
      spent.push(token);
      return issued(String(spent.length)) as ReturnType<typeof response>;
    },
  };
}

describe('tokens of a sign-in', () => {
  let scene: VenafiScene;
  let ports: TokenPorts;
  let tokens: VedauthTokens;
  beforeEach(() => {
    scene = new VenafiScene();
    ({ ports } = scene);
    tokens = new VedauthTokens(ports);
  });
  /** Another window: an empty memory over the same keyring and disk. */
  const otherWindow = () => new VedauthTokens(ports);
  const refreshes = () => scene.sent('token').map(({ body }) => JSON.parse(body).refresh_token);

  it('the stored token is used while it lives, without asking anybody', async () => {
    assert.equal(bearer(await tokens.current(living, never)), 'access-0');
    assert.equal(scene.transport.requests.length, 0);
  });

  for (const [what, signIn] of [
    ['has ended', ended],
    ['is about to end', { ...ended, accessTokenExpiresAt: noon + 60_000 }],
    ['was not given', { ...ended, accessToken: undefined, accessTokenExpiresAt: undefined }],
  ] as const) {
    it(`one that ${what} is renewed once, for all windows`, async () => {
      assert.equal(bearer(await tokens.current(signIn, never)), 'access-1');
      assert.equal(bearer(await otherWindow().current(signIn, never)), 'access-1');
      assert.equal(bearer(await tokens.current(signIn, never)), 'access-1');
      assert.deepEqual(refreshes(), ['refresh-0']);
      assert.deepEqual([...scene.generations.notes.values()], [1]);
      assert.equal(scene.locks.heldCount, 0);
    });
  }

  it('each refresh is made with the token of the one before', async () => {
    scene.answers('token', issued('1', { expires_in: 60 }), issued('2', { expires_in: 60 }), issued('3'));
    for (const expected of ['access-1', 'access-2', 'access-3']) {
      assert.equal(bearer(await otherWindow().current(ended, never)), expected);
    }
    assert.deepEqual(refreshes(), ['refresh-0', 'refresh-1', 'refresh-2']);
  });

  it('a rejected token is renewed, unless another window has done so', async () => {
    const first = await tokens.current(living, never);
    assert.ok(first.kind === 'token');
    assert.equal(bearer(await otherWindow().renewed(living, first.token, never)), 'access-1');
    assert.equal(bearer(await tokens.renewed(living, first.token, never)), 'access-1');
    assert.deepEqual(refreshes(), ['refresh-0']);
  });

  it('the record holds no other credential than its own', async () => {
    await tokens.current(ended, never);
    scene.secrets.values.set(`reconsent.tokens:${key}#${noon + 1}`, scene.secrets.values.get(name) ?? '');
    const other = { ...living, owner: { key, storedAt: noon + 1 } };
    assert.equal(bearer(await otherWindow().current(other, never)), 'access-0');
  });

  it('a damaged record counts as none when none was noted, and as hidden otherwise', async () => {
    scene.secrets.values.set(name, '{"schema":1');
    assert.equal(bearer(await tokens.current(living, never)), 'access-0');
    scene.generations.notes.set(`${key}#${noon}`, 1);
    assert.equal(why(await otherWindow().current(living, never)), 'failed venafi.tokensElsewhere');
  });

  describe('fault 14: a stale read right after a rotation', () => {
    it('is waited for, and the old token is never sent', async () => {
      await tokens.current(ended, never);
      const rotated = scene.secrets.values.get(name) ?? '';
      scene.secrets.values.delete(name);
      const get = scene.secrets.get.bind(scene.secrets);
      let reads = 0;
      scene.secrets.get = (asked) => {
        if (++reads === 3) scene.secrets.values.set(name, rotated);
        return get(asked);
      };
      assert.equal(bearer(await otherWindow().current(ended, never)), 'access-1');
      assert.deepEqual([reads, refreshes()], [3, ['refresh-0']]);
    });

    it('that lasts signs nobody out, and sends nothing', async () => {
      await tokens.current(ended, never);
      scene.secrets.values.delete(name);
      assert.equal(why(await otherWindow().current(ended, never)), 'failed venafi.tokensElsewhere');
      assert.deepEqual(refreshes(), ['refresh-0']);
      assert.equal(scene.locks.heldCount, 0);
    });

    it('is not used when an older generation is shown', async () => {
      scene.answers('token', issued('1', { expires_in: 60 }), issued('2'));
      await tokens.current(ended, never);
      const older = scene.secrets.values.get(name) ?? '';
      await tokens.current(ended, never);
      scene.secrets.values.set(name, older);
      assert.equal(why(await otherWindow().current(ended, never)), 'failed venafi.tokensElsewhere');
      assert.deepEqual(refreshes(), ['refresh-0', 'refresh-1']);
    });
  });

  describe('fault 9: a failing store after a rotation', () => {
    it('loses no token: this window goes on, and stores it when it can', async () => {
      scene.secrets.failNextStore();
      assert.equal(bearer(await tokens.current(ended, never)), 'access-1');
      assert.equal(scene.secrets.values.size, 0);
      assert.equal(scene.logLines.length, 1);
      assert.doesNotMatch(scene.logLines.join(), /access-1|refresh-1/);
      tokens.dropMemory(key);
      assert.equal(bearer(await tokens.current(ended, never)), 'access-1');
      assert.equal(bearer(await otherWindow().current(ended, never)), 'access-1');
      assert.deepEqual(refreshes(), ['refresh-0']);
    });

    it('keeps other windows from using the spent token', async () => {
      scene.secrets.failNextStore();
      await tokens.current(ended, never);
      assert.equal(why(await otherWindow().current(ended, never)), 'failed venafi.tokensElsewhere');
      assert.deepEqual(refreshes(), ['refresh-0']);
    });

    it('a generation that cannot be noted loses no token either', async () => {
      scene.generations.failing = true;
      assert.equal(bearer(await tokens.current(ended, never)), 'access-1');
      assert.equal(bearer(await otherWindow().current(ended, never)), 'access-1');
      assert.deepEqual(refreshes(), ['refresh-0']);
    });

    it('nor is what another window has stored then taken for old', async () => {
      scene.generations.failing = true;
      scene.answers('token', issued('1'), issued('2'));
      const first = await tokens.current(ended, never);
      assert.ok(first.kind === 'token');
      assert.equal(bearer(await otherWindow().renewed(ended, first.token, never)), 'access-2');
      assert.equal(bearer(await tokens.renewed(ended, first.token, never)), 'access-2');
      assert.deepEqual(refreshes(), ['refresh-0', 'refresh-1']);
    });
  });

  it('the end of the grant is kept in mind when a refresh does not say it again', async () => {
    scene.answers('token', issued('1', { expires_in: 60, refresh_until: 2_000_000_000 }), issued('2'));
    for (let i = 0; i < 2; i++) {
      const reading = await tokens.current(ended, never);
      assert.ok(reading.kind === 'token');
      assert.equal(reading.token.refreshUntil, 2_000_000_000_000);
    }
    assert.deepEqual(refreshes(), ['refresh-0', 'refresh-1']);
  });

  it('a token goes to no origin that it was not given for, though the project has moved there', async () => {
    await tokens.current(ended, never);
    const moved = { ...ended, client: { ...ended.client, boundTo: [host, 'https://new.example'] } };
    const reading = await otherWindow().current(moved, never);
    assert.deepEqual(reading.kind === 'token' && reading.token.accessToken.boundTo, [host]);
  });

  describe('a refresh that fails', () => {
    const rows: readonly (readonly [what: string, answer: Answer, meaning: string])[] = [
      ['invalid_grant for the newest token', response(400, { error: 'invalid_grant' }), 'dead venafi.invalidGrant'],
      ['invalid_grant of a failing server', response(502, { error: 'invalid_grant' }), 'failed venafi.refreshFailed'],
      ['503', response(503), 'failed venafi.refreshFailed'],
      ['a page', response(200, '<html>'), 'failed venafi.refreshFailed'],
      ['invalid_client', response(400, { error: 'invalid_client' }), 'failed venafi.refreshFailed'],
      ['no answer', { kind: 'broken', cause: 'timeout', detail: '' }, 'failed venafi.refreshFailed'],
      ['no network', { kind: 'not-sent', cause: 'dns', detail: '' }, 'failed venafi.refreshFailed'],
      ['being cancelled', { kind: 'aborted', sent: true }, 'aborted'],
    ];
    for (const [what, answer, meaning] of rows) {
      it(`by ${what}: ${meaning}; nothing is deleted`, async () => {
        scene.answers('token', issued('1', { expires_in: 60 }), answer);
        await tokens.current(ended, never);
        const before = new Map(scene.secrets.values);
        assert.equal(why(await tokens.current(ended, never)), meaning);
        assert.deepEqual(scene.secrets.values, before);
        assert.equal(scene.locks.heldCount, 0);
      });
    }

    it('invalid_grant for a token that somebody was faster to use is no sign-out', async () => {
      scene.answers('token', async () => {
        // Somebody who has taken over the lock.
        scene.answers('token', issued('1'));
        const faster = new VedauthTokens({ ...ports, locks: new VenafiScene().locks });
        assert.equal(bearer(await faster.current(ended, never)), 'access-1');
        return response(400, { error: 'invalid_grant' });
      });
      assert.equal(bearer(await tokens.current(ended, never)), 'access-1');
    });

    it('being given up after it has left loses no token: the answer is waited for, and kept', async () => {
      const stop = new AbortController();
      const transport: Transport = {
        send: async (request, inner) => {
          const answer = await scene.transport.send(request, never);
          stop.abort();
          return inner.aborted ? { kind: 'aborted', sent: true } : answer;
        },
      };
      assert.deepEqual(await new VedauthTokens({ ...ports, transport }).current(ended, stop.signal), {
        kind: 'aborted',
      });
      assert.equal(bearer(await otherWindow().current(ended, never)), 'access-1');
      assert.deepEqual(refreshes(), ['refresh-0']);
    });

    it('without a refresh token there is nothing to renew with', async () => {
      scene.answers('token', issued('1', { expires_in: 60, refresh_token: undefined }));
      await tokens.current(ended, never);
      assert.equal(why(await tokens.current(ended, never)), 'dead venafi.tokenEnded');
      assert.deepEqual(refreshes(), ['refresh-0']);
    });
  });

  describe('fault 15: a sign-out in between', () => {
    it('before the refresh: nothing is sent', async () => {
      scene.stored = false;
      assert.equal(why(await tokens.current(ended, never)), 'ended venafi.signedOut');
      assert.equal(scene.transport.requests.length, 0);
    });

    it('during the refresh: nothing is kept', async () => {
      scene.answers('token', async () => {
        scene.stored = false;
        await otherWindow().forget(owner);
        return issued('1') as ReturnType<typeof response>;
      });
      assert.equal(why(await tokens.current(ended, never)), 'ended venafi.signedOut');
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [0, 0]);
      assert.equal(scene.locks.heldCount, 0);
    });

    it('forgetting leaves nothing behind', async () => {
      await tokens.current(ended, never);
      await tokens.forget(owner);
      assert.deepEqual([scene.secrets.values.size, scene.generations.notes.size], [0, 0]);
    });
  });

  describe('the lock', () => {
    const address = { provider: 'venafiTpp', origin: 'refresh', target: `${key}#${noon}` as TargetKey };

    it('of another window is waited for, and its result used', async () => {
      scene.locks.holdElsewhere(address, 1000);
      const acquire = scene.locks.acquire.bind(scene.locks);
      let asked = 0;
      scene.locks.acquire = async (at) => {
        if (++asked === 4) {
          const faster = new VedauthTokens({ ...ports, locks: new VenafiScene().locks });
          await faster.current(ended, never);
          scene.locks.free(address);
        }
        return acquire(at);
      };
      assert.equal(bearer(await tokens.current(ended, never)), 'access-1');
      assert.deepEqual([asked, refreshes()], [4, ['refresh-0']]);
    });

    it('that is never free ends in a failure that loses nothing', async () => {
      scene.locks.holdElsewhere(address, 1000);
      assert.equal(why(await tokens.current(ended, never)), 'failed venafi.refreshBusy');
      assert.equal(scene.transport.requests.length, 0);
    });

    it('that cannot be made keeps the token here', async () => {
      scene.locks.answerNext({ kind: 'unavailable', detail: 'full disk' });
      assert.equal(why(await tokens.current(ended, never)), 'failed lock.unavailable');
      assert.equal(scene.transport.requests.length, 0);
    });

    it('is not waited for by somebody who gives up', async () => {
      scene.locks.holdElsewhere(address, 1000);
      assert.equal(why(await tokens.current(ended, AbortSignal.abort())), 'aborted');
    });
  });
});

describe('two windows on one disk and one keyring that share a sign-in', () => {
  let folder: string;
  let secrets: MemorySecretStore;
  let windows: Windows;
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) => delay(Math.min(ms, 10), undefined, { signal }),
  };
  const target = { project: projectOf(), identity: { id: 'local:{x}', label: 'alice' } };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reconsent-sign-in-'));
    secrets = new MemorySecretStore();
    windows = new Windows();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (windowId: string, transport: ScriptedTransport) => {
    const log = new RecordingLog();
    const markers = createFileMarkers({ folder, log });
    const vault = new CredentialVault({
      secrets,
      markers,
      clock,
      log,
      describe: () => venafiTpp,
      forgetSuccessors: (key, storedAt) => tokens.forget({ key, storedAt }),
    });
    const locks = createFileLocks({ folder, clock, owner: windows.identity(windowId) });
    const tokens: VedauthTokens = new VedauthTokens({
      secrets,
      generations: createFileGenerations({ folder }),
      locks,
      transport,
      clock,
      log,
      isStored: ({ key, storedAt }) => vault.isStored(key, storedAt),
    });
    return { vault, tokens, locks };
  };

  const stored = async (vault: CredentialVault): Promise<SignIn> => {
    const values = { clientId: 'reconsent', accessToken: 'access-0', refreshToken: 'refresh-0' };
    const storedAt = await vault.add(target, credentialForms.signIn, values);
    return { ...ended, accessTokenExpiresAt: 1, owner: { key: operatorKey(target.project), storedAt } };
  };

  it('refresh it once when both need it at the same moment, many times over', async () => {
    const server = singleUse();
    const transport = new ScriptedTransport(server.answer);
    const [one, other] = [open('one', transport), open('other', transport)];
    const signIn = await stored(one.vault);
    let rejected = await Promise.all([one, other].map(({ tokens }) => tokens.current(signIn, never)));
    assert.deepEqual(rejected.map(bearer), ['access-1', 'access-1']);
    for (let round = 2; round < 8; round++) {
      const last = rejected.map((reading) => {
        assert.ok(reading.kind === 'token');
        return reading.token;
      });
      rejected = await Promise.all(
        [one, other, one, other].map(({ tokens }, index) => {
          const before = last[index % 2];
          assert.ok(before);
          return tokens.renewed(signIn, before, never);
        }),
      );
      assert.deepEqual(new Set(rejected.map(bearer)), new Set([`access-${round}`]));
      assert.equal(server.spent.length, round);
    }
    assert.equal(transport.requests.length, 7, 'no refresh token was sent twice');
    for (const { vault, locks } of [one, other]) {
      assert.equal((await vault.read(target)).kind, 'present');
      locks.dispose();
    }
    assert.deepEqual(await readdir(join(folder, 'locks')), []);
  });

  it('forgetting the credential forgets the renewed tokens as well', async () => {
    const transport = new ScriptedTransport(issued('1'));
    const { vault, tokens, locks } = open('one', transport);
    const signIn = await stored(vault);
    await vault.add(target, credentialForms.accessToken, { accessToken: 'access-9' });
    assert.equal(bearer(await tokens.current(signIn, never)), 'access-1');
    const { key, storedAt } = signIn.owner;
    assert.deepEqual([await vault.isStored(key, storedAt), secrets.values.size], [true, 3]);
    await vault.forgetOne(target, storedAt);
    assert.equal(await vault.isStored(key, storedAt), false);
    assert.equal(secrets.values.size, 1);
    locks.dispose();
  });

  it('one signs out while the other refreshes: nothing comes back', async () => {
    let answer: (() => void) | undefined;
    const transport = new ScriptedTransport(
      () =>
        new Promise((resolve) => {
          answer = () => resolve(issued('1') as ReturnType<typeof response>);
        }),
    );
    const [one, other] = [open('one', transport), open('other', transport)];
    const signIn = await stored(one.vault);
    const refreshing = one.tokens.current(signIn, never);
    while (!answer) await delay(1);
    await other.vault.forgetOne(target, signIn.owner.storedAt);
    answer();
    assert.equal(why(await refreshing), 'ended venafi.signedOut');
    assert.equal(secrets.values.size, 0);
    assert.deepEqual(await readdir(join(folder, 'generations')), []);
    for (const { locks } of [one, other]) locks.dispose();
  });
});
