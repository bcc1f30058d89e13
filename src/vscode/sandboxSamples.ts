/** What the sandbox gives for a first try, as projects with users who have consented. */
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { RawProject } from '../core/projectEntry';

const scopePrefix = 'https://www.googleapis.com/auth/dataportability.';

/** Id of the Google project that *Start Sandbox* adds. */
export const sampleProjectId = 'reconsent-sandbox';

/** Id of the Identity Platform project that it adds. */
export const appleSampleProjectId = 'reconsent-sandbox-identity-platform';

/** Id of the Venafi TPP project that it adds. */
export const venafiSampleProjectId = 'reconsent-sandbox-venafi';

/** Whether *Start Sandbox* has added the project, and brings its users back. */
export function isSampleProject(id: string): boolean {
  return [sampleProjectId, appleSampleProjectId, venafiSampleProjectId].includes(id);
}

export interface SampleProject {
  readonly id: string;
  readonly name: string;
  /** Its keys in the settings, besides id, name and identities. */
  readonly keys: RawProject & { readonly provider: string };
  /** An OAuth client whose secret is kept apart from the tokens. */
  readonly client?: { readonly id: string; readonly secret: string };
  readonly users: readonly SampleUser[];
  /** A client that nobody has consented to, for a project of the user's own. */
  readonly practice?: PracticeClient;
  /** Who is signed in for the whole project, and whose consents can be ended then. */
  readonly operator?: SampleCredential & { readonly of: readonly { readonly id: string; readonly name: string }[] };
}

/** A client of a sandbox. */
export interface PracticeClient {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SampleUser extends SampleCredential {
  readonly id: string;
}

export interface SampleCredential {
  /** Id of a credential form of the provider, and what is filled into it. */
  readonly form: string;
  readonly values: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly grants?: readonly string[];
}

const googleSchema = v.object({
  clientId: v.string(),
  clientSecret: v.string(),
  // An older sandbox has none.
  practice: v.optional(v.object({ clientId: v.string(), clientSecret: v.string() })),
  users: v.array(
    v.object({
      user: v.string(),
      refreshToken: v.string(),
      scopes: v.optional(v.array(v.string()), []),
    }),
  ),
});

const appleSchema = v.object({
  project: v.string(),
  apiKey: v.string(),
  apple: v.object({ teamId: v.string(), keyId: v.string(), privateKey: v.string(), bundleId: v.string() }),
  users: v.array(
    v.object({ email: v.string(), refreshToken: v.string(), apple: v.object({ refreshToken: v.string() }) }),
  ),
});

const venafiSchema = v.object({
  clientId: v.string(),
  administrator: v.object({ refreshToken: v.string() }),
  users: v.array(v.object({ name: v.string(), prefixedUniversal: v.string() })),
  application: v.string(),
});

/** `undefined`: this is none. */
export function googleSample(origin: string, given: unknown): SampleProject | undefined {
  const read = v.safeParse(googleSchema, given);
  if (!read.success) return undefined;
  const { clientId, clientSecret, practice, users } = read.output;
  return {
    id: sampleProjectId,
    name: vscode.l10n.t('Sandbox'),
    keys: { provider: 'googleDataPortability', endpoint: origin, clientId },
    client: { id: clientId, secret: clientSecret },
    ...(practice ? { practice: { origin, ...practice } } : {}),
    users: users.map(({ user, refreshToken, scopes }) => {
      const grants = scopes.map((scope) => scope.replace(scopePrefix, ''));
      const values = { clientId, clientSecret, refreshToken };
      return { id: user, form: 'refreshToken', values, facts: { scopes: grants.join(' ') }, grants };
    }),
  };
}

/** The first user comes with the developer's Apple key, so that a reset can be verified, the others without. */
export function appleSample(origin: string, given: unknown): SampleProject | undefined {
  const read = v.safeParse(appleSchema, given);
  if (!read.success) return undefined;
  const { project, apiKey, apple, users } = read.output;
  const client = { appleTeamId: apple.teamId, appleKeyId: apple.keyId, appleClientId: apple.bundleId };
  return {
    id: appleSampleProjectId,
    name: vscode.l10n.t('Sandbox: Identity Platform'),
    keys: { provider: 'identityPlatform', endpoint: origin, firebaseProject: project, ...client },
    users: users.map((user, index) => ({
      id: user.email,
      form: 'refreshToken',
      values: {
        apiKey,
        refreshToken: user.refreshToken,
        tokenType: 'REFRESH_TOKEN',
        token: user.apple.refreshToken,
        ...(index === 0 ? { appleKey: apple.privateKey, ...client } : {}),
      },
    })),
  };
}

/** One user and one application of those that the operator administers; the others can be looked for. */
export function venafiSample(origin: string, given: unknown): SampleProject | undefined {
  const read = v.safeParse(venafiSchema, given);
  if (!read.success) return undefined;
  const { clientId, administrator, users, application } = read.output;
  const some = users.slice(0, 1).map(({ name, prefixedUniversal: id }) => ({ id, name }));
  return {
    id: venafiSampleProjectId,
    name: vscode.l10n.t('Sandbox: Venafi'),
    keys: { provider: 'venafiTpp', endpoint: origin, clientId },
    users: [],
    operator: {
      form: 'refreshToken',
      values: { clientId, refreshToken: administrator.refreshToken },
      of: [...some, { id: `application:${application}`, name: application }],
    },
  };
}

/** The identities of a sample project: those the user has added stay, missing sample users come back. */
export function withSampleUsers(existing: unknown, { users, operator }: SampleProject): readonly unknown[] {
  const kept: readonly unknown[] = Array.isArray(existing) ? existing : [];
  const ids = new Set(kept.map((entry) => (v.is(v.object({ id: v.string() }), entry) ? entry.id : undefined)));
  const wanted = [...users.map(({ id }) => ({ id })), ...(operator?.of ?? [])];
  return [...kept, ...wanted.filter(({ id }) => !ids.has(id))];
}
