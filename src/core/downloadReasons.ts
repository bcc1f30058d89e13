/** How a download of an archive can end, and why. */
import type { JobReading } from './archiveJobs';
import type { DownloadAnswer, FileFailure, FileProblem } from './downloadPorts';
import { plainText } from './foreignText';
import { unansweredReason } from './httpReason';
import { type Reason, type RemedyAction, reason } from './model';

export type DownloadEnding =
  | { readonly kind: 'downloaded' }
  /** What has come of the file under way is kept, here and wherever it is not said otherwise. */
  | { readonly kind: 'cancelled'; readonly reason: Reason }
  /** In bytes. `free` is missing when only a write has shown it, `needed` is then what was still to be written. */
  | { readonly kind: 'no-space'; readonly needed: number; readonly free?: number; readonly reason: Reason }
  /** In bytes. The file was removed. */
  | { readonly kind: 'wrong-size'; readonly expected: number; readonly actual: number; readonly reason: Reason }
  /** The file was removed. */
  | { readonly kind: 'wrong-hash'; readonly reason: Reason }
  /** The archive has another number of files than those that were downloaded belong to. */
  | { readonly kind: 'parts-changed'; readonly before: number; readonly now: number; readonly reason: Reason }
  /** There is no archive (yet, or any more). `gone` is for good. */
  | { readonly kind: 'not-there'; readonly state: MissingState; readonly reason: Reason }
  | { readonly kind: 'dead-credential'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason };

export type MissingState = 'in-progress' | 'failed' | 'cancelled' | 'gone' | 'no-such-job';

const again: readonly RemedyAction[] = [{ kind: 'retry' }];

const missingCodes: Readonly<Record<Exclude<MissingState, 'no-such-job'>, string>> = {
  'in-progress': 'download.notComplete',
  failed: 'download.jobFailed',
  cancelled: 'download.jobCancelled',
  gone: 'download.gone',
};

export function cancelled(): DownloadEnding {
  return { kind: 'cancelled', reason: reason('download.cancelled', {}, again) };
}

export function notThere(state: Exclude<MissingState, 'no-such-job'>): DownloadEnding {
  return { kind: 'not-there', state, reason: reason(missingCodes[state]) };
}

/** Why the service did not say where the archive is. */
export function unread(reading: Exclude<JobReading, { kind: 'state' }>): DownloadEnding {
  switch (reading.kind) {
    case 'aborted':
      return cancelled();
    case 'no-such-job':
      return { kind: 'not-there', state: 'no-such-job', reason: because('download.noSuchJob', reading.reason, []) };
    case 'dead-credential':
      return {
        kind: 'dead-credential',
        reason: because('download.deadCredential', reading.reason, [{ kind: 'sign-in' }]),
      };
    case 'failed':
      return { kind: 'failed', reason: because('download.stateUnread', reading.reason, again) };
  }
}

export function partsChanged(before: number, now: number): DownloadEnding {
  const params = { before: String(before), now: String(now) };
  return { kind: 'parts-changed', before, now, reason: reason('download.partsChanged', params, again) };
}

export function noSpace(needed: number, free: number): DownloadEnding {
  const params = { needed: bytesText(needed), free: bytesText(free) };
  return { kind: 'no-space', needed, free, reason: reason('download.noSpace', params, again) };
}

export function wrongSize(expected: number, actual: number): DownloadEnding {
  const params = { expected: String(expected), actual: String(actual) };
  return { kind: 'wrong-size', expected, actual, reason: reason('download.wrongSize', params, again) };
}

export function wrongHash(): DownloadEnding {
  return { kind: 'wrong-hash', reason: reason('download.wrongHash', {}, again) };
}

const fileCodes: Readonly<Record<FileProblem, string>> = {
  full: 'download.diskFull',
  quota: 'download.quota',
  'file-limit': 'download.fileLimit',
  'read-only': 'download.readOnly',
  denied: 'download.denied',
  missing: 'download.folderMissing',
  other: 'download.fileFailed',
};

export function unwritten({ problem, code, missingBytes = 0 }: FileFailure): DownloadEnding {
  const why = reason(fileCodes[problem], { code, missing: bytesText(missingBytes) }, again);
  return problem === 'full' || problem === 'quota'
    ? { kind: 'no-space', needed: missingBytes, reason: why }
    : { kind: 'failed', reason: why };
}

/** Answers that are no file, and that asking again may or may not change. */
export type Unserved = Extract<DownloadAnswer, { kind: 'refused' | 'redirect' | 'not-sent' | 'broken' }>;

export function unservedEnding(answer: Unserved, host: string): DownloadEnding {
  return { kind: 'failed', reason: unservedReason(answer, host) };
}

function unservedReason(answer: Unserved, host: string): Reason {
  switch (answer.kind) {
    case 'refused': {
      const { status, code } = answer;
      return reason(
        'download.refused',
        { host, status: code === undefined ? `${status}` : `${status} ${code}` },
        again,
      );
    }
    case 'redirect':
      return reason('download.redirect', { host, location: answer.location ?? '?' }, again);
    case 'not-sent':
      return because('download.notConnected', unansweredReason(answer, host, []), again);
    case 'broken':
      return answer.cause === 'malformed'
        ? reason('download.unusable', { host, detail: plainText(answer.detail, 200) }, again)
        : unansweredReason(answer, host, again);
  }
}

export function addressRefused(status: number): DownloadEnding {
  return { kind: 'failed', reason: reason('download.addressRefused', { status: String(status) }, again) };
}

/** After so many attempts. */
export function brokeOff(times: number, last: Unserved, host: string): DownloadEnding {
  return {
    kind: 'failed',
    reason: { ...because('download.broke', unservedReason(last, host), again), params: { times: String(times) } },
  };
}

function because(code: string, cause: Reason, actions: readonly RemedyAction[]): Reason {
  return { ...reason(code, {}, actions), cause };
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `999 bytes`, `1.5 kB`: one digit behind the point, rounded up, because it is said of what is needed. */
export function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // What would be rounded up to 1000 is written as 1 of the next unit.
  while (size > (unit === 0 ? 999 : 999.9) && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${size} bytes` : `${(Math.ceil(size * 10) / 10).toFixed(1)} ${units[unit]}`;
}
