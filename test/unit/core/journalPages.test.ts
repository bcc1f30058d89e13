import assert from 'node:assert/strict';
import { entryPage } from '../../../src/core/journalDetails';
import { exportRow, toCsv } from '../../../src/core/journalExport';
import { filterWords, findEntries, isFiltering, matchesFilter } from '../../../src/core/journalFilter';
import { localTime } from '../../../src/core/localTime';
import { reason, type TargetKey } from '../../../src/core/model';
import { collectReasonTexts, untranslated } from '../../../src/core/outcomeText';
import type { JournalEntry } from '../../../src/core/ports';

const noon = Date.UTC(2026, 0, 2, 12);
const texts = collectReasonTexts([
  { 'test.gone': { happened: 'It is gone.', notHappened: 'Nothing else ended.', remedy: 'Sign in anew.' } },
  { 'test.short': { happened: 'It is gone.' } },
]);
const context = { texts, translate: untranslated };
const open: JournalEntry = {
  operationId: 'op-1',
  address: { provider: 'google', origin: 'https://api.example', target: 'shop/alice' as TargetKey },
  projectLabel: 'Shop',
  identityLabel: 'alice',
  confirmedBy: 'modal',
  confirmedAt: noon - 2_000,
  credentialStoredAt: noon - 90_000,
  hints: {},
  openedAt: noon - 1_000,
  stage: 'sending',
};
const verified: JournalEntry = {
  ...open,
  stage: 'closed',
  sentAt: noon - 500,
  outcome: { kind: 'verified', reason: reason('test.gone'), at: noon },
};
const page = { ...context, service: 'Google', way: undefined };

describe('the page of an entry, word by word', () => {
  it('of a reset that was seen to have worked, asked for by an extension', () => {
    const entry = { ...verified, requestedBy: 'tool:reset', confirmedBy: 'task-allowance' as const };
    assert.equal(
      entryPage(entry, 'verified', { ...page, way: 'Reset Consent' }),
      `Reset of alice in Shop

It is gone.

Nothing else ended.

Sign in anew.

Outcome       verified
Identity      alice
Project       Shop
Key           shop/alice
Service       Google
Address       https://api.example
Way           Reset Consent
Requested by  tool:reset
Confirmed by  an allowance for tasks
Confirmed     ${localTime(noon - 2_000)}
Recorded      ${localTime(noon - 1_000)}, before anything was sent
Request left  ${localTime(noon - 500)}
Closed        ${localTime(noon)}
Sign-in of    ${localTime(noon - 90_000)}
Reason        test.gone
Operation id  op-1
`,
    );
  });

  it('of one that a window works on', () => {
    assert.equal(
      entryPage(open, 'running', page),
      `Reset of alice in Shop

A window is working on it.

Outcome       under way
Identity      alice
Project       Shop
Key           shop/alice
Service       Google
Address       https://api.example
Confirmed by  a person, in the question before it
Confirmed     ${localTime(noon - 2_000)}
Recorded      ${localTime(noon - 1_000)}, before anything was sent
Request left  not recorded
Closed        not yet
Sign-in of    ${localTime(noon - 90_000)}
Operation id  op-1
`,
    );
  });

  it('of one that was left open: it can be verified, unless it was dismissed', () => {
    const left = 'No window noted how it ended. The request may have been carried out; it is not sent again.';
    const begin = (state: 'unknown' | 'dismissed'): string =>
      entryPage(open, state, page).split('\n\nOutcome')[0] ?? '';
    assert.equal(begin('unknown'), `Reset of alice in Shop\n\n${left}\n\nVerify reads whether the consent is gone.`);
    assert.equal(begin('dismissed'), `Reset of alice in Shop\n\n${left}`);
  });

  it('has no empty paragraph where a reason says little', () => {
    const outcome = { kind: 'verified', reason: reason('test.short'), at: noon } as const;
    assert.match(
      entryPage({ ...verified, outcome }, 'verified', page),
      /^[^\n]+\n\nIt is gone\.\n\nOutcome {7}verified\n/,
    );
  });
});

describe('the words and the reach of a filter', () => {
  it('says what is filtered by, in one line', () => {
    assert.equal(filterWords({}, [], untranslated), '');
    assert.equal(filterWords({}, ['Shop', 'a\u202eb'], untranslated), 'Shop · a b');
    assert.equal(filterWords({ outcome: 'not-reset' }, ['Shop'], untranslated), 'Shop · not reset');
    assert.equal(filterWords({ text: 'x'.repeat(50) }, [], untranslated), `"${'x'.repeat(39)}…"`);
    assert.equal(
      filterWords({ outcome: 'verified', text: 'a' }, ['n'.repeat(99)], untranslated),
      `${'n'.repeat(59)}… · verified · "a"`,
    );
    assert.equal(isFiltering({}), false);
    assert.equal(isFiltering({ text: 'a' }), true);
  });

  it('finds a text within one fact, and not across two of them', () => {
    const fits = (text: string): boolean => matchesFilter(verified, 'verified', { text }, context);
    for (const text of ['ALICE', 'shop', 'google', 'api.example', 'op-1', 'verified', 'nothing else'])
      assert.ok(fits(text), text);
    for (const text of ['aliceShop', 'Shopgoogle', 'undefined']) assert.ok(!fits(text), text);
    assert.ok(!matchesFilter(open, 'running', { text: '!' }, context));
  });

  it('says that there is more exactly when there is', async () => {
    const entries = Array.from({ length: 3 }, (_, at) => ({ ...verified, operationId: `op-${at}` }));
    const journal = {
      read: async (limit: number) => ({ entries: entries.slice(0, limit) }),
      unfinished: async () => [],
    };
    const found = async (wanted: number) => findEntries(journal, {}, wanted, context);
    assert.deepEqual([(await found(2)).entries.length, (await found(2)).more], [2, true]);
    assert.deepEqual([(await found(3)).entries.length, (await found(3)).more], [3, false]);
    assert.ok(!('unreadable' in (await found(3))));
  });

  it('reads no further than twenty thousand entries for what is rare, and says that there may be more', async () => {
    const limits: number[] = [];
    const journal = {
      read: async (limit: number) => {
        limits.push(limit);
        return { entries: Array.from({ length: limit }, () => verified) };
      },
      unfinished: async () => [],
    };
    const found = await findEntries(journal, { text: 'never' }, 1, context);
    assert.deepEqual([found.entries.length, found.more], [0, true]);
    assert.deepEqual(limits, [51, 204, 816, 3_264, 13_056, 52_224]);
  });
});

describe('an exported entry', () => {
  it('leaves empty what is not known', () => {
    const row = exportRow(open, 'running', context);
    const { sentAt, closedAt, reason: why, explanation, way, requestedBy } = row;
    assert.deepEqual([sentAt, closedAt, why, explanation, way, requestedBy], Array(6).fill(''));
    assert.equal(exportRow({ ...open, openedAt: Number.NaN }, 'running', context).recordedAt, '');
    assert.equal(row.recordedAt, new Date(noon - 1_000).toISOString());
    const lines = toCsv([row]).split('\r\n');
    assert.equal(lines.length, 3);
    assert.equal(lines[2], '');
  });

  it('has an apostrophe before what a spreadsheet would run, and nowhere else', () => {
    const cell = (identityLabel: string): string =>
      toCsv([exportRow({ ...open, identityLabel }, 'running', context)]).split('","')[2 + 17] ?? '';
    for (const [name, shown] of [
      ['=1+1', "'=1+1"],
      ['a=1', 'a=1'],
      ['＠x', "'＠x"],
      ['a;=1', "a;'=1"],
      ['alice', 'alice'],
    ] as const)
      assert.equal(cell(name), shown);
  });
});
