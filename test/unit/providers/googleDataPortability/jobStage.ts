/** What the tests of archive jobs share: answers of the service, and what results say. */
import assert from 'node:assert/strict';
import type { ArchiveJobs } from '../../../../src/core/archiveJobs';
import type { Reason } from '../../../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../../src/core/outcomeText';
import { reasonTexts as coreTexts } from '../../../../src/core/reasonTexts';
import { reasonTexts } from '../../../../src/providers/googleDataPortability/reasonTexts';
import type { GoogleScene } from '../../../fakes/googleScene';
import { noon } from '../../../fakes/resetStage';
import { response } from '../../../fakes/scriptedTransport';

const texts = collectReasonTexts([coreTexts, reasonTexts]);
export const info = (reason: string, metadata: object) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'dataportability.googleapis.com',
  metadata,
});
export const failure = (code: number, status: string, message: string, details: readonly unknown[] = []) =>
  response(code, { error: { code, status, message, details } });
export const coolDownEnd = noon + 86_400_000;
export const cooling = info('RESOURCE_EXHAUSTED_TIME_BASED', {
  previous_job_ids: '3f0c',
  timestamp_after_24hrs: new Date(coolDownEnd).toISOString(),
});
export const disabled = info('SERVICE_DISABLED', {
  consumer: 'projects/123456789012',
  activationUrl: 'https://console.developers.google.com/apis/api/x?project=123456789012',
});

export function archivesOf(scene: GoogleScene): ArchiveJobs {
  assert.ok(scene.provider.archives);
  return scene.provider.archives;
}

/** Kind, codes of reason and cause, and kinds of actions. */
export function told(result: { readonly kind: string; readonly reason?: Reason }): string {
  const { reason } = result;
  const codes = reason && [reason.code, ...(reason.cause ? [reason.cause.code] : [])].join(' < ');
  const actions = reason?.actions.map(({ kind }) => kind).join(', ');
  return [result.kind, codes, actions].filter((one) => one !== undefined && one !== '').join(': ');
}

export function paragraph(result: { readonly reason?: Reason }): string {
  assert.ok(result.reason);
  const text = reasonParagraph(result.reason, texts, untranslated);
  assert.doesNotMatch(text, /\{\w+\}/, 'a placeholder is not filled');
  return text;
}
