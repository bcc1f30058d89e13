/** Answers that repeat what they were sent: no secret comes back into an outcome, the log or the journal, however it is spelled. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { targetKey } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import type { HttpRequest } from '../../../src/core/ports';
import { BoundSecret } from '../../../src/core/redact';
import type { FaultEffect } from '../../../src/sandbox/api';
import { type ProviderId, ProviderScene, type Route } from '../../fakes/providerScene';

const json = { 'content-type': 'application/json' };

/** How a service, a proxy or a log of theirs may have written a value down. */
const spellings: Readonly<Record<string, (value: string) => string>> = {
  verbatim: (value) => value,
  'percent-encoded': (value) => encodeURIComponent(value),
  'percent-encoded, each character': (value) =>
    [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'percent-encoded twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  'form-encoded': (value) => new URLSearchParams({ t: value }).toString().slice(2),
  'JSON-escaped': (value) => JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
  'JSON-escaped, in code points': (value) =>
    value.replace(/[^\da-z]/gi, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'HTML entities': (value) => value.replace(/[^\da-z]/gi, (one) => `&#${one.charCodeAt(0)};`),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  'base64 of a pair': (value) => Buffer.from(`id:${value}`).toString('base64'),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
  'JSON-escaped, each character': (value) =>
    [...value].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
};

/** Pieces of a value that would be enough to know it by, in whatever encoding they stand. */
function traces(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((before) =>
    (['base64', 'base64url'] as const).map((alphabet) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString(alphabet)
        .replace(/=+$/, '')
        .slice(before === 0 ? 0 : before + 1, -1),
    ),
  );
  const escaped = Object.values(spellings).map((spell) => spell(secret));
  return [...new Set([...escaped.slice(0, 8), ...encoded])];
}

/** Where in an answer the value stands. Google's envelope, Venafi's fields, a page, and answers that are no error at all. */
const places: Readonly<Record<string, (echo: string) => FaultEffect>> = {
  'the message of an error': (echo) => error(400, echo),
  'the message of a 403': (echo) => error(403, echo),
  'the message of a 500': (echo) => error(500, echo),
  'an error page': (echo) => ({
    kind: 'answer',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: page(echo),
  }),
  'a page of status 200': (echo) => ({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: page(echo),
  }),
  'an error of status 200': (echo) => error(200, echo),
  'an error of status 202': (echo) => error(202, echo),
  'the reason phrase': (echo) => ({ kind: 'answer', status: 401, reason: headerSafe(echo), body: '' }),
  'the reason phrase of a 200': (echo) => ({ kind: 'answer', status: 200, reason: headerSafe(echo), body: '[]' }),
  'the challenge': (echo) => ({
    kind: 'answer',
    status: 401,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${headerSafe(echo)}"` },
    body: '',
  }),
  'the address of a redirect': (echo) => ({
    kind: 'redirect',
    status: 307,
    location: `https://${echo.replace(/[^\da-z]/gi, '').slice(0, 40) || 'x'}.example/?token=${encodeURIComponent(echo)}`,
  }),
  'Retry-After': (echo) => ({ kind: 'retry-after', status: 429, value: headerSafe(echo) }),
};

function page(echo: string): string {
  return `<!DOCTYPE html><html><p>Bearer ${echo}</p></html>`;
}

function headerSafe(echo: string): string {
  return echo.replace(/[^\x20-\x7e]/g, '?').replaceAll('"', "'");
}

/** One body that each provider's reader finds a text in. The echo is put in as it is: it may be escaped itself. */
function error(status: number, echo: string): FaultEffect {
  const message = JSON.stringify('@').slice(1, -1);
  const body = JSON.stringify({
    error: {
      code: status,
      message,
      status: 'X',
      errors: [{ message, reason: 'other' }],
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SOMETHING', metadata: { service: message } },
      ],
    },
    Error: message,
    error_description: message,
    ErrorDetails: message,
  });
  const written = echo.includes('\\') ? echo : JSON.stringify(echo).slice(1, -1);
  return { kind: 'answer', status, headers: json, body: body.replaceAll('@"', `${written}"`) };
}

/** The secrets that a request carries, in plain. */
function carriedBy({ bearer, secretHeaders, body, url }: HttpRequest): readonly string[] {
  const fields = body && 'fields' in body ? Object.values(body.fields) : [];
  const text = body?.kind === 'text' ? [body.value] : [];
  return [bearer, ...Object.values(secretHeaders ?? {}), ...fields, ...text].flatMap((secret) => {
    if (!(secret instanceof BoundSecret)) return [];
    const revealed = secret.revealFor(url);
    if (revealed.kind !== 'revealed') return [];
    // A form that a library has written, with secrets among its fields.
    const form = /^\w+=/.test(revealed.value) ? [...new URLSearchParams(revealed.value)] : [['value', revealed.value]];
    return form.flatMap(([name = '', value = '']) =>
      /^(value|refresh_token|client_secret|token)$/.test(name) ? [value] : [],
    );
  });
}

const providers: readonly ProviderId[] = ['googleDataPortability', 'identityPlatform', 'venafiTpp'];

for (const provider of providers) {
  describe(`${provider}: a service that repeats what it was sent`, () => {
    let scene: ProviderScene;
    let outcomes: Outcome[];
    /** What was sent, and so could have come back. */
    let sent: Set<string>;
    beforeEach(async () => {
      scene = await ProviderScene.open(provider, { transportLimits: { totalMs: 400 } });
      outcomes = [];
      sent = new Set();
    });
    afterEach(() => scene.close());

    /** From now on the call is answered with the secrets that it carries itself. */
    function echoAt(
      at: Route,
      spell: (value: string) => string,
      place: (echo: string) => FaultEffect,
      thenBlind = false,
    ): void {
      const { transport, sandbox } = scene.world;
      const { send } = Object.getPrototypeOf(transport) as typeof transport;
      const ending = at.path.slice(at.path.lastIndexOf('/')).toLowerCase();
      let blind = false;
      transport.send = (request, signal) => {
        const carried = carriedBy(request);
        sandbox.control.faults.clear();
        if (request.url.pathname.toLowerCase().endsWith(ending)) {
          assert.ok(carried.length > 0, `${request.url.pathname} carries no secret`);
          for (const secret of carried) sent.add(secret);
          scene.fault(place(carried.map(spell).join(' ')), at);
          blind = thenBlind;
        } else if (blind) {
          scene.fault({ kind: 'html', status: 503 }, {});
        }
        return send.call(transport, request, signal);
      };
    }

    async function assertNothingTold(): Promise<void> {
      assert.ok(sent.size > 0);
      const { world } = scene;
      const told = {
        outcomes: inspect(outcomes, { depth: 20, maxStringLength: null, showHidden: true }),
        json: JSON.stringify(outcomes),
        texts: outcomes.map((one) => world.text(one)).join('\n'),
        state: inspect(world.store.get(targetKey(scene.target)), { depth: 20, maxStringLength: null }),
        log: world.logLines.join('\n'),
        journal: await world.journalText(),
      };
      assert.ok(told.log.length > 0 && outcomes.length > 0);
      for (const [where, text] of Object.entries(told)) {
        for (const secret of sent) {
          for (const trace of traces(secret)) assert.ok(!text.includes(trace), `${where} holds ${trace}\n${text}`);
        }
      }
    }

    /** The call with an effect, after a reading that went well: the echo stands in its outcome, if anywhere. */
    async function atEffect(
      spell: (value: string) => string,
      place: (echo: string) => FaultEffect,
      thenBlind = false,
    ): Promise<void> {
      echoAt(scene.routes.effect, spell, place, thenBlind);
      outcomes.push(await scene.reset());
      assert.ok(scene.requests().length > 0);
      assert.notEqual(outcomes[0]?.kind, 'accepted');
    }

    for (const [name, place] of Object.entries(places)) {
      it(`fault 41: in ${name}`, async () => {
        await atEffect((value) => value, place);
        for (const at of [scene.routes.read, scene.routes.token]) {
          echoAt(at, (value) => value, place);
          outcomes.push(await scene.reset());
        }
        await assertNothingTold();
      });
    }

    for (const [name, spell] of Object.entries(spellings).slice(1)) {
      it(`fault 41: ${name}`, async () => {
        await atEffect(spell, (echo) => error(400, echo));
        echoAt(scene.routes.read, spell, (echo) => error(200, echo));
        outcomes.push(await scene.reset());
        await assertNothingTold();
      });
    }

    it('fault 41: in an error of status 200, when no read can say more', async () => {
      await atEffect(spellings['base64'] ?? assert.fail(), (echo) => error(200, echo), true);
      assert.equal(outcomes[0]?.kind, 'unknown');
      await assertNothingTold();
    });
  });
}
