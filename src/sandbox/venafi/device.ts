/** The device flow of RFC 8628: codes, the page on which a person answers, and the poll of the waiting client. */
import { mintId } from '../ids';
import { jsonAnswer, pageBody, toResponse } from './answers';
import { askForCode, askForConsent, tellOutcome } from './devicePage';
import { addGrant } from './grants';
import { meantIdentity } from './identities';
import type { VenafiService } from './service';
import type { DeviceAuthorization, Grant, Identity, VenafiWorld } from './world';
import { entry, findApplication, findIdentity, identityKey } from './world';

/** RFC 8628 §6.1: no vowels, so that no word comes out. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';

export interface DeviceRequest {
  readonly application: string;
  readonly scope: string;
  readonly origin: string;
}

export function startDevice(service: VenafiService, { application, scope, origin }: DeviceRequest): Response {
  const world = service.world();
  const { switches } = world;
  const deviceCode = mintId(service.ids(), 'device', application);
  const bytes = Buffer.from(mintId(service.ids(), 'user-code', application), 'base64url');
  const drawn = [...bytes.subarray(0, 8)].map((byte) => letters[byte % letters.length] ?? 'B').join('');
  const device: DeviceAuthorization = {
    deviceCode,
    userCode: `${drawn.slice(0, 4)}-${drawn.slice(4)}`,
    application,
    scope,
    expiresAt: service.clock.now() + switches.deviceLifetimeS * 1000,
    interval: switches.deviceIntervalS,
    polledAt: null,
    state: 'pending',
    identity: null,
  };
  world.devices[deviceCode] = device;
  if (switches.autoApproveDevice !== false) {
    const identity = meantIdentity(world, switches.autoApproveDevice);
    if (typeof identity !== 'string') approve(device, identity);
  }
  const page = `${origin}/vedauth/device`;
  return jsonAnswer({
    device_code: deviceCode,
    expires_in: switches.deviceLifetimeS,
    interval: switches.deviceIntervalS,
    user_code: device.userCode,
    verification_uri: page,
    ...(switches.deviceUriComplete ? { verification_uri_complete: `${page}?user_code=${device.userCode}` } : {}),
  });
}

function approve(device: DeviceAuthorization, identity: Identity): void {
  device.state = 'approved';
  device.identity = identityKey(identity.prefixedUniversal);
}

export type DeviceState = DeviceAuthorization['state'] | 'expired';

export function deviceState(device: DeviceAuthorization, now: number): DeviceState {
  return now >= device.expiresAt && device.state !== 'used' ? 'expired' : device.state;
}

export type Taken =
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'refused'; readonly error: string; readonly description: string };

/** A client's clock and the timers of its runtime are not exact. */
const leewayMs = 500;

export function takeDeviceGrant(
  service: VenafiService,
  { deviceCode, clientId }: { readonly deviceCode: string; readonly clientId: string },
): Taken {
  const world = service.world();
  const now = service.clock.now();
  const refused = (error: string, description: string): Taken => ({ kind: 'refused', error, description });
  const device = entry(world.devices, deviceCode);
  if (!device || device.application !== clientId) return refused('invalid_grant', 'The device code is not valid.');
  const early = device.polledAt !== null && now < device.polledAt + device.interval * 1000 - leewayMs;
  device.polledAt = now;
  switch (deviceState(device, now)) {
    case 'expired':
      return refused('expired_token', 'The device code has expired.');
    case 'used':
      return refused('invalid_grant', 'The device code has been used already.');
    case 'denied':
      return refused('access_denied', 'The request was denied.');
    case 'pending':
      if (early) {
        device.interval += 5;
        return refused('slow_down', 'The client polls too fast.');
      }
      return refused('authorization_pending', 'The request is still to be answered.');
    case 'approved':
      return use(service, device);
  }
}

function use(service: VenafiService, device: DeviceAuthorization): Taken {
  const world = service.world();
  const identity = world.identities[device.identity ?? ''];
  const application = findApplication(world, device.application);
  device.state = 'used';
  if (!identity || !application) {
    return { kind: 'refused', error: 'access_denied', description: 'The request was denied.' };
  }
  const issuedAt = service.clock.now();
  const grant = addGrant(world, service.ids(), { identity, application, scope: device.scope, issuedAt });
  return { kind: 'grant', grant };
}

/** By what a person types: in any case, with its dash or without. */
export function findDevice(world: VenafiWorld, userCode: string): DeviceAuthorization | undefined {
  const plain = (code: string) => code.replace(/[^a-z]/gi, '').toUpperCase();
  const wanted = plain(userCode);
  if (wanted === '') return undefined;
  return Object.values(world.devices).findLast((device) => plain(device.userCode) === wanted);
}

/** Throws nothing: a device that is no longer pending stays as it is. */
export function decide(device: DeviceAuthorization, decision: Identity | 'deny'): void {
  if (decision === 'deny') device.state = 'denied';
  else approve(device, decision);
}

/** `/vedauth/device`: the code, then who one is and yes or no. Works without script, by keyboard alone. */
export async function devicePageRoute(service: VenafiService, request: Request): Promise<Response> {
  const world = service.world();
  if (request.method !== 'GET' && request.method !== 'POST') return toResponse(pageBody(405, 'Method not allowed.'));
  const query = new URL(request.url).searchParams;
  const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : query;
  const typed = form.get('user_code');
  if (typed === null) return askForCode();
  const device = findDevice(world, typed);
  const state = device && deviceState(device, service.clock.now());
  if (!device || state === 'expired') return askForCode({ typed, problem: 'This code is unknown, or has expired.' });
  if (state !== 'pending') return tellOutcome('answered');
  const people = Object.values(world.identities).filter(({ group }) => group === null);
  const question = {
    application: findApplication(world, device.application)?.name ?? device.application,
    scope: device.scope,
    userCode: device.userCode,
    people: people.map(({ name, fullName, prefixedUniversal }) => ({ name, fullName, prefixedUniversal })),
  };
  const decision = form.get('decision');
  if (request.method === 'GET' || decision === null) return askForConsent(question);
  if (decision !== 'approve') {
    decide(device, 'deny');
    return tellOutcome('denied');
  }
  const identity = findIdentity(world, form.get('identity') ?? '');
  if (!identity || identity.group !== null) {
    return askForConsent(question, 'Choose as whom to sign in.');
  }
  decide(device, identity);
  return tellOutcome('approved');
}
