/** Text from outside, made inert for the places that read more than text in it. */
import { plainText } from '../core/foreignText';

/** Text for notifications and modals: no Markdown link can come about. Line breaks stay. */
export function inert(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Text for labels that expand `$(icon)`. */
export function withoutIcons(text: string, maxLength = 120): string {
  return plainText(text, maxLength).replaceAll('$(', '\\$(');
}
