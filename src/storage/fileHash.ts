/** Checks a file against the hash its service names, while it is written. */
import { createHash, type Hash } from 'node:crypto';
import type { PartFacts } from '../core/downloadPorts';

export interface RunningHash {
  update(chunk: Uint8Array): void;
  /** To be asked once, at the end. */
  matches(): boolean;
}

/** `undefined` when there is nothing to compare with. */
export function runningHash({ md5, crc32c }: PartFacts): RunningHash | undefined {
  const hash = md5 === undefined ? undefined : newMd5();
  if (hash) return { update: (chunk) => void hash.update(chunk), matches: () => hash.digest('base64') === md5 };
  if (crc32c === undefined) return undefined;
  const sum = new Crc32c();
  return { update: (chunk) => sum.update(chunk), matches: () => sum.base64() === crc32c };
}

/** Where the system allows approved algorithms only, there is no MD5. */
function newMd5(): Hash | undefined {
  try {
    return createHash('md5');
  } catch {
    return undefined;
  }
}

/** RFC 3720 appendix B.4; the polynomial is written in reverse, as the bits come in. */
const remainders = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ ((rest & 1) * 0x82f63b78);
  return rest;
});

export class Crc32c {
  #state = -1;

  update(chunk: Uint8Array): void {
    let state = this.#state;
    for (const byte of chunk) state = (state >>> 8) ^ (remainders[(state ^ byte) & 0xff] ?? 0);
    this.#state = state;
  }

  /** Big-endian, as in `x-goog-hash`. */
  base64(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(~this.#state);
    return bytes.toString('base64');
  }
}
