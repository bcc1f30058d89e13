import assert from 'node:assert/strict';
import * as http from 'node:http';
import { inspect } from 'node:util';
import { OAuth2Client } from 'google-auth-library';
import { RefusedAnswer, tokenTransporter } from '../../../src/auth/tokenTransporter';
import type { HttpRequest, HttpResult } from '../../../src/core/ports';
import { findTransportFailure } from '../../../src/http/fetchAdapter';
import { Bench } from '../http/bench';

const secrets = { refresh: '1//very-secret-refresh', client: 'GOCSPX-very-secret' } as const;

describe('tokenTransporter', () => {
  describe('under google-auth-library', () => {
    let bench: Bench;
    let statuses: number[];
    beforeEach(() => {
      bench = new Bench();
      statuses = [];
    });
    afterEach(() => bench.close());

    function client(origin: string, asked = origin): OAuth2Client {
      const oauth = new OAuth2Client({
        clientId: 'id',
        clientSecret: secrets.client,
        endpoints: { oauth2TokenUrl: `${asked}/token` },
        useAuthRequestParameters: false,
        transporter: tokenTransporter({
          tokenUrl: new URL(`${origin}/token`),
          transport: bench.transport(),
          effect: 'read',
          signal: new AbortController().signal,
          answered: (status) => void statuses.push(status),
        }),
      });
      oauth.setCredentials({ refresh_token: secrets.refresh });
      return oauth;
    }

    async function answering(status: number, body: unknown, type = 'application/json; charset=utf-8') {
      const seen: { headers: http.IncomingHttpHeaders; body: string }[] = [];
      const server = await bench.listen(
        http.createServer((request, response) => {
          let sent = '';
          request.on('data', (chunk) => (sent += chunk));
          request.on('end', () => {
            seen.push({ headers: request.headers, body: sent });
            response.writeHead(status, { 'content-type': type });
            response.end(JSON.stringify(body));
          });
        }),
      );
      return { origin: server.origin, seen };
    }

    it('refreshes a token with one form', async () => {
      const { origin, seen } = await answering(200, { access_token: 'ya29.new', expires_in: 3600 });
      const { token } = await client(origin).getAccessToken();
      assert.equal(token, 'ya29.new');
      assert.equal(seen.length, 1);
      const { host: _host, ...headers } = seen[0]?.headers ?? {};
      assert.deepEqual(headers, {
        'accept-encoding': 'identity',
        connection: 'keep-alive',
        'content-length': String(seen[0]?.body.length),
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      });
      assert.deepEqual(Object.fromEntries(new URLSearchParams(seen[0]?.body)), {
        refresh_token: secrets.refresh,
        client_secret: secrets.client,
        client_id: 'id',
        grant_type: 'refresh_token',
      });
      assert.match(bench.logged[0] ?? '', /^POST 127\.0\.0\.1:\d+\/token 200 \d+ ms fresh$/);
      assert.deepEqual(statuses, [200]);
    });

    it('asks once where the library would ask again, and shows nothing of the answer', async () => {
      for (const status of [400, 408, 429, 500, 503]) {
        const { origin, seen } = await answering(status, { error: 'invalid_grant', error_description: 'very-secret' });
        await assert.rejects(client(origin).getAccessToken(), (error: unknown) => {
          assert.ok(error instanceof RefusedAnswer);
          assert.equal(error.status, status);
          assert.deepEqual(error.data, { error: 'invalid_grant', error_description: 'very-secret' });
          const printed = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
          assert.equal(printed.includes('very-secret'), false, printed);
          return true;
        });
        assert.equal(seen.length, 1);
      }
    });

    it('a broken connection can be found in what is thrown, and is not tried again', async () => {
      let requests = 0;
      const server = await bench.raw((socket) => {
        requests++;
        socket.destroy();
      });
      await assert.rejects(client(server.origin).getAccessToken(), (error: unknown) => {
        const failure = findTransportFailure(error);
        assert.equal(failure?.result.kind === 'broken' && failure.result.cause, 'connection-reset');
        assert.equal(String(failure?.stack).includes('very-secret'), false);
        return true;
      });
      assert.equal(requests, 1);
      assert.deepEqual(statuses, []);
    });

    it('nothing goes anywhere else', async () => {
      const server = await bench.raw((socket) => socket.destroy());
      for (const asked of [server.origin.replace('127.0.0.1', 'localhost'), `${server.origin}/other`]) {
        await assert.rejects(client(server.origin, asked).getAccessToken(), (error: unknown) => {
          const failure = findTransportFailure(error);
          return failure?.result.kind === 'not-sent' && failure.result.cause === 'foreign-origin';
        });
      }
      assert.equal(server.connections(), 0);
    });
  });

  describe('alone', () => {
    const tokenUrl = new URL('https://oauth2.googleapis.com/token');
    const form = { url: tokenUrl.href, method: 'POST', data: new URLSearchParams({ code: 'very-secret' }) } as const;

    function transporter(result: HttpResult) {
      const requests: HttpRequest[] = [];
      const transport = {
        send: async (request: HttpRequest): Promise<HttpResult> => {
          requests.push(request);
          return result;
        },
      };
      const { signal } = new AbortController();
      const sending = { tokenUrl, transport, effect: 'irreversible', signal, answered: () => undefined } as const;
      return { requests, request: tokenTransporter(sending).request };
    }

    const answer = (status: number, body: string, type?: string): HttpResult => ({
      kind: 'response',
      status,
      headers: type === undefined ? {} : { 'content-type': type },
      body,
    });

    const bodies: readonly (readonly [type: string | undefined, body: string, data: unknown])[] = [
      ['application/json', '{"a":1}', { a: 1 }],
      ['Application/JSON; charset=utf-8', '{"a":1}', { a: 1 }],
      ['application/json', '<html>', '<html>'],
      ['text/html', '{"a":1}', '{"a":1}'],
      [undefined, '{"a":1}', '{"a":1}'],
      ['image/png', '{"a":1}', {}],
    ];
    for (const [type, body, expected] of bodies) {
      it(`reads ${body} of type ${type} as gaxios does`, async () => {
        const { data } = await transporter(answer(200, body, type)).request(form);
        assert.deepEqual(data, expected);
      });
    }

    it('sends it with the effect it was made for, the form sealed', async () => {
      const { requests, request } = transporter(answer(200, '{}', 'application/json'));
      await request(form);
      assert.equal(requests[0]?.effect, 'irreversible');
      assert.equal(inspect(requests, { depth: null }).includes('very-secret'), false);
    });

    for (const status of [199, 600]) {
      it(`treats ${status}, a status that no answer can have, as malformed`, async () => {
        await assert.rejects(transporter(answer(status, '')).request(form), (error: unknown) => {
          const detail = `status ${status}`;
          assert.deepEqual(findTransportFailure(error)?.result, { kind: 'broken', cause: 'malformed', detail });
          return true;
        });
      });
    }

    const others = {
      'another method': { ...form, method: 'GET' },
      'another body': { ...form, data: { code: 'very-secret' } },
      'no body': { url: form.url, method: 'POST' },
      'a header': { ...form, headers: new Headers({ authorization: 'Basic abc' }) },
      'plain headers': { ...form, headers: { authorization: 'Basic abc' } },
    } as const;
    for (const [name, options] of Object.entries(others)) {
      it(`does not send ${name}`, async () => {
        const { requests, request } = transporter(answer(200, ''));
        await assert.rejects(request(options), (error: unknown) => {
          const failure = findTransportFailure(error);
          return failure?.result.kind === 'not-sent' && failure.result.cause === 'invalid-request';
        });
        assert.equal(requests.length, 0);
      });
    }

    it('does not send without being told where to', async () => {
      const { requests, request } = transporter(answer(200, ''));
      await assert.rejects(request());
      assert.equal(requests.length, 0);
    });
  });
});
