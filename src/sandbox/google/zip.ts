/** A .zip of stored (uncompressed) files, as APPNOTE.TXT 6.3 lays it out: no encryption, no ZIP64, names in UTF-8. */
import { crc32 } from './checksums';

export interface ZipEntry {
  readonly name: string;
  readonly data: Buffer;
}

const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;
/** Version 2.0, and bit 11: the name is UTF-8. */
const version = 20;
const utf8Names = 0x0800;

/** What `zipOf` adds to the data of files with these names, in bytes. */
export function zipOverhead(names: readonly string[]): number {
  const each = names.map((name) => localHeaderBytes + centralHeaderBytes + 2 * Buffer.byteLength(name));
  return each.reduce((sum, bytes) => sum + bytes, endBytes);
}

/** `time` (ms since 1970) becomes the time of every file, in UTC and to two seconds. */
export function zipOf(entries: readonly ZipEntry[], time: number): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const nameBytes = Buffer.from(name);
    const facts = factsOf(nameBytes, data, time);
    const local = Buffer.concat([signature('PK\x03\x04'), facts, nameBytes]);
    // Made by 2.0; then the facts, and: no comment, disk 0, no attributes, the offset of the local header.
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([signature('PK\x01\x02'), uint16(version), facts, tail, nameBytes]));
    locals.push(local, data);
    offset += local.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(endBytes - 4);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, signature('PK\x05\x06'), end]);
}

/** The fields that the local header and the directory share. */
function factsOf(name: Buffer, data: Buffer, time: number): Buffer {
  const facts = Buffer.alloc(26);
  const at = new Date(time);
  facts.writeUInt16LE(version, 0);
  facts.writeUInt16LE(utf8Names, 2);
  facts.writeUInt16LE((at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1), 6);
  // The format knows the years 1980 to 2107.
  const year = Math.min(Math.max(at.getUTCFullYear() - 1980, 0), 127);
  facts.writeUInt16LE((year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(), 8);
  facts.writeUInt32LE(crc32(data), 10);
  facts.writeUInt32LE(data.length, 14);
  facts.writeUInt32LE(data.length, 18);
  facts.writeUInt16LE(name.length, 22);
  return facts;
}

function signature(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
