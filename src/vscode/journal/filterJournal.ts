/** *Filter Journal…*: first what to filter by, then one of the values that occur. Escape leaves everything as it was. */
import * as vscode from 'vscode';
import {
  filterWords,
  findEntries,
  isFiltering,
  type JournalFilter,
  projectOf,
  type StatedEntry,
} from '../../core/journalFilter';
import { entryStateWord } from '../../core/journalPresentation';
import { withoutIcons } from '../inertText';
import { translate } from '../translate';
import type { JournalPorts } from './ports';

/** How many of the newest entries the offered values are taken from. */
const sampleSize = 2_000;

export async function filterJournal(ports: JournalPorts): Promise<void> {
  const { journalView, prompts, texts } = ports;
  const { entries } = await findEntries(ports.stores.journal, {}, sampleSize, { texts, translate });
  const before = journalView.filter;
  const chosen = await prompts.pick(vscode.l10n.t('Filter the journal'), vscode.l10n.t('Choose what to filter by'), [
    { label: vscode.l10n.t('Outcome'), description: namesOf(before, ['outcome'], entries), key: 'outcome' as const },
    { label: vscode.l10n.t('Project'), description: namesOf(before, ['project'], entries), key: 'project' as const },
    { label: vscode.l10n.t('Identity'), description: namesOf(before, ['identity'], entries), key: 'identity' as const },
    { label: vscode.l10n.t('Text'), description: namesOf(before, ['text'], entries), key: 'text' as const },
  ]);
  if (!chosen) return;
  const changed =
    chosen.key === 'text' ? await chooseText(before, ports) : await chooseValue(chosen.key, before, entries, ports);
  if (changed === undefined) return;
  journalView.setFilter(
    isFiltering(changed)
      ? { filter: changed, words: namesOf(changed, ['project', 'identity', 'outcome', 'text'], entries) }
      : undefined,
  );
}

async function chooseText(before: JournalFilter, { prompts }: JournalPorts): Promise<JournalFilter | undefined> {
  const entered = await prompts.text({
    title: vscode.l10n.t('Filter the journal by text'),
    prompt: vscode.l10n.t('Part of a name, an address, an id or an explanation. Empty for any.'),
    value: before.text ?? '',
    validate: () => undefined,
  });
  if (entered === undefined) return undefined;
  const { text: _old, ...rest } = before;
  return entered.trim() === '' ? rest : { ...rest, text: entered.trim() };
}

async function chooseValue(
  key: 'outcome' | 'project' | 'identity',
  before: JournalFilter,
  entries: readonly StatedEntry[],
  { prompts }: JournalPorts,
): Promise<JournalFilter | undefined> {
  const values = new Map<string, { label: string; description: string; filter: JournalFilter }>();
  const { [key]: _old, ...rest } = before;
  for (const { entry, state } of entries) {
    const project = projectOf(entry);
    const identity = entry.address.target;
    const found = {
      outcome: { id: state, label: entryStateWord(state, translate), filter: { outcome: state }, description: '' },
      project: { id: project, label: entry.projectLabel, filter: { project }, description: '' },
      identity: { id: identity, label: entry.identityLabel, filter: { identity }, description: entry.projectLabel },
    }[key];
    // The newest comes first: its labels are the present ones.
    if (values.has(found.id)) continue;
    values.set(found.id, {
      label: withoutIcons(found.label),
      description: withoutIcons(found.description),
      filter: { ...rest, ...found.filter },
    });
  }
  const any = { label: vscode.l10n.t('Any'), description: '', filter: rest };
  const items = [any, ...values.values()];
  return (await prompts.pick(vscode.l10n.t('Filter the journal'), vscode.l10n.t('Choose what to show'), items))?.filter;
}

/** What these parts of the filter are called, by the newest entry of that key. */
function namesOf(
  filter: JournalFilter,
  parts: readonly (keyof JournalFilter)[],
  entries: readonly StatedEntry[],
): string {
  const names: string[] = [];
  if (parts.includes('project') && filter.project !== undefined) {
    names.push(entries.find(({ entry }) => projectOf(entry) === filter.project)?.entry.projectLabel ?? filter.project);
  }
  if (parts.includes('identity') && filter.identity !== undefined) {
    const found = entries.find(({ entry }) => entry.address.target === filter.identity);
    names.push(found?.entry.identityLabel ?? filter.identity);
  }
  const { outcome, text } = filter;
  const shown: JournalFilter = {
    ...(parts.includes('outcome') && outcome !== undefined ? { outcome } : {}),
    ...(parts.includes('text') && text !== undefined ? { text } : {}),
  };
  return filterWords(shown, names, translate);
}
