import assert from 'node:assert/strict';
import type { TrackedJob } from '../../../src/core/archiveJobs';
import { type ConsentState, initialState } from '../../../src/core/consentStore';
import { untranslated } from '../../../src/core/outcomeText';
import { presentIdentity } from '../../../src/core/presentation';
import { ResetStage } from '../../fakes/resetStage';

const now = Date.UTC(2030, 0, 2, 12);
const { target } = new ResetStage();
const job = (jobId: string, state: TrackedJob['state']): TrackedJob => ({
  jobId,
  resources: ['maps'],
  state,
  trackedAt: now - 60_000,
  retries: 0,
  ...(state === 'complete' ? { completeSince: now - 1_000 } : {}),
  parts: state === 'complete' ? [{}] : [],
});
const row = (consent: ConsentState, ...jobs: readonly TrackedJob[]): string =>
  presentIdentity(target, { ...initialState, consent, jobs }, { now, texts: new Map(), translate: untranslated })
    .description;

describe('the row of an identity with archive jobs', () => {
  const granted: ConsentState = {
    kind: 'granted',
    grant: { timeBased: ['maps'], oneTime: [], credentialExpiresAt: now + 6 * 86_400_000, credentials: [] },
    readAt: now,
    unusable: [],
  };

  it('tells of them before what can be cut off in a narrow side bar', () => {
    assert.equal(row(granted, job('1', 'in-progress')), 'granted · 1 job running · 1 scope · expires in 6 d');
    assert.equal(
      row(granted, job('1', 'in-progress'), job('2', 'in-progress'), job('3', 'complete')),
      'granted · 2 jobs running · 1 archive to download · 1 scope · expires in 6 d',
    );
  });

  it('tells of them while the consent was not read yet: after a reload nothing else does', () => {
    const stored: ConsentState = { kind: 'stored' };
    assert.equal(row(stored, job('1', 'complete')), 'signed in · not checked yet · 1 archive to download');
  });

  it('says nothing of those that are over', () => {
    assert.equal(row(granted, job('1', 'failed'), job('2', 'cancelled')), 'granted · 1 scope · expires in 6 d');
  });
});
