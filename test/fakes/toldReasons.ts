/** Demands of a reason that it can be told: it has a text, and the text has all it names. */
import assert from 'node:assert/strict';
import { signInReasonTexts } from '../../src/auth/signInReasonTexts';
import { downloadTexts } from '../../src/core/downloadTexts';
import type { Reason } from '../../src/core/model';
import { collectReasonTexts } from '../../src/core/outcomeText';
import { reasonTexts } from '../../src/core/reasonTexts';
import { requestTexts } from '../../src/core/requestTexts';
import { unattendedTexts } from '../../src/core/unattendedTexts';
import { providerDescriptions } from '../../src/providers/registry';

const texts = collectReasonTexts([
  reasonTexts,
  signInReasonTexts,
  downloadTexts,
  requestTexts,
  unattendedTexts,
  ...[...providerDescriptions.values()].map((description) => description.reasonTexts),
]);

/** An empty value leaves a hole in a sentence as a missing one does: who has none says `–` or `?`. */
export function assertTold(why: Reason): void {
  const text = texts.get(why.code);
  assert.ok(text, `${why.code} has no text`);
  for (const sentence of [text.happened, text.notHappened, text.remedy]) {
    for (const [, name = ''] of sentence?.matchAll(/\{(\w+)\}/g) ?? []) {
      if (name === 'cause' || name === 'causeRemedy') assert.ok(why.cause, `${why.code} has no cause`);
      else assert.ok(why.params[name], `${why.code} does not say its {${name}}: ${JSON.stringify(why.params)}`);
    }
  }
  if (why.cause) assertTold(why.cause);
}
