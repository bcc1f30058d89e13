/** A server that asks for a client certificate: what it thinks of ours is known before a request leaves. */
import assert from 'node:assert/strict';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { HttpResult, NotSentCause, Transport } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import type { UndiciTransport } from '../../../src/http/transport';
import type { ClientCertificate } from '../../../src/http/trust';
import { Bench, type Listening, neverAborted, post, sendCounting, until } from './bench';
import { type ServerCertificate, TestAuthority } from './certificates';

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('transport: client certificates', () => {
  let authority: TestAuthority;
  let ours: ServerCertificate;
  let strangers: ServerCertificate;
  let bench: Bench;
  let requests: string[];
  before(async () => {
    authority = await TestAuthority.create();
    ours = await authority.issue({ name: 'reconsent' });
    strangers = await (await TestAuthority.create('CN=Stranger')).issue({ name: 'reconsent' });
  });
  beforeEach(() => {
    bench = new Bench();
    requests = [];
  });
  afterEach(() => bench.close());

  async function serve(options: tls.TlsOptions, onSecure?: (socket: tls.TLSSocket) => void): Promise<Listening> {
    const server = tls.createServer(
      { ...(await authority.issue()), ca: [authority.pem], requestCert: true, rejectUnauthorized: true, ...options },
      (socket) => {
        socket.on('error', () => undefined);
        if (onSecure) return onSecure(socket);
        socket.on('data', (chunk) => {
          requests.push(chunk.toString('latin1'));
          socket.write(ok);
        });
      },
    );
    return bench.listen(server, 'https');
  }

  const pairOf = ({ cert, key }: ServerCertificate, { origin }: Listening): ClientCertificate => {
    return { kind: 'pair', certificates: cert, key: new BoundSecret(key, [origin]) };
  };

  /** Sends in the name of the project `shop`, which shows `own`. */
  async function send(server: Listening, own: ClientCertificate, signal = neverAborted) {
    const clientCertificate = (project: string, origin: string): ClientCertificate =>
      project === 'shop' && origin === server.origin ? own : { kind: 'none' };
    const trust = { extraCertificates: () => [authority.pem], clientCertificate };
    return sendCounting(bench.transport({ trust }), post(server.origin, '/', { project: 'shop' }), signal);
  }

  const causeOf = (result: HttpResult): NotSentCause | string =>
    result.kind === 'not-sent' ? result.cause : result.kind;

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    describe(version, () => {
      const only = { minVersion: version, maxVersion: version };

      it('with it, the request is sent', async () => {
        const server = await serve(only);
        const { result, sent } = await send(server, pairOf(ours, server));
        assert.deepEqual([causeOf(result), sent, requests.length], ['response', 1, 1]);
      });

      it('without it, none is, and that is said', async () => {
        const server = await serve(only);
        const { result, sent } = await send(server, { kind: 'none' });
        assert.deepEqual([causeOf(result), sent, requests.length], ['client-certificate-missing', 0, 0]);
        await until(() => server.open() === 0);
      });

      it('with that of a stranger, none is, and that is said', async () => {
        const server = await serve(only);
        const { result, sent } = await send(server, pairOf(strangers, server));
        assert.deepEqual([causeOf(result), sent, requests.length], ['client-certificate-refused', 0, 0]);
        await until(() => server.open() === 0);
      });

      it('with a certificate that nobody wanted, the request is sent', async () => {
        const server = await serve({ ...only, requestCert: false });
        const { result, sent } = await send(server, pairOf(ours, server));
        assert.deepEqual([causeOf(result), sent], ['response', 1]);
      });
    });
  }

  it('a server that hangs up on it without a word has refused it', async () => {
    for (const hangUp of [(socket: net.Socket) => socket.resetAndDestroy(), (socket: net.Socket) => socket.destroy()]) {
      const server = await bench.listen(
        net.createServer((socket) => socket.once('data', () => hangUp(socket))),
        'https',
      );
      const { result, sent } = await send(server, pairOf(ours, server));
      assert.deepEqual([causeOf(result), sent], ['client-certificate-refused', 0]);
      // Where nothing was shown, it was about something else.
      assert.equal(causeOf((await send(server, { kind: 'none' })).result), 'tls-other');
    }
  });

  it('a server that speaks no TLS has refused nothing', async () => {
    const plain = await bench.listen(
      net.createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      'https',
    );
    const { result, sent } = await send(plain, pairOf(ours, plain));
    assert.deepEqual([causeOf(result), sent], ['tls-other', 0]);
  });

  it('what is wrong with the server comes before what it may think of us', async () => {
    const server = await serve({ ...(await authority.issue({ name: 'other.example' })) });
    const { result } = await send(server, pairOf(ours, server));
    assert.equal(causeOf(result), 'tls-name-mismatch');
  });

  describe('of several projects at one server', () => {
    let server: Listening;
    let certificates: Record<string, ClientCertificate>;
    /** Who each request came from, by the name in its certificate. */
    let shown: string[];
    let transport: UndiciTransport;
    beforeEach(async () => {
      shown = [];
      server = await serve({ rejectUnauthorized: false }, (socket) => {
        const { subject } = socket.getPeerCertificate();
        socket.on('data', () => {
          shown.push(String(subject?.CN ?? 'nobody'));
          socket.write(ok);
        });
      });
      const other = await authority.issue({ name: 'other' });
      certificates = { shop: pairOf(ours, server), other: pairOf(other, server) };
      transport = bench.transport({
        trust: {
          extraCertificates: () => [authority.pem],
          clientCertificate: (project) => certificates[project] ?? { kind: 'none' },
        },
      });
    });
    const send = async (effect: 'read' | 'irreversible', project?: string, by: Transport = transport) => {
      const request = post(server.origin, '/', { effect, ...(project === undefined ? {} : { project }) });
      const result = await by.send(request, neverAborted);
      assert.equal(result.kind, 'response', JSON.stringify(result));
    };

    it('each shows its own, also on connections that are kept', async () => {
      const projects = ['shop', 'other', 'shop', undefined, 'other', 'third', undefined, 'third', 'shop'];
      for (const project of projects) await send('read', project);
      const expected = [
        'reconsent',
        'other',
        'reconsent',
        'nobody',
        'other',
        'nobody',
        'nobody',
        'nobody',
        'reconsent',
      ];
      assert.deepEqual(shown, expected);
      assert.equal(server.connections(), 3, 'those without share one');
    });

    it('each shows its own in a bulk', async () => {
      const bulk = transport.openBulk();
      for (const project of ['shop', 'other', 'shop']) await send('irreversible', project, bulk);
      assert.deepEqual(shown, ['reconsent', 'other', 'reconsent']);
      assert.equal(server.connections(), 2);
    });

    it('none takes the warm connection of another', async () => {
      transport.warm(server.origin, 'shop');
      await until(() => server.connections() === 1);
      await send('irreversible', 'other');
      await send('irreversible');
      await send('irreversible', 'shop');
      assert.deepEqual(shown, ['other', 'nobody', 'reconsent']);
      assert.equal(server.connections(), 3, 'it was taken in the end');
    });

    it('a kept connection ends with the certificate that it was opened with', async () => {
      await send('read', 'shop');
      certificates['shop'] = { kind: 'none' };
      await send('read', 'shop');
      certificates['shop'] = pairOf(await authority.issue({ name: 'renewed' }), server);
      await send('read', 'shop');
      assert.deepEqual(shown, ['reconsent', 'nobody', 'renewed']);
    });
  });

  describe('what cannot be used is not sent with', () => {
    let server: Listening;
    beforeEach(async () => {
      server = await serve({});
    });
    const place = () => `127.0.0.1:${server.port}`;

    it('a file that cannot be used', async () => {
      const { result, sent } = await send(server, { kind: 'unusable', detail: 'client.pem: ENOENT' });
      const detail = 'client.pem: ENOENT';
      assert.deepEqual([result, sent], [{ kind: 'not-sent', cause: 'client-certificate-unusable', detail }, 0]);
      assert.equal(server.connections(), 0);
    });

    it('a key of another origin', async () => {
      const own: ClientCertificate = {
        kind: 'pair',
        certificates: ours.cert,
        key: new BoundSecret(ours.key, ['https://other.example']),
      };
      const { result, sent } = await send(server, own);
      const detail = `${place()}: certificates of the project: unreadable`;
      assert.deepEqual([result, sent], [{ kind: 'not-sent', cause: 'tls-other', detail }, 0]);
      await until(() => server.open() === 0);
    });

    it('a key of another certificate', async () => {
      const own = pairOf({ cert: ours.cert, key: strangers.key }, server);
      const { result, sent } = await send(server, own);
      assert.deepEqual([causeOf(result), sent], ['tls-other', 0]);
      assert.match(result.kind === 'not-sent' ? result.detail : '', /: certificates of the project: ERR_[A-Z_\d]+$/);
      assert.doesNotMatch(JSON.stringify(result), /PRIVATE/);
    });
  });

  describe('in TLS 1.3, whose server judges last', () => {
    /** Carries what the server says up to its own part of the handshake, and `more` of what comes then. */
    async function between(
      server: Listening,
      more: 'nothing' | 'the end',
      onFinished: () => void = () => undefined,
    ): Promise<Listening> {
      const relay = await bench.listen(
        net.createServer((client) => {
          const upstream = net.connect(server.port, '127.0.0.1');
          upstream.on('error', () => undefined);
          let heard = 0;
          client.on('data', (chunk) => {
            heard += 1;
            // The second time, it has finished and waits for the server's word.
            if (heard === 2) onFinished();
            if (heard === 2 && more === 'the end') client.end();
            upstream.write(chunk);
          });
          upstream.on('data', (chunk) => {
            if (heard === 1) client.write(chunk);
          });
          client.on('close', () => upstream.destroy());
        }),
        'https',
      );
      return relay;
    }

    it('a server that says nothing is not waited for for ever', async () => {
      const relay = await between(await serve({ minVersion: 'TLSv1.3' }), 'nothing');
      const begun = performance.now();
      const stop = new AbortController();
      let sent = 0;
      const trust = { extraCertificates: () => [authority.pem], clientCertificate: () => pairOf(ours, relay) };
      const request = post(relay.origin, '/', {
        project: 'shop',
        onSent: () => {
          sent++;
          stop.abort();
        },
      });
      const result = await bench.transport({ trust }).send(request, stop.signal);
      assert.deepEqual([result, sent], [{ kind: 'aborted', sent: true }, 1]);
      assert.ok(performance.now() - begun >= 390, 'it left at once');
    });

    it('a server that hangs up then has refused it, and nothing was sent', async () => {
      const relay = await between(await serve({ minVersion: 'TLSv1.3' }), 'the end');
      const { result, sent } = await send(relay, pairOf(ours, relay));
      assert.deepEqual([causeOf(result), sent], ['client-certificate-refused', 0]);
    });

    it('a stop while it is waited for ends it before the request left', async () => {
      const stop = new AbortController();
      const relay = await between(await serve({ minVersion: 'TLSv1.3' }), 'nothing', () => stop.abort());
      const end = await send(relay, pairOf(ours, relay), stop.signal);
      assert.deepEqual(end, { result: { kind: 'aborted', sent: false }, sent: 0 });
      await until(() => relay.open() === 0);
    });
  });
});
