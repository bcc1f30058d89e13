/** What resetting several consents works with. */
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ConsentStore } from '../../core/consentStore';
import type { JobOperations } from '../../core/jobOperations';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Journal, Log } from '../../core/ports';
import type { ProviderDescription } from '../../core/provider';
import type { ResetCommand } from '../commands/resetConsent';
import type { Network } from '../network';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { Targets } from '../targets';

export interface BulkCommandPorts {
  readonly clock: Clock;
  readonly descriptions: ReadonlyMap<string, ProviderDescription>;
  readonly jobs: Pick<JobOperations, 'show'>;
  readonly log: Log;
  readonly network: Pick<Network, 'transport'>;
  readonly operations: Pick<ConsentOperations, 'preview' | 'reset' | 'isResetting' | 'whyVerifyFirst'>;
  readonly projects: Pick<Projects, 'targets'>;
  readonly prompts: Prompts;
  readonly resetCommand: Pick<ResetCommand, 'run' | 'alsoStops'>;
  readonly store: ConsentStore;
  readonly stores: { readonly journal: Pick<Journal, 'lastVerifiedReset'> };
  readonly targets: Pick<Targets, 'ofNodes'>;
  readonly texts: ReasonTexts;
  readonly vault: Pick<CredentialVault, 'readAhead'>;
}
