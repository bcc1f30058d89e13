/** A file with the certificates of a company's own authorities, read and judged before anything is trusted by it. */
import { X509Certificate } from 'node:crypto';
import { type FileText, readWholeFile, type UnreadableFile } from './wholeFile';

export type CaBundle =
  /** PEM texts of one authority each; those that have expired are left out. */
  | { readonly kind: 'bundle'; readonly certificates: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: CaBundleProblem };

export type CaBundleProblem =
  | UnreadableFile
  | 'empty'
  | 'private-key'
  | 'pkcs7'
  | 'der'
  | 'no-certificate'
  | 'broken'
  | 'leaf-only'
  | 'expired';

/** The object identifier of signed data, as DER writes it: what a `.p7b` begins with. */
const signedData = Buffer.from('06092a864886f70d010702', 'hex');

/** `now`: epoch milliseconds. */
export async function readCaBundle(path: string, now: number): Promise<CaBundle> {
  const file = await readWholeFile(path);
  return Buffer.isBuffer(file) ? judgeCaBundle(file, now) : problem(file);
}

export function judgeCaBundle(bytes: Buffer, now: number): CaBundle {
  const text = bytes.toString('utf8');
  if (text.trim() === '') return problem('empty');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return problem('private-key');
  if (/-----BEGIN (PKCS ?#?7|CMS)/.test(text)) return problem('pkcs7');
  // A sequence, in DER.
  if (bytes[0] === 0x30) return problem(bytes.subarray(0, 64).includes(signedData) ? 'pkcs7' : 'der');
  const blocks = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END [A-Z0-9 ]+-----/g) ?? [];
  if (blocks.length === 0) return problem('no-certificate');
  const certificates = blocks.map(parse);
  const readable = certificates.filter((one) => one !== undefined);
  if (readable.length < certificates.length) return problem('broken');
  const authorities = readable.filter(({ ca }) => ca);
  if (authorities.length === 0) return problem('leaf-only');
  const alive = authorities.filter(({ validTo }) => Date.parse(validTo) > now);
  if (alive.length === 0) return problem('expired');
  return { kind: 'bundle', certificates: alive.map((one) => one.toString()) };
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function problem(what: CaBundleProblem): CaBundle {
  return { kind: 'problem', problem: what };
}

export const caBundleTexts: Readonly<Record<CaBundleProblem, FileText>> = {
  missing: {
    what: 'does not exist',
    mend: 'Correct the path, or put the file there; it lies where the extension runs.',
  },
  'not-a-file': { what: 'is no file', mend: 'Name the file itself, not its folder.' },
  unreadable: { what: 'cannot be read', mend: 'Check who may read it.' },
  'too-large': {
    what: 'is larger than 1 MB',
    mend: 'Name a file with the certificates of your authorities alone.',
  },
  empty: { what: 'is empty', mend: 'Export the certificate of the authority again, as PEM (Base64).' },
  'private-key': {
    what: 'holds a private key, which does not belong there; it was not used',
    mend: 'Name a file with certificates alone, and keep the key out of it.',
  },
  pkcs7: {
    what: 'is a PKCS#7 container (.p7b)',
    mend: 'Convert it: openssl pkcs7 -print_certs -in ca.p7b -out ca.pem (for a binary one add -inform DER).',
  },
  der: { what: 'is in binary form (DER)', mend: 'Convert it: openssl x509 -inform DER -in ca.cer -out ca.pem.' },
  'no-certificate': {
    what: 'holds no certificate',
    mend: 'It has to hold -----BEGIN CERTIFICATE-----: export it as PEM (Base64).',
  },
  broken: {
    what: 'holds a certificate that cannot be read',
    mend: 'Export the certificates again, as PEM (Base64).',
  },
  'leaf-only': {
    what: 'holds the certificate of a server, and none of an authority',
    mend: 'Export the certificate of the authority that has issued it: the top of its certification path.',
  },
  expired: {
    what: 'holds only authorities that have expired',
    mend: 'Ask for the one that has taken their place.',
  },
};
