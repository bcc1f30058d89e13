/** Turns a request into what goes over the wire, or says why it must not. Pure; decided before any connection. */
import { isLoopbackHost } from '../core/endpoint';
import type { HttpBody, HttpRequest, HttpResult, JsonField } from '../core/ports';
import type { Outgoing } from './exchange';

type Refusal = Extract<HttpResult, { kind: 'not-sent' }>;

export type Prepared =
  | {
      readonly kind: 'prepared';
      readonly outgoing: Outgoing;
      /** The secrets that the request carries, in plain: an error answer may repeat them. */
      readonly secrets: readonly string[];
    }
  | Refusal;

/** Headers that decide about framing, routing or identity are set here and nowhere else. */
const ownHeaders = new Set([
  'authorization',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

const token = /^[!#$%&'*+\-.^_`|~\da-z]+$/;
/** RFC 9110 §5.5 field values without obsolete text: visible ASCII, space, tab. */
const fieldValue = /^[\t\x20-\x7e]*$/;

/**
 * Checks the request and seals it into bytes. Secrets come out here, for this URL only.
 *
 * Answers are asked for uncompressed (`accept-encoding: identity`): they are a few kilobytes, and a peer that compresses
 * nevertheless is still decoded, under the same cap.
 */
export function prepare(request: HttpRequest, userAgent: string | undefined): Prepared {
  const { url } = request;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    return refuse('invalid-request', `${url.protocol.slice(0, -1)} to ${url.hostname}: only https is used`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('invalid-request', `${url.hostname}: a user name in the address`);
  }
  const headers: string[] = [];
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!token.test(name) || ownHeaders.has(name))
      return refuse('invalid-request', 'a header name that cannot be sent');
    if (!fieldValue.test(value)) return refuse('invalid-request', `header ${name}: characters that cannot be sent`);
    headers.push(name, value);
  }
  headers.push('accept-encoding', 'identity');
  if (userAgent !== undefined && fieldValue.test(userAgent)) headers.push('user-agent', userAgent);
  if (request.bearer) {
    const revealed = request.bearer.revealFor(url);
    if (revealed.kind === 'foreign-origin') return foreign(url, revealed.boundTo);
    if (revealed.value === '' || !fieldValue.test(revealed.value)) {
      return refuse('invalid-request', 'credential: characters that cannot be sent');
    }
    secrets.push(revealed.value);
    headers.push('authorization', `Bearer ${revealed.value}`);
  }
  for (const [name, secret] of Object.entries(request.secretHeaders ?? {})) {
    if (!token.test(name) || ownHeaders.has(name))
      return refuse('invalid-request', 'a header name that cannot be sent');
    const revealed = secret.revealFor(url);
    if (revealed.kind === 'foreign-origin') return foreign(url, revealed.boundTo);
    if (revealed.value === '' || !fieldValue.test(revealed.value)) {
      return refuse('invalid-request', `header ${name}: characters that cannot be sent`);
    }
    secrets.push(revealed.value);
    headers.push(name, revealed.value);
  }
  const body = encodeBody(request.body, url);
  if (body.kind === 'not-sent') return body;
  if (body.contentType !== undefined) {
    if (!fieldValue.test(body.contentType)) return refuse('invalid-request', 'content type that cannot be sent');
    headers.push('content-type', body.contentType);
  }
  const path = `${url.pathname}${url.search}`;
  return {
    kind: 'prepared',
    outgoing: { method: request.method, path, headers, body: body.text },
    secrets: [...secrets, ...body.secrets],
  };
}

type Encoded =
  | {
      readonly kind: 'encoded';
      readonly contentType: string | undefined;
      readonly text: string | undefined;
      readonly secrets: readonly string[];
    }
  | Refusal;

function encodeBody(body: HttpBody | undefined, url: URL): Encoded {
  if (body === undefined || body.kind === 'empty') {
    return { kind: 'encoded', contentType: undefined, text: undefined, secrets: [] };
  }
  if (body.kind === 'json') return encodeJson(body.value);
  if (body.kind === 'json-fields') return encodeJsonFields(body.fields, url);
  if (body.kind === 'text') {
    const revealed = body.value.revealFor(url);
    if (revealed.kind === 'foreign-origin') return foreign(url, revealed.boundTo);
    const { contentType } = body;
    return { kind: 'encoded', contentType, text: revealed.value, secrets: secretsWithin(revealed.value, contentType) };
  }
  const form = new URLSearchParams();
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(body.fields)) {
    const revealed = typeof value === 'string' ? { kind: 'revealed' as const, value } : value.revealFor(url);
    if (revealed.kind === 'foreign-origin') return foreign(url, revealed.boundTo);
    form.append(name, revealed.value);
    if (typeof value !== 'string') secrets.push(revealed.value);
  }
  return { kind: 'encoded', contentType: formType, text: form.toString(), secrets };
}

const formType = 'application/x-www-form-urlencoded';

/** Fields of OAuth's forms (RFC 6749 §4, §6) that are no secret, and without which an error can hardly be understood. */
const publicFields = new Set(['client_id', 'grant_type', 'redirect_uri', 'scope']);

/** What may be secret in a ready-made body: the longer field values of a form, else the whole. */
function secretsWithin(text: string, contentType: string): readonly string[] {
  if (!contentType.toLowerCase().startsWith(formType)) return [text];
  return [...new URLSearchParams(text)]
    .filter(([name, value]) => value.length > 8 && !publicFields.has(name))
    .map(([, value]) => value);
}

function encodeJson(value: unknown): Encoded {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return { kind: 'encoded', contentType: 'application/json', text, secrets: [] };
  } catch {
    // Cycles and big integers: reported below like a value that has no JSON form.
  }
  return refuse('invalid-request', 'a body that has no JSON form');
}

function encodeJsonFields(fields: Readonly<Record<string, JsonField>>, url: URL): Encoded {
  const plain: Record<string, unknown> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    // As in a form, a secret is told apart by what it can do.
    if (typeof value !== 'object' || !('revealFor' in value)) {
      plain[name] = value;
      continue;
    }
    const revealed = value.revealFor(url);
    if (revealed.kind === 'foreign-origin') return foreign(url, revealed.boundTo);
    plain[name] = revealed.value;
    secrets.push(revealed.value);
  }
  return { kind: 'encoded', contentType: 'application/json', text: JSON.stringify(plain), secrets };
}

function foreign(url: URL, boundTo: readonly string[]): Refusal {
  return refuse('foreign-origin', `${url.origin}: the credential belongs to ${boundTo.join(', ') || 'no address'}`);
}

function refuse(cause: Refusal['cause'], detail: string): Refusal {
  return { kind: 'not-sent', cause, detail };
}
