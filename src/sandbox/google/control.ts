import { SandboxInputError } from '../inputError';
import type { GoogleControl } from './api';
import { readConsents } from './consents';
import type { GoogleService } from './service';
import { findUser } from './world';

/** All of the Google control except `fault`, which needs the server's book of faults. */
export function googleControl(service: GoogleService): Omit<GoogleControl, 'fault'> {
  return {
    consents: (user, project) => readConsents(service.world(), { user, project }, service.clock.now()),
    resets: () => [...service.world().resets],
    switches: () => service.world().switches,
    setSwitches(patch) {
      const world = service.world();
      world.switches = { ...world.switches, ...patch };
      return world.switches;
    },
    setProject(number, patch) {
      const project = service.world().projects[number];
      if (!project) throw new SandboxInputError(`No project ${number}.`);
      Object.assign(project, patch);
    },
    setUser(email, patch) {
      const user = findUser(service.world(), email);
      if (!user) throw new SandboxInputError(`No user ${email}.`);
      Object.assign(user, patch);
    },
    setJobState(id, state) {
      const job = service.world().jobs[id];
      if (!job) throw new SandboxInputError(`No job ${id}.`);
      job.decided = { state, at: service.clock.now() };
    },
  };
}
