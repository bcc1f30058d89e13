/** Answers that are none, byte by byte, for the {@link Gate}. */
import { gzipSync } from 'node:zlib';
import type { Accident } from './gate';

const ok = 'HTTP/1.1 200 OK\r\n';
const json = 'content-type: application/json\r\n';

/** The same accident, after the service has done what it was asked for. */
export const afterwards =
  (accident: Accident): Accident =>
  async (socket, carryOut) => {
    await carryOut();
    await accident(socket, carryOut);
  };

/** The bytes as they are; the connection ends with them. */
export const saying =
  (bytes: string | Buffer): Accident =>
  (socket) =>
    void socket.end(bytes);

export const reset: Accident = (socket) => void socket.resetAndDestroy();

/** Silence. `timeOut` lets the time pass that an answer may take. */
export const noAnswer =
  (timeOut: () => void): Accident =>
  () =>
    timeOut();

export const cutBody = saying(`${ok}${json}content-length: 200\r\n\r\n{"`);

/** Byte after byte: the head, and some of a body that is announced to be long. Then the time is over. */
export const slowLoris =
  (timeOut: () => void): Accident =>
  (socket) => {
    const bytes = [...`${ok}${json}content-length: 1000000\r\n\r\n          `];
    const drip = (): void => {
      const byte = bytes.shift();
      if (byte === undefined) timeOut();
      else socket.write(byte, () => setImmediate(drip));
    };
    drip();
  };

/** 200 MB in chunks, so that no length warns of them. */
export const flood: Accident = (socket) => {
  let left = 200_000_000;
  const chunk = Buffer.alloc(65_536, ' ');
  socket.write(`${ok}${json}transfer-encoding: chunked\r\n\r\n`);
  const pour = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      const frame = Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]);
      if (!socket.write(frame)) return void socket.once('drain', pour);
    }
  };
  pour();
};

const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));

/** 50 kB that become 50 MB. */
export const gzipBomb: Accident = (socket) => {
  socket.write(`${ok}${json}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
  socket.end(bomb);
};

const tenThousand = Array.from({ length: 10_000 }, (_, at) => `x-header-${at}: x\r\n`).join('');
export const manyHeaders = saying(`${ok}${tenThousand}content-length: 2\r\n\r\n{}`);

export const tooLong = saying(`${ok}${json}connection: close\r\ncontent-length: 12\r\n\r\n{}`);
export const tooShort = saying(`${ok}${json}content-length: 1\r\n\r\n{}`);
export const brokenChunks = saying(`${ok}${json}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`);
export const notHttp = saying('SSH-2.0-OpenSSH_9.6\r\n');

const page =
  '<!DOCTYPE html>\n<html lang="en"><title>Sign in to the network</title><h1>Sign in to the network</h1></html>\n';
export const portal = saying(
  `${ok}content-type: text/html\r\nconnection: close\r\ncontent-length: ${page.length}\r\n\r\n${page}`,
);

export const redirecting = (status: number, location: string): Accident =>
  saying(`HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);

export function answering(status: number, headers: string, body: object): Accident {
  const text = JSON.stringify(body);
  return saying(
    `HTTP/1.1 ${status} X\r\n${headers}${json}content-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
}
