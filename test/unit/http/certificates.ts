/** Certificates for the servers of these tests, made afresh in memory. */
import 'reflect-metadata'; // @peculiar/x509 needs it, and needs it first
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;

export interface ServerCertificate {
  /** PEM of the certificate. */
  readonly cert: string;
  /** PEM of its private key. */
  readonly key: string;
}

export interface CertificateWishes {
  /** DNS name; the certificate is for `localhost` and 127.0.0.1 if not given. */
  readonly name?: string;
  /** Days from now, negative for the past. */
  readonly from?: number;
  readonly until?: number;
}

/** A certificate authority of its own, which nobody trusts until told to. */
export class TestAuthority {
  readonly pem: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(name: string, pem: string, keys: webcrypto.CryptoKeyPair) {
    this.pem = pem;
    this.#name = name;
    this.#keys = keys;
  }

  static async create(name = 'CN=Test Authority'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name,
      notBefore: new Date(Date.now() - 1000 * day),
      notAfter: new Date(Date.now() + 1000 * day),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(name, certificate.toString('pem'), keys);
  }

  /** A server certificate that no authority has signed. */
  async selfSigned(): Promise<ServerCertificate> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '03',
      name: 'CN=localhost',
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + day),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    return { cert: certificate.toString('pem'), key: await privatePem(keys) };
  }

  async issue(wishes: CertificateWishes = {}): Promise<ServerCertificate> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: '02',
      subject: `CN=${wishes.name ?? 'localhost'}`,
      issuer: this.#name,
      notBefore: new Date(Date.now() + (wishes.from ?? -1) * day),
      notAfter: new Date(Date.now() + (wishes.until ?? 30) * day),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new SubjectAlternativeNameExtension(
          wishes.name === undefined
            ? [
                { type: 'dns', value: 'localhost' },
                { type: 'ip', value: '127.0.0.1' },
              ]
            : [{ type: 'dns', value: wishes.name }],
        ),
      ],
    });
    return { cert: certificate.toString('pem'), key: await privatePem(keys) };
  }
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
