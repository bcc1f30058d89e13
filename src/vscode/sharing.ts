/** Identities that use the same stored credentials: one alone, or all of a project that an operator signs in to. */
import type { Project, Target } from '../core/model';
import type { ProviderDescription } from '../core/provider';
import type { Projects } from './projects';

export interface SharingPorts {
  readonly descriptions: ReadonlyMap<string, Pick<ProviderDescription, 'credentialOwner'>>;
  readonly projects: Pick<Projects, 'targets'>;
}

export function isByOperator({ project }: Target, { descriptions }: Pick<SharingPorts, 'descriptions'>): boolean {
  return descriptions.get(project.provider)?.credentialOwner === 'project';
}

/** As they are configured now, the given one first. */
export function sharing(target: Target, ports: SharingPorts): readonly Target[] {
  if (!isByOperator(target, ports)) return [target];
  const others = identitiesOf(target.project, ports).filter(({ identity }) => identity.id !== target.identity.id);
  return [target, ...others];
}

/** All identities of the project, as they are configured now. */
export function identitiesOf({ id }: Pick<Project, 'id'>, { projects }: Pick<SharingPorts, 'projects'>): Target[] {
  return [...projects.targets.values()].filter(({ project }) => project.id === id);
}
