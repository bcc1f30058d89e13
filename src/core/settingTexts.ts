/** What can be wrong in the setting `reconsent.projects`, and how to mend it: English templates, translated where they are shown. */
import type { EndpointProblem } from './endpoint';
import type { Translate } from './outcomeText';

export interface SettingText {
  /** Follows the key, as in "is not a text", or begins with a subject of its own. */
  readonly what: string;
  readonly mend: string;
}

/** A place in the setting that cannot be used, what is wrong there, and how to mend it. */
export interface SettingProblem extends SettingText {
  /** For instance `[2].identities[0].id`; empty for the setting as a whole. */
  readonly path: string;
  /** Fill the placeholders of both texts; safe to show. */
  readonly params?: Readonly<Record<string, string>>;
}

const readableText = 'Write a short, readable text in quotes.';
const ownId = 'Give each project an id of its own. The first one is used, this one is left out.';
const ownIdentityId = 'Give each identity an id of its own. The first one is used, this one is left out.';
const oneOf = 'Use one of: {known}.';

export const settingTexts = {
  noList: { what: 'reconsent.projects is not a list', mend: 'Write a list of projects: [ { … } ].' },
  noObject: { what: 'is not an object', mend: 'Write { "id": …, "provider": …, "identities": [ … ] }.' },
  sameId: { what: 'another project has the id "{id}" too', mend: ownId },
  keyNoText: { what: 'is not a text', mend: readableText },
  keyEmpty: { what: 'is empty', mend: readableText },
  keyTooLong: { what: 'is longer than {limit} characters', mend: readableText },
  keyInvisible: { what: 'contains control or invisible characters', mend: readableText },
  noKey: { what: 'has neither "id" nor "name"', mend: 'Add "id": a text that stays the same for good.' },
  providerUnknown: { what: '"{provider}" is not a known provider', mend: oneOf },
  providerMissing: { what: 'is missing', mend: oneOf },
  providerNoText: { what: 'is not a text', mend: oneOf },
  endpointMissing: { what: 'is missing', mend: '{provider} has no public address: name yours.' },
  endpointNoText: { what: 'is not a text', mend: 'Write the address in quotes.' },
  identitiesNoList: { what: 'is not a list', mend: 'Write a list of identities: [ { "id": … } ].' },
  identityNoObject: { what: 'is not an object', mend: 'Write { "id": "alice.test@example.com" }.' },
  identityKey: {
    what: 'is not a key of an identity',
    mend: 'Remove it. Secrets never belong into settings: use "Reconsent: Set Credential…".',
  },
  sameIdentityId: { what: 'another identity of this project has the id "{id}" too', mend: ownIdentityId },
} as const satisfies Readonly<Record<string, SettingText>>;

export const endpointTexts: Readonly<Record<EndpointProblem, SettingText>> = {
  'not-a-url': {
    what: 'is not a web address',
    mend: 'Write the whole origin, for instance "https://dataportability.googleapis.com".',
  },
  'not-https': {
    what: 'is not an https address',
    mend: 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
  },
  'has-userinfo': {
    what: 'contains a user name or "@"',
    mend: 'Credentials do not belong into an address; remove everything up to the "@".',
  },
  'has-query': { what: 'contains a query', mend: 'Remove everything from the "?" on.' },
  'has-fragment': { what: 'contains a fragment', mend: 'Remove everything from the "#" on.' },
  'has-path': { what: 'contains a path', mend: 'Write the origin alone: scheme, host and, if needed, port.' },
  'has-control-characters': { what: 'contains spaces, backslashes or control characters', mend: 'Remove them.' },
  'has-trailing-dot': {
    what: 'has a host name that ends with a dot',
    mend: 'Remove the last dot of the host name.',
  },
};

/** What is wrong comes from the schema of the provider, or is that it has no such key. */
export const mendOption = 'Correct or remove this entry.';

export const unknownOption: SettingText = { what: 'is not a key of a {provider} project', mend: mendOption };

export const unreadableEntry: SettingText = { what: 'cannot be read', mend: 'Correct it.' };

export const unreadableShared: SettingText = { what: 'cannot be read', mend: 'Ask for it again.' };

export const sharedStandIn: SettingText = {
  what: 'sends credentials to {origins}, which is another program on this computer',
  mend: 'Stand-ins are not shared: add the project here, with "Add Project…".',
};

/** Both texts as they are shown. */
export function settingSentences(problem: SettingProblem, translate: Translate): SettingText {
  const params = problem.params ?? {};
  return { what: translate(problem.what, params), mend: translate(problem.mend, params) };
}
