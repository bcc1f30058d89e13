/** A transport that answers from a script and keeps what it was asked. It reveals secrets only as the real one does. */
import assert from 'node:assert/strict';
import type { HttpRequest, HttpResult, Transport } from '../../src/core/ports';

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly pathTemplate: string;
  readonly effect: HttpRequest['effect'];
  /** The bearer token as it goes over the wire. */
  readonly bearer: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

export type Answer = HttpResult | ((request: SentRequest) => HttpResult | Promise<HttpResult>);

export class ScriptedTransport implements Transport {
  readonly requests: SentRequest[] = [];
  readonly #answers: Answer[];

  /** The last answer repeats. */
  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    if (signal.aborted) return { kind: 'aborted', sent: false };
    const sent = onTheWire(request);
    if (request.mayLeave?.() === false) return { kind: 'not-sent', cause: 'withdrawn', detail: '' };
    this.requests.push(sent);
    request.onSent?.();
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    assert.ok(answer, `nothing is scripted for ${sent.method} ${sent.url}`);
    return typeof answer === 'function' ? answer(sent) : answer;
  }
}

export function response(
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): Extract<HttpResult, { kind: 'response' }> {
  return typeof body === 'string'
    ? { kind: 'response', status, headers, body }
    : {
        kind: 'response',
        status,
        headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
        body: JSON.stringify(body),
      };
}

function onTheWire(request: HttpRequest): SentRequest {
  const reveal = (secret: HttpRequest['bearer']): string | undefined => {
    const revealed = secret?.revealFor(request.url);
    assert.notEqual(revealed?.kind, 'foreign-origin', `a secret was about to leave for ${request.url.origin}`);
    return revealed?.kind === 'revealed' ? revealed.value : undefined;
  };
  const { body } = request;
  const shared = {
    method: request.method,
    url: request.url.href,
    pathTemplate: request.pathTemplate,
    effect: request.effect,
    bearer: reveal(request.bearer),
  };
  switch (body?.kind) {
    case 'json':
      return { ...shared, contentType: 'application/json', body: JSON.stringify(body.value) };
    case 'json-fields': {
      const fields = Object.entries(body.fields).map(([name, value]) => [
        name,
        typeof value === 'object' && 'revealFor' in value ? reveal(value) : value,
      ]);
      return { ...shared, contentType: 'application/json', body: JSON.stringify(Object.fromEntries(fields)) };
    }
    case 'text':
      return { ...shared, contentType: body.contentType, body: reveal(body.value) ?? '' };
    case 'form': {
      const fields = Object.entries(body.fields).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : (reveal(value) ?? ''),
      ]);
      return { ...shared, contentType: 'application/x-www-form-urlencoded', body: `${new URLSearchParams(fields)}` };
    }
    default:
      return { ...shared, contentType: undefined, body: '' };
  }
}
