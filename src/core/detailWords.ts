/** English words in the `detail` of a reason, where there is no error code that would be the same in every language. */
import type { Translate } from './outcomeText';

export const detailWords = {
  noConnection: 'no connection in time',
  connectionFailed: 'connection failed',
  noTunnel: 'no answer to CONNECT',
  pageForTunnel: 'a page instead of a tunnel',
  pageForFile: 'a page instead of a file',
  throughEditor: 'through the editor',
  projectCertificates: 'certificates of the project',
  lockFile: 'The lock file cannot be used',
  lockFolder: 'The folder for locks cannot be made',
} as const;

type Name = keyof typeof detailWords;

function isName(name: string): name is Name {
  return Object.hasOwn(detailWords, name);
}

const names: readonly Name[] = Object.keys(detailWords).filter(isName);

/** The detail with those words translated, which stand between colons or before a code in brackets. The rest stays. */
export function translatedDetail(detail: string, translate: Translate): string {
  const translated = (part: string): string => {
    const name = names.find((one) => part === detailWords[one] || part.startsWith(`${detailWords[one]} (`));
    return name === undefined ? part : translate(detailWords[name], {}) + part.slice(detailWords[name].length);
  };
  return detail.split(': ').map(translated).join(': ');
}
