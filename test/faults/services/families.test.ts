/**
 * 409 and 429 mean five things at Google alone: used up, cooling down, running already, asked too often, and whatever else.
 * Only one of them is mended by a reset, and only one by waiting a moment; nobody is told the wrong one.
 */
import assert from 'node:assert/strict';
import { quotaOf, type Reason } from '../../../src/core/model';
import { reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import type { GoogleFault } from '../../../src/sandbox/google/api';
import { type ProviderId, ProviderScene } from '../../fakes/providerScene';

const never = new AbortController().signal;
const json = { 'content-type': 'application/json' };

const offers = ({ actions }: Reason): readonly string[] => actions.map(({ kind }) => kind);

describe('the families of 409 and 429 at Google', () => {
  let scene: ProviderScene;
  beforeEach(async () => {
    scene = await ProviderScene.open('googleDataPortability');
  });
  afterEach(() => scene.close());

  interface Family {
    readonly code: string;
    readonly resets: boolean;
    /** A bulk waits for it: seconds, or `unsaid`. */
    readonly waits: number | 'unsaid' | 'never';
    readonly says: RegExp;
    readonly doesNotSay: RegExp;
  }
  const usedUp: Family = {
    code: 'google.exhaustedOneTime',
    resets: true,
    waits: 'never',
    says: /used up by the jobs a, b.*Finish and download/,
    doesNotSay: /Do not reset|Wait until|quota|already running/,
  };
  const cooling: Family = {
    code: 'google.coolDown',
    resets: false,
    waits: 'never',
    says: /last 24 hours.*Wait until.*Do not reset/,
    doesNotSay: /used up|quota|already running|\d seconds/,
  };
  const running: Family = {
    code: 'google.jobExists',
    resets: false,
    waits: 'never',
    says: /already running as job a.*Do not reset/,
    doesNotSay: /used up|Wait until|quota/,
  };
  const families: Partial<Record<GoogleFault, Family>> = {
    exhaustedOneTime: usedUp,
    coolDown: cooling,
    coolDownFailedPrecondition: cooling,
    alreadyExistsOneTime: running,
    alreadyExistsTimeBased: running,
    rateLimitExceeded: {
      code: 'google.quotaWait',
      resets: false,
      waits: 39,
      says: /quota.*in 39 seconds/,
      doesNotSay: /used up by|24 hours|already running|Do not reset/,
    },
  };

  for (const [fault, family] of Object.entries(families) as [GoogleFault, Family][]) {
    it(`fault 40: ${fault} is ${family.code}, and nothing else, at a job and at a reset`, async () => {
      const { world } = scene;
      const { google } = world.sandbox.control;
      google.fault(fault, { route: 'initiate', jobIds: ['a', 'b'] });
      google.fault(fault, { route: 'reset', jobIds: ['a', 'b'] });
      const started = await world.jobOperations.start(scene.target, { resources: ['myactivity.search'] }, never);
      assert.ok('reason' in started, started.kind);
      const outcome = await scene.reset();
      for (const why of [started.reason, outcome.reason]) {
        assert.equal(why.code, family.code);
        const text = reasonParagraph(why, world.texts, untranslated);
        assert.match(text, family.says);
        assert.doesNotMatch(text, family.doesNotSay);
        assert.equal(offers(why).includes('reset'), family.resets);
        assert.ok(!offers(why).includes('retry') && !offers(why).includes('replace-credential'), offers(why).join());
        const quota = quotaOf(why);
        assert.equal(quota ? (quota.seconds ?? 'unsaid') : 'never', family.waits);
      }
      assert.equal(outcome.kind, 'refused');
      assert.equal(world.consent('alice'), 'granted');
    });
  }

  const misleading: readonly (readonly [what: string, status: number, body: object, code: string, waits: boolean])[] = [
    [
      'a quota whose message speaks of jobs',
      429,
      named('RATE_LIMIT_EXCEEDED', 'exhausted under previous job(s): 1.'),
      'google.quota',
      true,
    ],
    ['used up in a 409', 409, named('RESOURCE_EXHAUSTED_ONE_TIME', 'x'), 'google.otherRefusal', false],
    ['running already in a 429', 429, named('ALREADY_EXISTS_ONE_TIME', 'x'), 'google.tooManyRequests', true],
    ['cooling down in a 409', 409, named('RESOURCE_EXHAUSTED_TIME_BASED', 'x'), 'google.otherRefusal', false],
    [
      'a 400 FAILED_PRECONDITION that says no more',
      400,
      bare(400, 'FAILED_PRECONDITION'),
      'google.invalidArgument',
      false,
    ],
    ['a 409 that says no more', 409, bare(409, 'ALREADY_EXISTS'), 'google.otherRefusal', false],
    ['a 409 ABORTED', 409, bare(409, 'ABORTED'), 'google.otherRefusal', false],
    ['a 429 that says no more', 429, bare(429, 'RESOURCE_EXHAUSTED'), 'google.tooManyRequests', true],
  ];
  for (const [what, status, body, code, waits] of misleading) {
    it(`fault 40: ${what}: ${code}`, async () => {
      scene.fault({ kind: 'answer', status, headers: json, body });
      const outcome = await scene.reset();
      assert.deepEqual([outcome.kind, outcome.reason.code], ['refused', code], scene.world.text(outcome));
      assert.equal(quotaOf(outcome.reason) !== undefined, waits);
      assert.ok(!offers(outcome.reason).includes('reset'));
      assert.equal(scene.requests().length, 1);
    });
  }

  function bare(code: number, status: string): object {
    return { error: { code, status, message: 'No.' } };
  }

  function named(reason: string, message: string): object {
    const detail = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'x', metadata: {} };
    return { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message, details: [detail] } };
  }
});

interface Row {
  readonly provider: ProviderId;
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: string;
  /** Seconds that a bulk waits. */
  readonly waits: number | 'unsaid' | 'never';
}

const coded = (message: string, code = 400): object => ({ error: { code, message } });

const elsewhere: readonly Row[] = [
  row('identityPlatform', 'TOO_MANY_ATTEMPTS_TRY_LATER', 400, coded('TOO_MANY_ATTEMPTS_TRY_LATER : Later.'), 'tooMany'),
  row('identityPlatform', 'QUOTA_EXCEEDED', 400, coded('QUOTA_EXCEEDED : Exceeded quota.'), 'tooMany'),
  {
    ...row('identityPlatform', '429', 429, coded('Slow.', 429), 'tooManyWait'),
    headers: { 'retry-after': '7' },
    waits: 7,
  },
  { ...row('identityPlatform', '409', 409, coded('Conflict.', 409), 'otherRefusal'), waits: 'never' },
  row('venafiTpp', '429', 429, '', 'tooManyRequests'),
  {
    ...row('venafiTpp', '429 with a time', 429, '', 'tooManyRequestsWait'),
    headers: { 'retry-after': '90' },
    waits: 90,
  },
  { ...row('venafiTpp', '409', 409, '{"error":"conflict"}', 'otherRefusal'), waits: 'never' },
  { ...row('venafiTpp', '403', 403, '{"error":"quota_exceeded"}', 'otherRefusal'), waits: 'never' },
];

function row(provider: ProviderId, what: string, status: number, body: unknown, code: string): Row {
  return { provider, what, status, body, code, waits: 'unsaid' };
}

describe('409 and 429 of the others', () => {
  let scene: ProviderScene;
  afterEach(() => scene.close());

  for (const { provider, what, status, body, headers = {}, code, waits } of elsewhere) {
    it(`fault 40: ${provider}, ${what}: refused; waited for: ${waits}`, async () => {
      scene = await ProviderScene.open(provider);
      scene.fault({ kind: 'answer', status, headers: { ...json, ...headers }, body });
      const outcome = await scene.reset();
      const prefix = provider === 'venafiTpp' ? 'venafi' : provider;
      const told = [outcome.kind, outcome.reason.code];
      assert.deepEqual(told, ['refused', `${prefix}.${code}`], scene.world.text(outcome));
      const quota = quotaOf(outcome.reason);
      assert.equal(quota ? (quota.seconds ?? 'unsaid') : 'never', waits);
      assert.equal(scene.requests().length, 1);
      assert.match(scene.world.text(outcome), /Nothing was|not revoked/);
    });
  }
});
