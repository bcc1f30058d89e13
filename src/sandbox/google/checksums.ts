/** CRC-32 as .zip has it, CRC-32C (RFC 3720) as Cloud Storage has it. Node.js brings neither on its oldest version here. */

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

function checksum(table: Uint32Array, data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

const zipTable = tableOf(0xedb88320);
const castagnoliTable = tableOf(0x82f63b78);

export function crc32(data: Uint8Array): number {
  return checksum(zipTable, data);
}

export function crc32c(data: Uint8Array): number {
  return checksum(castagnoliTable, data);
}
