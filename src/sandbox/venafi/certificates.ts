/**
 * A private authority and what it issues, in memory. A part of the bundle of its own: a sandbox without TLS never loads it.
 * Certificates live by the real time, because the clients that check them do.
 */
import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { CertificateAndKey, ListenerCertificate } from './api';
import {
  alternativeNames,
  authorityConstraint,
  authorityKeyIdentifier,
  authorityUsage,
  type Extension,
  extendedUsage,
  type SubjectName,
  signedCertificate,
  subjectKeyIdentifier,
} from './x509';

const dayMs = 86_400_000;

/** `localhost` and both loopback addresses. */
const ownNames: SubjectName[] = [
  { dns: 'localhost' },
  { ip: [127, 0, 0, 1] },
  { ip: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
];

interface Validity {
  /** Days from now, negative for the past. */
  readonly from: number;
  readonly until: number;
}

const usual: Validity = { from: -1, until: 365 };

interface ServerKind {
  readonly name: string;
  readonly names: readonly SubjectName[];
  readonly validity: Validity;
}

const good: ServerKind = { name: 'localhost', names: ownNames, validity: usual };

/** What each kind of certificate is, apart from who signs it. */
const servers: Record<Exclude<ListenerCertificate, 'none'>, ServerKind> = {
  good,
  'wrong-name': { ...good, name: 'tpp.example.com', names: [{ dns: 'tpp.example.com' }] },
  expired: { ...good, validity: { from: -30, until: -1 } },
  'not-yet-valid': { ...good, validity: { from: 1, until: 30 } },
  untrusted: good,
  'self-signed': good,
};

export interface Certificates {
  /** PEM of the authority that a client is to trust. */
  readonly ca: string;
  server(kind: Exclude<ListenerCertificate, 'none'>): Promise<CertificateAndKey>;
  client(name: string): Promise<CertificateAndKey>;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface Authority {
  readonly name: string;
  readonly pem: string;
  readonly keys: KeyPair;
}

export async function makeCertificates(): Promise<Certificates> {
  const authority = await makeAuthority('Reconsent Sandbox CA');
  return {
    ca: authority.pem,
    async server(kind) {
      const { name, names, validity } = servers[kind];
      const issuer =
        kind === 'untrusted'
          ? await makeAuthority('Unknown Sandbox CA')
          : kind === 'self-signed'
            ? undefined
            : authority;
      return issue(issuer, name, validity, [alternativeNames(names), extendedUsage('serverAuth')]);
    },
    client: (name) => issue(authority, name, usual, [extendedUsage('clientAuth')]),
  };
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const fields = {
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    serialNumber: serialNumber(),
    notBefore: fromNow(-60),
    notAfter: fromNow(3_650),
    extensions: [authorityConstraint(), authorityUsage(), subjectKeyIdentifier(keys.publicKey)],
  };
  return { name, pem: signedCertificate(fields, keys.privateKey), keys };
}

/** Without an issuer, the certificate signs itself. */
async function issue(
  issuer: Authority | undefined,
  name: string,
  { from, until }: Validity,
  extensions: readonly Extension[],
): Promise<CertificateAndKey> {
  const keys = await newKeys();
  const signer = issuer ?? { name, keys };
  const fields = {
    subject: name,
    issuer: signer.name,
    publicKey: keys.publicKey,
    serialNumber: serialNumber(),
    notBefore: fromNow(from),
    notAfter: fromNow(until),
    extensions: [...extensions, authorityKeyIdentifier(signer.keys.publicKey)],
  };
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: signedCertificate(fields, signer.keys.privateKey), key };
}

function fromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}

/** Positive: the first bit is clear. Two authorities of one run must not issue the same number. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes;
}

function newKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}
