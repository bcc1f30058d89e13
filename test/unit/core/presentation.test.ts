import assert from 'node:assert/strict';
import { presentConfirmation } from '../../../src/core/confirmation';
import { type ConsentState, type IdentityState, initialState } from '../../../src/core/consentStore';
import { presentDetails } from '../../../src/core/detailRows';
import { localTime } from '../../../src/core/localTime';
import { reason, type Target } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import { collectReasonTexts, untranslated } from '../../../src/core/outcomeText';
import { duration, type PresentationContext, presentIdentity } from '../../../src/core/presentation';
import type { CredentialSummary, GrantRecords } from '../../../src/core/provider';
import { project, ResetStage } from '../../fakes/resetStage';

const now = Date.UTC(2030, 0, 2, 12);
const texts = collectReasonTexts([
  {
    'test.why': { happened: 'It happened at {host}.', notHappened: 'Nothing was sent.', remedy: 'Try again.' },
    'test.consent': { happened: 'The consent cannot be read.' },
    'test.effect': { happened: 'Ends everything.' },
    'test.loss': { happened: 'Archives are lost.' },
  },
]);
const context: PresentationContext = { now, texts, translate: untranslated };
const why = reason('test.why', { host: 'consent.example' });
const { target } = new ResetStage();
const circumstances = {
  way: { id: 'reset', verb: 'Reset Consent', question: 'Reset the consent of {identity} in {project}?' },
  earlierUnknown: false,
  changed: false,
};

function shown(state: Partial<IdentityState>, of: Target = target) {
  return presentIdentity(of, { ...initialState, consent: { kind: 'stored' }, ...state }, context);
}

function ended(kind: OutcomeKind, consent: ConsentState = { kind: 'stored' }): Partial<IdentityState> {
  return { consent, lastOutcome: { kind, reason: why, at: now } };
}

const granted = (
  credentialExpiresAt?: number,
  timeBased = ['maps', 'search'],
  oneTime = ['youtube'],
  credentials: readonly CredentialSummary[] = [],
): ConsentState => ({
  kind: 'granted',
  grant: {
    timeBased,
    oneTime,
    ...(credentialExpiresAt === undefined ? {} : { credentialExpiresAt }),
    credentials,
  },
  readAt: now,
  unusable: [],
});

const records = (grants: GrantRecords): ConsentState => ({
  kind: 'granted',
  grant: { timeBased: [], oneTime: [], grants, credentials: [] },
  readAt: now,
  unusable: [],
});

type Row = readonly [state: Partial<IdentityState>, description: string, icon: string, contextValue: string];
const unfinished = { operationId: 'one', openedAt: now, reason: why };

const rows: readonly Row[] = [
  [{ consent: { kind: 'not-signed-in' } }, 'not signed in on this computer', 'account', ';identity;not-signed-in;'],
  [{}, 'signed in · not checked yet', 'key', ';identity;stored;hasCredential;'],
  [{ consent: granted() }, 'granted · 3 scopes', 'pass-filled charts.green', ';identity;granted;hasCredential;'],
  [
    { consent: granted(now + 45 * 60_000) },
    'granted · 3 scopes · expires in 45 min',
    'pass-filled charts.green',
    ';identity;granted;hasCredential;',
  ],
  [
    { consent: granted(now, []) },
    'granted · 1 scope · expired',
    'pass-filled charts.green',
    ';identity;granted;hasCredential;',
  ],
  [
    { consent: { kind: 'needs-consent', since: now } },
    'needs consent',
    'circle-large-outline',
    ';identity;needs-consent;',
  ],
  [
    { consent: { kind: 'dead-credential', reason: why } },
    'credential not accepted',
    'error list.errorForeground',
    ';identity;dead-credential;hasCredential;',
  ],
  [
    { consent: { kind: 'unusable-credential', reason: reason('credential.corrupt') } },
    'credential cannot be used',
    'error list.errorForeground',
    ';identity;unusable-credential;hasCredential;',
  ],
  [
    { consent: { kind: 'unusable-credential', reason: reason('credential.foreignOrigin') } },
    'sign-in belongs to another address',
    'error list.errorForeground',
    ';identity;unusable-credential;hasCredential;',
  ],
  [
    { consent: { kind: 'unread', reason: why } },
    'state unknown',
    'warning list.warningForeground',
    ';identity;unread;hasCredential;',
  ],
  [{ activity: { kind: 'checking' } }, 'checking…', 'loading~spin', ';identity;stored;busy;hasCredential;'],
  [
    { activity: { kind: 'verifying' }, unfinished },
    'checking that it is gone…',
    'loading~spin',
    ';identity;stored;busy;unfinished;hasCredential;',
  ],
  [
    { activity: { kind: 'resetting', step: 'confirming' } },
    'waiting for your confirmation…',
    'loading~spin',
    ';identity;stored;busy;hasCredential;',
  ],
  [
    { activity: { kind: 'resetting', step: 'sent' } },
    'waiting for the answer…',
    'loading~spin',
    ';identity;stored;busy;hasCredential;',
  ],
  [{ unfinished }, 'outcome unknown', 'question list.warningForeground', ';identity;stored;unfinished;hasCredential;'],
  [
    ended('verified', { kind: 'needs-consent', since: now }),
    'needs consent · reset verified',
    'circle-large-outline',
    ';identity;needs-consent;',
  ],
  [
    ended('accepted', { kind: 'unread', reason: why }),
    'state unknown · reset: accepted, not verified',
    'warning list.warningForeground',
    ';identity;unread;hasCredential;',
  ],
  [
    ended('already-reset', { kind: 'needs-consent', since: now }),
    'needs consent · reset: already reset',
    'circle-large-outline',
    ';identity;needs-consent;',
  ],
  [
    ended('not-reset'),
    'reset: not reset · signed in · not checked yet',
    'warning list.warningForeground',
    ';identity;stored;hasCredential;',
  ],
  [
    ended('refused'),
    'reset: refused · signed in · not checked yet',
    'warning list.warningForeground',
    ';identity;stored;hasCredential;',
  ],
  [
    ended('unsupported'),
    'reset: not supported · signed in · not checked yet',
    'warning list.warningForeground',
    ';identity;stored;hasCredential;',
  ],
  [ended('not-sent'), 'signed in · not checked yet · reset: not sent', 'key', ';identity;stored;hasCredential;'],
];

describe('presentIdentity', () => {
  for (const [state, description, icon, contextValue] of rows) {
    it(`${description} (${contextValue})`, () => {
      const one = shown(state);
      assert.equal(one.description, description);
      assert.equal([one.icon.id, one.icon.color].filter(Boolean).join(' '), icon);
      assert.equal(one.contextValue, contextValue);
      assert.equal(one.ariaLabel, `alice.test@example.com, ${description.replaceAll(' · ', ', ')}, project Shop`);
      assert.equal(one.tooltip[0], 'alice.test@example.com in Shop');
    });
  }

  it('every step of a reset has words', () => {
    for (const step of ['previewing', 'confirming', 'locking', 'journaling', 'sending', 'sent', 'verifying'] as const) {
      assert.match(shown({ activity: { kind: 'resetting', step } }).description, /^[a-z ]+…$/);
    }
  });

  it('makes the tooltip when it is asked for: of thousands of rows, the pointer rests on one', () => {
    const translated: string[] = [];
    const translate: PresentationContext['translate'] = (template, params) => {
      translated.push(template);
      return untranslated(template, params);
    };
    const state: IdentityState = { ...initialState, ...ended('refused') };
    const one = presentIdentity(target, state, { ...context, translate });
    const ofTooltip = () => translated.filter((template) => template.startsWith('Last reset'));
    assert.deepEqual(ofTooltip(), []);
    assert.equal(one.tooltip.length, 3);
    assert.equal(ofTooltip().length, 1);
  });

  it('tells the last outcome, its time, and what the consent is, in the tooltip', () => {
    const { tooltip } = shown(ended('refused', { kind: 'unread', reason: reason('test.consent') }));
    assert.deepEqual(tooltip, [
      'alice.test@example.com in Shop',
      `Last reset: refused, ${localTime(now, now)}`,
      'It happened at consent.example. Nothing was sent. Try again.',
      'The consent cannot be read.',
    ]);
  });

  it('does not say the same reason twice', () => {
    assert.equal(shown(ended('refused', { kind: 'dead-credential', reason: why })).tooltip.length, 3);
  });

  it('tells of an unfinished operation once, and of another outcome after it', () => {
    const of = (operationId: string): Partial<IdentityState> => ({
      unfinished,
      lastOutcome: { kind: 'unknown', reason: why, at: now, operationId },
    });
    assert.equal(shown(of('one')).tooltip.length, 2);
    assert.equal(shown(of('two')).tooltip.length, 4);
    assert.equal(shown({ ...ended('not-sent'), unfinished }).tooltip.length, 4, 'one that belongs to no operation');
  });

  it('tells why an operation is unfinished', () => {
    assert.deepEqual(shown({ unfinished }).tooltip.slice(1), [
      'It happened at consent.example. Nothing was sent. Try again.',
    ]);
  });

  it('counts grants where the service keeps those, and says of how many users they are', () => {
    const words = (grants: GrantRecords) => shown({ consent: records(grants) }).description;
    assert.deepEqual(
      [
        words({ count: 1, names: ['dashboard read'] }),
        words({ count: 3, names: ['dashboard read'] }),
        words({ count: 9, users: 4, names: [] }),
        words({ count: 2, users: 1, names: [] }),
      ],
      ['granted · 1 grant', 'granted · 3 grants', 'granted · 9 grants of 4 users', 'granted · 2 grants'],
    );
  });

  it('names grants in tooltip, rows and question, and calls them neither scopes nor time-based', () => {
    const state = { ...initialState, consent: records({ count: 2, names: ['dashboard read', 'pipeline manage'] }) };
    assert.deepEqual(shown(state).tooltip.slice(1, 2), ['Grants: dashboard read, pipeline manage']);
    assert.deepEqual(
      presentDetails(state, context).map(({ label, description }) => [label, description]),
      [
        ['dashboard read', 'grant'],
        ['pipeline manage', 'grant'],
      ],
    );
    const preview = {
      losses: [],
      effects: [],
      grant: { timeBased: [], oneTime: [], grants: { count: 1, names: ['a b'] } },
    };
    assert.match(presentConfirmation(target, preview, circumstances, context).detail, /^Granted now: a b\n/);
  });

  it('lists what is granted', () => {
    assert.deepEqual(shown({ consent: granted() }).tooltip.slice(1), [
      'Time-based: maps, search',
      'One time: youtube',
      `Read at ${localTime(now, now)}`,
    ]);
  });
});

describe('presentation of hostile names', () => {
  const names: Readonly<Record<string, string>> = {
    'a command link': '[x](command:workbench.action.quit)',
    'an icon': '$(alert) urgent',
    'a right-to-left override': 'user\u202egpj.exe',
    'line breaks': 'one\r\n\r\n# two\u2028three',
    '10 kB': 'x'.repeat(10_240),
    'HTML and Markdown': '<b>**bold**</b> `code` {identity} {state}',
    'flags of the context value': ';busy;unfinished;',
  };
  for (const [name, text] of Object.entries(names)) {
    it(`${name}: one bounded line of text that acts on nothing`, () => {
      const hostile: Target = { identity: { id: 'a', label: text }, project: project({ label: text }) };
      const states: readonly Partial<IdentityState>[] = [
        {},
        { unfinished: { ...unfinished, reason: reason('test.why', { host: text }) } },
        { consent: granted(undefined, [text], [text]) },
      ];
      for (const state of states) {
        const one = shown(state, hostile);
        for (const line of [one.label, one.description, one.ariaLabel, ...one.tooltip]) {
          assert.ok(line.length <= 700, `${line.length} characters`);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
        }
        assert.ok(!one.contextValue.includes('busy'));
        assert.ok(!one.description.includes(text.slice(0, 5)), 'foreign names do not reach the description');
      }
      const { message, detail } = presentConfirmation(
        hostile,
        { losses: [], effects: [], grant: { timeBased: [text], oneTime: [] } },
        circumstances,
        context,
      );
      assert.ok(message.length < 300 && !message.includes('\n'));
      assert.ok(detail.length < 400);
      for (const { label } of presentDetails({ ...initialState, consent: granted(undefined, [text]) }, context)) {
        assert.ok(label.length <= 120 && !label.includes('\u202e'));
      }
    });
  }

  it('leaves a harmless looking name as the user wrote it', () => {
    const { label } = shown({}, { ...target, identity: { id: 'a', label: 'Zoë (EU) + [2] $5' } });
    assert.equal(label, 'Zoë (EU) + [2] $5');
  });
});

describe('presentConfirmation', () => {
  const preview = {
    losses: [reason('test.loss')],
    effects: [reason('test.effect')],
    grant: { timeBased: [], oneTime: [] },
  };

  it('names identity and project, what is lost first, and where it is sent', () => {
    const { message, detail } = presentConfirmation(target, preview, circumstances, context);
    assert.equal(message, 'Archives are lost. Reset the consent of alice.test@example.com in Shop?');
    assert.deepEqual(detail.split('\n\n'), [
      'Ends everything.',
      'Sent to https://consent.example. This cannot be undone: only a new consent gives access again.',
    ]);
  });

  it('says below the sum of what is lost what each of it is', () => {
    const losses = [reason('test.loss'), reason('test.why', { host: 'one' }), reason('test.why', { host: 'two' })];
    const { message, detail } = presentConfirmation(target, { ...preview, losses }, circumstances, context);
    assert.ok(message.startsWith('Archives are lost. Reset '));
    assert.deepEqual(detail.split('\n\n').slice(0, 2), ['It happened at one.', 'It happened at two.']);
  });

  it('begins with the question where nothing would be lost', () => {
    const { message } = presentConfirmation(target, { ...preview, losses: [] }, circumstances, context);
    assert.equal(message, 'Reset the consent of alice.test@example.com in Shop?');
  });

  it('says first why it is asked once more', () => {
    const again = { ...circumstances, changed: true, earlierUnknown: true };
    const [first, second] = presentConfirmation(target, preview, again, context).detail.split('\n\n');
    assert.equal(first, 'What would be lost has changed since you confirmed. Nothing was sent.');
    assert.match(second ?? '', /^The outcome of an earlier reset is still unknown/);
  });

  it('says that the journal cannot be read, unless it is known that there is an unknown outcome', () => {
    const unreadable = { ...circumstances, unreadableJournal: 'EACCES' };
    const [first] = presentConfirmation(target, preview, unreadable, context).detail.split('\n\n');
    assert.match(first ?? '', /^The journal cannot be read \(EACCES\), so an earlier reset may have ended without/);
    const both = presentConfirmation(target, preview, { ...unreadable, earlierUnknown: true }, context).detail;
    assert.match(both, /^The outcome of an earlier reset is still unknown/);
    assert.doesNotMatch(both, /EACCES/);
  });

  it('lists six scopes and counts the others', () => {
    const grant = { timeBased: ['a', 'b', 'c', 'd', 'e'], oneTime: ['f', 'g', 'h'] };
    const { detail } = presentConfirmation(target, { ...preview, grant }, circumstances, context);
    assert.ok(detail.includes('Granted now: a, b, c, d, e, f and 2 more'));
  });

  it('lists none where the losses have named them', () => {
    const named = { ...circumstances, way: { ...circumstances.way, lossesNameGrants: true } };
    const grant = { timeBased: ['a'], oneTime: ['b'] };
    const { detail } = presentConfirmation(target, { ...preview, grant }, named, context);
    assert.doesNotMatch(detail, /Granted now/);
  });
});

describe('presentDetails', () => {
  const details = (state: Partial<IdentityState>) => presentDetails({ ...initialState, ...state }, context);

  it('has no rows when there is nothing to tell', () => assert.deepEqual(details({}), []));

  it('gives outcome, sentences, scopes and token a row each, with ids of their own', () => {
    const credentials = [{ storedAt: now - 5_000, alive: true, expiresAt: now + 90_000 }];
    const one = details({ ...ended('refused', granted(now + 90_000, undefined, undefined, credentials)) });
    assert.deepEqual(
      one.map(({ id, label, description }) => [id, label, description]),
      [
        ['last-outcome', 'Last reset: refused', localTime(now, now)],
        ['outcome:happened', 'It happened at consent.example.', ''],
        ['outcome:not', 'Nothing was sent.', ''],
        ['outcome:remedy', 'Try again.', ''],
        ['scope:maps', 'maps', 'time-based'],
        ['scope:search', 'search', 'time-based'],
        ['scope:youtube', 'youtube', 'one time'],
        [`credential:${now - 5_000}`, 'Sign-in', 'ends in 1 min'],
      ],
    );
    assert.equal(new Set(one.map(({ id }) => id)).size, one.length);
  });

  it('tells why an operation is unfinished, and why the consent cannot be read', () => {
    const one = details({ unfinished, consent: { kind: 'unread', reason: reason('test.consent') } });
    assert.deepEqual(
      one.map(({ id }) => id),
      ['unfinished:happened', 'unfinished:not', 'unfinished:remedy', 'consent:happened'],
    );
  });
});

describe('duration', () => {
  for (const [ms, text] of [
    [-5, '0 s'],
    [999, '0 s'],
    [89_999, '89 s'],
    [90_000, '1 min'],
    [89 * 60_000, '89 min'],
    [90 * 60_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
  ] as const) {
    it(`${ms} ms is ${text}`, () => assert.equal(duration(ms, untranslated), text));
  }

  it('has its units translated', () => {
    const days = (template: string, values: Readonly<Record<string, string>>): string =>
      untranslated(template === '{count} d' ? '{count} giorni' : template, values);
    assert.equal(duration(72 * 3_600_000, days), '3 giorni');
  });
});
