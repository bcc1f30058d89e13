/** Every English text that the editor is asked to translate: the keys of the bundles in `l10n`. */
import { finding, type SourceTree } from '../../test/unit/architecture/sourceTree';
import { catalogues } from './catalogues';
import { originsOf, translations } from './translations';

export interface SourceTexts {
  /** Sorted, each once. */
  readonly texts: readonly string[];
  /** `src/core/x.ts:12: …` for each text that cannot be followed to where it is written. */
  readonly untraceable: readonly string[];
}

export function collectTexts(tree: Pick<SourceTree, 'checker' | 'files'>): SourceTexts {
  const texts = new Set<string>();
  const untraceable: string[] = [];
  for (const file of tree.files) {
    for (const call of translations(file)) {
      const [first] = call.arguments;
      for (const origin of first ? originsOf(first, tree) : []) {
        const found = origin.kind === 'catalogue' ? catalogues.get(origin.name) : [];
        if (origin.kind === 'text') texts.add(origin.text);
        else if (origin.kind === 'untraceable') {
          untraceable.push(finding(file, origin.node, 'is neither a literal nor from a catalogue'));
        } else if (!found) {
          untraceable.push(
            finding(file, origin.node, `is of ${origin.name}, which scripts/l10n/catalogues.ts does not name`),
          );
        } else for (const text of found) if (text) texts.add(text);
      }
    }
  }
  return { texts: [...texts].sort(), untraceable };
}
