/** A server that cannot prove itself, and a proxy that does not lead to it, get nothing of a request. */
import assert from 'node:assert/strict';
import { type ServerCertificate, TestAuthority } from '../../unit/http/certificates';
import { ConnectProxy } from './connectProxy';
import { ended, Stand, services } from './stand';

interface BadCertificate {
  readonly code: string;
  readonly text: RegExp;
  readonly issue: (trusted: TestAuthority) => Promise<ServerCertificate>;
}

const stranger = TestAuthority.create('CN=Nobody Knows Me');

const certificates: Readonly<Record<string, BadCertificate>> = {
  untrusted: {
    code: 'http.tls-untrusted',
    text: /is not trusted by this computer\. Nothing was sent\. Add the issuing authority/,
    issue: async () => (await stranger).issue(),
  },
  'made for another name': {
    code: 'http.tls-name-mismatch',
    text: /was made for another name\. Nothing was sent\. Check the endpoint/,
    issue: (trusted) => trusted.issue({ name: 'other.example' }),
  },
  expired: {
    code: 'http.tls-expired',
    text: /has expired\. Nothing was sent\. Renew it/,
    issue: (trusted) => trusted.issue({ from: -20, until: -10 }),
  },
  'not yet valid': {
    code: 'http.tls-not-yet-valid',
    text: /is not valid yet\. Nothing was sent\. Check this computer's clock/,
    issue: (trusted) => trusted.issue({ from: 10, until: 20 }),
  },
};

/** What a proxy says to CONNECT in place of a tunnel. */
const page = '<!DOCTYPE html><title>Blocked</title>';
const refusals: Readonly<Record<string, { readonly answer: string; readonly detail: string }>> = {
  '407': {
    answer: 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n',
    detail: 'status 407',
  },
  '502': { answer: 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n', detail: 'status 502' },
  '502 with a page': {
    answer: `HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`,
    detail: 'status 502',
  },
  '200 with a page': {
    answer: `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`,
    detail: 'a page instead of a tunnel',
  },
};

for (const service of services) {
  describe(`${service.name} over TLS`, () => {
    let authority: TestAuthority;
    let stand: Stand;
    before(async () => {
      authority = await TestAuthority.create();
    });
    afterEach(() => stand.close());

    async function assertNotSent(code: string, text: RegExp, strike: () => void | Promise<void>): Promise<void> {
      // Reads go on over the connection they have; the reset wants one of its own.
      const outcome = await stand.reset(strike);
      assert.equal(ended(outcome), `not-sent ${code}`, stand.text(outcome));
      assert.match(stand.text(outcome), text);
      assert.ok(outcome.reason.actions.some(({ kind }) => kind === 'retry'));
      assert.deepEqual([stand.resets, stand.gone], [0, false], 'requests, truth');
      await stand.assertKept(0);
    }

    async function assertUnread(code: string): Promise<void> {
      assert.deepEqual(await stand.probe(), { kind: 'unread', code });
      const outcome = await stand.reset();
      assert.equal(ended(outcome), `not-sent ${code}`, stand.text(outcome));
      assert.deepEqual([stand.gate.arrived.length, stand.gone], [0, false], 'requests, truth');
      await stand.assertKept(0);
    }

    describe('fault 23: a certificate', () => {
      beforeEach(async () => {
        const trust = { extraCertificates: () => [authority.pem] };
        stand = await Stand.open(service, { authority, transport: { trust } });
      });
      for (const [name, { code, text, issue }] of Object.entries(certificates)) {
        it(`${name}, shown to the reset: not sent`, () =>
          assertNotSent(code, text, async () => stand.gate.showCertificate(await issue(authority))));
        it(`${name}, shown to a read: nothing is known, and the reset is not sent`, async () => {
          stand.gate.showCertificate(await issue(authority));
          await assertUnread(code);
        });
      }
    });

    describe('fault 24: a proxy that refuses', () => {
      let proxy: ConnectProxy;
      beforeEach(async () => {
        stand = await Stand.open(service, {
          host: 'service.example',
          authority,
          transport: {
            proxy: () => ({ support: 'on', proxy: proxy.origin, noProxy: [], env: {} }),
            trust: { extraCertificates: () => [authority.pem] },
          },
        });
        proxy = await ConnectProxy.open(() => stand.gate.port);
      });
      afterEach(() => proxy.close());

      for (const [name, { answer, detail }] of Object.entries(refusals)) {
        it(`${name}, to the reset: not sent, and not called an error of the service`, async () => {
          const text = new RegExp(
            `The proxy refused the connection to service\\.example:\\d+ \\(127\\.0\\.0\\.1:\\d+: ${detail}\\)\\. Nothing was sent\\. Check what the proxy allows`,
          );
          let before = 0;
          await assertNotSent('http.proxy-refused', text, () => {
            proxy.refusal = answer;
            before = proxy.asked.length;
          });
          assert.equal(proxy.asked.length - before, 1, 'the proxy is asked once');
        });
        it(`${name}, to a read: nothing is known, and the reset is not sent`, async () => {
          proxy.refusal = answer;
          await assertUnread('http.proxy-refused');
        });
      }
    });
  });
}
