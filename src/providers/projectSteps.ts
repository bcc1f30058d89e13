/**
 * What the wizards ask, by the id of the provider. Apart from the registry, because it is read on first use only; a test
 * compares the two.
 */
import type { ProjectSteps } from '../core/projectSteps';
import { googleSteps } from './googleDataPortability/projectSteps';
import { identityPlatformSteps } from './identityPlatform/projectSteps';
import { venafiSteps } from './venafiTpp/projectSteps';

export const projectSteps: ReadonlyMap<string, ProjectSteps> = new Map([
  ['googleDataPortability', googleSteps],
  ['identityPlatform', identityPlatformSteps],
  ['venafiTpp', venafiSteps],
]);
