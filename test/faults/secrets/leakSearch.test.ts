/** The search of fault 12 can find something: in each encoding, in each kind of place. What finds nothing proves nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { BoundSecret } from '../../../src/core/redact';
import { encodings } from './encodings';
import { LeakSearch } from './leakSearch';

const secret = 'p&ss "wörd"\\/+= planted-0123456789';
const token = 'ya29.planted-for-the-search-0123456789';
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIGHAgEAMBMGByqGSM49'.repeat(3)}\nAbCdEfGhIjKlMnOpQrSt\n-----END PRIVATE KEY-----\n`;

function found(place: (search: LeakSearch) => void, ...values: readonly string[]): readonly string[] {
  const search = new LeakSearch();
  for (const value of values.length > 0 ? values : [secret, token]) search.plant('planted', value);
  place(search);
  return search.search().map(({ encoding }) => encoding);
}

describe('fault 12: the search for leaks', () => {
  for (const { name, spell } of encodings) {
    it(`finds a secret in ${name}, with other text around it`, () => {
      for (const value of [secret, token]) {
        for (const text of spell(value)) {
          const search = new LeakSearch();
          search.plant('planted', value);
          search.look('log', `before ${text}, after`);
          // The whole of it, and not only an end that the encoding has left as it was.
          const whole = search.search().filter((hit) => hit.secret === 'planted');
          assert.ok(whole.length > 0, text);
        }
      }
    });
  }

  for (const before of [0, 1, 2, 3, 4]) {
    it(`finds it in base64 of something longer, ${before} bytes in`, () => {
      for (const alphabet of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${'x'.repeat(before)}${secret}:password`).toString(alphabet);
        assert.ok(
          found((search) => search.look('log', text)).some((name) => name.startsWith('base64')),
          text,
        );
      }
    });
  }

  it('finds its first or last twelve characters alone, and fewer not', () => {
    for (const part of [token.slice(0, 12), token.slice(-12)]) {
      assert.deepEqual(found((search) => search.look('log', `token ${part}…`))[0], 'plain');
      assert.ok(found((search) => search.look('log', Buffer.from(part).toString('hex'))).includes('hex'));
    }
    for (const part of [token.slice(0, 11), token.slice(-11)]) {
      assert.deepEqual(
        found((search) => search.look('log', `token ${part}…`)),
        [],
      );
    }
  });

  it('finds a key by what is between its lines, and does not take the lines for it', () => {
    const alone = (text: string) => found((search) => search.look('log', text), pem);
    assert.ok(alone('read MIGHAgEAMBMGByqG from the file').length > 0);
    assert.ok(alone(JSON.stringify({ key: pem })).length > 0);
    assert.deepEqual(alone('It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----'), []);
  });

  describe('in each kind of place', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'reconsent-search-'));
      mkdirSync(join(folder, 'journal'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const below = () => found((search) => search.lookBelow('storage', folder));

    it('a text file', () => {
      writeFileSync(join(folder, 'journal', 'one.jsonl'), `${JSON.stringify({ a: secret })}\n`);
      assert.ok(below().length > 0);
    });
    it('a database, among other bytes', () => {
      const noise = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 31) % 256));
      writeFileSync(join(folder, 'state.vscdb'), Buffer.concat([noise, Buffer.from(token), noise]));
      assert.ok(below().includes('plain'));
      writeFileSync(join(folder, 'state.vscdb'), Buffer.concat([noise, Buffer.from(secret, 'utf16le'), noise]));
      assert.ok(below().includes('UTF-16'));
    });
    it('the name of a file or a folder, and where a link leads', () => {
      mkdirSync(join(folder, token));
      assert.ok(below().length > 0);
      rmSync(join(folder, token), { recursive: true });
      symlinkSync(`/tmp/${token}`, join(folder, 'link'));
      assert.ok(below().length > 0);
    });

    const values: Readonly<Record<string, unknown>> = {
      'the message of an error': new Error(`refused: ${token}`),
      'the stack of an error': Object.assign(new Error('refused'), { stack: `Error\n  at f (${token})` }),
      'the cause of an error': new Error('outer', { cause: new Error('inner', { cause: token }) }),
      'an error of several': new AggregateError([new Error(token)], 'all failed'),
      'a hidden property of an error': Object.defineProperty(new Error('refused'), 'request', { value: { token } }),
      'a property far down': { a: { b: { c: { d: { e: { f: { g: { h: [{ i: token }] } } } } } } } },
      'a map and a set': new Map([['one', new Set([token])]]),
      'a key of an object': { [token]: true },
      'a symbol': { [Symbol(token)]: true },
      'a getter': {
        get token(): string {
          return token;
        },
      },
      'what only JSON shows': { toJSON: () => token },
      'what only a text shows': { toString: () => token },
      'what only its rendering shows': { [inspect.custom]: () => token },
      'what its rendering hides': { token, [inspect.custom]: () => 'nothing' },
      'a buffer': { body: Buffer.from(token) },
      'an array of bytes': { body: [...Buffer.from(token)] },
      'the last of a long list': [...Array.from({ length: 500 }, () => 'x'), token],
    };
    for (const [name, value] of Object.entries(values)) {
      it(name, () => assert.ok(found((search) => search.lookInto('errors', value)).length > 0, inspect(value)));
    }

    it('and a sealed secret is not found, however it is shown', () => {
      const sealed = new BoundSecret(token, ['https://service.example']);
      assert.deepEqual(
        found((search) => search.lookInto('errors', sealed, { sealed }, new Error(`${sealed}`))),
        [],
      );
    });
  });

  it('leaves out a place only for the secret that has to be shown there', () => {
    const search = new LeakSearch();
    search.plant('user_code', 'WDJB-MJHT', ['shown']);
    search.plant('device_code', 'device-code-0123456789');
    search.look('shown: question', 'Enter WDJB-MJHT, or device-code-0123456789');
    search.look('log', 'WDJB-MJHT');
    const hits = search.search().map(({ secret: kind, place }) => `${kind} in ${place}`);
    assert.deepEqual(hits.sort(), [
      'device_code (beginning) in shown: question',
      'device_code (end) in shown: question',
      'device_code in shown: question',
      'user_code in log',
    ]);
    assert.match(search.summary(search.search()), /^2 secrets, 2 places, \d+ encodings, 4 hits$/);
  });

  it('says where something stands that is no secret, and does not count it', () => {
    const search = new LeakSearch();
    search.look('log', 'Reset of known-project/alice: verified');
    search.look('journal', '{}');
    search.look('exported', Buffer.from('known-project').toString('base64'));
    assert.deepEqual(search.whereIs('known-project'), ['log', 'exported']);
    assert.equal(search.summary(search.search()).startsWith('0 secrets, 3 places, '), true);
  });

  it('refuses to search for what is too short to be told from other text', () => {
    assert.throws(() => new LeakSearch().plant('code', '1234567'), /7 characters/);
  });
});
