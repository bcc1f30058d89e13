/** What identities of the server, and what was typed for one, are called in the editor. */
import { hasInvisibleCharacters, plainText } from '../../core/foreignText';
import type { FoundIdentity } from '../../providers/venafiTpp/identities';
import { subjectOf } from '../../providers/venafiTpp/subject';

export function nameIn({ name, fullName, prefixedName, prefixedUniversal }: FoundIdentity): string {
  return [name, fullName, prefixedName].find((one) => plainText(one) !== '') ?? prefixedUniversal;
}

/** What was typed, if it can be the id of an application. */
export function applicationIdIn(text: string): string | undefined {
  const bare = text.trim().replace(/^application:/, '');
  if (hasInvisibleCharacters(bare)) return undefined;
  const subject = subjectOf({ id: `application:${bare}` });
  return subject?.kind === 'application' ? subject.applicationId : undefined;
}
