import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { decode, encode, toRGBA8 } from 'upng-js';
import { buildExtension } from './host/build';
import { runProgram, ToolingError } from './host/failure';
import { artifactsRoot, repoRoot } from './host/paths';
import { spawnTree } from './host/processTree';

/** Colours of each picture, enough for what it shows: they stand in the package, and a palette halves them. */
const paletteSizes = { confirm: 24, bulk: 24, verified: 16 };

/** Runs the UI test that takes the README's pictures, and puts them into `media`. */
async function main(): Promise<number> {
  buildExtension();
  const mocha = join(repoRoot, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const run = spawnTree(process.execPath, [mocha, '--timeout=120000', 'test/ui/pictures.test.ts'], {
    stdio: 'inherit',
  });
  if ((await run.ended) !== 0) throw new ToolingError('The pictures were not taken; those in media stay as they were.');
  for (const [picture, colours] of Object.entries(paletteSizes)) {
    for (const theme of ['light', 'dark']) {
      const name = `${picture}-${theme}.png`;
      const taken = readFileSync(join(artifactsRoot, 'ui', `picture-${name}`));
      writeFileSync(join(repoRoot, 'media', name), withPalette(taken, colours));
    }
  }
  return 0;
}

function withPalette(png: Buffer, colours: number): Buffer {
  const decoded = decode(new Uint8Array(png).buffer);
  return packedTighter(Buffer.from(encode(toRGBA8(decoded), decoded.width, decoded.height, colours)));
}

/** The same picture, its one block of pixels compressed as far as zlib can: the encoder saves time instead. */
function packedTighter(png: Buffer): Buffer {
  const at = png.indexOf('IDAT') - 4;
  const end = at + 12 + png.readUInt32BE(at);
  const pixels = deflateSync(inflateSync(png.subarray(at + 8, end - 4)), { level: 9, memLevel: 9 });
  const block = Buffer.concat([Buffer.alloc(4), Buffer.from('IDAT'), pixels, Buffer.alloc(4)]);
  block.writeUInt32BE(pixels.length, 0);
  block.writeUInt32BE(crc32(block.subarray(4, -4)), block.length - 4);
  return Buffer.concat([png.subarray(0, at), block, png.subarray(end)]);
}

runProgram(main);
