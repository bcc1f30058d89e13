import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { crc32, crc32c } from '../../../src/sandbox/google/checksums';
import { dayMs, SampleSandbox, sampleProject, startTime } from './sampleSandbox';
import { readZip } from './zipReader';

const hourMs = 3_600_000;

interface State {
  readonly name: string;
  readonly state: string;
  readonly urls?: readonly string[];
  readonly startTime?: string;
  readonly exportTime?: string;
}

describe('sandbox: archives', () => {
  let sandbox: SampleSandbox;
  let token: string;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
    token = sandbox.bob.accessToken;
  });
  afterEach(() => sandbox.running.close());

  const google = () => sandbox.running.control.google;
  const advance = (ms: number) => sandbox.running.control.clock.advance(ms);
  const started = async (fields: object = { resources: ['play.installs'] }) =>
    (await sandbox.api(token, 'portabilityArchive:initiate', fields)).json<{ archiveJobId: string }>().archiveJobId;
  const state = (id: string) => sandbox.api(token, `archiveJobs/${id}/portabilityArchiveState`);
  const urls = async (id: string) => (await state(id)).json<State>().urls ?? [];
  const onePart = async (bytes: number | 'by-job' = 'by-job') => {
    google().setSwitches({ archiveParts: 1, archiveBytes: bytes });
    const [url] = await urls(await started());
    assert(url);
    return url;
  };
  const body = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const code = async (response: Response) => {
    assert.match(response.headers.get('content-type') ?? '', /^application\/xml/);
    return /^<\?xml [^>]*><Error><Code>(\w+)<\/Code><Message>/.exec(await response.text())?.[1];
  };

  it('are one to three files with a JSON list for each resource, and need no token', async () => {
    const id = await started({ resources: ['play.installs', 'myactivity.search'] });
    const parts = await urls(id);
    assert.ok(parts.length >= 1 && parts.length <= 3, String(parts));
    for (const [index, url] of parts.entries()) {
      const { origin, pathname, searchParams } = new URL(url);
      assert.equal(origin + pathname, `${sandbox.running.origin}/__archives/${id}/${index + 1}.zip`);
      assert.equal(searchParams.get('expires'), String(Math.floor((startTime + 6 * hourMs) / 1000)));
      assert.match(searchParams.get('signature') ?? '', /^[0-9a-f]{64}$/);
      const response = await fetch(url);
      assert.equal(response.status, 200);
      const bytes = await body(response);
      assert.ok(bytes.length >= 20_000 && bytes.length < 60_000, String(bytes.length));
      const files = readZip(bytes);
      assert.deepEqual(Object.keys(files), ['Portability/myactivity.search.json', 'Portability/play.installs.json']);
      for (const data of Object.values(files)) {
        const entries = JSON.parse(data.toString('utf8')) as { time: string }[];
        assert.ok(entries.length > 10);
      }
    }
  });

  it('have one to three parts, all of which occur', async () => {
    const counts = new Set<number>();
    for (let run = 0; run < 30 && counts.size < 3; run += 1) {
      const tokens = run === 0 ? { access_token: token } : await sandbox.signIn();
      token = tokens.access_token;
      counts.add((await urls(await started())).length);
      await sandbox.api(token, 'authorization:reset');
    }
    assert.deepEqual([...counts].sort(), [1, 2, 3]);
  });

  it('are the same whenever asked for, and of the size that was wished to the byte', async () => {
    for (const bytes of [500, 12_345, 3_000_000]) {
      google().setSwitches({ archiveParts: 2, archiveBytes: bytes });
      const [first = '', second = ''] = await urls(await started());
      const one = await body(await fetch(first));
      const other = await body(await fetch(second));
      assert.equal(one.length, bytes);
      assert.equal(other.length, bytes);
      assert.ok(!one.equals(other));
      assert.deepEqual(await body(await fetch(first)), one);
      readZip(one);
      await sandbox.api(token, 'authorization:reset');
      token = (await sandbox.signIn()).access_token;
    }
  });

  it('stay within the time filter, which the state repeats in UTC; without one the export ends when asked for', async () => {
    const id = await started({
      resources: ['play.installs'],
      startTime: '2026-06-01T02:00:00.250+02:00',
      endTime: '2026-06-03T00:00:00.123456700Z',
    });
    const { urls: parts = [], ...rest } = (await state(id)).json<State>();
    assert.deepEqual(rest, {
      name: `archiveJobs/${id}/portabilityArchiveState`,
      state: 'COMPLETE',
      startTime: '2026-06-01T00:00:00.250Z',
      exportTime: '2026-06-03T00:00:00.123456700Z',
    });
    const [data] = Object.values(readZip(await body(await fetch(parts[0] ?? ''))));
    const times = (JSON.parse(data?.toString('utf8') ?? '') as { time: string }[]).map(({ time }) => time).sort();
    assert.ok((times[0] ?? '') >= '2026-06-01T00:00:00.250Z' && (times.at(-1) ?? '') <= '2026-06-03T00:00:00.124Z');

    advance(1000);
    const plain = (await state(await started({ resources: ['myactivity.search'] }))).json<State>();
    assert.equal(plain.startTime, undefined);
    assert.equal(plain.exportTime, new Date(startTime + 1000).toISOString());
  });

  it('say how long they are and what they must hash to, also to HEAD', async () => {
    const url = await onePart(30_000);
    const whole = await fetch(url);
    const bytes = await body(whole);
    const md5 = createHash('md5').update(bytes).digest();
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32c(bytes));
    const head = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    assert.equal(head.status, 200);
    assert.equal((await body(head)).length, 0);
    for (const { headers } of [whole, head]) {
      assert.equal(headers.get('content-length'), '30000');
      assert.equal(headers.get('content-type'), 'application/zip');
      assert.equal(headers.get('accept-ranges'), 'bytes');
      assert.equal(headers.get('etag'), `"${md5.toString('hex')}"`);
      assert.equal(headers.get('x-goog-hash'), `crc32c=${crc.toString('base64')}, md5=${md5.toString('base64')}`);
      assert.equal(headers.get('last-modified'), 'Fri, 05 Jun 2026 04:00:11 GMT');
    }
  });

  it('are given in parts, on condition that they are still the same', async () => {
    const url = await onePart(30_000);
    const whole = await fetch(url);
    const bytes = await body(whole);
    const etag = whole.headers.get('etag') ?? '';
    const rows: ReadonlyArray<readonly [Record<string, string>, number, string | null, Buffer]> = [
      [{ range: 'bytes=0-99' }, 206, 'bytes 0-99/30000', bytes.subarray(0, 100)],
      [{ range: 'bytes=29990-' }, 206, 'bytes 29990-29999/30000', bytes.subarray(29_990)],
      [{ range: 'bytes=29990-99999' }, 206, 'bytes 29990-29999/30000', bytes.subarray(29_990)],
      [{ range: 'bytes=-5' }, 206, 'bytes 29995-29999/30000', bytes.subarray(-5)],
      [{ range: 'bytes=-99999' }, 206, 'bytes 0-29999/30000', bytes],
      [{ range: 'bytes=5-9', 'if-range': etag }, 206, 'bytes 5-9/30000', bytes.subarray(5, 10)],
      [
        { range: 'bytes=5-9', 'if-range': 'Fri, 05 Jun 2026 04:00:11 GMT' },
        206,
        'bytes 5-9/30000',
        bytes.subarray(5, 10),
      ],
      [{ range: 'bytes=5-9', 'if-range': '"other"' }, 200, null, bytes],
      [{ range: 'bytes=5-9', 'if-range': `W/${etag}` }, 200, null, bytes],
      [{ range: 'bytes=9-5' }, 200, null, bytes],
      [{ range: 'bytes=0-1,5-6' }, 200, null, bytes],
      [{ range: 'lines=0-1' }, 200, null, bytes],
    ];
    for (const [headers, status, range, expected] of rows) {
      const response = await fetch(url, { headers });
      assert.equal(response.status, status, JSON.stringify(headers));
      assert.equal(response.headers.get('content-range'), range);
      assert.equal(response.headers.get('content-length'), String(expected.length));
      assert.deepEqual(await body(response), expected);
    }
    for (const range of ['bytes=30000-', 'bytes=40000-50000', 'bytes=-0']) {
      const response = await fetch(url, { headers: { range } });
      assert.equal(response.status, 416, range);
      assert.equal(response.headers.get('content-range'), 'bytes */30000');
      assert.equal(await code(response), 'InvalidRange');
    }
  });

  it('are refused without the signature of this very address', async () => {
    const url = await onePart();
    const changed = (change: (address: URL) => void) => {
      const address = new URL(url);
      change(address);
      return fetch(address);
    };
    const later = await changed(({ searchParams }) => searchParams.set('expires', '9999999999'));
    assert.equal(later.status, 403);
    assert.equal(await code(later), 'SignatureDoesNotMatch');
    const other = await changed((address) => {
      address.pathname = address.pathname.replace('1.zip', '2.zip');
    });
    assert.equal(await code(other), 'SignatureDoesNotMatch');
    const bare = await changed((address) => {
      address.search = '';
    });
    assert.equal(bare.status, 403);
    assert.equal(await code(bare), 'AccessDenied');
  });

  for (const status of [400, 403] as const) {
    it(`an address ends after 6 hours with ${status}, as switched; the state then gives a fresh one`, async () => {
      google().setSwitches({ expiredUrlStatus: status });
      const url = await onePart();
      advance(6 * hourMs - 1000);
      assert.equal((await fetch(url)).status, 200);
      advance(1000);
      const expired = await fetch(url);
      assert.equal(expired.status, status);
      assert.equal(await code(expired), 'ExpiredToken');
      token = (await sandbox.refresh(sandbox.bob)).json<{ access_token: string }>().access_token;
      const [job] = google().consents(sandbox.bob.user, sampleProject).jobs;
      const [fresh = ''] = await urls(job?.id ?? '');
      assert.notEqual(fresh, url);
      assert.equal((await fetch(fresh)).status, 200);
    });
  }

  for (const expiredArchive of ['no-urls', 'not-found'] as const) {
    it(`are gone 14 days after completion (${expiredArchive})`, async () => {
      const { alice } = sandbox;
      google().setSwitches({ expiredArchive, jobDurationMs: hourMs });
      token = alice.accessToken;
      const id = await started({ resources: ['chrome.history'] });
      const freshToken = async () => {
        token = (await sandbox.refresh(alice)).json<{ access_token: string }>().access_token;
      };
      advance(hourMs + 14 * dayMs - 1000);
      await freshToken();
      const [last = ''] = await urls(id);
      assert.equal((await fetch(last)).status, 200);
      advance(1000);
      await freshToken();
      const gone = await fetch(last);
      assert.equal(gone.status, 404);
      assert.equal(await code(gone), 'NoSuchKey');
      const answer = await state(id);
      assert.equal(answer.status, expiredArchive === 'no-urls' ? 200 : 404);
      assert.equal(answer.json<State>().urls, undefined);
    });
  }

  it('are gone after a reset, whatever the address says', async () => {
    const url = await onePart();
    assert.equal((await sandbox.api(token, 'authorization:reset')).status, 200);
    const gone = await fetch(url);
    assert.equal(gone.status, 404);
    assert.equal(await code(gone), 'NoSuchKey');
  });

  it('come with completion only, by the clock or by the control', async () => {
    google().setSwitches({ jobDurationMs: hourMs / 2 });
    const [slow, forced, failed] = await Promise.all(
      sandbox.bob.scopes.map((scope) => started({ resources: [scope.split('dataportability.')[1]] })),
    );
    assert(slow && forced && failed);
    google().setJobState(forced, 'COMPLETE');
    google().setJobState(failed, 'FAILED');
    const shown = async (id: string) => {
      const { state: now, urls: parts = [] } = (await state(id)).json<State>();
      return [now, parts.length > 0];
    };
    assert.deepEqual(await shown(slow), ['IN_PROGRESS', false]);
    assert.deepEqual(await shown(forced), ['COMPLETE', true]);
    assert.deepEqual(await shown(failed), ['FAILED', false]);
    advance(hourMs / 2);
    assert.deepEqual(await shown(slow), ['COMPLETE', true]);
    assert.deepEqual(await shown(failed), ['FAILED', false]);
  });

  it('are cut off where a fault says, and can be fetched to the end from there', async () => {
    const url = await onePart(30_000);
    const expected = await body(await fetch(url));
    google().fault('cutBody', { route: 'archive', bytes: 12_000, times: 1 });
    const cut = await fetch(url);
    const pieces: Buffer[] = [];
    await assert.rejects(async () => {
      for await (const piece of cut.body ?? []) pieces.push(Buffer.from(piece));
    });
    const got = Buffer.concat(pieces);
    assert.ok(got.length <= 12_000, String(got.length));
    const rest = await fetch(url, {
      headers: { range: `bytes=${got.length}-`, 'if-range': cut.headers.get('etag') ?? '' },
    });
    assert.equal(rest.status, 206);
    assert.deepEqual(Buffer.concat([got, await body(rest)]), expected);
  });

  it('lie about their size when told so', async () => {
    const url = await onePart(30_000);
    google().fault('wrongLength', { route: 'archive', bytes: 7, times: 1 });
    const response = await fetch(url);
    assert.equal(response.headers.get('content-length'), '30007');
    await assert.rejects(response.arrayBuffer());
  });

  it('survive a snapshot with their addresses, not a world that is emptied', async () => {
    const url = await onePart();
    const before = sandbox.running.control.snapshot();
    sandbox.running.control.reset();
    assert.equal((await fetch(url)).status, 404);
    sandbox.running.control.restore(before);
    assert.equal((await fetch(url)).status, 200);
    const [entry] = sandbox.running.control.requests.list({ path: '/__archives/*' });
    assert.doesNotMatch(JSON.stringify(entry), new RegExp(new URL(url).searchParams.get('signature') ?? ''));
  });

  it('checksums are the standard ones', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  });
});
