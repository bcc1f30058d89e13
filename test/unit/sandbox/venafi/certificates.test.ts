/** What the sandbox issues, read by another library than it is written with, and by Node.js. */
import 'reflect-metadata'; // @peculiar/x509 needs it, and needs it first
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509Certificate as JudgedCertificate,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509';
import type { CertificateAndKey } from '../../../../src/sandbox/venafi/api';
import { type Certificates, makeCertificates } from '../../../../src/sandbox/venafi/certificates';
import { authorityConstraint, signedCertificate } from '../../../../src/sandbox/venafi/x509';

const dayMs = 86_400_000;

describe('the certificates of the Venafi sandbox', () => {
  let made: Certificates;
  before(async () => {
    made = await makeCertificates();
  });

  const identified = (pem: string) => new JudgedCertificate(pem).getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  const usages = (pem: string) => [
    ...(new JudgedCertificate(pem).getExtension(ExtendedKeyUsageExtension)?.usages ?? []),
  ];
  const ownKey = () => new JudgedCertificate(made.ca).getExtension(SubjectKeyIdentifierExtension)?.keyId;

  function assertIssued({ cert, key }: CertificateAndKey, by: string): void {
    const leaf = new X509Certificate(cert);
    const issuer = new X509Certificate(by);
    assert.ok(leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey) && !leaf.ca);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
  }

  it('come from an authority that may sign certificates, and signs itself', async () => {
    const ca = new JudgedCertificate(made.ca);
    assert.deepEqual([ca.subject, ca.issuer], ['CN=Reconsent Sandbox CA', 'CN=Reconsent Sandbox CA']);
    assert.ok(await ca.isSelfSigned());
    const constraint = ca.getExtension(BasicConstraintsExtension);
    assert.deepEqual([constraint?.ca, constraint?.critical], [true, true]);
    const usage = ca.getExtension(KeyUsagesExtension);
    assert.deepEqual([usage?.usages, usage?.critical], [KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true]);
    const expected = await SubjectKeyIdentifierExtension.create(ca.publicKey);
    assert.equal(ownKey(), expected.keyId);
  });

  it('name this computer in every way, for a server', async () => {
    const pair = await made.server('good');
    assertIssued(pair, made.ca);
    const leaf = new JudgedCertificate(pair.cert);
    const names = leaf.getExtension(SubjectAlternativeNameExtension)?.names.toJSON();
    assert.deepEqual(names?.slice(0, 2), [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]);
    assert.ok(new X509Certificate(pair.cert).checkIP('::1'));
    assert.deepEqual(usages(pair.cert), [ExtendedKeyUsage.serverAuth]);
    assert.equal(identified(pair.cert), ownKey());
  });

  it('name a client, which is no server', async () => {
    const pair = await made.client('Zoë 李');
    assertIssued(pair, made.ca);
    const leaf = new JudgedCertificate(pair.cert);
    assert.equal(leaf.subjectName.getField('CN')[0], 'Zoë 李');
    assert.deepEqual(usages(pair.cert), [ExtendedKeyUsage.clientAuth]);
  });

  it('are each wrong in the way that was asked for', async () => {
    const wrongName = new X509Certificate((await made.server('wrong-name')).cert);
    assert.deepEqual(
      [wrongName.checkHost('localhost'), wrongName.checkHost('tpp.example.com')],
      [undefined, 'tpp.example.com'],
    );
    const expired = new JudgedCertificate((await made.server('expired')).cert);
    assert.ok(Math.abs(expired.notAfter.getTime() - (Date.now() - dayMs)) < 60_000);
    const early = new JudgedCertificate((await made.server('not-yet-valid')).cert);
    assert.ok(Math.abs(early.notBefore.getTime() - (Date.now() + dayMs)) < 60_000);
    const selfSigned = await made.server('self-signed');
    assertIssued(selfSigned, selfSigned.cert);
    const untrusted = new X509Certificate((await made.server('untrusted')).cert);
    assert.equal(untrusted.issuer, 'CN=Unknown Sandbox CA');
    assert.ok(!untrusted.checkIssued(new X509Certificate(made.ca)));
  });

  it('have a number of their own, and positive', async () => {
    const numbers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => new X509Certificate((await made.client(`c${n}`)).cert).serialNumber),
    );
    assert.equal(new Set(numbers).size, 20);
    for (const number of numbers) assert.match(number, /^[0-7][0-9A-F]{31}$/);
  });

  it('can outlast the two digits of a year', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const notBefore = new Date('2049-12-31T23:59:59.999Z');
    const notAfter = new Date('2050-01-01T00:00:00.999Z');
    const serialNumber = Uint8Array.of(1);
    const fields = {
      subject: 'a',
      issuer: 'a',
      publicKey,
      serialNumber,
      notBefore,
      notAfter,
      extensions: [authorityConstraint()],
    };
    const read = new JudgedCertificate(signedCertificate(fields, privateKey));
    assert.deepEqual(
      [read.notBefore.toISOString(), read.notAfter.toISOString()],
      ['2049-12-31T23:59:59.000Z', '2050-01-01T00:00:00.000Z'],
    );
  });
});
