import type { SandboxClock, SandboxControl } from './api';
import type { FaultBook } from './faults';
import { googleControl } from './google/control';
import { namedFault } from './google/presets';
import { seedGoogle, seedSampleWorld } from './google/seed';
import type { GoogleService } from './google/service';
import { identityPlatformControl } from './identityPlatform/control';
import { identityPlatformFault } from './identityPlatform/presets';
import type { IdentityPlatformService } from './identityPlatform/service';
import type { RequestLog } from './ledger';
import { venafiControl } from './venafi/control';
import type { VenafiListeners } from './venafi/listeners';
import { venafiFault } from './venafi/presets';
import type { VenafiService } from './venafi/service';
import type { WorldHolder } from './world';

export interface ControlParts {
  readonly clock: SandboxClock;
  readonly faults: FaultBook;
  readonly requests: RequestLog;
  readonly world: WorldHolder;
  readonly google: GoogleService;
  readonly identityPlatform: IdentityPlatformService;
  readonly venafi: VenafiService;
  readonly listeners: VenafiListeners;
}

export function sandboxControl({
  clock,
  faults,
  requests,
  world,
  google,
  identityPlatform,
  venafi,
  listeners,
}: ControlParts): SandboxControl {
  return {
    clock,
    faults,
    requests,
    google: {
      ...googleControl(google),
      fault: (name, options) => faults.add(namedFault(name, options, clock.now())),
    },
    identityPlatform: {
      ...identityPlatformControl(identityPlatform),
      fault: (name, options) => faults.add(identityPlatformFault(name, options)),
    },
    venafi: {
      ...venafiControl(venafi),
      ...listeners.control,
      fault: (name, options) => faults.add(venafiFault(name, options)),
    },
    seed: (request) => seedGoogle(google, request),
    seedSample: () => seedSampleWorld(google),
    reset() {
      world.reset();
      faults.clear();
      requests.clear();
    },
    snapshot: () => world.snapshot(),
    restore: (snapshot) => world.restore(snapshot),
  };
}
