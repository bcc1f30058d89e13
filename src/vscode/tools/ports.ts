/** What the language-model tools, and resets that other extensions ask for, work with. */
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { RequestPauses } from '../../core/requestPause';
import type { ResetCommand } from '../commands/resetConsent';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';

export interface RequestPorts {
  readonly clock: Clock;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly log: Log;
  readonly operations: Pick<ConsentOperations, 'reset' | 'preview' | 'isResetting'>;
  readonly pauses: RequestPauses;
  readonly projects: Pick<Projects, 'targets'>;
  readonly prompts: Pick<Prompts, 'isAsking' | 'warn'>;
  readonly resetCommand: Pick<ResetCommand, 'alsoStops' | 'ask' | 'tell'>;
  readonly store: ConsentStore;
  readonly texts: ReasonTexts;
}
