import assert from 'node:assert/strict';
import * as https from 'node:https';
import type * as tls from 'node:tls';
import type { NotSentCause } from '../../../src/core/ports';
import { Bench, type Listening, post, sendCounting } from './bench';
import { type CertificateWishes, TestAuthority } from './certificates';

describe('transport: TLS', () => {
  let authority: TestAuthority;
  let bench: Bench;
  before(async () => {
    authority = await TestAuthority.create();
  });
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  async function serve(wishes: CertificateWishes = {}): Promise<Listening> {
    const certificate = await authority.issue(wishes);
    return bench.listen(
      https.createServer(certificate, (_request, response) => response.end('secure')),
      'https',
    );
  }

  function trusting(pem: string) {
    return bench.transport({ trust: { extraCertificates: () => [pem] } });
  }

  it('accepts a server of an authority that was added, by address and by name', async () => {
    const server = await serve();
    const transport = trusting(authority.pem);
    for (const host of ['127.0.0.1', 'localhost']) {
      const { result } = await sendCounting(transport, post(`https://${host}:${server.port}`));
      assert.equal(result.kind === 'response' && result.body, 'secure', JSON.stringify(result));
    }
  });

  it('names the server that it wants, unless by its address, and speaks HTTP/1.1', async () => {
    const seen: unknown[] = [];
    const certificate = await authority.issue();
    const server = await bench.listen(
      https.createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (request, response) => {
        const { servername, alpnProtocol } = request.socket as tls.TLSSocket & { readonly servername?: unknown };
        seen.push([servername, alpnProtocol]);
        response.end();
      }),
      'https',
    );
    const transport = trusting(authority.pem);
    for (const host of ['127.0.0.1', 'localhost']) {
      const { result } = await sendCounting(transport, post(`https://${host}:${server.port}`));
      assert.equal(result.kind, 'response', JSON.stringify(result));
    }
    assert.deepEqual(seen, [
      [false, 'http/1.1'],
      ['localhost', 'http/1.1'],
    ]);
  });

  it('adds certificates for one origin and not for others', async () => {
    const one = await serve();
    const other = await serve();
    const transport = bench.transport({
      trust: { extraCertificates: (origin) => (origin === one.origin ? [authority.pem] : []) },
    });
    assert.equal((await sendCounting(transport, post(one.origin))).result.kind, 'response');
    const { result } = await sendCounting(transport, post(other.origin));
    assert.equal(result.kind === 'not-sent' && result.cause, 'tls-untrusted');
  });

  it('checks certificates even when the process was told not to', async () => {
    const server = await serve();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { result } = await sendCounting(bench.transport(), post(server.origin));
      assert.equal(result.kind === 'not-sent' && result.cause, 'tls-untrusted');
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  const faults: [string, CertificateWishes, boolean, NotSentCause, string][] = [
    ['an unknown authority', {}, false, 'tls-untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['another name', { name: 'other.example' }, true, 'tls-name-mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an expired certificate', { from: -20, until: -10 }, true, 'tls-expired', 'CERT_HAS_EXPIRED'],
    ['a certificate of the future', { from: 10, until: 20 }, true, 'tls-not-yet-valid', 'CERT_NOT_YET_VALID'],
  ];
  for (const [name, wishes, trusted, cause, code] of faults) {
    it(`${cause}: ${name}`, async () => {
      const server = await serve(wishes);
      const transport = trusted ? trusting(authority.pem) : bench.transport();
      for (const effect of ['read', 'irreversible'] as const) {
        const { result, sent } = await sendCounting(transport, { ...post(server.origin), effect });
        assert.deepEqual(result, { kind: 'not-sent', cause, detail: `127.0.0.1:${server.port}: ${code}` });
        assert.equal(sent, 0);
      }
    });
  }

  it('tls-untrusted: an authority of a trusted name with another key', async () => {
    const imposter = await TestAuthority.create();
    const server = await bench.listen(https.createServer(await imposter.issue()), 'https');
    const { result } = await sendCounting(trusting(authority.pem), post(server.origin));
    assert.equal(result.kind === 'not-sent' && result.cause, 'tls-untrusted', JSON.stringify(result));
  });

  it('tls-untrusted: a certificate that signs itself', async () => {
    const server = await bench.listen(https.createServer(await authority.selfSigned()), 'https');
    const { result } = await sendCounting(bench.transport(), post(server.origin));
    assert.equal(result.kind === 'not-sent' && result.cause, 'tls-untrusted', JSON.stringify(result));
  });

  describe('TLS 1.2, whose alert for a missing client certificate is the one for anything', () => {
    const rows: readonly (readonly [string, tls.TlsOptions, NotSentCause])[] = [
      [
        'a client certificate is demanded',
        { requestCert: true, rejectUnauthorized: true },
        'client-certificate-missing',
      ],
      // The certificates of these tests are of the other kind of key.
      ['no cipher is shared', { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, 'tls-other'],
    ];
    for (const [name, options, cause] of rows) {
      it(`${cause}: ${name}`, async () => {
        const certificate = await authority.issue();
        const server = https.createServer({ ...certificate, ca: [authority.pem], maxVersion: 'TLSv1.2', ...options });
        const { origin } = await bench.listen(server, 'https');
        for (const project of [undefined, 'shop']) {
          const request = { ...post(origin), ...(project === undefined ? {} : { project }) };
          const { result, sent } = await sendCounting(trusting(authority.pem), request);
          assert.equal(result.kind === 'not-sent' && result.cause, cause, JSON.stringify(result));
          assert.match(result.kind === 'not-sent' ? result.detail : '', /ALERT_HANDSHAKE_FAILURE$/);
          assert.equal(sent, 0);
        }
      });
    }
  });
});
