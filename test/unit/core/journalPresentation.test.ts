import assert from 'node:assert/strict';
import { entryPage } from '../../../src/core/journalDetails';
import { exportRow, toCsv, toJsonLines } from '../../../src/core/journalExport';
import { findEntries, findEntry, type JournalFilter, projectOf } from '../../../src/core/journalFilter';
import { entryState, presentEntry } from '../../../src/core/journalPresentation';
import { localTime } from '../../../src/core/localTime';
import { reason, type TargetKey } from '../../../src/core/model';
import type { Outcome, OutcomeKind } from '../../../src/core/outcome';
import { collectReasonTexts, untranslated } from '../../../src/core/outcomeText';
import type { JournalEntry } from '../../../src/core/ports';
import { reasonTexts } from '../../../src/core/reasonTexts';

const noon = Date.UTC(2026, 0, 2, 12);
const texts = collectReasonTexts([
  reasonTexts,
  { 'test.lost': { happened: 'The answer was lost.', remedy: 'Verify it.' }, 'test.gone': { happened: 'It is gone.' } },
]);
const context = { now: noon, texts, translate: untranslated };

function entryOf(over: Partial<JournalEntry> = {}): JournalEntry {
  return {
    operationId: 'op-1',
    address: { provider: 'google', origin: 'https://api.example', target: 'shop/alice' as TargetKey },
    projectLabel: 'Shop',
    identityLabel: 'alice',
    confirmedBy: 'modal',
    confirmedAt: noon - 2_000,
    credentialStoredAt: noon - 90_000,
    hints: { planted: 'ya29.secret' },
    openedAt: noon - 1_000,
    stage: 'sending',
    ...over,
  };
}

function ended(kind: OutcomeKind, over: Partial<JournalEntry> = {}): JournalEntry {
  const outcome: Outcome = { kind, reason: reason(kind === 'unknown' ? 'test.lost' : 'test.gone'), at: noon };
  return entryOf({ stage: 'closed', sentAt: noon - 500, outcome, ...over });
}

/** A journal that counts how much of it was read. */
function journalOf(entries: readonly JournalEntry[], open: readonly JournalEntry[] = [], unreadable?: string) {
  const limits: number[] = [];
  return {
    limits,
    read: async (limit: number) => {
      limits.push(limit);
      return { entries: entries.slice(0, limit), ...(unreadable !== undefined && { unreadable }) };
    },
    unfinished: async () => open,
  };
}

describe('the state of a journal entry', () => {
  it('is its outcome, or that nobody knows it, or that somebody is at it', () => {
    assert.equal(entryState(ended('verified'), new Set()), 'verified');
    assert.equal(entryState(ended('unknown'), new Set()), 'unknown');
    assert.equal(entryState(entryOf(), new Set(['op-1'])), 'unknown');
    assert.equal(entryState(entryOf({ stage: 'sent' }), new Set(['another'])), 'running');
    assert.equal(entryState(ended('unknown', { dismissed: true }), new Set()), 'dismissed');
    assert.equal(entryState(entryOf({ dismissed: true }), new Set()), 'dismissed');
    assert.equal(entryState(ended('verified', { dismissed: true }), new Set()), 'verified');
  });
});

describe('a row of the journal', () => {
  it('says identity, outcome, time and project, in words', () => {
    const shown = presentEntry(ended('verified'), 'verified', context);
    const time = localTime(noon - 1_000, noon);
    assert.equal(shown.label, 'alice');
    assert.equal(shown.description, `verified · ${time} · Shop`);
    assert.equal(shown.ariaLabel, `alice, verified, ${time}, project Shop`);
    assert.deepEqual(shown.tooltip, ['alice in Shop', `verified · ${time}`, 'It is gone.']);
  });

  it('has other words for every other icon', () => {
    const states = ['verified', 'refused', 'unknown', 'running', 'dismissed', 'not-sent', 'not-reset'] as const;
    const words = states.map((state) => presentEntry(entryOf(), state, context).description);
    assert.equal(new Set(words).size, states.length);
  });

  it('can be settled only where the outcome is unknown', () => {
    assert.match(presentEntry(ended('unknown'), 'unknown', context).contextValue, /;settleable;/);
    for (const state of ['running', 'dismissed', 'verified', 'refused'] as const) {
      assert.doesNotMatch(presentEntry(entryOf(), state, context).contextValue, /settleable/, state);
    }
  });

  it('keeps hostile names on one line and in order', () => {
    const shown = presentEntry(ended('verified', { identityLabel: 'a\u202elice\nb' }), 'verified', context);
    assert.equal(shown.label, 'a lice b');
  });
});

describe('the page of an entry', () => {
  it('tells every fact, and no hint', () => {
    const page = entryPage(ended('unknown'), 'unknown', { ...context, service: 'Google', way: 'Reset Consent' });
    for (const fact of ['Reset of alice in Shop', 'The answer was lost.', 'Verify it.', 'shop/alice', 'op-1']) {
      assert.ok(page.includes(fact), fact);
    }
    assert.match(page, /^Address {2,}https:\/\/api\.example$/m);
    assert.match(page, /^Way {2,}Reset Consent$/m);
    assert.match(page, new RegExp(`^Request left {2,}${localTime(noon - 500)}$`, 'm'));
    assert.doesNotMatch(page, /planted|ya29/);
  });

  it('advises nothing any more for one that was dismissed', () => {
    const page = { ...context, service: 'Google', way: undefined };
    assert.doesNotMatch(entryPage(ended('unknown', { dismissed: true }), 'dismissed', page), /Verify/);
    assert.doesNotMatch(entryPage(entryOf({ dismissed: true }), 'dismissed', page), /Verify/);
  });

  it('does not claim that an open one has ended, or that its request has left', () => {
    const page = entryPage(entryOf(), 'unknown', { ...context, service: 'Google', way: undefined });
    assert.match(page, /No window noted how it ended/);
    assert.match(page, /^Request left {2,}not recorded$/m);
    assert.match(page, /^Closed {2,}not yet$/m);
  });
});

describe('the filter of the journal', () => {
  const bob = ended('verified', {
    operationId: 'op-2',
    identityLabel: 'Bob',
    address: { provider: 'google', origin: 'https://api.example', target: 'shop/bob' as TargetKey },
  });
  const elsewhere = ended('refused', {
    operationId: 'op-3',
    projectLabel: 'Shopping',
    address: { provider: 'google', origin: 'https://other.example', target: 'shopping/alice' as TargetKey },
  });
  const open = entryOf();
  const journal = journalOf([open, bob, elsewhere], [open]);
  const idsOf = async (filter: JournalFilter) =>
    (await findEntries(journal, filter, 10, context)).entries.map(({ entry }) => entry.operationId);

  it('finds by project, identity, outcome and text, and by all of them', async () => {
    assert.deepEqual(await idsOf({}), ['op-1', 'op-2', 'op-3']);
    assert.deepEqual(await idsOf({ project: projectOf(open) }), ['op-1', 'op-2']);
    assert.deepEqual(await idsOf({ identity: bob.address.target }), ['op-2']);
    assert.deepEqual(await idsOf({ outcome: 'unknown' }), ['op-1']);
    assert.deepEqual(await idsOf({ text: 'OTHER.example' }), ['op-3']);
    assert.deepEqual(await idsOf({ text: 'it is gone' }), ['op-2', 'op-3']);
    assert.deepEqual(await idsOf({ text: 'it is gone', project: projectOf(open) }), ['op-2']);
  });

  it('reads only as far as it has to, and on while too few match', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => ended('verified', { operationId: `op-${at}` }));
    const all = journalOf(many);
    const first = await findEntries(all, {}, 50, context);
    assert.deepEqual([first.entries.length, first.more, all.limits], [50, true, [51]]);
    const rare = journalOf([...many, ended('refused', { operationId: 'last' })]);
    const found = await findEntries(rare, { outcome: 'refused' }, 50, context);
    assert.deepEqual([found.entries.map(({ entry }) => entry.operationId), found.more], [['last'], false]);
    assert.deepEqual(rare.limits, [51, 204, 816, 3264]);
    const last = await findEntry(rare, 'last');
    assert.equal(last.kind === 'found' && last.state, 'refused');
    assert.deepEqual(await findEntry(rare, 'nowhere'), { kind: 'none' });
  });

  it('does not take what cannot be read for what is not there', async () => {
    const half = journalOf([bob], [], 'EACCES');
    const { entries, unreadable } = await findEntries(half, {}, 10, context);
    assert.deepEqual([entries.length, unreadable], [1, 'EACCES']);
    assert.deepEqual(await findEntry(half, 'nowhere'), { kind: 'unreadable', code: 'EACCES' });
    assert.equal((await findEntry(half, 'op-2')).kind, 'found');
  });
});

describe('the exported journal', () => {
  const hostile = [
    '=HYPERLINK("https://evil.example")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '＝1',
    'say "hi", twice',
    'Shop;=1+1',
    'Shop; "=1+1"',
    'a\r\nb',
  ];
  const rows = hostile.map((identityLabel) => exportRow(ended('verified', { identityLabel }), 'verified', context));

  it('is CSV in which no cell is a formula, and no name breaks a row', () => {
    const csv = toCsv(rows);
    const lines = csv.replace('\ufeff', '').split('\r\n');
    assert.equal(lines.length, hostile.length + 2);
    assert.equal(lines.at(-1), '');
    for (const line of lines.slice(0, -1)) {
      const cells = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell);
      assert.equal(cells.length, Object.keys(rows[0] ?? {}).length, line);
      for (const cell of cells) assert.doesNotMatch(cell, /^\s*[=+\-@＝]/, line);
    }
    // Where the list separator is a semicolon, a quote after the first cell means nothing, and each one begins a cell.
    for (const piece of csv.split(/[;\t]/).slice(1)) assert.doesNotMatch(piece, /^[\s"]*[=+\-@＝]/, piece);
    assert.match(csv, /"'=HYPERLINK\(""https:\/\/evil\.example""\)"/);
    assert.match(csv, /"say ""hi"", twice"/);
  });

  it('is JSON Lines with the allowed facts alone', () => {
    const lines = toJsonLines([exportRow(ended('verified'), 'verified', context)])
      .trimEnd()
      .split('\n');
    assert.equal(lines.length, 1);
    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      operationId: 'op-1',
      project: 'Shop',
      identity: 'alice',
      target: 'shop/alice',
      provider: 'google',
      origin: 'https://api.example',
      state: 'verified',
      stage: 'closed',
      confirmedBy: 'modal',
      confirmedAt: '2026-01-02T11:59:58.000Z',
      recordedAt: '2026-01-02T11:59:59.000Z',
      sentAt: '2026-01-02T11:59:59.500Z',
      closedAt: '2026-01-02T12:00:00.000Z',
      reason: 'test.gone',
      outcome: 'verified',
      explanation: 'It is gone.',
    });
  });

  it('takes no hint with it, and survives times that no calendar has', () => {
    const row = exportRow(ended('verified', { openedAt: 1e300 }), 'verified', context);
    assert.equal(row.recordedAt, '');
    assert.doesNotMatch(toCsv([row]) + toJsonLines([row]), /planted|ya29/);
  });
});
