/** Every flow of Google Data Portability over the wire, and then every place that it could have left a secret in. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientVault } from '../../../src/auth/clientVault';
import { type SignInPorts, type SignInResult, signIn } from '../../../src/auth/googleSignIn';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import { downloadArchive } from '../../../src/core/archiveDownload';
import { downloadTexts } from '../../../src/core/downloadTexts';
import { targetKey } from '../../../src/core/model';
import { collectReasonTexts } from '../../../src/core/outcomeText';
import { BoundSecret } from '../../../src/core/redact';
import { credentialForms } from '../../../src/providers/googleDataPortability/credentialForms';
import type { GoogleFault } from '../../../src/sandbox/google/api';
import { createArchiveFiles } from '../../../src/storage/archiveFiles';
import { systemClock } from '../../../src/vscode/systemPorts';
import { ResetWorld } from '../../fakes/resetWorld';
import { consent } from '../../unit/sandbox/consentForm';
import { type HostileAnswer, hostileAnswers } from './hostile';
import { LeakStage, wayOf } from './leakStage';

const never = new AbortController().signal;
const scope = (name: string): string => `https://www.googleapis.com/auth/dataportability.${name}`;
const answers = Object.keys(hostileAnswers) as HostileAnswer[];
const isReset = ({ url }: { readonly url: string }): boolean => url.includes('authorization:reset');
const isRead = ({ url }: { readonly url: string }): boolean => /accessType:check|\/token|tokeninfo/.test(url);

interface Route {
  readonly fits: typeof isReset;
  /** Outcomes that have to be among those that it leads to. */
  readonly kinds: readonly string[];
  /** Those that it is answered with; all if not given. A verification asks for two minutes. */
  readonly given?: readonly HostileAnswer[];
  /** It strikes only once the reset was sent. */
  readonly after?: boolean;
}

describe('fault 12: flows of Google Data Portability leave no secret anywhere', () => {
  let world: ResetWorld;
  let stage: LeakStage;
  let downloads: string;
  let users = 0;
  beforeEach(async () => {
    world = await ResetWorld.open({ transportLimits: { totalMs: 250 } });
    stage = new LeakStage(new Map([...world.texts, ...collectReasonTexts([signInReasonTexts, downloadTexts])]));
    downloads = await mkdtemp(join(tmpdir(), 'reconsent-leaks-'));
    world.confirm = async (preview) => {
      const alice = world.target('alice');
      if (preview) stage.preview(alice, world.store.get(targetKey(alice)), preview, wayOf(alice, 'reset'));
      return { kind: 'confirmed', by: 'modal' };
    };
  });
  afterEach(async () => {
    stage.close();
    await world.close();
    await rm(downloads, { recursive: true, force: true });
  });

  async function clean(kinds: readonly string[], more: readonly string[] = []): Promise<void> {
    await world.journal.dispose();
    for (const target of world.targets()) stage.state(target, world.store.get(targetKey(target)));
    stage.logged(world.logLines);
    stage.search.lookBelow('storage', world.folder);
    stage.search.lookBelow('downloads', downloads);
    stage.search.lookInto('value: credentials', await world.vault.read(world.target('alice')));
    stage.search.lookInto('value: markers', await world.vault.markers());
    stage.assertClean(kinds, ['log', 'value: credentials', 'tree: row', ...more]);
  }

  async function reset(way = 'reset'): Promise<string> {
    const alice = world.target('alice');
    const outcome = await world.reset('alice', never, way);
    stage.outcome(alice, outcome);
    stage.state(alice, world.store.get(targetKey(alice)));
    return outcome.kind;
  }

  async function signInWith(ports: Partial<SignInPorts> = {}): Promise<SignInResult> {
    const { clientId, clientSecret } = world.sandbox.control.seedSample();
    const { oauth2AuthBaseUrl, oauth2TokenUrl } = world.sandbox.google;
    const opened: Promise<unknown>[] = [];
    // Somebody new each time: to one who has consented the page says that incremental authorization is not allowed.
    const user = `user${++users}.test@example.com`;
    world.sandbox.control.seed({ users: [{ email: user }] });
    const openExternal = async (url: string): Promise<boolean> => {
      opened.push(
        consent(url).then(async (back) => stage.search.look('shown: browser', await (await fetch(back)).text())),
      );
      return true;
    };
    const result = await signIn(
      {
        clientId,
        clientSecret: new BoundSecret(clientSecret, [world.sandbox.origin]),
        clientKind: 'installed',
        scopes: [scope('chrome.history')],
        loginHint: user,
        authUrl: new URL(oauth2AuthBaseUrl),
        tokenUrl: new URL(oauth2TokenUrl),
        boundTo: [world.sandbox.origin],
        timeoutMs: 500,
      },
      { transport: world.transport, clock: systemClock, openExternal, ...ports },
      never,
    );
    await Promise.allSettled(opened);
    stage.came('sign-in', result);
    return result;
  }

  const ofSignIn = ['state', 'code', 'code_verifier', 'client_secret', 'access_token', 'refresh_token'];

  it('signing in, by the browser and by a pasted address, storing, and what the way back says', async () => {
    const result = await signInWith();
    assert.ok(result.kind === 'signed-in' && result.refreshToken);
    const client = world.sandbox.control.seedSample();
    const vault = new ClientVault({ secrets: world.secrets, clock: world.clock });
    await vault.store(world.project, client.clientId, client.clientSecret, [world.sandbox.origin]);
    stage.search.lookInto('value: client', await vault.read(world.project, client.clientId, [world.sandbox.origin]));
    const pasted = await signInWith({
      openExternal: async () => true,
      askPasted: async (check, signal) => {
        for (const text of [
          'http://127.0.0.1/?code=4/0wrong-wrong-wrong&state=nobody-knows-this',
          'x'.repeat(20_000),
        ]) {
          stage.search.lookInto('shown: problem of an input', check(text));
        }
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
      },
    });
    assert.equal(pasted.kind, 'timed-out');
    await clean(ofSignIn, ['shown: browser', 'shown: problem of an input']);
  });

  it('a sign-in that is refused, cut off or answered by a server that repeats the exchange', async () => {
    const ends = new Set<string>();
    for (const answer of answers) {
      stage.hostile(answer, ({ url, method }) => method === 'POST' && url.startsWith('/token'));
      ends.add((await signInWith()).kind);
    }
    stage.kind();
    for (const fault of ['connectionResetBefore', 'cutBody', 'noAnswer', 'invalidClient'] as const) {
      world.sandbox.control.google.fault(fault, { route: 'token', times: 1 });
      ends.add((await signInWith()).kind);
    }
    assert.deepEqual([...ends].sort(), ['refused', 'unanswered']);
    assert.equal(stage.echoed, answers.length);
    await clean(['state', 'code', 'code_verifier', 'client_secret']);
  });

  it('pasting, reading, resetting and verifying; and once more', async () => {
    await world.signIn('alice', 'refreshToken');
    await world.operations.probe(world.target('alice'), never);
    assert.equal(await reset(), 'verified');
    assert.equal(await reset(), 'already-reset');
    await world.signIn('bob', 'accessToken');
    await world.operations.probe(world.target('bob'), never);
    assert.equal(await stage.journal(world.journal), 1);
    await clean(
      ['authorization', 'client_secret', 'refresh_token', 'access_token'],
      ['storage: journal', 'exported: CSV'],
    );
  });

  const routes = {
    'the reset': { fits: isReset, kinds: ['refused', 'verified'] },
    'each read before the reset': { fits: isRead, kinds: ['not-sent'] },
    'each read after the reset': { fits: isRead, kinds: ['unknown'], after: true, given: answers.slice(0, 2) },
  };
  for (const [route, { fits, kinds: expected, given = answers, after = false }] of Object.entries<Route>(routes)) {
    it(`a server that repeats ${route} in every spelling, at every place of an answer`, async () => {
      const kinds = new Set<string>();
      for (const answer of given) {
        for (const way of ['reset', 'revoke']) {
          await world.signIn('alice', 'refreshToken');
          let sent = !after;
          stage.hostile(answer, (request) => {
            const isSending = isReset(request) || request.url.startsWith('/revoke');
            const strikes = sent && (isSending ? fits === isReset : fits(request));
            sent ||= isSending;
            return strikes;
          });
          kinds.add(await reset(way));
          stage.kind();
        }
      }
      for (const kind of expected) assert.ok(kinds.has(kind), [...kinds].join());
      assert.ok(stage.echoed >= given.length * 2, `${stage.echoed} echoes`);
      await stage.journal(world.journal);
      await clean(['refresh_token', 'client_secret'], ['shown: outcome', 'answer to tools']);
    });
  }

  it('each accident of the network and each known refusal, on the reset and on its verification', async () => {
    const faults: readonly GoogleFault[] = [
      'connectionResetBefore',
      'connectionResetAfter',
      'noAnswer',
      'cutBody',
      'html200',
      'empty200',
      'badGatewayHtml',
      'scopeInsufficient',
      'accessTokenExpired',
      'rateLimitExceeded',
      'internal500',
    ];
    const kinds = new Set<string>();
    for (const fault of faults) {
      await world.signIn('alice', 'refreshToken');
      world.sandbox.control.google.fault(fault, { route: 'reset', times: 1 });
      kinds.add(await reset());
      world.sandbox.control.faults.clear();
    }
    assert.deepEqual(
      [...kinds].filter((kind) => !['verified', 'refused', 'unknown', 'not-reset'].includes(kind)),
      [],
    );
    assert.ok(kinds.size >= 3, [...kinds].join());
    await stage.journal(world.journal);
    await clean(['authorization', 'refresh_token', 'client_secret']);
  });

  it('archive jobs and their downloads, by signed addresses that break, end and are repeated', async () => {
    world.sandbox.control.google.setSwitches({ archiveParts: 2, archiveBytes: 3_000 });
    const { clientId, clientSecret } = world.sandbox.control.seedSample();
    const { grants } = world.sandbox.control.seed({
      grants: [{ user: 'alice.test@example.com', clientId, scopes: ['play.installs'], access: '180-days' }],
    });
    const refreshToken = grants[0]?.refreshToken ?? assert.fail('no consent');
    const alice = world.target('alice');
    await world.vault.add(alice, credentialForms.refreshToken, { clientId, clientSecret, refreshToken });
    const started = await world.jobOperations.start(alice, { resources: ['play.installs'] }, never);
    stage.came('job', started);
    assert.ok(started.kind === 'started', started.kind);
    stage.came('jobs', await world.jobOperations.refresh(alice, never));
    const isArchive = ({ url }: { readonly url: string }): boolean => url.startsWith('/__archives');
    const ends: string[] = [];
    const download = async (): Promise<void> => {
      const ready = await world.jobOperations.ready(alice);
      const job = world.store.get(targetKey(alice)).jobs[0];
      assert.ok(ready.kind === 'ready' && job);
      const result = await downloadArchive(
        job,
        {
          askAddresses: async (signal) => {
            const reading = await ready.archives.read(ready.target, job.jobId, signal);
            stage.came('addresses', reading);
            return reading;
          },
          downloads: world.transport,
          files: createArchiveFiles({ folder: downloads, archive: job }),
          clock: world.clock,
          onProgress: (progress) => stage.search.lookInto('shown: progress', progress),
          onPartDone: async (part) => stage.search.lookInto('value: part', part),
        },
        never,
      );
      ends.push(result.kind);
      stage.came('download', result);
    };
    // What a storage answers with 200 is the archive itself, whatever is in it.
    for (const answer of answers.filter((one) => !one.includes('200'))) {
      stage.hostile(answer, isArchive);
      await download();
    }
    stage.kind();
    assert.ok(!ends.includes('downloaded'), ends.join());
    await download();
    assert.equal(ends.at(-1), 'downloaded');
    stage.hostile('a 403', ({ url }) => url.includes('portabilityArchive'));
    stage.came('jobs', await world.jobOperations.refresh(alice, never));
    stage.came('job', await world.jobOperations.start(alice, { resources: ['play.installs'] }, never));
    await clean(['signature', 'signed address', 'authorization'], ['downloads', 'storage: jobs', 'value: addresses']);
  });
});
