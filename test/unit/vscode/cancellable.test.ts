import assert from 'node:assert/strict';
import { FakeEditor } from '../../fakes/editor';
import { ManualClock } from '../../fakes/manualClock';

describe('something that can take a while', () => {
  let editor: FakeEditor;
  let clock: ManualClock;
  let cancellable: typeof import('../../../src/vscode/jobs/cancellable').cancellable;
  before(async () => {
    cancellable = (await import('../../../src/vscode/jobs/cancellable')).cancellable;
  });
  beforeEach(() => {
    editor = new FakeEditor();
    editor.use();
    clock = new ManualClock(0);
  });
  afterEach(() => assert.equal(clock.sleeping, 0, 'no timer is left'));

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is not told when it is done at once, also when it fails', async () => {
    assert.equal(await cancellable('Reading', clock, async () => 'read'), 'read');
    await assert.rejects(
      cancellable('Reading', clock, async () => {
        throw new Error('a defect');
      }),
      /a defect/,
    );
    assert.deepEqual(editor.titles, []);
  });

  it('is told when it takes longer, and can be stopped from there', async () => {
    const work = cancellable(
      'Reading',
      clock,
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'))),
    );
    clock.advance(399);
    await turn();
    assert.deepEqual(editor.titles, []);
    clock.advance(1);
    await turn();
    assert.deepEqual(editor.titles, ['Reading']);
    editor.progress[0]?.cancel();
    assert.equal(await work, 'stopped');
  });
});
