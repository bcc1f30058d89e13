/** Reads a .zip of stored files from its end, as programs that unpack do, and checks every claim on the way. */
import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

export function readZip(bytes: Buffer): Record<string, Buffer> {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  assert.equal(end, bytes.length - 22, 'the end of the directory closes the file');
  const count = bytes.readUInt16LE(end + 10);
  assert.equal(bytes.readUInt16LE(end + 8), count);
  const files: Record<string, Buffer> = {};
  let at = bytes.readUInt32LE(end + 16);
  assert.equal(at + bytes.readUInt32LE(end + 12), end, 'the directory reaches to its end');
  for (let index = 0; index < count; index += 1) {
    assert.equal(bytes.toString('latin1', at, at + 4), 'PK\x01\x02');
    const facts = bytes.subarray(at + 6, at + 32);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    assert.equal(bytes.toString('latin1', local, local + 4), 'PK\x03\x04');
    assert.deepEqual(bytes.subarray(local + 4, local + 30), facts, 'local header and directory agree');
    assert.equal(facts.readUInt16LE(4), 0, 'stored');
    const start = local + 30 + nameLength;
    const data = bytes.subarray(start, start + facts.readUInt32LE(14));
    assert.equal(crc32(data), facts.readUInt32LE(10));
    assert.equal(facts.readUInt32LE(18), data.length);
    files[name] = data;
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  assert.equal(at, end);
  return files;
}
