/**
 * Whose grants an identity of the settings stands for.
 *
 * The id of the identity is the service's own exact id: `local:{UUID}`, `AD+Name:{UUID}` or `LDAP+Name:UUID` of a user, or
 * `application:<ApplicationId>`. A prefixed universal never begins with `application:`, so an id means exactly one of them,
 * and no request can ever name both.
 */
import { hasInvisibleCharacters } from '../../core/foreignText';
import type { Identity } from '../../core/model';

export type Subject =
  | { readonly kind: 'grantee'; readonly prefixedUniversal: string }
  | { readonly kind: 'application'; readonly applicationId: string };

const applicationPrefix = 'application:';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be part of a name
const prefixedUniversalForm = /^(local|(AD|LDAP)\+[^:\x00-\x1f]+):.+$/;
const longestId = 512;

/** What the identity stands for; `undefined` when its id is neither form. */
export function subjectOf({ id }: Pick<Identity, 'id'>): Subject | undefined {
  if (hasInvisibleCharacters(id) || id.length > longestId) return undefined;
  if (id.startsWith(applicationPrefix)) {
    const applicationId = id.slice(applicationPrefix.length);
    return applicationId.trim() === '' ? undefined : { kind: 'application', applicationId };
  }
  return prefixedUniversalForm.test(id) ? { kind: 'grantee', prefixedUniversal: id } : undefined;
}

/** The id under which settings hold a subject. */
export function identityIdOf(subject: Subject): string {
  return subject.kind === 'grantee' ? subject.prefixedUniversal : `${applicationPrefix}${subject.applicationId}`;
}

/** Whether what follows the prefix looks like a UUID. Others may be right as well: this is for a warning alone. */
export function endsInUuid(prefixedUniversal: string): boolean {
  return /:\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(prefixedUniversal);
}

/** The same identity is written with braces around its UUID and without; only for recognising oneself. */
export function samePrincipal(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(prefixedUniversal: string): string {
  return prefixedUniversal.replace(/:\{([^{}]*)\}$/, ':$1').toLowerCase();
}
