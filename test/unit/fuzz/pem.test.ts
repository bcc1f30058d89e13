/** Files of certificates and keys, damaged in every way: told, never thrown at, and a key is never let in or out by mistake. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { cleanFieldInput } from '../../../src/core/pastedSecret';
import { caBundleTexts, judgeCaBundle } from '../../../src/vscode/caBundle';
import { clientCertificateTexts, judgeClientCertificate } from '../../../src/vscode/clientCertificate';
import { type ServerCertificate, TestAuthority } from '../http/certificates';
import { cases, patience } from './cases';

describe('any PEM file', () => {
  let authority: TestAuthority;
  let leaf: ServerCertificate;
  let texts: readonly string[];
  before(async () => {
    authority = await TestAuthority.create();
    leaf = await authority.issue();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    texts = [
      authority.pem,
      leaf.cert,
      leaf.key,
      `${leaf.cert}\n${leaf.key}`,
      `${authority.pem}\n${leaf.cert}`,
      other.export({ type: 'sec1', format: 'pem' }).toString(),
      other.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      '-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n',
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    ];
  });

  /** One of the files, or two of them, with some of its bytes lost, changed or repeated; or none of them at all. */
  const file = (): fc.Arbitrary<Buffer> => {
    const damage = fc.tuple(
      fc.constantFrom(...texts),
      fc.constantFrom('', ...texts),
      fc.nat(2_000),
      fc.nat(60),
      fc.constantFrom('', '\n', '\r\n', '-', '\u0000', '=', '\ufeff', 'A', '-----END CERTIFICATE-----', '\udfff'),
    );
    return fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
      { weight: 2, arbitrary: fc.constantFrom(...texts).map((text) => Buffer.from(text)) },
      {
        weight: 5,
        arbitrary: damage.map(([text, more, at, length, put]) =>
          Buffer.from(`${text.slice(0, at)}${put}${text.slice(at + length)}${more}`),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constantFrom(...texts), fc.nat(1_000), fc.nat(255)).map(([text, at, byte]) => {
          const der = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
          if (at < der.length) der[at] = byte;
          return der;
        }),
      },
    );
  };
  const now = Date.now();

  it('of authorities adds those in it, or is told', function () {
    this.timeout(patience());
    const seen = new Set<string>();
    fc.assert(
      fc.property(file(), (bytes) => {
        const judged = judgeCaBundle(bytes, now);
        seen.add(judged.kind);
        if (judged.kind === 'problem') {
          assert.ok(caBundleTexts[judged.problem].mend);
          return;
        }
        assert.ok(judged.certificates.length > 0);
        for (const one of judged.certificates) {
          assert.match(one, /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n$/);
          assert.notEqual(one.trim(), leaf.cert.trim());
        }
        assert.ok(!bytes.includes('-----BEGIN PRIVATE KEY-----'), 'a file with a key was taken');
      }),
      cases(400),
    );
    assert.deepEqual([...seen].sort(), ['bundle', 'problem']);
  });

  it('of a client certificate is the pair that belongs together, or is told', function () {
    this.timeout(patience());
    const seen = new Set<string>();
    fc.assert(
      fc.property(file(), fc.option(file(), { nil: undefined }), (bytes, key) => {
        const judged = judgeClientCertificate(bytes, key, now);
        seen.add(judged.kind);
        if (judged.kind === 'problem') {
          assert.ok(clientCertificateTexts[judged.problem].mend);
          assert.ok(judged.at === 'clientCertificate' || key !== undefined);
          return;
        }
        assert.ok(judged.certificates.startsWith(leaf.cert.trim().slice(0, 60)));
        assert.ok(judged.validFrom <= now && now <= judged.validTo);
      }),
      cases(400),
    );
    assert.deepEqual([...seen].sort(), ['pair', 'problem']);
  });

  it('pasted into a field is a whole key of its own lines, or a problem that does not repeat it', function () {
    this.timeout(patience());
    const seen = new Set<string>();
    fc.assert(
      fc.property(file(), (bytes) => {
        const cleaned = cleanFieldInput(bytes.toString('utf8'), 'pem');
        seen.add(cleaned.kind);
        if (cleaned.kind === 'problem') {
          assert.deepEqual(Object.keys(cleaned), ['kind', 'problem']);
          return;
        }
        assert.match(cleaned.value, /^-----BEGIN ([A-Z0-9 ]+)-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END \1-----\n$/);
        // Cleaned once more, it is the same.
        assert.deepEqual(cleanFieldInput(cleaned.value, 'pem'), cleaned);
      }),
      cases(400),
    );
    assert.deepEqual([...seen].sort(), ['problem', 'secret']);
  });
});
