/**
 * What an error of the network stack means. Pure.
 *
 * Source of the codes: Node's `errors` page (system, TLS and X.509 error codes) and undici's `lib/core/errors.js`.
 */
import type { BrokenCause, NotSentCause } from '../core/ports';

const refusedCodes = new Set(['ECONNREFUSED']);
const timeoutCodes = new Set(['ETIMEDOUT']);

const tlsCauses: Readonly<Record<string, NotSentCause>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  // Signed by an authority of a trusted name but with another key, as after a company's authority was made anew.
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch',
  HOSTNAME_MISMATCH: 'tls-name-mismatch',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-not-yet-valid',
};

/** The `code` of an error; of the address that failed first when several were tried. */
export function errorCode(error: unknown): string | undefined {
  return codes(error)[0];
}

function codes(error: unknown): readonly string[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(codes);
  if (typeof error !== 'object' || error === null || !('code' in error)) return [];
  if (typeof error.code === 'string') return [error.code];
  // undici gives its parser's errors a code only sometimes.
  return error instanceof Error && error.name === 'HTTPParserError' ? ['UND_ERR_HTTP_PARSER'] : [];
}

/** Why no TCP connection came about. With several addresses, one that refused is the best news of the host. */
export function tcpCause(error: unknown): NotSentCause {
  const all = codes(error);
  if (isLookupError(error)) return 'dns';
  if (all.some((code) => refusedCodes.has(code))) return 'refused';
  if (all.length > 0 && all.every((code) => timeoutCodes.has(code))) return 'connect-timeout';
  return 'unreachable';
}

function isLookupError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'getaddrinfo';
}

/** Why TCP was there but TLS did not come about. */
export function tlsCause(error: unknown): NotSentCause {
  return certificateCause(error) ?? certificateAlert(error) ?? 'tls-other';
}

/** What is wrong with the server's certificate, if that is what the error says. */
export function certificateCause(error: unknown): NotSentCause | undefined {
  return tlsCauses[errorCode(error) ?? ''];
}

/**
 * What an alert of the server says of our certificate. OpenSSL and BoringSSL name the same alert after different versions
 * of the protocol (RFC 8446 §6.2 lists them).
 */
export function certificateAlert(
  error: unknown,
): 'client-certificate-missing' | 'client-certificate-refused' | undefined {
  const alert = /^ERR_SSL_.*ALERT_([A-Z_]+)$/.exec(errorCode(error) ?? '')?.[1];
  if (alert === 'CERTIFICATE_REQUIRED' || alert === 'NO_CERTIFICATE') return 'client-certificate-missing';
  return alert !== undefined && refusals.has(alert) ? 'client-certificate-refused' : undefined;
}

/** The alert of TLS 1.2 for whatever it has no other for. */
export function isHandshakeFailure(error: unknown): boolean {
  return /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/.test(errorCode(error) ?? '');
}

const refusals: ReadonlySet<string> = new Set([
  'BAD_CERTIFICATE',
  'UNSUPPORTED_CERTIFICATE',
  'CERTIFICATE_REVOKED',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_UNKNOWN',
  'UNKNOWN_CA',
  'ACCESS_DENIED',
]);

/** How far an answer had come when its connection failed. */
export type AnswerProgress = 'none' | 'head' | 'body';

/** Why there is no trustworthy answer to a request that had left. `head`: the first bytes of it came; `body`: all headers. */
export function brokenCause(error: unknown, progress: AnswerProgress): BrokenCause {
  const code = errorCode(error) ?? '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'too-large';
  if (progress === 'body') return 'cut-body';
  if (certificateAlert(error)) return 'client-certificate';
  if (isConnectionLoss(error)) return 'connection-reset';
  return 'malformed';
}

/** Whether the connection itself went away, as opposed to carrying something that is not HTTP. */
export function isConnectionLoss(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  // undici gives the same code to a close by the other side and to an answer nobody asked for; only its text tells.
  if (code === 'UND_ERR_SOCKET') return !(error instanceof Error && error.message.startsWith('bad '));
  return code.startsWith('E') && !code.startsWith('ERR_');
}
