import assert from 'node:assert/strict';
import type { BulkItem } from '../../../src/core/bulkPreview';
import {
  namedAtMost,
  presentBulkItem,
  presentBulkProgress,
  presentBulkQuestion,
  presentBulkReport,
  presentBulkSummary,
  presentCounts,
  presentLeftOut,
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

/** What a user is shown of one, or of all, before the answer. */
describe('the list before a bulk', () => {
  const [item] = new BulkDesk(1).items;
  assert.ok(item);
  const granting = (timeBased: readonly string[], oneTime: readonly string[] = []): BulkItem => ({
    ...item,
    preview: { ...item.preview, grant: { ...item.preview.grant, timeBased, oneTime } },
  });

  it('says who, what is granted, and what would be lost', () => {
    const losing = {
      ...granting(['maps'], ['youtube']),
      preview: previewOf([reason('test.loss'), reason('test.missing')]),
    };
    assert.deepEqual(presentBulkItem(losing, new Set([targetKey(item.target)]), context), {
      label: 'user0@example.com',
      description: 'maps',
      detail:
        'The outcome of an earlier reset is still unknown. Better verify that one first. 1 archive was not downloaded. No credential is stored.',
    });
    assert.deepEqual(presentBulkItem(granting(['maps'], ['youtube']), new Set(), context), {
      label: 'user0@example.com',
      description: 'maps, youtube',
      detail: '',
    });
  });

  for (const [names, description] of [
    [[], ''],
    [['a', 'b', 'c'], 'a, b, c'],
    [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
    [['a\u202eb\nc'], 'a b c'],
  ] as const) {
    it(`names ${names.length} grants as "${description}"`, () => {
      assert.equal(presentBulkItem(granting(names), new Set(), context).description, description);
    });
  }

  it('says who is left out, and why', () => {
    assert.deepEqual(presentLeftOut({ target: item.target, outcome: leftOutcome }, context), {
      label: 'user0@example.com',
      description: 'not sent',
      detail: 'No credential is stored.',
    });
  });
});

describe('the question before a bulk', () => {
  const question = (count: number, losing: number, leftOut = 0) => {
    const desk = new BulkDesk(count + leftOut);
    const items = desk.items
      .slice(0, count)
      .map((item, at) => (at < losing ? { ...item, preview: previewOf([reason('test.loss')]) } : item));
    const left = desk.targets.slice(count).map((target) => ({ target, outcome: leftOutcome }));
    const asked = presentBulkQuestion(items, left, new Set(), context);
    return { ...asked, sections: asked.detail.split('\n\n').map((section) => section.split('\n')) };
  };
  const names = (from: number, to: number): readonly string[] =>
    Array.from({ length: to - from }, (_, at) => `user${from + at}@example.com`);
  const rest = ['The whole consent ends.', 'This cannot be undone: only new consents give access again.'];

  it('is about one consent where it is one, and has no part that is empty', () => {
    const { message, verb, detail } = question(1, 0);
    assert.deepEqual([message, verb], ['Reset 1 consent?', 'Reset 1 Consent']);
    assert.deepEqual(detail.split('\n\n'), [
      'Shop: 1, sent to https://consent.example',
      '• user0@example.com',
      ...rest,
    ]);
  });

  it('names all of as many as have room, and only the first of one more', () => {
    const all = names(0, namedAtMost).map((name) => `• ${name}`);
    assert.deepEqual(question(namedAtMost, 0).sections[1], all);
    assert.deepEqual(question(namedAtMost + 1, 0).sections[1], [`${names(0, namedAtMost).join(', ')} and 1 more`]);
  });

  it('names those that lose something as far as there is room, and counts the others', () => {
    const first = `${names(0, namedAtMost).join(', ')} and 12 more`;
    const marked = names(0, namedAtMost).map((name) => `• ${name}  1 archive was not downloaded.`);
    assert.deepEqual(question(20, namedAtMost).sections[1], [first, ...marked]);
    assert.deepEqual(question(20, namedAtMost + 2).sections[1], [first, ...marked, '• and 2 more']);
    assert.match(question(20, namedAtMost + 2).message, /^With 10 of them something is lost/);
  });

  it('says of the first loss only in the question, of all of them where each is named', () => {
    const desk = new BulkDesk(namedAtMost + 1);
    const items = desk.items.map((item) => ({
      ...item,
      preview: previewOf([reason('test.loss'), reason('test.missing')]),
    }));
    const line = (some: readonly BulkItem[], at: number) =>
      presentBulkQuestion(some, [], new Set(), context).detail.split('\n\n')[1]?.split('\n')[at];
    assert.equal(line(items, 1), '• user0@example.com  1 archive was not downloaded.');
    assert.equal(
      line(items.slice(1), 0),
      '• user1@example.com  1 archive was not downloaded.  No credential is stored.',
    );
  });

  it('counts those who are left out, and names them as far as there is room', () => {
    const lines = (count: number) => question(1, 0, count).sections.at(-2);
    const line = (name: string) => `• ${name}  No credential is stored.`;
    const title = (count: number) => `Left out, nothing is sent for them: ${count}`;
    assert.deepEqual(lines(namedAtMost), [title(8), ...names(1, 9).map(line)]);
    assert.deepEqual(lines(namedAtMost + 3), [title(11), ...names(1, 9).map(line), '• and 3 more']);
  });

  it('says where each project sends to, which may be elsewhere than its own address', () => {
    const desk = new BulkDesk(3);
    const [first, second, third] = desk.items;
    assert.ok(first && second && third);
    const project = { ...first.target.project, id: 'other', label: 'Ot\u202eher' };
    const elsewhere = {
      ...second,
      target: { ...second.target, project },
      way: { ...second.way, sentTo: () => 'https://revoke.example' },
    };
    const { detail } = presentBulkQuestion([first, elsewhere, third], [], new Set(), context);
    assert.deepEqual(detail.split('\n\n')[0]?.split('\n'), [
      'Shop: 2, sent to https://consent.example',
      'Ot her: 1, sent to https://revoke.example',
    ]);
  });

  it('says of each effect once, and of no more than have room', () => {
    const desk = new BulkDesk(2);
    const effects = Array.from({ length: namedAtMost + 1 }, (_, at) => reason(`test.effect${at}`));
    const items = desk.items.map((item) => ({ ...item, preview: { ...item.preview, effects } }));
    const told = new Map(effects.map(({ code }) => [code, { happened: `${code} happens.` }]));
    const { detail } = presentBulkQuestion(items, [], new Set(), { ...context, texts: told });
    assert.deepEqual(
      detail.split('\n\n')[2]?.split('\n'),
      effects.slice(0, namedAtMost).map(({ code }) => `${code} happens.`),
    );
  });

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

  it('as a report: what needs a look first, then who was left out, then the rest, and no empty part', () => {
    const [gone, alone, out] = new BulkDesk(3).targets;
    assert.ok(gone && alone && out);
    const verified = { target: gone, outcome: { kind: 'verified', reason: reason('test.effect'), at: noon } } as const;
    const refused = { target: alone, outcome: { ...leftOutcome, kind: 'refused' } } as const;
    const left = { target: out, outcome: leftOutcome };
    assert.deepEqual(presentBulkReport([verified, refused], [left], context), [
      '1 verified, 1 refused',
      '',
      'Not verified (1)',
      '',
      'user1@example.com (Shop): refused',
      '    No credential is stored.',
      '    Store one.',
      '',
      'Left out, nothing was sent for them (1)',
      '',
      'user2@example.com (Shop): not sent',
      '    No credential is stored.',
      '    Store one.',
      '',
      'Verified (1)',
      '',
      'user0@example.com (Shop): verified',
      '    The whole consent ends.',
    ]);
    assert.deepEqual(presentBulkReport([], [], context), ['']);
  });
});
