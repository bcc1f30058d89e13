/** What the tasks and their commands work with. */
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { JobOperations } from '../../core/jobOperations';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { FileAllowances } from '../../storage/fileAllowances';
import type { ResetCommand } from '../commands/resetConsent';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { Targets } from '../targets';

export interface TaskPorts {
  readonly clock: Clock;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly jobs: Pick<JobOperations, 'show'>;
  readonly log: Log;
  readonly operations: Pick<ConsentOperations, 'reset' | 'isResetting' | 'whyVerifyFirst'>;
  readonly projects: Pick<Projects, 'targets'>;
  readonly resetCommand: Pick<ResetCommand, 'alsoStops'>;
  readonly stores: { readonly allowances: FileAllowances };
  readonly texts: ReasonTexts;
}

export interface AllowancePorts {
  readonly clock: Clock;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly projects: Pick<Projects, 'targets'>;
  readonly prompts: Prompts;
  readonly stores: { readonly allowances: FileAllowances };
  readonly store: ConsentStore;
  readonly texts: ReasonTexts;
}

export interface TaskCommandPorts extends AllowancePorts {
  readonly targets: Targets;
}
