import assert from 'node:assert/strict';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { HttpRequest, HttpResult, Transport } from '../../../src/core/ports';
import type { UndiciTransport } from '../../../src/http/transport';
import { Bench, get, neverAborted, noProxy, post, until } from './bench';
import { TestAuthority } from './certificates';

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const withdrawn: HttpResult = { kind: 'not-sent', cause: 'withdrawn', detail: 'withdrawn before it left' };

describe('transport: the last question before a request leaves', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  /** Answers every request; keeps what was received. */
  async function listening(answer: (socket: net.Socket, count: number) => void = (socket) => socket.write(ok)) {
    const received: string[] = [];
    const server = await bench.listen(
      net.createServer((socket) => {
        socket.on('data', (chunk) => {
          received.push(chunk.toString('latin1'));
          answer(socket, received.length);
        });
      }),
    );
    return { ...server, received };
  }

  /** Sends, and writes down in which order it was asked and told. */
  async function asked(transport: Transport, request: HttpRequest, mayLeave: () => boolean) {
    const events: string[] = [];
    const result = await transport.send(
      {
        ...request,
        mayLeave: () => {
          events.push('asked');
          return mayLeave();
        },
        onSent: () => void events.push('sent'),
      },
      neverAborted,
    );
    return { result, events };
  }

  const ways: Record<string, { open: (transport: UndiciTransport) => Transport; make: typeof post; warm?: boolean }> = {
    'an irreversible request': { open: (transport) => transport, make: post },
    'an irreversible request on a warm connection': { open: (transport) => transport, make: post, warm: true },
    'an irreversible request of a bulk': { open: (transport) => transport.openBulk(), make: post },
    'a read': { open: (transport) => transport, make: get },
  };
  for (const [name, { open, make, warm }] of Object.entries(ways)) {
    describe(name, () => {
      async function prepared() {
        const server = await listening();
        const transport = bench.transport();
        if (warm) {
          transport.warm(server.origin);
          await until(() => server.connections() === 1);
        }
        return { server, transport: open(transport) };
      }

      it('does not leave when the answer is no', async () => {
        const { server, transport } = await prepared();
        const { result, events } = await asked(transport, make(server.origin), () => {
          assert.equal(server.received.length, 0);
          return false;
        });
        assert.deepEqual(result, withdrawn);
        assert.deepEqual(events, ['asked']);
        await until(() => server.connections() === 1 && server.open() === 0);
        assert.deepEqual(server.received, []);
        assert.match(bench.logged.at(-1) ?? '', /not-sent withdrawn/);
      });

      it('does not leave when the check throws', async () => {
        const { server, transport } = await prepared();
        const { result, events } = await asked(transport, make(server.origin), () => {
          throw new Error('tok-in-an-error');
        });
        assert.deepEqual(result, withdrawn);
        assert.deepEqual(events, ['asked']);
        await until(() => server.connections() === 1 && server.open() === 0);
        assert.deepEqual(server.received, []);
        assert.doesNotMatch(bench.logged.join('\n'), /tok-in-an-error/);
      });

      it('leaves when the answer is yes', async () => {
        const { server, transport } = await prepared();
        const { result, events } = await asked(transport, make(server.origin), () => server.received.length === 0);
        assert.equal(result.kind, 'response', JSON.stringify(result));
        assert.deepEqual(events, ['asked', 'sent']);
        assert.equal(server.connections(), 1);
        assert.equal(server.received.length, 1);
      });

      it('the next request is not hurt by one that was kept', async () => {
        const { server, transport } = await prepared();
        await asked(transport, make(server.origin), () => false);
        const { result } = await asked(transport, make(server.origin), () => true);
        assert.equal(result.kind, 'response', JSON.stringify(result));
        assert.equal(server.received.length, 1);
      });
    });
  }

  it('keeps a request of a bulk from a connection that was used before', async () => {
    const server = await listening();
    const bulk = bench.transport().openBulk();
    await asked(bulk, post(server.origin), () => true);
    const { result, events } = await asked(bulk, post(server.origin), () => false);
    assert.deepEqual(result, withdrawn);
    assert.deepEqual(events, ['asked']);
    await until(() => server.open() === 0);
    assert.equal(server.connections(), 1);
    assert.equal(server.received.length, 1);
  });

  for (const tunnelled of [false, true]) {
    it(`is asked once TLS is finished${tunnelled ? ' within a tunnel' : ''}`, async () => {
      const authority = await TestAuthority.create();
      const received: string[] = [];
      let secured = 0;
      let securedWhenAsked = 0;
      const certificate = await authority.issue({ name: tunnelled ? 'service.example' : 'localhost' });
      const server = await bench.listen(
        // In TLS 1.2 the server has the last word, so it knows of the end of the handshake before the client does.
        tls.createServer({ ...certificate, maxVersion: 'TLSv1.2' }, (socket) => {
          secured++;
          socket.on('error', () => undefined);
          socket.on('data', (chunk) => {
            received.push(chunk.toString('latin1'));
            socket.write(ok);
          });
        }),
      );
      const proxy = await bench.raw((client) => {
        const upstream = net.connect(server.port, '127.0.0.1', () => {
          client.removeAllListeners('data').write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(client).pipe(upstream);
        });
        upstream.on('error', () => client.destroy());
      });
      const transport = bench.transport({
        proxy: () => ({ ...noProxy, proxy: proxy.origin }),
        trust: { extraCertificates: () => [authority.pem] },
      });
      const origin = tunnelled ? 'https://service.example' : `https://localhost:${server.port}`;
      const { result, events } = await asked(transport, post(origin), () => {
        securedWhenAsked = secured;
        return false;
      });
      assert.deepEqual(result, withdrawn);
      assert.deepEqual(events, ['asked']);
      await until(() => server.open() === 0 && proxy.open() === 0);
      assert.equal(securedWhenAsked, 1);
      assert.deepEqual(received, []);
      assert.equal((await asked(transport, post(origin), () => true)).result.kind, 'response');
      assert.match(received.join(''), /^POST \/ /);
      assert.equal(proxy.connections(), tunnelled ? 2 : 0);
    });
  }

  it('is not asked when there is no connection', async () => {
    const server = await bench.listen(net.createServer((socket) => socket.destroy()));
    const { result, events } = await asked(bench.transport(), post(`https://127.0.0.1:${server.port}`), () => true);
    assert.equal(result.kind, 'not-sent');
    assert.deepEqual(events, []);
  });

  it('a stop in the middle of the question ends the request before it left', async () => {
    const server = await listening();
    for (const make of [get, post]) {
      const abort = new AbortController();
      let sent = 0;
      const result = await bench.transport().send(
        {
          ...make(server.origin),
          mayLeave: () => {
            abort.abort();
            return true;
          },
          onSent: () => sent++,
        },
        abort.signal,
      );
      assert.deepEqual(result, { kind: 'aborted', sent: false });
      assert.equal(sent, 0);
      await until(() => server.open() === 0);
    }
    assert.deepEqual(server.received, []);
  });

  describe('a read on a kept connection that breaks', () => {
    async function afterBreak(answers: boolean[]) {
      const server = await listening((socket, count) => (count === 2 ? socket.destroy() : socket.write(ok)));
      const transport = bench.transport();
      await transport.send(get(server.origin), neverAborted);
      return { server, ...(await asked(transport, get(server.origin), () => answers.shift() ?? assert.fail())) };
    }

    it('is asked again before it is sent once more', async () => {
      const { result, events } = await afterBreak([true, true]);
      assert.equal(result.kind, 'response', JSON.stringify(result));
      assert.deepEqual(events, ['asked', 'sent', 'asked']);
    });

    it('ends as broken when the second answer is no: the first did leave', async () => {
      const { server, result, events } = await afterBreak([true, false]);
      assert.equal(result.kind === 'broken' && result.cause, 'connection-reset', JSON.stringify(result));
      assert.deepEqual(events, ['asked', 'sent', 'asked']);
      assert.equal(server.received.length, 2);
    });
  });
});
