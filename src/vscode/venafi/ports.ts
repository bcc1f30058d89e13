/** What the commands of projects with an operator need. */
import type { CredentialVault } from '../../auth/credentialVault';
import type { ConsentOperations } from '../../core/consentOperations';
import type { ReasonTexts } from '../../core/outcomeText';
import type { Clock, Log } from '../../core/ports';
import type { Network } from '../network';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';

export interface VenafiPorts {
  readonly network: Pick<Network, 'providerPorts'>;
  readonly projects: Pick<Projects, 'all' | 'targets' | 'save'>;
  readonly vault: CredentialVault;
  readonly operations: Pick<ConsentOperations, 'credentialChanged' | 'probe'>;
  readonly prompts: Prompts;
  readonly texts: ReasonTexts;
  readonly clock: Clock;
  readonly log: Log;
}
