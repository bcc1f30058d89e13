import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { Target } from '../../../src/core/model';
import type { ResetCommand } from '../../../src/vscode/commands/resetConsent';
import { project } from '../../fakes/resetStage';

describe('Stop on the row of an identity', () => {
  let command: ResetCommand;
  let target: Target;
  beforeEach(async () => {
    const { ResetCommand: RealCommand } = await import('../../../src/vscode/commands/resetConsent');
    command = new RealCommand({} as ConstructorParameters<typeof RealCommand>[0]);
    const shop = project();
    target = { project: shop, identity: shop.identities[0] ?? assert.fail('nobody') };
  });

  it('reaches all that is under way with it, and what goes on after another one has ended', () => {
    const [bulk, task] = [new AbortController(), new AbortController()];
    command.alsoStops(target, bulk);
    const taskEnds = command.alsoStops(target, task);
    taskEnds.dispose();
    command.stop(target);
    assert.deepEqual([bulk.signal.aborted, task.signal.aborted], [true, false]);
    command.alsoStops(target, task);
    command.stop(target);
    assert.ok(task.signal.aborted);
  });

  it('does nothing when nothing is under way any more', () => {
    const done = new AbortController();
    command.alsoStops(target, done).dispose();
    command.stop(target);
    command.dispose();
    assert.ok(!done.signal.aborted);
  });
});
