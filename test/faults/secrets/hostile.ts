/** Answers of a server that repeats what it was sent, in every spelling and at every place of an answer. */
import type { Echo, TappedRequest } from './wireTap';

/** Where an answer can carry an echo. */
export const hostileAnswers = {
  'a refusal (400)': (echo) => json(400, echo),
  'a 401': (echo) => json(401, echo),
  'a 403': (echo) => json(403, echo),
  'a 429': (echo) => json(429, echo),
  'an error of its own (500)': (echo) => json(500, echo),
  'a success of another shape (200)': (echo) => ({ status: 200, body: JSON.stringify({ ok: echo, error: [echo] }) }),
  'a page of a proxy (502)': (echo) => ({
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: `<html><title>${echo}</title><body>Could not forward ${entities(echo)} ${echo}</body></html>`,
  }),
  'the words behind the status': (echo) => ({ status: 400, reason: asHeader(echo), body: '' }),
  'a redirect to another origin': (echo) => ({
    status: 307,
    headers: { location: `https://elsewhere.example/?${new URLSearchParams({ echo: echo.slice(0, 3000) })}` },
    body: '',
  }),
  'headers of a challenge': (echo) => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${asHeader(echo)}"` },
    body: '{}',
  }),
} as const satisfies Readonly<Record<string, (echo: string) => Echo>>;

export type HostileAnswer = keyof typeof hostileAnswers;

export function hostileAnswer(name: HostileAnswer, request: TappedRequest): Echo {
  const answer = hostileAnswers[name];
  const own = answer(echoOf(request));
  // The Google and Identity Platform services say `error` as an object, authorization servers as a word.
  return own.body.startsWith('{"error":{') && isOAuth(request.url) ? oauth(own.status, echoOf(request)) : own;
}

function isOAuth(url: string): boolean {
  return /\/(token|revoke)(\?|$)|\/vedauth\/|\/vedsdk\/|\/auth\//i.test(url);
}

function json(status: number, echo: string): Echo {
  const error = { code: status, message: echo, status: 'INVALID_ARGUMENT', errors: [{ message: echo, reason: echo }] };
  return { status, body: JSON.stringify({ error: { ...error, details: [{ '@type': echo, metadata: { echo } }] } }) };
}

function oauth(status: number, echo: string): Echo {
  const error = status === 401 ? 'invalid_token' : 'invalid_request';
  return { status, body: JSON.stringify({ error, error_description: echo, Error: echo, error_uri: echo }) };
}

/** Its headers and body as they came, and each value in the spellings that services and their logs use. */
function echoOf({ method, url, headers, body }: TappedRequest): string {
  const values = [
    ...Object.values(headers).flatMap((value) =>
      typeof value === 'string' ? [value, value.replace(/^\S+ /, '')] : [],
    ),
    ...valuesIn(body),
    ...[...new URL(url, 'http://here').searchParams.values()],
  ].filter((value) => value.length >= 8);
  const spelled = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value),
    Buffer.from(value).toString('base64'),
    Buffer.from(`id:${value}`).toString('base64url'),
  ]);
  return [`${method} ${url}`, body, JSON.stringify(body), ...spelled].join(' ');
}

function valuesIn(body: string): readonly string[] {
  try {
    const json: unknown = JSON.parse(body);
    const texts = typeof json === 'object' && json !== null ? Object.values(json) : [];
    return texts.filter((value) => typeof value === 'string');
  } catch {
    return [...new URLSearchParams(body).values()];
  }
}

function asHeader(text: string): string {
  return text.replaceAll(/[^ -~]|"/g, '.').slice(0, 3000);
}

function entities(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
