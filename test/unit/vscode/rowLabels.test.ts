import assert from 'node:assert/strict';
import type { JobState, TrackedJob } from '../../../src/core/archiveJobs';
import { type Activity, type ConsentState, ConsentStore, type IdentityState } from '../../../src/core/consentStore';
import type { EntryState } from '../../../src/core/journalPresentation';
import { localTime } from '../../../src/core/localTime';
import { type Project, reason, type Target, type TargetKey, targetKey } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import { collectReasonTexts } from '../../../src/core/outcomeText';
import type { JournalEntry } from '../../../src/core/ports';
import type { ActiveIdentity } from '../../../src/vscode/activeIdentity';
import type { Projects } from '../../../src/vscode/projects';
import type { ConsentNode } from '../../../src/vscode/views/consentTree';
import { FakeEditor, type ShownRow } from '../../fakes/editor';
import { project } from '../../fakes/resetStage';

const why = reason('test.why');
const texts = collectReasonTexts([
  { 'test.why': { happened: 'It happened.', notHappened: 'Nothing was sent.', remedy: 'Try again.' } },
]);
const now = Date.now();
const at = localTime(now, now);
const day = 86_400_000;

type Granted = Extract<ConsentState, { kind: 'granted' }>;
function granted(grant: Partial<Granted['grant']> = {}): Granted {
  return {
    kind: 'granted',
    grant: { timeBased: [], oneTime: [], credentials: [], ...grant },
    readAt: now,
    unusable: [],
  };
}

/** What is said of an identity, between its name and its project. */
const consents: Readonly<Record<ConsentState['kind'], readonly [ConsentState, string]>> = {
  'not-signed-in': [{ kind: 'not-signed-in' }, 'not signed in on this computer'],
  stored: [{ kind: 'stored' }, 'signed in, not checked yet'],
  granted: [
    granted({ timeBased: ['maps', 'search'], credentialExpiresAt: now + 6.5 * day }),
    'granted, 2 scopes, expires in 6 d',
  ],
  'needs-consent': [{ kind: 'needs-consent', since: now }, 'needs consent'],
  'dead-credential': [{ kind: 'dead-credential', reason: why }, 'credential not accepted'],
  'unusable-credential': [{ kind: 'unusable-credential', reason: why }, 'credential cannot be used'],
  unread: [{ kind: 'unread', reason: why }, 'state unknown'],
};

const activities: Readonly<Record<Exclude<Activity['kind'], 'idle'>, readonly [Activity, string]>> = {
  checking: [{ kind: 'checking' }, 'checking…'],
  queued: [{ kind: 'queued' }, 'waiting for its turn…'],
  resetting: [{ kind: 'resetting', step: 'sent' }, 'waiting for the answer…'],
  verifying: [{ kind: 'verifying' }, 'checking that it is gone…'],
};

const outcomes: Readonly<Record<OutcomeKind, string>> = {
  verified: 'needs consent, reset verified',
  accepted: 'needs consent, reset: accepted, not verified',
  'already-reset': 'needs consent, reset: already reset',
  'not-reset': 'reset: not reset, needs consent',
  refused: 'reset: refused, needs consent',
  'not-sent': 'needs consent, reset: not sent',
  unknown: 'reset: outcome unknown, needs consent',
  unsupported: 'reset: not supported, needs consent',
  cancelled: 'needs consent, reset: cancelled',
};

const jobs: Readonly<Record<JobState, string>> = {
  'in-progress': `Job: maps, running, started ${at}`,
  complete: 'Job: maps, complete, not downloaded, at most 13 d left',
  failed: 'Job: maps, failed, can be retried',
  cancelled: 'Job: maps, cancelled',
  gone: 'Job: maps, no longer known to the service',
};

const entries: Readonly<Record<EntryState, string>> = {
  verified: 'verified',
  accepted: 'accepted, not verified',
  'already-reset': 'already reset',
  'not-reset': 'not reset',
  refused: 'refused',
  'not-sent': 'not sent',
  unknown: 'outcome unknown',
  unsupported: 'not supported',
  cancelled: 'cancelled',
  running: 'under way',
  dismissed: 'outcome unknown, dismissed',
};

function jobOf(state: JobState): TrackedJob {
  const complete = state === 'complete' ? { completeSince: now - 60_000, parts: [{}] } : { parts: [] };
  return { jobId: state, resources: ['maps'], state, trackedAt: now, retries: 0, ...complete };
}

async function desk(configured: Project = project()) {
  const editor = new FakeEditor();
  editor.use();
  const { ConsentTree } = await import('../../../src/vscode/views/consentTree');
  const { QuickResetItem } = await import('../../../src/vscode/statusBar');
  const store = new ConsentStore((error) => assert.fail(String(error)));
  const [identity] = configured.identities;
  assert.ok(identity);
  const target: Target = { project: configured, identity };
  const projects = { all: [configured], onDidChange: () => ({ dispose: () => undefined }) } as unknown as Projects;
  const tree = new ConsentTree(projects, store, texts, () => []);
  const rowOf = (node: ConsentNode): ShownRow => tree.getTreeItem(node) as unknown as ShownRow;
  const identityNode = (): ConsentNode => tree.nodeOf(target) ?? assert.fail('no row');
  const become = (state: Partial<IdentityState>): void =>
    store.update(targetKey(target), (before) => ({ ...before, ...state }));
  return {
    become,
    dispose: () => tree.dispose(),
    identityRow: () => rowOf(identityNode()),
    details: async () => (await tree.getChildren(identityNode())).map((node) => rowOf(node)),
    projectRow: async () => rowOf((await tree.getChildren())[0] ?? assert.fail('no project')),
    statusItem: (chosen = true) => {
      const current = chosen ? target : undefined;
      const active = { anyIdentity: true, current, onDidChange: projects.onDidChange } as unknown as ActiveIdentity;
      new QuickResetItem(active, store, texts);
      return editor.statusItems.at(-1) ?? assert.fail('no item');
    },
  };
}

const said = (row: Pick<ShownRow, 'accessibilityInformation'>): string | undefined =>
  row.accessibilityInformation?.label;

describe('what a screen reader says of a row', () => {
  const open: { dispose(): void }[] = [];
  const atDesk = async (configured?: Project) => {
    const one = await desk(configured);
    open.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of open.splice(0)) one.dispose();
  });

  for (const [endpoint, place] of [
    ['https://consent.example', 'consent.example'],
    ['https://consent.example:8443', 'consent.example:8443'],
    ['https://127.0.0.1:8443', '127.0.0.1:8443 on this computer'],
    ['http://localhost:9400', 'localhost:9400 on this computer'],
  ] as const) {
    it(`project at ${endpoint}: its name, how many identities, and where`, async () => {
      assert.equal(
        said(await (await atDesk(project({ endpoint }))).projectRow()),
        `Project Shop, 1 identity, ${place}`,
      );
    });
  }

  it('project of several identities', async () => {
    const identities = ['alice', 'bob'].map((id) => ({ id, label: id }));
    const row = await (await atDesk(project({ identities }))).projectRow();
    assert.equal(said(row), 'Project Shop, 2 identities, consent.example');
  });

  for (const [kind, [consent, words]] of Object.entries(consents)) {
    it(`identity, ${kind}: who, state, project; in the status bar, too`, async () => {
      const { become, identityRow, statusItem } = await atDesk();
      become({ consent });
      const label = `alice.test@example.com, ${words}, project Shop`;
      assert.equal(said(identityRow()), label);
      const item = statusItem();
      assert.deepEqual(item.accessibilityInformation, { label: `Reset consent of ${label}`, role: 'button' });
      assert.ok(item.visible);
    });
  }

  for (const [kind, [activity, words]] of Object.entries(activities)) {
    it(`identity that is busy, ${kind}: with what; in the status bar, too`, async () => {
      const { become, identityRow, statusItem } = await atDesk();
      become({ activity });
      const label = `alice.test@example.com, ${words}, project Shop`;
      assert.equal(said(identityRow()), label);
      assert.equal(statusItem().accessibilityInformation?.label, `Reset consent of ${label}`);
    });
  }

  for (const [kind, words] of Object.entries(outcomes) as [OutcomeKind, string][]) {
    it(`identity after a reset, ${kind}: its outcome; its detail row, too`, async () => {
      const { become, identityRow, details } = await atDesk();
      become({ consent: { kind: 'needs-consent', since: now }, lastOutcome: { kind, reason: why, at: now } });
      assert.equal(said(identityRow()), `alice.test@example.com, ${words}, project Shop`);
      const [last, ...sentences] = (await details()).map(said);
      assert.match(last ?? '', /^Last reset: [a-z, ]+, [\d:]+$/);
      assert.deepEqual(sentences, ['It happened.', 'Nothing was sent.', 'Try again.']);
    });
  }

  it('identity whose outcome is unknown: warned of without colour, in tree and status bar', async () => {
    const { become, identityRow, details, statusItem } = await atDesk();
    become({ unfinished: { operationId: 'one', openedAt: now, reason: why } });
    assert.equal(said(identityRow()), 'alice.test@example.com, outcome unknown, project Shop');
    assert.deepEqual((await details()).map(said), ['It happened.', 'Nothing was sent.', 'Try again.']);
    const item = statusItem();
    assert.equal(item.accessibilityInformation?.label, `Reset consent of ${said(identityRow())}`);
    assert.equal(item.backgroundColor?.id, 'statusBarItem.warningBackground');
    assert.equal(item.text, '$(warning) alice.test@example.com');
  });

  it('grants of an identity: what they are, not only what they are called', async () => {
    const { become, details } = await atDesk();
    const of = (alive: boolean, storedAt: number) => ({ storedAt, alive });
    const grants = { count: 1, names: ['Web SDK'] };
    become({
      consent: granted({
        timeBased: ['maps'],
        oneTime: ['youtube'],
        grants,
        credentials: [of(true, now), of(false, 1)],
      }),
    });
    assert.deepEqual((await details()).map(said), [
      'Scope maps, time-based',
      'Scope youtube, one time',
      'Web SDK, grant',
      `Sign-in of ${at}, accepted`,
      `Sign-in of ${localTime(1, now)}, no longer accepted`,
    ]);
  });

  for (const [state, label] of Object.entries(jobs) as [JobState, string][]) {
    it(`job, ${state}: what it exports and how it stands`, async () => {
      const { become, details } = await atDesk();
      become({ jobs: [jobOf(state)] });
      assert.deepEqual((await details()).map(said), [label]);
    });
  }

  it('job that is being downloaded: how far it is', async () => {
    const { become, details } = await atDesk();
    become({ jobs: [jobOf('complete')], downloads: new Map([['complete', { doneBytes: 1, totalBytes: 4 }]]) });
    assert.deepEqual((await details()).map(said), ['Job: maps, downloading… 25 %']);
  });

  it('what tasks may do', async () => {
    const { become, details } = await atDesk();
    become({ unattended: ['reset'] });
    assert.deepEqual((await details()).map(said), ['Unattended reset, allowed for tasks of this folder']);
  });

  it('status bar without an identity that was chosen', async () => {
    const item = (await atDesk()).statusItem(false);
    const label = 'Choose an identity for quick reset';
    assert.deepEqual(item.accessibilityInformation, { label, role: 'button' });
  });

  for (const [state, words] of Object.entries(entries) as [EntryState, string][]) {
    it(`journal, ${state}: who, outcome, time, project`, async () => {
      await atDesk();
      const { rows } = await import('../../../src/vscode/journal/rows');
      const entry = entryIn(state);
      const open = state === 'unknown' ? [entry] : [];
      const journal = { read: async () => ({ entries: [entry] }), unfinished: async () => open };
      const ports = { journal, descriptions: new Map(), texts, clock: { now: () => now } };
      const [node] = (await rows({}, 1, ports)).nodes;
      assert.ok(node);
      assert.equal(said(node.item as unknown as ShownRow), `alice, ${words}, ${at}, project Shop`);
    });
  }

  it('journal: the row that leads to older ones', async () => {
    await atDesk();
    const { rows } = await import('../../../src/vscode/journal/rows');
    const entries = [entryIn('verified'), entryIn('refused')];
    const journal = { read: async () => ({ entries }), unfinished: async () => [] };
    const ports = { journal, descriptions: new Map(), texts, clock: { now: () => now } };
    const { nodes, message } = await rows({}, 1, ports);
    assert.equal(message, undefined);
    assert.deepEqual(
      nodes.map(({ kind, item }) => [kind, said(item as unknown as ShownRow)]),
      [
        ['journalEntry', `alice, verified, ${at}, project Shop`],
        ['older', 'Show Older…'],
      ],
    );
  });

  it('journal: that it cannot be read, in the place of that it is empty, and that some of it is missing', async () => {
    await atDesk();
    const { rows } = await import('../../../src/vscode/journal/rows');
    const messageWith = async (entries: readonly JournalEntry[]): Promise<string | undefined> => {
      const journal = { read: async () => ({ entries, unreadable: 'EACCES' }), unfinished: async () => [] };
      const ports = { journal, descriptions: new Map(), texts, clock: { now: () => now } };
      return (await rows({}, 1, ports)).message;
    };
    assert.match(
      (await messageWith([])) ?? '',
      /^The journal cannot be read \(EACCES\), so resets may have been recorded/,
    );
    assert.match((await messageWith([entryIn('verified')])) ?? '', /^Some of the journal cannot be read \(EACCES\)/);
  });
});

function entryIn(state: EntryState): JournalEntry {
  const base: JournalEntry = {
    operationId: `op-${state}`,
    address: { provider: 'scripted', origin: 'https://consent.example', target: 'shop/alice' as TargetKey },
    projectLabel: 'Shop',
    identityLabel: 'alice',
    confirmedBy: 'modal',
    confirmedAt: now,
    credentialStoredAt: now,
    hints: {},
    openedAt: now,
    stage: 'sending',
  };
  if (state === 'running' || state === 'unknown') return base;
  if (state === 'dismissed') return { ...base, dismissed: true };
  return { ...base, stage: 'closed', outcome: { kind: state, reason: why, at: now } };
}
