/** What the journal's view and commands do. A lazy part of the bundle. */
import { findEntry } from '../../core/journalFilter';
import { exportJournal } from './exportJournal';
import { filterJournal } from './filterJournal';
import { openEntry, page } from './page';
import { rows } from './rows';

export const journalActions = { exportJournal, filterJournal, findEntry, openEntry, page, rows } as const;
