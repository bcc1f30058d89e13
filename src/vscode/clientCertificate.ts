/** The files with a project's client certificate and its key, read and judged before a server is shown anything of them. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type FileText, readWholeFile, type UnreadableFile } from './wholeFile';

export type ClientCertificateFiles =
  | {
      readonly kind: 'pair';
      /** PEM: the certificate that the key belongs to, then the others of the file. */
      readonly certificates: string;
      /** PEM of the private key: for TLS alone, never for a text or a log. */
      readonly key: string;
      /** Epoch milliseconds. */
      readonly validFrom: number;
      readonly validTo: number;
    }
  | {
      readonly kind: 'problem';
      /** The option whose file it is. */
      readonly at: 'clientCertificate' | 'clientKey';
      readonly problem: ClientCertificateProblem;
    };

export type ClientCertificateProblem =
  | UnreadableFile
  | 'empty'
  | 'pkcs12'
  | 'der'
  | 'no-certificate'
  | 'broken'
  | 'no-key'
  | 'encrypted-key'
  | 'broken-key'
  | 'no-pair'
  | 'key-alone'
  | ClientCertificateTime;

export type ClientCertificateTime = 'expired' | 'not-yet-valid';

type Problem = Extract<ClientCertificateFiles, { kind: 'problem' }>;

export interface ClientCertificatePaths {
  readonly clientCertificate?: string;
  /** Absent: the key stands in the file of the certificate. */
  readonly clientKey?: string;
}

/** `now`: epoch milliseconds. */
export async function readClientCertificate(
  paths: ClientCertificatePaths,
  now: number,
): Promise<ClientCertificateFiles> {
  const { clientCertificate, clientKey } = paths;
  if (clientCertificate === undefined) return problem('clientKey', 'key-alone');
  const certificate = await readWholeFile(clientCertificate);
  if (!Buffer.isBuffer(certificate)) return problem('clientCertificate', certificate);
  if (clientKey === undefined) return judgeClientCertificate(certificate, undefined, now);
  const key = await readWholeFile(clientKey);
  return Buffer.isBuffer(key) ? judgeClientCertificate(certificate, key, now) : problem('clientKey', key);
}

/** `keyFile`: `undefined` when the key stands in the file of the certificate. */
export function judgeClientCertificate(file: Buffer, keyFile: Buffer | undefined, now: number): ClientCertificateFiles {
  const certificates = certificatesIn(file);
  if (!Array.isArray(certificates)) return problem('clientCertificate', certificates);
  const at = keyFile ? 'clientKey' : 'clientCertificate';
  const key = keyIn(keyFile ?? file);
  if (typeof key === 'string') return problem(at, key);
  const own = certificates.find((one) => one.checkPrivateKey(key));
  if (!own) return problem(at, 'no-pair');
  const [validFrom, validTo] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
  const untimely = timeProblem({ validFrom, validTo }, now);
  if (untimely) return problem('clientCertificate', untimely);
  // A server takes the first one for that of the client.
  const chain = [own, ...certificates.filter((one) => one !== own)];
  return {
    kind: 'pair',
    certificates: chain.map((one) => one.toString()).join(''),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    validFrom,
    validTo,
  };
}

/** A file that was good when it was read may be out of date when it is used. */
export function timeProblem(
  { validFrom, validTo }: { readonly validFrom: number; readonly validTo: number },
  now: number,
): ClientCertificateTime | undefined {
  if (now > validTo) return 'expired';
  return now < validFrom ? 'not-yet-valid' : undefined;
}

function certificatesIn(file: Buffer): X509Certificate[] | ClientCertificateProblem {
  const text = file.toString('utf8');
  if (text.trim() === '') return 'empty';
  // A sequence, in DER. A PKCS#12 container begins with version 3.
  if (file[0] === 0x30) return file.subarray(0, 12).includes(Buffer.from('020103', 'hex')) ? 'pkcs12' : 'der';
  const blocks = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END [A-Z0-9 ]+-----/g) ?? [];
  if (blocks.length === 0) return 'no-certificate';
  try {
    return blocks.map((pem) => new X509Certificate(pem));
  } catch {
    return 'broken';
  }
}

function keyIn(file: Buffer): KeyObject | ClientCertificateProblem {
  const text = file.toString('utf8');
  if (text.trim() === '') return 'empty';
  if (file[0] === 0x30) return 'der';
  const block = /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----[\s\S]+?-----END [A-Z0-9 ]*PRIVATE KEY-----/.exec(text);
  if (!block) return 'no-key';
  if (block[1]?.includes('ENCRYPTED') || block[0].includes('Proc-Type: 4,ENCRYPTED')) return 'encrypted-key';
  try {
    return createPrivateKey(block[0]);
  } catch {
    return 'broken-key'; // The error could quote the key, so it ends here.
  }
}

function problem(at: Problem['at'], what: ClientCertificateProblem): Problem {
  return { kind: 'problem', at, problem: what };
}

export const clientCertificateTexts: Readonly<Record<ClientCertificateProblem, FileText>> = {
  missing: {
    what: 'does not exist',
    mend: 'Correct the path, or put the file there; it lies where the extension runs.',
  },
  'not-a-file': { what: 'is no file', mend: 'Name the file itself, not its folder.' },
  unreadable: { what: 'cannot be read', mend: 'Check who may read it.' },
  'too-large': { what: 'is larger than 1 MB', mend: 'Name a file with the certificate, or the key, alone.' },
  empty: { what: 'is empty', mend: 'Export the certificate and its key again, as PEM (Base64).' },
  pkcs12: {
    what: 'is a PKCS#12 container (.pfx, .p12)',
    mend: 'Convert it: openssl pkcs12 -in client.pfx -nodes -out client.pem.',
  },
  der: {
    what: 'is in binary form (DER)',
    mend: 'Convert it to PEM with openssl x509 -inform DER, or openssl pkey -inform DER.',
  },
  'no-certificate': {
    what: 'holds no certificate',
    mend: 'It has to hold -----BEGIN CERTIFICATE-----: export it as PEM (Base64).',
  },
  broken: { what: 'holds a certificate that cannot be read', mend: 'Export the certificate again, as PEM (Base64).' },
  'no-key': {
    what: 'holds no private key',
    mend: 'Name the file of the key in "clientKey", or add the key to this file.',
  },
  'encrypted-key': {
    what: 'holds a key that is protected by a passphrase, which is not supported',
    mend: 'Write it without one to a file that you alone may read: openssl pkey -in client.key -out plain.key.',
  },
  'broken-key': { what: 'holds a private key that cannot be read', mend: 'Export the key again, as PEM (Base64).' },
  'no-pair': {
    what: 'holds a key that belongs to none of the certificates',
    mend: 'Name the key that the certificate was made with.',
  },
  'key-alone': {
    what: 'is named without a certificate',
    mend: 'Name the file of the certificate in "clientCertificate".',
  },
  expired: { what: 'holds a certificate that has expired', mend: 'Ask for the one that has taken its place.' },
  'not-yet-valid': { what: 'holds a certificate that is not valid yet', mend: "Check this computer's clock, or wait." },
};
