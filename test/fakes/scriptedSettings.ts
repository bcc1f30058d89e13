/** Provider descriptions that settings can be parsed with: one with a public address, one without. */
import * as v from 'valibot';
import type { ProviderDescription } from '../../src/core/provider';

const base: Omit<ProviderDescription, 'id' | 'defaultEndpoint'> = {
  label: 'Scripted',
  optionsSchema: v.strictObject(
    { size: v.optional(v.pipe(v.number('must be a number'), v.maxValue(9, 'must be at most 9'))) },
    (issue) => (issue.expected === 'never' ? 'is not a key of a scripted project' : 'must be an object'),
  ),
  credentialOrigins: (project) => [project.endpoint],
  credentialForms: [],
  ways: [{ id: 'reset', verb: 'Reset Consent', question: 'Reset {identity} in {project}?' }],
  reasonTexts: {},
};

export const scriptedDescriptions: ReadonlyMap<string, ProviderDescription> = new Map([
  ['scripted', { ...base, id: 'scripted', defaultEndpoint: 'https://consent.example' }],
  ['onPremises', { ...base, id: 'onPremises', label: 'On Premises', defaultEndpoint: undefined }],
]);
