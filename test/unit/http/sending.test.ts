import assert from 'node:assert/strict';
import type { HttpRequest, Log } from '../../../src/core/ports';
import { Deadline } from '../../../src/http/deadline';
import { prepare } from '../../../src/http/outgoing';
import { Sending } from '../../../src/http/sending';
import { ManualTimers } from '../../fakes/manualTimers';

describe('what is known of a request while it is under way', () => {
  let logged: string[];
  beforeEach(() => {
    logged = [];
  });

  function sending(wishes: Partial<HttpRequest> = {}): Sending {
    const request: HttpRequest = {
      method: 'POST',
      url: new URL('https://api.example/x'),
      pathTemplate: '/x',
      effect: 'irreversible',
      ...wishes,
    };
    const prepared = prepare(request, undefined);
    assert.ok(prepared.kind === 'prepared');
    const keep = (line: string) => void logged.push(line);
    const log: Log = { trace: keep, info: keep, warn: keep, error: keep };
    const deadline = new Deadline(new AbortController().signal, 1_000, new ManualTimers().start);
    return new Sending(request, prepared, { kind: 'direct', because: 'none-known' }, deadline, log);
  }

  it('begins with nothing', () => {
    const { sent, connection } = sending();
    assert.deepEqual([sent, connection], [false, 'none']);
  });

  const answers: readonly (readonly [unknown, boolean])[] = [
    [true, true],
    [false, false],
    // Nothing but a clear yes lets a request leave.
    [undefined, false],
    ['yes', false],
    [Promise.resolve(true), false],
  ];
  for (const [answer, may] of answers) {
    it(`${may ? 'may' : 'may not'} leave when the check says ${String(answer)}`, () => {
      assert.equal(sending({ mayLeave: () => answer as boolean }).mayStart(), may);
      assert.deepEqual(logged, []);
    });
  }

  it('may leave when nobody checks', () => assert.equal(sending().mayStart(), true));

  it('may not leave when the check fails, of which no more is said', () => {
    const mayLeave = () => {
      throw new Error('tok-in-an-error');
    };
    assert.equal(sending({ mayLeave }).mayStart(), false);
    assert.deepEqual(logged, ['network: a check before the start of a request failed']);
  });

  it('is told once that it leaves, however often it starts', () => {
    let told = 0;
    const one = sending({ onSent: () => void told++ });
    one.start('reused');
    assert.deepEqual([told, one.sent, one.connection], [1, true, 'reused']);
    one.start('fresh');
    assert.deepEqual([told, one.sent, one.connection], [1, true, 'fresh']);
  });

  it('leaves though a listener fails, of which no more is said', () => {
    const one = sending({
      onSent: () => {
        throw new Error('tok-in-an-error');
      },
    });
    one.start('fresh');
    assert.equal(one.sent, true);
    assert.deepEqual(logged, ['network: a listener for the start of a request failed']);
    sending().start('fresh');
    assert.equal(logged.length, 1);
  });

  it('can turn out not to have left after all', () => {
    const one = sending();
    one.start('editor');
    one.neverLeft();
    assert.deepEqual([one.sent, one.connection], [false, 'editor']);
  });
});
