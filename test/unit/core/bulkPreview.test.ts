import assert from 'node:assert/strict';
import {
  type BulkPreviewPorts,
  type BulkProgress,
  previewAttempts,
  previewBulk,
  previewsAtOnce,
} from '../../../src/core/bulkPreview';
import { asQuota, reason, type Target } from '../../../src/core/model';
import type { Preview } from '../../../src/core/provider';
import { end, ending, go, type Step } from '../../../src/core/resetSteps';
import { BulkDesk, previewOf, way } from '../../fakes/bulkDesk';

const quota = asQuota(reason('test.quota'), 39);

describe('reading what a bulk of resets would do', () => {
  let desk: BulkDesk;
  let reported: BulkProgress[];
  let asked: string[];
  let answer: (id: string, times: number) => Step<Preview>;
  beforeEach(() => {
    desk = new BulkDesk(3);
    reported = [];
    asked = [];
    answer = () => go(previewOf());
  });

  const refusal = (why = reason('test.refused')): Step<Preview> => end(ending(desk, 'refused', why));

  function ports(changes: Partial<BulkPreviewPorts['operations']> = {}): BulkPreviewPorts {
    const preview = async ({ identity: { id } }: Target, wayId: string): Promise<Step<Preview>> => {
      assert.equal(wayId, way.id);
      asked.push(id);
      return answer(id, asked.filter((one) => one === id).length);
    };
    return {
      operations: { preview, ...changes },
      clock: desk.clock,
      progress: (one) => void reported.push(one),
    };
  }

  const read = (signal = new AbortController().signal, changes = {}) =>
    previewBulk(
      desk.targets.map((target) => ({ target, way })),
      ports(changes),
      signal,
    );

  it('keeps the order, and apart from those that can be reset those that cannot, with their reason', async () => {
    answer = (id) => (id === 'user1' ? refusal() : go(previewOf([reason(`test.loss.${id}`)])));
    const plan = await read();
    assert.deepEqual(
      plan?.items.map(({ target, preview }) => [target.identity.id, preview.losses[0]?.code]),
      [
        ['user0', 'test.loss.user0'],
        ['user2', 'test.loss.user2'],
      ],
    );
    assert.deepEqual(
      plan?.leftOut.map(({ target, outcome }) => [target.identity.id, outcome.kind, outcome.reason.code]),
      [['user1', 'refused', 'test.refused']],
    );
    assert.deepEqual(asked, ['user0', 'user1', 'user2']);
  });

  it('tells how far it is, from none to all', async () => {
    await read();
    assert.deepEqual(
      reported.map(({ done, total, waitingUntil }) => [done, total, waitingUntil]),
      [0, 1, 2, 3].map((done) => [done, 3, undefined]),
    );
  });

  it('waits as long as the service asks, says until when, and asks that one again', async () => {
    answer = (id, times) => (id === 'user0' && times === 1 ? refusal(quota) : go(previewOf()));
    const start = desk.clock.now();
    const plan = await read();
    assert.equal(plan?.items.length, 3);
    assert.equal(asked.filter((id) => id === 'user0').length, 2);
    assert.ok(desk.clock.now() - start >= 39_000);
    assert.ok(reported.some(({ waitingUntil }) => waitingUntil !== undefined && waitingUntil >= start + 39_000));
    assert.equal(reported.at(-1)?.waitingUntil, undefined);
  });

  it('gives one up that is turned away again and again', async () => {
    answer = (id) => (id === 'user1' ? refusal(quota) : go(previewOf()));
    const plan = await read();
    assert.equal(asked.filter((id) => id === 'user1').length, previewAttempts);
    assert.deepEqual(
      plan?.leftOut.map(({ outcome }) => outcome.reason.code),
      ['test.quota'],
    );
  });

  it('does not wait for longer than the bulk could last', async () => {
    answer = () => refusal(asQuota(reason('test.quota'), 86_400));
    const start = desk.clock.now();
    const plan = await read();
    assert.equal(plan?.leftOut.length, 3);
    assert.equal(asked.length, 3);
    assert.equal(desk.clock.now(), start);
  });

  it('reads so many at a time', async () => {
    desk = new BulkDesk(20);
    let most = 0;
    let now = 0;
    const preview = async (): Promise<Step<Preview>> => {
      most = Math.max(most, ++now);
      await new Promise((turn) => setImmediate(turn));
      now--;
      return go(previewOf());
    };
    const plan = await read(undefined, { preview });
    assert.equal(plan?.items.length, 20);
    assert.equal(most, previewsAtOnce);
  });

  it('is nothing when it was cancelled, also in the middle', async () => {
    assert.equal(await read(AbortSignal.abort()), undefined);
    assert.deepEqual(asked, []);
    const cancel = new AbortController();
    answer = () => {
      cancel.abort();
      return go(previewOf());
    };
    assert.equal(await read(cancel.signal), undefined);
  });
});
