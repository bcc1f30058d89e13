import assert from 'node:assert/strict';
import { type ClientFiles, readClientFile } from '../../../src/vscode/signIn/clientFile';

const origin = 'https://oauth2.googleapis.com';
const client = { installed: { client_id: '123-abc.apps.googleusercontent.com', client_secret: 'GOCSPX-planted' } };

/** A file of this content; the file system may not know how long it is. */
function files(content: string | Error, size?: number): ClientFiles & { readonly reads: () => number } {
  let reads = 0;
  const bytes = content instanceof Error ? new Uint8Array() : new TextEncoder().encode(content);
  return {
    reads: () => reads,
    stat: async () => ({ type: 1, ctime: 0, mtime: 0, size: size ?? bytes.length }),
    readFile: async () => {
      reads++;
      if (content instanceof Error) throw content;
      return bytes;
    },
  };
}

async function problem(from: ClientFiles): Promise<string> {
  const read = await readClientFile({} as never, [origin], from);
  assert.ok(read.kind === 'problem');
  assert.doesNotMatch(JSON.stringify(read), /planted/);
  return read.reason.code;
}

describe('a client file that the user has picked', () => {
  it('is read through the file system of the editor', async () => {
    const read = await readClientFile({} as never, [origin], files(JSON.stringify(client)));
    assert.ok(read.kind === 'client');
    assert.equal(read.client.clientSecret.revealFor(new URL(origin)).kind, 'revealed');
  });

  it('is not read when it is too large, whatever is in it', async () => {
    const large = files(JSON.stringify(client), 65_537);
    assert.equal(await problem(large), 'clientFile.tooLarge');
    assert.equal(large.reads(), 0);
    const padded = `${JSON.stringify(client)}${' '.repeat(65_536)}`;
    assert.equal(await problem(files(padded, 0)), 'clientFile.tooLarge', 'of a size that was not known before');
  });

  it('is told when it cannot be read, or is no JSON', async () => {
    assert.equal(await problem(files(new Error('planted: no such file'))), 'clientFile.unreadable');
    const gone = { ...files('{}'), stat: () => Promise.reject(new Error('planted: gone')) };
    assert.equal(await problem(gone), 'clientFile.unreadable');
    assert.equal(await problem(files('\u0000\u0001 planted')), 'clientFile.notJson');
  });
});
