/**
 * A private authority and what it issues, in memory. A part of the bundle of its own: a sandbox without TLS never loads it.
 * Certificates live by the real time, because the clients that check them do.
 */
import 'reflect-metadata'; // @peculiar/x509 needs it, and needs it first
import { webcrypto } from 'node:crypto';
import type { Extension, JsonGeneralName } from '@peculiar/x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificateAndKey, ListenerCertificate } from './api';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/** `localhost` and both loopback addresses. */
const ownNames: JsonGeneralName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

interface Validity {
  /** Days from now, negative for the past. */
  readonly from: number;
  readonly until: number;
}

const usual: Validity = { from: -1, until: 365 };

/** What each kind of certificate is, apart from who signs it. */
const servers: Record<
  Exclude<ListenerCertificate, 'none'>,
  { readonly names: JsonGeneralName[]; readonly validity: Validity }
> = {
  good: { names: ownNames, validity: usual },
  'wrong-name': { names: [{ type: 'dns', value: 'tpp.example.com' }], validity: usual },
  expired: { names: ownNames, validity: { from: -30, until: -1 } },
  'not-yet-valid': { names: ownNames, validity: { from: 1, until: 30 } },
  untrusted: { names: ownNames, validity: usual },
  'self-signed': { names: ownNames, validity: usual },
};

export interface Certificates {
  /** PEM of the authority that a client is to trust. */
  readonly ca: string;
  server(kind: Exclude<ListenerCertificate, 'none'>): Promise<CertificateAndKey>;
  client(name: string): Promise<CertificateAndKey>;
}

interface Authority {
  readonly subject: string;
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export async function makeCertificates(): Promise<Certificates> {
  const authority = await makeAuthority('CN=Reconsent Sandbox CA');
  return {
    ca: authority.pem,
    async server(kind) {
      const { names, validity } = servers[kind];
      const issuer =
        kind === 'untrusted'
          ? await makeAuthority('CN=Unknown Sandbox CA')
          : kind === 'self-signed'
            ? undefined
            : authority;
      const extensions = [new SubjectAlternativeNameExtension(names), usageOf(ExtendedKeyUsage.serverAuth)];
      return issue(issuer, `CN=${names[0]?.value ?? 'localhost'}`, validity, extensions);
    },
    client: (name) => issue(authority, `CN=${name}`, usual, [usageOf(ExtendedKeyUsage.clientAuth)]),
  };
}

function usageOf(usage: ExtendedKeyUsage): Extension {
  return new ExtendedKeyUsageExtension([usage]);
}

async function makeAuthority(subject: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subject,
    notBefore: fromNow(-60),
    notAfter: fromNow(3_650),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { subject, pem: certificate.toString('pem'), keys };
}

/** Without an issuer, the certificate signs itself. */
async function issue(
  issuer: Authority | undefined,
  subject: string,
  { from, until }: Validity,
  extensions: Extension[],
): Promise<CertificateAndKey> {
  const keys = await newKeys();
  const signer = issuer ?? { subject, keys };
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: signer.subject,
    notBefore: fromNow(from),
    notAfter: fromNow(until),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [...extensions, await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey)],
  });
  return { cert: certificate.toString('pem'), key: await privatePem(keys) };
}

function fromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}

/** Positive: the first bit is clear. Two authorities of one run must not issue the same number. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
