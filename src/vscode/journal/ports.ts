/** What the journal's view, page and commands work with. */
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Journal, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { ResetCommand } from '../commands/resetConsent';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { JournalView } from '../views/journalView';

/** To read the journal and put it into words. */
export interface JournalReadPorts {
  readonly journal: Pick<Journal, 'read' | 'unfinished'>;
  readonly descriptions: ReadonlyMap<string, Pick<ProviderDescription, 'label' | 'ways'>>;
  readonly texts: ReasonTexts;
  readonly clock: Pick<Clock, 'now'>;
}

export interface JournalPorts extends Omit<JournalReadPorts, 'journal'> {
  readonly stores: { readonly journal: Pick<Journal, 'read' | 'unfinished' | 'dismiss'> };
  readonly journalView: JournalView;
  readonly operations: ConsentOperations;
  readonly store: ConsentStore;
  readonly projects: Pick<Projects, 'targets'>;
  readonly resetCommand: ResetCommand;
  readonly prompts: Prompts;
  readonly log: Log;
}
