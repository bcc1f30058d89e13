import assert from 'node:assert/strict';
import type { JobReading } from '../../../src/core/archiveJobs';
import { ArchiveSource, type Service, triesPerPart, type Wanted } from '../../../src/core/archiveSource';
import type { DownloadAnswer, DownloadRequest } from '../../../src/core/downloadPorts';
import { type Reason, reason } from '../../../src/core/model';
import { BoundSecret } from '../../../src/core/redact';
import { FakeClock } from '../../fakes/clock';

const [first, second] = ['https://one.example.com', 'https://two.example.com:8443'] as const;
const body: DownloadAnswer = {
  kind: 'body',
  status: 200,
  from: 0,
  chunks: {
    next: async () => ({ done: true, value: { kind: 'complete' } }),
    return: async () => ({ done: true, value: { kind: 'aborted' } }),
  },
};
const away = { kind: 'not-sent', cause: 'dns', detail: 'd' } as const;
const unwell = { kind: 'refused', status: 503 } as const;
const old = { kind: 'expired', status: 403 } as const;

/** A service that gives the addresses and the answers it was told to. */
class ScriptedService {
  readonly clock = new FakeClock({ now: () => 0, advance: () => undefined });
  readonly abort = new AbortController();
  readonly asked: DownloadRequest[] = [];
  readonly answers: DownloadAnswer[] = [];
  readings: JobReading[] = [];
  origins: readonly string[] = [first, second];
  addressesAsked = 0;

  readonly source = new ArchiveSource(
    {
      clock: this.clock,
      askAddresses: async (signal) => {
        assert.equal(signal, this.abort.signal);
        this.addressesAsked++;
        return this.readings.shift() ?? complete(this.origins, `?signed=${this.addressesAsked}`);
      },
      downloads: {
        download: async (request, signal) => {
          assert.equal(signal, this.abort.signal);
          this.asked.push(request);
          const answer = this.answers.shift();
          assert.ok(answer, 'asked more often than expected');
          return answer;
        },
      },
    },
    this.abort.signal,
  );
}

function complete(origins: readonly string[], query = ''): JobReading {
  const addresses = origins.map((origin) => new BoundSecret(`${origin}/x${query}`, [origin]));
  return { kind: 'state', state: 'complete', addresses };
}

describe('where the files of an archive come from', () => {
  let service: ScriptedService;
  let wanted: Wanted;
  beforeEach(() => {
    service = new ScriptedService();
    wanted = { index: 0, broken: 0 };
  });

  /** What comes of these answers to one question after the addresses are known. */
  const serve = async (...answers: readonly DownloadAnswer[]): Promise<Service> => {
    if (service.addressesAsked === 0) assert.equal(await service.source.ask(undefined), undefined);
    service.answers.push(...answers);
    const served = await service.source.serve(wanted, { from: 0 });
    assert.deepEqual(service.answers, [], 'not everything was asked');
    return served;
  };
  const whyEnded = async (...answers: readonly DownloadAnswer[]): Promise<Reason> => {
    const served = await serve(...answers);
    assert.ok(served.kind === 'ended' && 'reason' in served.ending, JSON.stringify(served));
    return served.ending.reason;
  };
  const addressOf = (at: number, origin: string): string | undefined => {
    const revealed = service.asked[at]?.address.revealFor(new URL(origin));
    return revealed?.kind === 'revealed' ? revealed.value : undefined;
  };

  describe('the addresses', () => {
    it('are as many as the service says, and none before it was asked', async () => {
      assert.equal(service.source.parts, 0);
      assert.equal(await service.source.ask(undefined), undefined);
      assert.equal(service.source.parts, 2);
      assert.equal(await service.source.ask(2), undefined);
    });

    it('are not taken over where their number has changed', async () => {
      await service.source.ask(undefined);
      service.origins = [first];
      const ending = await service.source.ask(2);
      assert.deepEqual(ending?.kind === 'parts-changed' && [ending.before, ending.now], [2, 1]);
      assert.equal(service.source.parts, 2);
    });

    const whyNot: readonly (readonly [string, JobReading, string])[] = [
      ['the archive is gone', { kind: 'state', state: 'complete', addresses: [] }, 'download.gone'],
      ['the job runs', { ...complete([first]), state: 'in-progress' } as JobReading, 'download.notComplete'],
      ['the job has failed', { ...complete([first]), state: 'failed' } as JobReading, 'download.jobFailed'],
      ['nobody knows the job', { kind: 'no-such-job', reason: reason('test.none') }, 'download.noSuchJob'],
    ];
    for (const [what, reading, code] of whyNot) {
      it(`are none when ${what}`, async () => {
        service.readings = [reading];
        const ending = await service.source.ask(undefined);
        assert.equal(ending && 'reason' in ending && ending.reason.code, code);
        assert.equal(service.source.parts, 0);
      });
    }

    it('are a defect to have no file at', async () => {
      await service.source.ask(undefined);
      await assert.rejects(service.source.serve({ index: 2, broken: 0 }, { from: 0 }), /no address/);
    });

    it('name the host of each file', async () => {
      assert.equal(service.source.host(wanted), '');
      service.origins = [first, second, 'nowhere'];
      await service.source.ask(undefined);
      const hosts = [0, 1, 2, 3].map((index) => service.source.host({ index, broken: 0 }));
      assert.deepEqual(hosts, ['one.example.com', 'two.example.com:8443', '', '']);
    });
  });

  it('asks for the very file and range', async () => {
    wanted = { index: 1, broken: 0 };
    assert.deepEqual(await serve(body), { kind: 'served', answer: body });
    await service.source.ask(undefined);
    service.answers.push(body);
    await service.source.serve({ index: 0, broken: 0 }, { from: 7, to: 9, etag: '"v1"' });
    const ranges = service.asked.map(({ address: _, ...range }) => range);
    assert.deepEqual(ranges, [{ from: 0 }, { from: 7, to: 9, etag: '"v1"' }]);
    assert.equal(addressOf(0, second), `${second}/x?signed=1`);
    assert.equal(addressOf(1, first), `${first}/x?signed=2`);
  });

  it('hands on that there are no such bytes', async () => {
    const answer = { kind: 'range-not-satisfiable', totalBytes: 4 } as const;
    assert.deepEqual(await serve(answer), { kind: 'served', answer });
  });

  it('ends when it is stopped, and when the file is gone', async () => {
    assert.equal((await whyEnded({ kind: 'aborted' })).code, 'download.cancelled');
    assert.equal((await whyEnded({ kind: 'gone', status: 404 })).code, 'download.gone');
    assert.deepEqual(service.clock.sleeps, []);
  });

  describe('an address that has grown old', () => {
    it('is asked for anew, and the new one is used', async () => {
      assert.equal((await serve(old, body)).kind, 'served');
      assert.equal(service.addressesAsked, 2);
      assert.deepEqual([addressOf(0, first), addressOf(1, first)], [`${first}/x?signed=1`, `${first}/x?signed=2`]);
      assert.deepEqual(service.clock.sleeps, []);
    });

    it('is not asked for again and again when the new one is no better', async () => {
      const why = await whyEnded(old, { kind: 'expired', status: 401 });
      assert.deepEqual([why.code, why.params['status']], ['download.addressRefused', '401']);
      assert.equal(service.addressesAsked, 2);
    });

    for (const answer of [body, { kind: 'range-not-satisfiable' } as const]) {
      it(`may grow old again once it was good for something (${answer.kind})`, async () => {
        assert.equal((await serve(old, answer)).kind, 'served');
        assert.equal((await serve(old, body)).kind, 'served');
        assert.equal(service.addressesAsked, 3);
      });
    }

    it('ends it when the service names another number of files, or none', async () => {
      await service.source.ask(undefined);
      service.readings = [complete([first]), { kind: 'dead-credential', reason: reason('test.dead') }];
      assert.equal((await whyEnded(old)).code, 'download.partsChanged');
      service = new ScriptedService();
      await service.source.ask(undefined);
      service.readings = [{ kind: 'dead-credential', reason: reason('test.dead') }];
      assert.equal((await whyEnded(old)).code, 'download.deadCredential');
    });

    it('shows that the service is there: what is away then is away for a while', async () => {
      assert.equal((await serve(old, away, body)).kind, 'served');
      assert.deepEqual(service.clock.sleeps, [1_000]);
    });
  });

  describe('what passes by itself', () => {
    const broken = (cause: 'cut-body' | 'malformed') => ({ kind: 'broken', cause, detail: 'd' }) as const;
    const refused = (status: number) => ({ kind: 'refused', status }) as const;
    const unsent = (cause: Extract<DownloadAnswer, { kind: 'not-sent' }>['cause']) => ({ ...away, cause });
    const always = [broken('cut-body'), refused(408), refused(429), refused(500), refused(503)];
    const onceReached = [
      broken('malformed'),
      ...(['dns', 'refused', 'unreachable', 'connect-timeout', 'proxy-unreachable'] as const).map(unsent),
    ];
    const neverAtAll: readonly DownloadAnswer[] = [
      ...[400, 407, 409, 428, 430, 499].map(refused),
      ...(['tls-untrusted', 'tls-expired', 'proxy-refused', 'foreign-origin', 'invalid-request'] as const).map(unsent),
      { kind: 'redirect', status: 302, location: second },
    ];
    const nameOf = (answer: DownloadAnswer): string =>
      [answer.kind, ...('status' in answer ? [answer.status] : []), ...('cause' in answer ? [answer.cause] : [])].join(
        ' ',
      );

    for (const answer of always) {
      it(`is waited for: ${nameOf(answer)}`, async () => {
        assert.equal((await serve(answer, body)).kind, 'served');
        assert.deepEqual(service.clock.sleeps, [1_000]);
        assert.equal(wanted.broken, 1);
      });
    }

    for (const answer of onceReached) {
      it(`is waited for only where something was reached before: ${nameOf(answer)}`, async () => {
        assert.equal((await serve(answer)).kind, 'ended');
        assert.deepEqual(service.clock.sleeps, []);
        assert.equal((await serve(body)).kind, 'served');
        assert.equal((await serve(answer, body)).kind, 'served');
        assert.deepEqual(service.clock.sleeps, [1_000]);
      });
    }

    for (const answer of neverAtAll) {
      it(`is not: ${nameOf(answer)}`, async () => {
        await serve(body);
        assert.equal((await serve(answer)).kind, 'ended');
        assert.deepEqual(service.clock.sleeps, []);
      });
    }

    it('shows that something was reached', async () => {
      assert.equal((await serve(unwell, away, body)).kind, 'served');
      assert.deepEqual(service.clock.sleeps, [1_000, 2_000]);
    });

    it('is waited for longer each time, and not for ever', async () => {
      const why = await whyEnded(...Array.from({ length: triesPerPart + 1 }, () => unwell));
      assert.deepEqual(service.clock.sleeps, [1_000, 2_000, 4_000, 8_000, 16_000]);
      assert.deepEqual([why.code, why.params['times']], ['download.broke', '6']);
      assert.equal(why.cause?.params['host'], 'one.example.com');
    });

    it('counts for each file by itself', async () => {
      await serve(unwell, body);
      wanted = { index: 1, broken: 0 };
      await serve(unwell, body);
      assert.deepEqual(service.clock.sleeps, [1_000, 1_000]);
    });

    it('is not waited for when it is stopped', async () => {
      await service.source.ask(undefined);
      service.abort.abort();
      assert.equal((await whyEnded(unwell)).code, 'download.cancelled');
      assert.deepEqual(service.clock.sleeps, []);
    });
  });
});
