/** What stands behind the texts that the code takes from objects: the English texts, read from the modules themselves. */
import { signInReasonTexts } from '../../src/auth/signInReasonTexts';
import { downloadTexts } from '../../src/core/downloadTexts';
import { endpointSentences } from '../../src/core/projectSteps';
import type { CredentialField, ReasonText, ResetWay } from '../../src/core/provider';
import { reasonTexts } from '../../src/core/reasonTexts';
import { requestTexts } from '../../src/core/requestTexts';
import * as settingProblems from '../../src/core/settingTexts';
import { taskEnds } from '../../src/core/taskEnds';
import { unattendedTexts } from '../../src/core/unattendedTexts';
import {
  currentScopes,
  documentedOnlyScopes,
  retiredScopes,
} from '../../src/providers/googleDataPortability/scopeData';
import { projectSteps } from '../../src/providers/projectSteps';
import { providerDescriptions } from '../../src/providers/registry';
import { allReasonTexts } from '../../src/vscode/allReasonTexts';
import { caBundleTexts } from '../../src/vscode/caBundle';
import { clientCertificateTexts } from '../../src/vscode/clientCertificate';

const descriptions = [...providerDescriptions.values()];
const ways: readonly ResetWay[] = descriptions.flatMap((one) => one.ways);
const forms = descriptions.flatMap(({ credentialForms }) => credentialForms);
const fields: readonly CredentialField[] = forms.flatMap((form) => form.fields);
const steps = [...projectSteps.values()].flatMap((one) => one.steps);
const identitySteps = [...projectSteps.values()].map(({ identity }) => identity);
const stepChoices = steps.flatMap((step) => (step.kind === 'choice' ? step.choices : []));
const choices = [...fields.flatMap((field) => field.choices ?? []), ...stepChoices];
const files = [...Object.values(caBundleTexts), ...Object.values(clientCertificateTexts)];
const { endpointTexts, settingTexts, sharedStandIn, unknownOption, unreadableEntry, unreadableShared } =
  settingProblems;
const settings = [
  ...Object.values<settingProblems.SettingText>({ ...settingTexts, ...endpointTexts }),
  ...[sharedStandIn, unknownOption, unreadableEntry, unreadableShared],
];
const options = descriptions.flatMap(({ optionsSchema }) => schemaMessages(optionsSchema));
const scopes = [...currentScopes, ...documentedOnlyScopes, ...retiredScopes];

/** Every table of reasons; their codes are told apart by it, too. */
export const reasonSources: readonly Readonly<Record<string, ReasonText>>[] = [
  reasonTexts,
  downloadTexts,
  unattendedTexts,
  requestTexts,
  signInReasonTexts,
  ...descriptions.map((one) => one.reasonTexts),
];

/**
 * By the property, or the parameter, that the code has translated. A property that is not named here cannot be traced: the
 * test of the texts says so, and the texts behind it are to be named.
 */
export const catalogues: ReadonlyMap<string, readonly (string | undefined)[]> = new Map([
  ['core/outcomeText.ts#template', [...allReasonTexts.values()].flatMap(sentences)],
  ['core/projectSteps.ts#CommonStep.detail', steps.map(({ detail }) => detail)],
  ['core/projectSteps.ts#CommonStep.label', steps.map(({ label }) => label)],
  ['core/projectSteps.ts#CommonStep.problem', steps.map(({ problem }) => problem)],
  ['core/projectSteps.ts#IdentityStep.detail', identitySteps.map(({ detail }) => detail)],
  ['core/projectSteps.ts#IdentityStep.label', identitySteps.map(({ label }) => label)],
  ['core/projectSteps.ts#IdentityStep.problem', identitySteps.map(({ problem }) => problem)],
  ['core/projectSteps.ts#endpointSentences', Object.values(endpointSentences)],
  ['core/provider.ts#CredentialField.label', fields.map(({ label }) => label)],
  ['core/provider.ts#CredentialField.placeholder', fields.map(({ placeholder }) => placeholder)],
  ['core/provider.ts#CredentialForm.detail', forms.map(({ detail }) => detail)],
  ['core/provider.ts#CredentialForm.label', forms.map(({ label }) => label)],
  ['core/provider.ts#FieldChoice.detail', choices.map(({ detail }) => detail)],
  ['core/provider.ts#FieldChoice.label', choices.map(({ label }) => label)],
  ['core/provider.ts#ResetWay.detail', ways.map(({ detail }) => detail)],
  ['core/provider.ts#ResetWay.question', ways.map(({ question }) => question)],
  ['core/provider.ts#ResetWay.verb', ways.map(({ verb }) => verb)],
  ['core/settingTexts.ts#SettingText.mend', settings.map(({ mend }) => mend)],
  ['core/settingTexts.ts#SettingText.what', [...settings.map(({ what }) => what), ...options]],
  ['core/taskEnds.ts#TaskEndRow.meaning', Object.values(taskEnds).map(({ meaning }) => meaning)],
  ['providers/googleDataPortability/scopes.ts#ScopeDescription.label', scopes.map(({ label }) => label)],
  ['providers/googleDataPortability/scopeSelection.ts#ScopeGroup.service', scopes.map(({ service }) => service)],
  ['vscode/wholeFile.ts#FileText.mend', files.map(({ mend }) => mend)],
  ['vscode/wholeFile.ts#FileText.what', files.map(({ what }) => what)],
  // Hands on what its callers give, and they are looked at themselves.
  ['vscode/translate.ts#template', []],
]);

/** What a schema of valibot says of values that it refuses, wherever in it. */
function schemaMessages(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { message, entries, ...others }: Record<string, unknown> = { ...schema };
  const own =
    typeof message === 'function' ? ['never', 'Object'].map((expected): unknown => message({ expected })) : [message];
  const within = [...Object.values(entries ?? {}), others['wrapped'], others['item'], ...parts(others['pipe'])];
  return [...own.filter((text) => typeof text === 'string'), ...within.flatMap(schemaMessages)];
}

function parts(pipe: unknown): readonly unknown[] {
  return Array.isArray(pipe) ? pipe : [];
}

function sentences({ happened, notHappened, remedy }: ReasonText): readonly (string | undefined)[] {
  return [happened, notHappened, remedy];
}
