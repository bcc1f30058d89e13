import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { Bench, get, neverAborted, post, sendCounting, until } from './bench';
import { TestAuthority } from './certificates';

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('transport: connections', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  function serve(handle: http.RequestListener = (_request, response) => response.end('ok')) {
    return bench.listen(http.createServer(handle));
  }

  function lastUse(): string | undefined {
    return bench.logged.at(-1)?.split(' ').at(-1);
  }

  it('reads one after the other share one connection', async () => {
    const server = await serve();
    const transport = bench.transport();
    for (let i = 0; i < 500; i++) {
      assert.equal((await transport.send(get(server.origin), neverAborted)).kind, 'response');
    }
    assert.equal(server.connections(), 1);
  });

  it('reads at the same time use as many connections as there are of them, and no warning is raised', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const server = await serve();
    const transport = bench.transport();
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 32 }, () => transport.send(get(server.origin), neverAborted)));
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    assert.ok(server.connections() <= 32, `${server.connections()} connections`);
    assert.deepEqual(warnings, []);
  });

  it('every irreversible request has a connection of its own, closed after it', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.connection);
      response.end('ok');
    });
    const transport = bench.transport();
    await transport.send(get(server.origin), neverAborted);
    for (let i = 0; i < 3; i++) await transport.send(post(server.origin), neverAborted);
    assert.equal(server.connections(), 4);
    assert.deepEqual(seen, ['keep-alive', 'close', 'close', 'close']);
    await until(() => server.open() === 1);
  });

  describe('a kept connection that breaks', () => {
    /** Answers the first request of each connection and hangs up on the second. */
    async function breaking(hangUp: (socket: net.Socket) => void) {
      let requests = 0;
      const server = await bench.listen(
        net.createServer((socket) => {
          let onThis = 0;
          socket.on('data', () => {
            requests++;
            if (++onThis === 1) socket.write(answer);
            else hangUp(socket);
          });
        }),
      );
      return { server, requests: () => requests };
    }

    for (const [name, hangUp] of [
      ['reset', (socket: net.Socket) => socket.resetAndDestroy()],
      ['close', (socket: net.Socket) => socket.end()],
    ] as const) {
      it(`sends a read once more after a ${name} before any answer`, async () => {
        const { server, requests } = await breaking(hangUp);
        const transport = bench.transport();
        await transport.send(get(server.origin), neverAborted);
        const { result, sent } = await sendCounting(transport, get(server.origin));
        assert.equal(result.kind, 'response', JSON.stringify(result));
        assert.equal(sent, 1);
        assert.equal(requests(), 3);
        assert.equal(server.connections(), 2);
      });
    }

    it('does not send a read again once the answer had begun', async () => {
      const { server, requests } = await breaking((socket) => socket.end('HTTP/1.1 200'));
      const transport = bench.transport();
      await transport.send(get(server.origin), neverAborted);
      const { result } = await sendCounting(transport, get(server.origin));
      assert.equal(result.kind === 'broken' && result.cause, 'connection-reset', JSON.stringify(result));
      assert.equal(requests(), 2);
    });

    it('does not send a read again when the answer is not HTTP', async () => {
      const { server, requests } = await breaking((socket) => socket.end('220 mail.example ESMTP\r\n'));
      const transport = bench.transport();
      await transport.send(get(server.origin), neverAborted);
      const { result } = await sendCounting(transport, get(server.origin));
      assert.equal(result.kind === 'broken' && result.cause, 'malformed', JSON.stringify(result));
      assert.equal(requests(), 2);
    });

    it('does not send a read again when the connection was new', async () => {
      let requests = 0;
      const server = await bench.raw((socket) => {
        requests++;
        socket.destroy();
      });
      const { result } = await sendCounting(bench.transport(), get(server.origin));
      assert.equal(result.kind === 'broken' && result.cause, 'connection-reset');
      assert.equal(requests, 1);
    });

    it('gives up after the second break', async () => {
      const { server, requests } = await breaking((socket) => socket.destroy());
      const transport = bench.transport();
      await Promise.all([1, 2, 3].map(() => transport.send(get(server.origin), neverAborted)));
      const after = requests();
      const { result } = await sendCounting(transport, get(server.origin));
      // Once on a kept connection, once on a new one, whatever else is idle.
      assert.equal(result.kind, 'response');
      assert.equal(requests(), after + 2);
    });

    it('opens a new one silently when the server had closed it while idle', async () => {
      const server = await serve();
      const transport = bench.transport();
      await transport.send(get(server.origin), neverAborted);
      server.dropConnections();
      await until(() => server.open() === 0);
      const { result, sent } = await sendCounting(transport, get(server.origin));
      assert.equal(result.kind, 'response');
      assert.equal(sent, 1);
    });

    it('takes nothing that was left over from the answer before', async () => {
      const server = await bench.raw((socket) =>
        socket.write(`${answer}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`),
      );
      const transport = bench.transport();
      for (let i = 0; i < 3; i++) {
        const result = await transport.send(get(server.origin), neverAborted);
        assert.equal(result.kind === 'response' && result.body, 'ok', JSON.stringify(result));
      }
    });
  });

  describe('warm', () => {
    it('opens one connection ahead, and the next irreversible request takes it', async () => {
      const server = await serve();
      const transport = bench.transport();
      transport.warm(server.origin);
      transport.warm(server.origin);
      await until(() => server.open() === 1);
      await transport.send(get(server.origin), neverAborted);
      assert.equal(lastUse(), 'fresh', 'a read took it');
      const { result, sent } = await sendCounting(transport, post(server.origin));
      assert.equal(result.kind, 'response');
      assert.equal(sent, 1);
      assert.equal(lastUse(), 'warm');
      assert.equal(server.connections(), 2);
      await sendCounting(transport, post(server.origin));
      assert.equal(lastUse(), 'fresh');
    });

    it('has TLS finished before the request', async () => {
      const authority = await TestAuthority.create();
      let handshakes = 0;
      const tlsServer = https.createServer(await authority.issue(), (_request, response) => response.end('ok'));
      tlsServer.on('secureConnection', () => handshakes++);
      const server = await bench.listen(tlsServer, 'https');
      const transport = bench.transport({ trust: { extraCertificates: () => [authority.pem] } });
      transport.warm(server.origin);
      await until(() => handshakes === 1);
      assert.equal((await sendCounting(transport, post(server.origin))).result.kind, 'response');
      assert.equal(server.connections(), 1);
      assert.equal(lastUse(), 'warm');
    });

    it('waits for one that is still being opened', async () => {
      const server = await serve();
      const transport = bench.transport();
      transport.warm(server.origin);
      assert.equal((await sendCounting(transport, post(server.origin))).result.kind, 'response');
      assert.equal(server.connections(), 1);
    });

    for (const [name, spoil] of [
      ['closed', (socket: net.Socket) => socket.end()],
      ['reset', (socket: net.Socket) => socket.resetAndDestroy()],
      ['spoken on', (socket: net.Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n')],
    ] as const) {
      it(`is replaced by a fresh one when the server has ${name} it`, async () => {
        let spoilt = false;
        const server = await serve();
        const transport = bench.transport();
        const spoiler = await bench.listen(
          net.createServer((socket) => {
            if (!spoilt) {
              spoilt = true;
              spoil(socket);
            } else {
              const upstream = net.connect(server.port, '127.0.0.1');
              socket.pipe(upstream).pipe(socket);
            }
          }),
        );
        transport.warm(spoiler.origin);
        await until(() => spoilt && spoiler.open() === 0);
        const { result, sent } = await sendCounting(transport, post(spoiler.origin));
        assert.equal(result.kind, 'response', JSON.stringify(result));
        assert.equal(sent, 1);
        assert.equal(spoiler.connections(), 2);
      });
    }

    it('is not replaced once the request had begun to leave', async () => {
      let requests = 0;
      const server = await bench.raw((socket) => {
        requests++;
        socket.resetAndDestroy();
      });
      const transport = bench.transport();
      transport.warm(server.origin);
      await until(() => server.open() === 1);
      const { result, sent } = await sendCounting(transport, post(server.origin));
      assert.equal(result.kind === 'broken' && result.cause, 'connection-reset', JSON.stringify(result));
      assert.equal(sent, 1);
      assert.equal(requests, 1);
      assert.equal(server.connections(), 1);
    });

    it('goes when nobody comes', async () => {
      const server = await bench.listen(net.createServer((socket) => socket.resume()));
      const transport = bench.transport({ warmMs: 30 });
      transport.warm(server.origin);
      await until(() => server.connections() === 1 && server.open() === 0);
    });

    it('goes with the transport', async () => {
      const server = await bench.listen(net.createServer((socket) => socket.resume()));
      const transport = bench.transport();
      transport.warm(server.origin);
      await until(() => server.open() === 1);
      await transport.close();
      await until(() => server.open() === 0);
    });

    it('failing to open is of no consequence', async () => {
      const transport = bench.transport();
      transport.warm('http://127.0.0.1:1');
      const { result } = await sendCounting(transport, post('http://127.0.0.1:1'));
      assert.equal(result.kind === 'not-sent' && result.cause, 'refused');
    });

    it('an abort while it is awaited sends nothing', async () => {
      const server = await bench.listen(net.createServer((socket) => socket.resume()));
      const transport = bench.transport();
      const origin = `https://127.0.0.1:${server.port}`;
      transport.warm(origin);
      const abort = new AbortController();
      const sending = sendCounting(transport, post(origin), abort.signal);
      await until(() => server.open() === 1);
      abort.abort();
      assert.deepEqual(await sending, { result: { kind: 'aborted', sent: false }, sent: 0 });
    });
  });

  describe('bulk', () => {
    it('500 irreversible requests one after the other share one connection', async () => {
      const server = await serve();
      const bulk = bench.transport().openBulk();
      for (let i = 0; i < 500; i++) {
        const { result, sent } = await sendCounting(bulk, post(server.origin));
        assert.equal(result.kind, 'response');
        assert.equal(sent, 1);
      }
      assert.equal(server.connections(), 1);
      await bulk.close();
      await until(() => server.open() === 0);
    });

    it('uses connections of its own, not those of reads or of another bulk', async () => {
      const server = await serve();
      const transport = bench.transport();
      await transport.send(get(server.origin), neverAborted);
      const bulks = [transport.openBulk(), transport.openBulk()];
      for (const bulk of bulks) await bulk.send(post(server.origin), neverAborted);
      await bulks[0]?.send(get(server.origin), neverAborted);
      assert.equal(server.connections(), 3);
      await transport.close();
      await until(() => server.open() === 0);
    });

    it('a break of a reused connection is broken, and the request is not sent again', async () => {
      const requests: string[] = [];
      const server = await bench.raw((socket, head) => {
        requests.push(head.split(' ')[1] ?? '');
        if (requests.length === 2) socket.resetAndDestroy();
        else socket.write(answer);
      });
      const bulk = bench.transport().openBulk();
      await bulk.send(post(server.origin, '/1'), neverAborted);
      const { result, sent } = await sendCounting(bulk, post(server.origin, '/2'));
      assert.equal(result.kind === 'broken' && result.cause, 'connection-reset', JSON.stringify(result));
      assert.equal(sent, 1);
      assert.equal((await bulk.send(post(server.origin, '/3'), neverAborted)).kind, 'response');
      assert.deepEqual(requests, ['/1', '/2', '/3']);
    });
  });

  describe('log', () => {
    it('one line per request: method, host, template, ending, time, connection', async () => {
      const server = await serve();
      const transport = bench.transport();
      await transport.send(
        get(server.origin, '/v1/things/42?key=AIzaSecret', { pathTemplate: '/v1/things/{id}' }),
        neverAborted,
      );
      await transport.send(post('https://127.0.0.1:1', '/x', { pathTemplate: '/x' }), neverAborted);
      await transport.send(post('http://elsewhere.example', '/x', { pathTemplate: '/x' }), neverAborted);
      const host = server.origin.replace('http://', '');
      assert.deepEqual(
        bench.logged.map((line) => line.replace(/\d+ ms/, 'N ms')),
        [
          `GET ${host}/v1/things/{id} 200 N ms fresh`,
          'POST 127.0.0.1:1/x not-sent refused N ms none',
          'POST elsewhere.example/x not-sent invalid-request N ms none',
        ],
      );
    });

    it('scrubs what a careless template lets through', async () => {
      const server = await serve();
      await bench.transport().send(get(server.origin, '/', { pathTemplate: '/?access_token=abc123' }), neverAborted);
      assert.match(bench.logged[0] ?? '', /access_token=\[secret\]/);
    });
  });
});
