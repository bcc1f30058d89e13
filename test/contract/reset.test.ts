import assert from 'node:assert/strict';
import { ResetWorld } from '../fakes/resetWorld';

describe('reset, end to end against the sandbox', () => {
  let world: ResetWorld;
  beforeEach(async () => {
    world = await ResetWorld.open();
  });
  afterEach(() => world.close());

  it('with a refresh token: granted before, none after, verified by an independent read', async () => {
    await world.signIn('alice', 'refreshToken');
    assert.equal(world.consent('alice'), 'granted');
    const outcome = await world.reset('alice');
    assert.equal(outcome.kind, 'verified', world.text(outcome));
    assert.equal(world.consent('alice'), 'none');
    assert.equal(world.resetRequests().length, 1);
  });
});
