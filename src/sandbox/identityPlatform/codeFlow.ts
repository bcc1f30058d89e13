/** What Identity Platform does at Apple on behalf of a project, with the OAuth code flow settings of its console. */
import { entry } from '../entry';
import type { CodeExchange } from './apple/grants';
import { exchangeCode } from './apple/grants';
import type { IdentityPlatformService } from './service';
import type { Project } from './world';

export type ProjectExchange =
  | Extract<CodeExchange, { kind: 'exchanged' }>
  /** `response` is what Apple said, as the error text quotes it. */
  | { readonly kind: 'refused'; readonly response: string };

/** Team, key and client must belong together at Apple; otherwise Apple's answer is `invalid_client`. */
export function actsAs(service: IdentityPlatformService, project: Project, clientId: string): boolean {
  const { clients, keys } = service.world().apple;
  const { codeFlow } = project.apple ?? {};
  const client = entry(clients, clientId);
  const key = entry(keys, codeFlow?.keyId ?? '');
  return client !== undefined && client.teamId === codeFlow?.teamId && key?.teamId === codeFlow.teamId;
}

/** A code with a redirect address is the Services ID's, one without is that of an app. */
export function exchangeForProject(
  service: IdentityPlatformService,
  project: Project,
  code: string,
  redirectUri: string | null,
): ProjectExchange {
  const clientId = codeClient(service, project, code, redirectUri);
  if (clientId === undefined || !actsAs(service, project, clientId)) return refused('invalid_client');
  const exchanged = exchangeCode(service, code, clientId, redirectUri);
  return exchanged.kind === 'refused' ? refused('invalid_grant', exchanged.description) : exchanged;
}

function codeClient(
  service: IdentityPlatformService,
  { apple }: Project,
  code: string,
  redirectUri: string | null,
): string | undefined {
  if (redirectUri !== null) return apple?.servicesId;
  const issuedTo = entry(service.world().apple.codes, code)?.clientId;
  return apple?.bundleIds?.find((bundleId) => bundleId === issuedTo) ?? apple?.bundleIds?.[0];
}

function refused(error: string, description?: string): ProjectExchange {
  const body = { error, ...(description ? { error_description: description } : {}) };
  return { kind: 'refused', response: JSON.stringify(body) };
}
