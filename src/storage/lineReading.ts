/** Reads the lines of a file from its beginning or its end, block by block: memory does not grow with the file. */
import type { StorageFs } from './fileSystem';

const blockSize = 64 * 1024;
/** No line that was ever written comes near it; a longer one is given as cut, to be counted as damaged. */
const longestLine = 1024 * 1024;
const lineBreak = 0x0a;

export interface Line {
  readonly text: string;
  /** `false` for the last line if no line break follows: it is torn, or being written right now. */
  readonly complete: boolean;
  /** Offset behind the line and its break, in bytes. */
  readonly end: number;
}

/** Lines in order, from the byte `start` on. */
export async function* linesFrom(fs: StorageFs, path: string, start: number): AsyncGenerator<Line> {
  const handle = await fs.open(path, 'r');
  try {
    const block = Buffer.alloc(blockSize);
    let pending: Buffer[] = [];
    let pendingSize = 0;
    let position = start;
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, blockSize, position);
      if (bytesRead === 0) break;
      let from = 0;
      for (let at = block.indexOf(lineBreak); at >= 0 && at < bytesRead; at = block.indexOf(lineBreak, from)) {
        const text = Buffer.concat([...pending, block.subarray(from, at)]).toString('utf8');
        pending = [];
        pendingSize = 0;
        from = at + 1;
        yield { text, complete: true, end: position + from };
      }
      if (pendingSize < longestLine) pending.push(Buffer.from(block.subarray(from, bytesRead)));
      pendingSize += bytesRead - from;
      position += bytesRead;
    }
    if (pendingSize > 0) yield { text: Buffer.concat(pending).toString('utf8'), complete: false, end: position };
  } finally {
    await handle.close();
  }
}

/** Lines in reverse order; `read` is how many bytes have been read for them so far. Blank lines are left out. */
export async function* linesFromEnd(fs: StorageFs, path: string): AsyncGenerator<{ text: string; read: number }> {
  const handle = await fs.open(path, 'r');
  try {
    const { size } = await handle.stat();
    let later: Buffer = Buffer.alloc(0);
    for (let position = size; position > 0; ) {
      const length = Math.min(blockSize, position);
      position -= length;
      const block = Buffer.alloc(length);
      await handle.read(block, 0, length, position);
      const both = Buffer.concat([block, later]);
      let until = both.length;
      for (let at = both.lastIndexOf(lineBreak); at >= 0; at = at === 0 ? -1 : both.lastIndexOf(lineBreak, at - 1)) {
        if (at + 1 < until) yield { text: both.subarray(at + 1, until).toString('utf8'), read: size - position };
        until = at;
      }
      later = both.subarray(0, until);
      if (later.length > longestLine) later = later.subarray(0, blockSize);
    }
    if (later.length > 0) yield { text: later.toString('utf8'), read: size };
  } finally {
    await handle.close();
  }
}
