/** The English texts of all reasons that can be told in the editor. */
import { signInReasonTexts } from '../auth/signInReasonTexts';
import { downloadTexts } from '../core/downloadTexts';
import { collectReasonTexts } from '../core/outcomeText';
import { reasonTexts } from '../core/reasonTexts';
import { requestTexts } from '../core/requestTexts';
import { unattendedTexts } from '../core/unattendedTexts';
import { providerDescriptions } from '../providers/registry';

export const allReasonTexts = collectReasonTexts([
  reasonTexts,
  downloadTexts,
  unattendedTexts,
  requestTexts,
  signInReasonTexts,
  ...[...providerDescriptions.values()].map((one) => one.reasonTexts),
]);
