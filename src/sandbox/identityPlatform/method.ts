import type { ErrorAnswer } from '../google/errors';
import { toResponse } from '../google/errors';
import { accountError } from './errors';
import type { Fields, FieldType } from './requestFields';
import { textField } from './requestFields';
import type { IdentityPlatformService } from './service';
import type { Directory } from './users';
import type { Project } from './world';

/** A call that got past the front end: known caller, readable body. */
export interface Call {
  readonly service: IdentityPlatformService;
  readonly project: Project;
  /** Where accounts are looked for: the tenant that the request names, or the project. */
  readonly directory: Directory;
  readonly via: 'api-key' | 'bearer';
  readonly fields: Fields;
}

export interface Method {
  readonly version: 'v1' | 'v2';
  /** As in `accounts:lookup`. */
  readonly name: string;
  /** Google's own name for it. */
  readonly rpc: string;
  readonly body: Readonly<Record<string, FieldType>>;
  run(call: Call): Promise<Response>;
}

/** `MISSING_EMAIL`, `WEAK_PASSWORD : Detail.` */
export function refuse(message: string): Response {
  return toResponse(accountError(message));
}

/** The tenant that a request names must be one of the project. The emulator knows every tenant. */
export function tenantRefusal(
  project: Project,
  tenantId: string | undefined,
  emulator: boolean,
): ErrorAnswer | undefined {
  if (tenantId === undefined || emulator) return undefined;
  if (project.tenants.length === 0) return accountError('UNSUPPORTED_TENANT_OPERATION');
  return project.tenants.includes(tenantId) ? undefined : accountError('INVALID_TENANT_ID');
}

export function tenantIdOf(fields: Fields): string | undefined {
  return textField(fields, 'tenantId') || undefined;
}
