import assert from 'node:assert/strict';
import {
  namedAtMost,
  presentBulkProgress,
  presentBulkQuestion,
  presentBulkReport,
  presentBulkSummary,
  presentCounts,
} from '../../../src/core/bulkWords';
import { reason, targetKey } from '../../../src/core/model';
import { untranslated } from '../../../src/core/outcomeText';
import { BulkDesk, previewOf } from '../../fakes/bulkDesk';
import { noon } from '../../fakes/resetStage';

const texts = new Map([
  ['test.loss', { happened: '1 archive was not downloaded.' }],
  ['test.effect', { happened: 'The whole consent ends.' }],
  ['test.missing', { happened: 'No credential is stored.', remedy: 'Store one.' }],
]);
const context = { now: noon, texts, translate: untranslated };
const leftOutcome = { kind: 'not-sent', reason: reason('test.missing'), at: noon } as const;

describe('the question before a bulk', () => {
  it('names each of few, with what it would lose, what is sent where, and who is left out', () => {
    const desk = new BulkDesk(4);
    const [first, second, third] = desk.items;
    const [, , , last] = desk.targets;
    assert.ok(first && second && third && last);
    const items = [first, { ...second, preview: previewOf([reason('test.loss')]) }, third];
    const earlier = new Set([targetKey(third.target)]);
    const { message, detail, verb } = presentBulkQuestion(
      items,
      [{ target: last, outcome: leftOutcome }],
      earlier,
      context,
    );
    assert.equal(verb, 'Reset 3 Consents');
    assert.match(message, /^With 1 of them something is lost, or may be: see below\. Reset 3 consents\?$/);
    const lines = detail.split('\n');
    assert.ok(lines.includes('Shop: 3, sent to https://consent.example'), detail);
    assert.ok(lines.includes('• user0@example.com'), detail);
    assert.ok(lines.includes('• user1@example.com  1 archive was not downloaded.'), detail);
    assert.ok(
      lines.some((line) => /^• user2@example\.com {2}The outcome of an earlier reset/.test(line)),
      detail,
    );
    assert.ok(lines.includes('• user3@example.com  No credential is stored.'), detail);
    assert.equal(detail.split('The whole consent ends.').length, 2, 'an effect of all is said once');
    assert.match(detail, /cannot be undone/);
  });

  it('counts many, which were read in a list before, and still names those that lose something', () => {
    const desk = new BulkDesk(120);
    const items = desk.items.map((item, at) =>
      at === 100 ? { ...item, preview: previewOf([reason('test.loss'), reason('test.missing')]) } : item,
    );
    const { detail } = presentBulkQuestion(items, [], new Set(), context);
    assert.ok(detail.includes(`and ${120 - namedAtMost} more`), detail);
    assert.ok(detail.includes('• user100@example.com  1 archive was not downloaded.'), detail);
    assert.ok(detail.split('\n').length < 12, detail);
  });
});

describe('what is said of a bulk', () => {
  it('while it is under way: how many are done, and until when it waits', () => {
    const counted = { done: 37, total: 120 };
    assert.equal(presentBulkProgress({ ...counted, waitingUntil: undefined }, context), '37 of 120');
    assert.match(
      presentBulkProgress({ ...counted, waitingUntil: noon + 39_000 }, context),
      /^37 of 120, waiting until \d\d:\d\d:39 for the quota/,
    );
  });

  it('after it: every result once, and each that was not verified with its reason', () => {
    const { targets } = new BulkDesk(4);
    const kinds = ['verified', 'refused', 'verified', 'unknown'] as const;
    const results = targets.map((target, at) => ({
      target,
      outcome: { kind: kinds[at] ?? 'unknown', reason: reason('test.missing'), at: noon },
    }));
    assert.equal(presentCounts(results, context), '2 verified, 1 outcome unknown, 1 refused');
    const summary = (from: number, to?: number): string => presentBulkSummary(results.slice(from, to), context);
    assert.equal(summary(0), '2 of 4 consents are reset. The others: 1 outcome unknown, 1 refused.');
    assert.equal(summary(0, 2), '1 of 2 consents is reset. The others: 1 refused.');
    const lost = results.filter(({ outcome }) => outcome.kind !== 'verified');
    assert.match(presentBulkSummary(lost, context), /^None of the 2 consents is known to be reset: 1 outcome unknown/);
    assert.equal(presentBulkSummary(lost.slice(0, 1), context), 'The consent is not known to be reset: 1 refused.');
    const report = presentBulkReport(results, [], context);
    const notVerified = report.indexOf('Not verified (2)');
    const verified = report.indexOf('Verified (2)');
    assert.ok(notVerified > 0 && verified > notVerified, report.join('\n'));
    assert.equal(report.indexOf('user1@example.com (Shop): refused'), notVerified + 2);
    assert.equal(report[notVerified + 3], '    No credential is stored.');
    assert.equal(report[notVerified + 4], '    Store one.');
  });
});
