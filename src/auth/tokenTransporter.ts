/**
 * What google-auth-library sends its requests by: our transport, in place of gaxios. The library makes the request and reads
 * the answer as before; gaxios would copy both several times over, for more than a whole request over a kept connection costs.
 */
import type { OAuth2ClientOptions } from 'google-auth-library/build/src/auth/oauth2client';
import type { HttpRequest, HttpResult, Transport } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { TransportFailure } from '../http/fetchAdapter';

type Transporter = NonNullable<OAuth2ClientOptions['transporter']>;
type Asked = Parameters<Transporter['request']>[0];

/**
 * The server's refusal, as it is thrown through the library. What it has answered is read, and never shown. No error: it is
 * expected, nobody sees where it came from, and noting that would cost as much as reading the answer.
 */
export class RefusedAnswer {
  readonly #data: unknown;

  constructor(
    readonly status: number,
    data: unknown,
  ) {
    this.#data = data;
  }

  get data(): unknown {
    return this.#data;
  }
}

export interface TokenSending {
  /** The one address that requests go to. */
  readonly tokenUrl: URL;
  readonly transport: Transport;
  readonly effect: HttpRequest['effect'];
  readonly signal: AbortSignal;
  /** Called with the status of the answer. */
  answered(status: number): void;
}

/**
 * Sends each request once. Rejects with {@link RefusedAnswer} where the status is none of 2xx, and with
 * {@link TransportFailure} where there is no answer.
 */
export function tokenTransporter({ tokenUrl, transport, effect, signal, answered }: TokenSending): Transporter {
  const request = async (asked: Asked): Promise<{ readonly data: unknown }> => {
    // The library hands on no signal of its own, so ours is given to every request here.
    const result = await transport.send(requestOf(asked, tokenUrl, effect), signal);
    if (result.kind !== 'response') throw new TransportFailure(result);
    const { status } = result;
    answered(status);
    if (status < 200 || status > 599) {
      throw new TransportFailure({ kind: 'broken', cause: 'malformed', detail: `status ${status}` });
    }
    const data = dataOf(result);
    if (status >= 300) throw new RefusedAnswer(status, data);
    return { data };
  };
  // The library calls nothing else of it, and reads nothing but the data of an answer.
  return { request } as Transporter;
}

function requestOf(asked: Asked, tokenUrl: URL, effect: HttpRequest['effect']): HttpRequest {
  const { url, method, data, headers } = asked ?? {};
  const form: unknown = data;
  if (url === undefined || String(url) !== tokenUrl.href) throw unsent('foreign-origin', 'not the token endpoint');
  const plain = headers === undefined || (headers instanceof Headers && [...headers].length === 0);
  if (method !== 'POST' || !plain || !(form instanceof URLSearchParams)) {
    throw unsent('invalid-request', 'something other than a form');
  }
  const value = new BoundSecret(form.toString(), [tokenUrl.origin]);
  return {
    method,
    url: tokenUrl,
    pathTemplate: tokenUrl.pathname,
    effect,
    body: { kind: 'text', contentType: 'application/x-www-form-urlencoded;charset=UTF-8', value },
  };
}

function unsent(cause: 'foreign-origin' | 'invalid-request', detail: string): TransportFailure {
  return new TransportFailure({ kind: 'not-sent', cause, detail });
}

/** As gaxios does: JSON where the type says so and it is, text of no type or of one for text, otherwise nothing. */
function dataOf({ headers, body }: Extract<HttpResult, { kind: 'response' }>): unknown {
  const type = headers['content-type']?.toLowerCase();
  if (type?.includes('application/json') !== true) return type === undefined || type.startsWith('text/') ? body : {};
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
