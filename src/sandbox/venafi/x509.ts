/** X.509 certificates as RFC 5280 writes them, of the few fields that the sandbox needs; ECDSA with SHA-256 signs them. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import {
  type AsnType,
  BitString,
  Boolean as Bool,
  Constructed,
  fromBER,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set as SetOf,
  UTCTime,
  Utf8String,
} from 'asn1js';

export interface CertificateFields {
  /** The common names are all there is of the names. */
  readonly subject: string;
  readonly issuer: string;
  /** Of the subject: an elliptic curve key. */
  readonly publicKey: KeyObject;
  /** Positive, at most 20 bytes, without leading zeros. */
  readonly serialNumber: Uint8Array;
  /** To the second. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** One of those below. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: AsnType;
}

/** A DNS name, or the bytes of an IP address. */
export type SubjectName = { readonly dns: string } | { readonly ip: readonly number[] };

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const commonName = '2.5.4.3';
const contextSpecific = 3;

/** @returns PEM */
export function signedCertificate(fields: CertificateFields, signingKey: KeyObject): string {
  const tbs = tbsCertificate(fields);
  const signature = sign('sha256', der(tbs), signingKey);
  return pem('CERTIFICATE', der(sequence(tbs, algorithm(), new BitString({ valueHex: signature }))));
}

/** RFC 5280, 4.2.1.9; critical, as an authority's has to be. */
export function authorityConstraint(): Extension {
  return { oid: '2.5.29.19', critical: true, value: sequence(new Bool({ value: true })) };
}

/** RFC 5280, 4.2.1.3: keyCertSign and cRLSign, bits 5 and 6. */
export function authorityUsage(): Extension {
  const valueHex = Uint8Array.of(0b0000_0110);
  return { oid: '2.5.29.15', critical: true, value: new BitString({ unusedBits: 1, valueHex }) };
}

/** RFC 5280, 4.2.1.12. */
export function extendedUsage(usage: 'serverAuth' | 'clientAuth'): Extension {
  const value = `1.3.6.1.5.5.7.3.${usage === 'serverAuth' ? 1 : 2}`;
  return { oid: '2.5.29.37', critical: false, value: sequence(new ObjectIdentifier({ value })) };
}

/** RFC 5280, 4.2.1.6. */
export function alternativeNames(names: readonly SubjectName[]): Extension {
  const value = names.map((name) =>
    'dns' in name ? tagged(2, Buffer.from(name.dns, 'ascii')) : tagged(7, Uint8Array.from(name.ip)),
  );
  return { oid: '2.5.29.17', critical: false, value: sequence(...value) };
}

/** RFC 5280, 4.2.1.2. */
export function subjectKeyIdentifier(key: KeyObject): Extension {
  return { oid: '2.5.29.14', critical: false, value: new OctetString({ valueHex: keyIdentifier(key) }) };
}

/** RFC 5280, 4.2.1.1. */
export function authorityKeyIdentifier(key: KeyObject): Extension {
  return { oid: '2.5.29.35', critical: false, value: sequence(tagged(0, keyIdentifier(key))) };
}

function tbsCertificate(fields: CertificateFields): Sequence {
  return sequence(
    explicit(0, new Integer({ value: 2 })),
    new Integer({ valueHex: fields.serialNumber }),
    algorithm(),
    nameOf(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    nameOf(fields.subject),
    keyInfo(fields.publicKey),
    explicit(3, sequence(...fields.extensions.map(extension))),
  );
}

function extension({ oid, critical, value }: Extension): Sequence {
  return sequence(
    new ObjectIdentifier({ value: oid }),
    ...(critical ? [new Bool({ value: true })] : []),
    new OctetString({ valueHex: der(value) }),
  );
}

function algorithm(): Sequence {
  return sequence(new ObjectIdentifier({ value: ecdsaWithSha256 }));
}

function nameOf(value: string): Sequence {
  const attribute = sequence(new ObjectIdentifier({ value: commonName }), new Utf8String({ value }));
  return sequence(new SetOf({ value: [attribute] }));
}

/** RFC 5280, 4.1.2.5: years from 2050 on need four digits, and seconds no fraction. */
function time(date: Date): UTCTime {
  const valueDate = new Date(Math.floor(date.getTime() / 1000) * 1000);
  return valueDate.getUTCFullYear() < 2050 ? new UTCTime({ valueDate }) : new GeneralizedTime({ valueDate });
}

function keyInfo(key: KeyObject): AsnType {
  return fromBER(key.export({ type: 'spki', format: 'der' })).result;
}

/** RFC 5280, 4.2.1.2, method 1: the SHA-1 of the bits of the key, which stand last in what describes it. */
function keyIdentifier(key: KeyObject): Uint8Array {
  const info = keyInfo(key);
  const bits = info instanceof Sequence ? info.valueBlock.value.at(-1) : undefined;
  if (!(bits instanceof BitString)) throw new Error('a public key without bits');
  return createHash('sha1').update(bits.valueBlock.valueHexView).digest();
}

function sequence(...value: AsnType[]): Sequence {
  return new Sequence({ value });
}

function explicit(tagNumber: number, value: AsnType): Constructed {
  return new Constructed({ idBlock: { tagClass: contextSpecific, tagNumber }, value: [value] });
}

function tagged(tagNumber: number, valueHex: Uint8Array): Primitive {
  return new Primitive({ idBlock: { tagClass: contextSpecific, tagNumber }, valueHex });
}

function der(value: AsnType): Uint8Array {
  return new Uint8Array(value.toBER());
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
