/** No connection, so nothing of the request has left: neither the reset nor what it would be previewed with. */
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mock } from 'node:test';
import { TestAuthority } from '../../unit/http/certificates';
import { ConnectProxy } from './connectProxy';
import { ended, Stand, type StandOptions, services } from './stand';

interface Row {
  readonly code: string;
  readonly text: RegExp;
  /** Whether the name is looked up, so that it can lead elsewhere. */
  readonly strike: (stand: Stand) => void | Promise<void>;
}

/** The broadcast address takes no TCP connection, on any network and without one. */
const nowhere = '255.255.255.255';

function lookingUp(result: { readonly address: string } | { readonly code: string }): void {
  mock.method(dns, 'lookup', (name: string, options: unknown, done: (...result: unknown[]) => void) => {
    const error = (code: string) => Object.assign(new Error(code), { code, syscall: 'getaddrinfo', hostname: name });
    const all = typeof options === 'object' && options !== null && 'all' in options && options.all === true;
    setImmediate(() => {
      if ('code' in result) done(error(result.code));
      else if (all) done(null, [{ address: result.address, family: 4 }]);
      else done(null, result.address, 4);
    });
  });
}

const rows: Readonly<Record<string, Row>> = {
  'a name that is not found': {
    code: 'http.dns',
    text: /The host localhost:\d+ was not found \(ENOTFOUND\)\. Nothing was sent\. Check the network and the endpoint/,
    strike: () => lookingUp({ code: 'ENOTFOUND' }),
  },
  'a refused connection': {
    code: 'http.refused',
    text: /localhost:\d+ refused the connection \(ECONNREFUSED\)\. Nothing was sent\. Is the service running\?/,
    strike: ({ gate }) => gate.stopListening(),
  },
  'an unreachable network': {
    code: 'http.unreachable',
    text: /localhost:\d+ cannot be reached \(E[A-Z]+\)\. Nothing was sent\. Check the network or VPN/,
    strike: () => lookingUp({ address: nowhere }),
  },
};

for (const service of services) {
  describe(`fault 22: no connection: ${service.name}`, () => {
    let stand: Stand;
    afterEach(async () => {
      mock.restoreAll();
      await stand.close();
    });

    async function assertNotSent(code: string, text: RegExp, strike: Row['strike']): Promise<void> {
      // What was read before stays on the connection it came by; the reset wants one of its own.
      const outcome = await stand.reset(() => strike(stand));
      assert.equal(ended(outcome), `not-sent ${code}`, stand.text(outcome));
      assert.match(stand.text(outcome), text);
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'retry'));
      assert.deepEqual([stand.resets, stand.gone], [0, false], 'requests, truth');
      await stand.assertKept(0);
    }

    async function assertUnread(code: string, strike: Row['strike']): Promise<void> {
      await strike(stand);
      assert.deepEqual(await stand.probe(), { kind: 'unread', code });
      const outcome = await stand.reset();
      assert.equal(ended(outcome), `not-sent ${code}`, stand.text(outcome));
      assert.deepEqual([stand.gate.arrived.length, stand.gone], [0, false], 'requests, truth');
      await stand.assertKept(0);
    }

    for (const [name, { code, text, strike }] of Object.entries(rows)) {
      describe(name, () => {
        beforeEach(async () => {
          stand = await Stand.open(service, { host: 'localhost' });
        });
        it('for the reset: not sent', () => assertNotSent(code, text, strike));
        it('for a read: nothing is known, and the reset is not sent', () => assertUnread(code, strike));
      });
    }

    describe('a proxy that is down', () => {
      let proxy: ConnectProxy;
      beforeEach(async () => {
        const authority = await TestAuthority.create();
        const options: StandOptions = {
          host: 'service.example',
          authority,
          transport: {
            proxy: () => ({ support: 'on', proxy: proxy.origin, noProxy: [], env: {} }),
            trust: { extraCertificates: () => [authority.pem] },
          },
        };
        stand = await Stand.open(service, options);
        proxy = await ConnectProxy.open(() => stand.gate.port);
      });
      afterEach(() => proxy.close());

      const text = /The proxy cannot be reached .*\. Nothing was sent\. Check "http\.proxy"/;
      it('for the reset: not sent', () => assertNotSent('http.proxy-unreachable', text, () => proxy.stopListening()));
      it('for a read: nothing is known, and the reset is not sent', () =>
        assertUnread('http.proxy-unreachable', () => proxy.stopListening()));
    });
  });
}
