import assert from 'node:assert/strict';
import { clauses, type MenuItem, manifest } from './manifest';
import { allJobRows, allJournalRows, allRows, flagsOf } from './rows';
import { contextKeyValues, literalContextValues } from './sourceFacts';
import { type Context, evaluate, keysIn, patternsFor } from './whenClause';

/** Context keys of VS Code itself. */
const ofEditor = ['view', 'viewItem', 'isWorkspaceTrusted', 'listMultiSelection'];

describe('the when clauses of package.json', () => {
  it('ask for context keys that the code sets, or that VS Code has', () => {
    const known = [...contextKeyValues(), ...ofEditor];
    for (const { path, clause } of clauses()) {
      for (const key of keysIn(clause)) assert.ok(known.includes(key), `${path}: ${key}`);
    }
  });

  it('ask for every context key that the code sets', () => {
    const asked = new Set(clauses().flatMap(({ clause }) => [...keysIn(clause)]));
    assert.ok(contextKeyValues().length > 0);
    for (const key of contextKeyValues()) assert.ok(asked.has(key), `${key} is set, and nothing asks for it`);
  });

  it('name views that exist', () => {
    const views = Object.values(manifest.contributes.views).flatMap((list) => list.map(({ id }) => id));
    for (const { path, clause } of clauses()) {
      for (const [, id = ''] of clause.matchAll(/\bview [!=]= ([\w.]+)/g))
        assert.ok(views.includes(id), `${path}: ${id}`);
    }
  });

  it('match flags that rows really carry', () => {
    const rows = [...allRows(), ...allJobRows(), ...allJournalRows()];
    const shown = [...rows.map(({ contextValue }) => contextValue), ...literalContextValues()];
    const flags = new Set(shown.flatMap(flagsOf));
    assert.ok(literalContextValues().length > 0);
    for (const { path, clause } of clauses()) {
      for (const { source } of patternsFor('viewItem', clause)) {
        assert.match(source, /^;(\w[\w-]*|\(\w[\w|-]*\));$/, `${path}: a flag stands between its semicolons`);
        for (const flag of source.replaceAll(/[;()]/g, '').split('|')) assert.ok(flags.has(flag), `${path}: ${flag}`);
      }
    }
  });
});

/** The commands that a row has in the groups, without their prefix. */
function offered(contextValue: string, group: RegExp, view = 'reconsent.consents'): string[] {
  return menuOf(view, contextValue)
    .filter((item) => group.test(item.group ?? ''))
    .map(({ command }) => command.replace(/^reconsent\./, ''));
}

/** There are many rows, and few kinds of them. */
const menus = new Map<string, readonly MenuItem[]>();

function menuOf(view: string, viewItem: string): readonly MenuItem[] {
  const key = `${view} ${viewItem}`;
  const items = manifest.contributes.menus['view/item/context'] ?? [];
  const menu = menus.get(key) ?? items.filter(({ when }) => evaluate(when, { view, viewItem }));
  menus.set(key, menu);
  return menu;
}

/** What is next for somebody without a consent, by the flag of the service. */
const afterReset = [
  ['googleSignIn', 'grantAgain'],
  // The operator is signed in as before; the user may have consented anew.
  ['operator', 'checkConsent'],
] as const;

describe('what stands on a row', () => {
  it('stands in its menu, too: the keyboard opens menus, and no key reaches the row itself', () => {
    const views = [
      ['reconsent.consents', [...allRows(), ...allJobRows()]],
      ['reconsent.journal', allJournalRows()],
    ] as const;
    for (const [view, rows] of views) {
      const values = [...rows.map(({ contextValue }) => contextValue), ...literalContextValues()];
      assert.ok(values.some((value) => offered(value, /^inline@/, view).length > 0));
      for (const value of values) {
        const inMenu = new Set(offered(value, /^(?!inline)/, view));
        for (const command of offered(value, /^inline@/, view)) assert.ok(inMenu.has(command), `${command} ${value}`);
      }
    }
  });
});

describe('the row of an identity', () => {
  it('has one main action in every state: reset, sign in or grant anew; verify an open outcome; stop when busy', () => {
    for (const { service, state, contextValue } of allRows()) {
      const without = new Map([
        ['not-signed-in', 'signIn'],
        ['needs-consent', afterReset.find(([flag]) => service.includes(flag))?.[1] ?? 'signIn'],
      ]);
      const settled = without.get(state.consent.kind) ?? 'resetConsent';
      const idle = state.unfinished ? 'verifyOutcome' : settled;
      const expected = state.activity.kind === 'idle' ? idle : 'stopWaiting';
      assert.deepEqual(offered(contextValue, /^inline@/), [expected], contextValue);
    }
  });

  it('offers nothing but to stop while something is under way', () => {
    for (const { state, contextValue } of allRows()) {
      if (state.activity.kind === 'idle') continue;
      assert.deepEqual([...new Set(offered(contextValue, /./))], ['stopWaiting'], contextValue);
      assert.equal(offered(contextValue, /^\d/).length, 1, 'in the menu as well as on the row');
    }
  });

  it('offers to dismiss an outcome only where one is open, and to verify it with it', () => {
    for (const { state, contextValue } of allRows()) {
      if (state.activity.kind !== 'idle') continue;
      const there = offered(contextValue, /^\d/);
      assert.equal(there.includes('dismissOutcome'), state.unfinished !== undefined, contextValue);
      if (state.unfinished) assert.ok(there.includes('verifyOutcome'), contextValue);
    }
  });

  it('offers to forget a credential only where one can be stored', () => {
    for (const { service, state, contextValue } of allRows()) {
      if (state.activity.kind !== 'idle') continue;
      const endsWithConsent = !service.includes('operator') && state.consent.kind === 'needs-consent';
      const none = state.consent.kind === 'not-signed-in' || endsWithConsent;
      assert.equal(offered(contextValue, /^\d/).includes('forgetCredential'), !none, contextValue);
    }
  });

  it('offers what only some services have only there', () => {
    const needs = {
      grantAgain: 'googleSignIn',
      lostTokenHelp: 'googleSignIn',
      rescueScope: 'googleSignIn',
      startJob: 'exports',
      followJob: 'exports',
      checkJobs: 'exports',
      resetAnotherWay: 'otherWays',
      signOut: 'operator',
      browseIdentities: 'operator',
    };
    const rows = allRows();
    for (const [command, flag] of Object.entries(needs)) {
      const there = rows.filter(({ contextValue }) => offered(contextValue, /./).includes(command));
      assert.ok(there.length > 0, command);
      for (const { service, contextValue } of there) assert.ok(service.includes(flag), `${command}: ${contextValue}`);
    }
  });

  it('is what these commands are for: other rows do not have them', () => {
    for (const contextValue of [...literalContextValues(), ...allJobRows().map((row) => row.contextValue)]) {
      const there = offered(contextValue, /./);
      for (const command of ['resetConsent', 'stopWaiting', 'verifyOutcome', 'dismissOutcome']) {
        assert.ok(!there.includes(command), `${contextValue}: ${command}`);
      }
    }
  });
});

describe('the row of an archive job', () => {
  it('has at most one action on it: to download what is there, or to stop that', () => {
    const seen = new Set<string>();
    for (const { downloading, contextValue } of allJobRows()) {
      const there = flagsOf(contextValue).includes('undownloaded') ? ['downloadArchive'] : [];
      const expected = downloading ? ['stopDownload'] : there;
      assert.deepEqual(offered(contextValue, /^inline@/), expected, contextValue);
      for (const command of expected) {
        assert.ok(offered(contextValue, /^\d/).includes(command), 'in the menu as well as on the row');
        seen.add(command);
      }
    }
    assert.deepEqual([...seen].sort(), ['downloadArchive', 'stopDownload']);
  });

  it('offers to cancel what runs, and to retry what has failed and may be', () => {
    for (const { job, contextValue } of allJobRows()) {
      const there = offered(contextValue, /^\d/);
      assert.equal(there.includes('cancelJob'), job.state === 'in-progress', contextValue);
      assert.equal(there.includes('retryJob'), job.state === 'failed' && job.retries === 0, contextValue);
    }
  });

  it('always offers to look and to copy its id, and not to let go of it while it is downloaded', () => {
    for (const { downloading, contextValue } of allJobRows()) {
      const there = offered(contextValue, /^\d/);
      assert.ok(there.includes('checkJobs') && there.includes('copyJobId'), contextValue);
      assert.equal(there.includes('untrackJob'), !downloading, contextValue);
    }
  });

  it('is what these commands are for: other rows do not have them', () => {
    const others = [...literalContextValues(), ...allRows().map((row) => row.contextValue)];
    const commands = ['downloadArchive', 'stopDownload', 'retryJob', 'cancelJob', 'untrackJob', 'copyJobId'];
    for (const contextValue of others) {
      const there = offered(contextValue, /./);
      for (const command of commands) assert.ok(!there.includes(command), `${contextValue}: ${command}`);
    }
  });
});

describe('the row of a journal entry', () => {
  const offeredThere = (contextValue: string, group: RegExp): string[] =>
    offered(contextValue, group, 'reconsent.journal');

  it('offers to verify and to dismiss where the outcome is unknown, and nowhere else', () => {
    for (const { state, contextValue } of allJournalRows()) {
      const settle = state === 'unknown' ? ['verifyJournalEntry', 'dismissJournalEntry'] : [];
      assert.deepEqual(offeredThere(contextValue, /^\d/), [...settle, 'openJournalEntry', 'copyOperationId'], state);
      assert.deepEqual(offeredThere(contextValue, /^inline/), settle.slice(0, 1), state);
    }
  });
});

describe('the welcome of the empty journal', () => {
  for (const filtered of [false, true]) {
    it(`says that ${filtered ? 'nothing matches' : 'there is nothing'}`, () => {
      const found = manifest.contributes.viewsWelcome
        .filter(
          ({ view, when }) => view === 'reconsent.journal' && evaluate(when, { 'reconsent.journalFiltered': filtered }),
        )
        .map(({ contents }) => contents);
      assert.deepEqual(found, [filtered ? '%welcome.nothingMatches%' : '%welcome.emptyJournal%']);
    });
  }
});

describe('the welcome of the empty view', () => {
  const welcomes = manifest.contributes.viewsWelcome.filter(({ view }) => view === 'reconsent.consents');
  const truth = [false, true];

  for (const hasProjects of truth) {
    for (const settingsBroken of truth) {
      for (const isWorkspaceTrusted of truth) {
        const context = {
          'reconsent.hasProjects': hasProjects,
          'reconsent.settingsBroken': settingsBroken,
          isWorkspaceTrusted,
        };
        const shown = hasProjects
          ? []
          : [
              settingsBroken
                ? '%welcome.broken%'
                : isWorkspaceTrusted
                  ? '%welcome.noProjects%'
                  : '%welcome.restricted%',
            ];
        it(`is ${shown[0] ?? 'none'} with ${JSON.stringify(context)}`, () => {
          const found = welcomes.filter(({ when }) => evaluate(when, context)).map(({ contents }) => contents);
          assert.deepEqual(found, shown);
        });
      }
    }
  }
});

describe('the reader of when clauses', () => {
  const cases: readonly (readonly [clause: string, context: Context, expected: boolean])[] = [
    ['a && !b || c', { a: true }, true],
    ['a && !b || c', { a: true, b: true }, false],
    ['a && !b || c', { b: true, c: true }, true],
    ['a && (b || c)', { a: true, c: true }, true],
    ['!(x =~ /;busy;/)', { x: ';idle;' }, true],
    ['x =~ /;(a|b);/', { x: ';b;' }, true],
    ["view == 'one.two' && false", { view: 'one.two' }, false],
    ['view != one.two', { view: 'three' }, true],
  ];
  for (const [clause, context, expected] of cases) {
    it(`finds ${clause} ${expected} in ${JSON.stringify(context)}`, () => {
      assert.equal(evaluate(clause, context), expected);
    });
  }
  for (const broken of ['a &&', 'a b', '(a', 'a =~ b', 'a & b']) {
    it(`refuses ${broken}`, () => assert.throws(() => evaluate(broken, {})));
  }
});
