import assert from 'node:assert/strict';
import {
  type AnswerProgress,
  brokenCause,
  certificateAlert,
  certificateCause,
  errorCode,
  isConnectionLoss,
  isHandshakeFailure,
  tcpCause,
  tlsCause,
} from '../../../src/http/classify';

function coded(code: unknown, more: object = {}): Error {
  return Object.assign(new Error('told by the network'), { code }, more);
}

function parserError(): Error {
  return Object.assign(new Error('Invalid header token'), { name: 'HTTPParserError', code: undefined });
}

describe('what errors of the network mean', () => {
  describe('the code of an error', () => {
    const cases: readonly (readonly [string, unknown, string | undefined])[] = [
      ['its own', coded('ECONNRESET'), 'ECONNRESET'],
      ['that of an object that is no error', { code: 'ECONNRESET' }, 'ECONNRESET'],
      ['the first of several addresses', new AggregateError([coded('A'), coded('B')]), 'A'],
      ['that of several addresses in one', new AggregateError([new AggregateError([coded('A')])]), 'A'],
      ['that of the whole, where no address is named', Object.assign(new AggregateError([]), { code: 'C' }), 'C'],
      ["the one that undici's parser forgets", parserError(), 'UND_ERR_HTTP_PARSER'],
      ['none of another error without', coded(undefined), undefined],
      ['none where it is a number', coded(7), undefined],
      ['none of a parser error that is no error', { code: 7, name: 'HTTPParserError' }, undefined],
      ['none of an error without', new Error('x'), undefined],
      ['none of nothing', null, undefined],
      ['none of a text', 'ECONNRESET', undefined],
      ['none of undefined', undefined, undefined],
    ];
    for (const [what, error, code] of cases) it(`is ${what}`, () => assert.equal(errorCode(error), code));
  });

  describe('why no TCP connection came about', () => {
    const cases: readonly (readonly [string, unknown, ReturnType<typeof tcpCause>])[] = [
      ['a name', coded('ENOTFOUND', { syscall: 'getaddrinfo' }), 'dns'],
      ['a name, whatever the code', coded('ECONNREFUSED', { syscall: 'getaddrinfo' }), 'dns'],
      ['a refusal', coded('ECONNREFUSED', { syscall: 'connect' }), 'refused'],
      ['silence', coded('ETIMEDOUT'), 'connect-timeout'],
      ['anything else', coded('EHOSTUNREACH'), 'unreachable'],
      ['an error without a code', new Error('x'), 'unreachable'],
      ['nothing at all', undefined, 'unreachable'],
      ['null', null, 'unreachable'],
      ['a text', 'getaddrinfo', 'unreachable'],
    ];
    for (const [what, error, cause] of cases) it(`${what}: ${cause}`, () => assert.equal(tcpCause(error), cause));
  });

  describe('what a server thinks of our certificate', () => {
    const missing = ['CERTIFICATE_REQUIRED', 'NO_CERTIFICATE'];
    const refused = [
      'BAD_CERTIFICATE',
      'UNSUPPORTED_CERTIFICATE',
      'CERTIFICATE_REVOKED',
      'CERTIFICATE_EXPIRED',
      'CERTIFICATE_UNKNOWN',
      'UNKNOWN_CA',
      'ACCESS_DENIED',
    ];
    for (const version of ['TLSV13', 'TLSV1', 'SSLV3', 'SSL/TLS']) {
      it(`is that there is none, in the words of ${version}`, () => {
        for (const alert of missing) {
          const error = coded(`ERR_SSL_${version}_ALERT_${alert}`);
          assert.equal(certificateAlert(error), 'client-certificate-missing', alert);
          assert.equal(tlsCause(error), 'client-certificate-missing', alert);
        }
      });

      it(`is that it is refused, in the words of ${version}`, () => {
        for (const alert of refused) {
          const error = coded(`ERR_SSL_${version}_ALERT_${alert}`);
          assert.equal(certificateAlert(error), 'client-certificate-refused', alert);
          assert.equal(tlsCause(error), 'client-certificate-refused', alert);
        }
      });
    }

    for (const code of [
      'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA_',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA1',
      'ERR_TLS_ALERT_UNKNOWN_CA',
      'xERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'ERR_SSL_UNKNOWN_CA',
      undefined,
    ]) {
      it(`is not what ${code} says`, () => {
        assert.equal(certificateAlert(coded(code)), undefined);
        assert.equal(tlsCause(coded(code)), 'tls-other');
      });
    }

    it('is not known where a TLS 1.2 server has no word for it', () => {
      assert.equal(isHandshakeFailure(coded('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')), true);
      assert.equal(isHandshakeFailure(coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE')), true);
      for (const code of [
        'ERR_SSL_ALERT_HANDSHAKE_FAILURE_2',
        'xERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
        'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
        undefined,
      ]) {
        assert.equal(isHandshakeFailure(coded(code)), false, code);
      }
    });
  });

  it("knows what is wrong with the server's certificate", () => {
    const causes: Readonly<Record<string, ReturnType<typeof certificateCause>>> = {
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
      SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
      DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
      UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
      UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
      CERT_UNTRUSTED: 'tls-untrusted',
      INVALID_CA: 'tls-untrusted',
      CERT_SIGNATURE_FAILURE: 'tls-untrusted',
      ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch',
      HOSTNAME_MISMATCH: 'tls-name-mismatch',
      CERT_HAS_EXPIRED: 'tls-expired',
      CERT_NOT_YET_VALID: 'tls-not-yet-valid',
    };
    for (const [code, cause] of Object.entries(causes)) {
      assert.equal(certificateCause(coded(code)), cause, code);
      assert.equal(tlsCause(coded(code)), cause, code);
    }
    for (const code of ['ECONNRESET', '', undefined]) assert.equal(certificateCause(coded(code)), undefined);
  });

  describe('whether the connection itself went away', () => {
    const cases: readonly (readonly [unknown, boolean])[] = [
      [coded('ECONNRESET'), true],
      [coded('EPIPE'), true],
      [coded('UND_ERR_SOCKET', { message: 'other side closed' }), true],
      [coded('UND_ERR_SOCKET', { message: 'bad response' }), false],
      [{ code: 'UND_ERR_SOCKET', message: 'bad response' }, true],
      [coded('UND_ERR_HTTP_PARSER'), false],
      [coded('ERR_SSL_WRONG_VERSION_NUMBER'), false],
      [coded('HPE_INVALID_EOF_STATE'), false],
      [coded(''), false],
      [new Error('x'), false],
      [undefined, false],
    ];
    for (const [error, lost] of cases) {
      it(`${errorCode(error)}${error instanceof Error ? `, "${error.message}"` : ''}: ${lost}`, () =>
        assert.equal(isConnectionLoss(error), lost));
    }
  });

  describe('why there is no trustworthy answer', () => {
    const alert = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
    const cases: readonly (readonly [string | undefined, AnswerProgress, ReturnType<typeof brokenCause>])[] = [
      ['UND_ERR_HEADERS_OVERFLOW', 'head', 'too-large'],
      ['UND_ERR_HEADERS_OVERFLOW', 'body', 'too-large'],
      ['ECONNRESET', 'body', 'cut-body'],
      ['UND_ERR_HTTP_PARSER', 'body', 'cut-body'],
      [alert, 'body', 'cut-body'],
      [alert, 'none', 'client-certificate'],
      [alert, 'head', 'client-certificate'],
      ['ECONNRESET', 'none', 'connection-reset'],
      ['ECONNRESET', 'head', 'connection-reset'],
      ['UND_ERR_HTTP_PARSER', 'none', 'malformed'],
      ['UND_ERR_HTTP_PARSER', 'head', 'malformed'],
      [undefined, 'none', 'malformed'],
    ];
    for (const [code, progress, cause] of cases) {
      it(`${code} after ${progress}: ${cause}`, () => assert.equal(brokenCause(coded(code), progress), cause));
    }
  });
});
