/** Reads what can be known of each credential without an effect: whose it is, and whether Apple still knows its token. */
import { type Credential, type Reason, reason } from '../../core/model';
import type { Clock, Transport } from '../../core/ports';
import type { CredentialTarget, ProviderTarget, StoppedOutcome } from '../../core/provider';
import { type Account, lookUpAccount, type SignedIn, type ToolkitApi } from './api';
import { type AppleLife, readAppleLife } from './apple';
import { type FilledForm, readFilledForm } from './filledForm';
import { addressesOf } from './settings';
import { signIn, unreadable } from './signIn';
import { ways } from './ways';

export interface ReadyReading {
  readonly kind: 'ready';
  readonly credential: Credential;
  readonly form: FilledForm;
  /** Whose token it is; `undefined` where only Apple is asked. */
  readonly owner: { readonly signedIn: SignedIn; readonly account: Account } | undefined;
  /** `undefined`: Apple cannot be asked, for want of a key or of a refresh token. */
  readonly life: Exclude<AppleLife, { kind: 'ended' | 'aborted' }> | undefined;
  /** Epoch milliseconds. */
  readonly seenAt: number;
}

export interface DeadReading {
  readonly kind: 'dead';
  readonly credential: Credential;
  /** `apple`: the authorization is gone. `sign-in`: only the Firebase sign-in is; the authorization may be alive. */
  readonly by: 'apple' | 'sign-in';
  readonly reason: Reason;
}

export interface StoppedReading {
  readonly kind: 'stopped';
  readonly credential: Credential;
  readonly outcome: StoppedOutcome;
  readonly reason: Reason;
}

/** In each list the oldest first. */
export interface Readings {
  readonly kind: 'readings';
  readonly ready: readonly ReadyReading[];
  readonly dead: readonly DeadReading[];
  readonly stopped: readonly StoppedReading[];
}

type OneReading = ReadyReading | DeadReading | StoppedReading | { readonly kind: 'aborted' };

export class CredentialReader {
  constructor(
    private readonly transport: Transport,
    readonly clock: Clock,
  ) {}

  api({ project }: Pick<ProviderTarget, 'project'>): ToolkitApi {
    return { addresses: addressesOf(project), transport: this.transport, clock: this.clock };
  }

  /** With every credential of the identity; `way` decides what it has to be good for, `any` takes it for what it is. */
  async readAll(
    { credentials, ...target }: ProviderTarget,
    way: string,
    signal: AbortSignal,
  ): Promise<Readings | { readonly kind: 'aborted' }> {
    const readings = await Promise.all(
      credentials.map((credential) => this.#read({ ...target, credential }, way, signal)),
    );
    if (readings.some(({ kind }) => kind === 'aborted')) return { kind: 'aborted' };
    return {
      kind: 'readings',
      ready: readings.filter((one) => one.kind === 'ready'),
      dead: readings.filter((one) => one.kind === 'dead'),
      stopped: readings.filter((one) => one.kind === 'stopped'),
    };
  }

  async #read(target: CredentialTarget, way: string, signal: AbortSignal): Promise<OneReading> {
    const { credential } = target;
    const read = readFilledForm(target);
    if (read.kind === 'invalid') return { kind: 'stopped', credential, outcome: 'not-sent', reason: read.reason };
    const { form } = read;
    const straight = way === ways.appleRevoke.id || (way === 'any' && form.material === undefined);
    const obstacle = straight ? obstacleAtApple(form) : obstacleAtToolkit(form);
    if (obstacle) return { kind: 'stopped', credential, outcome: 'not-sent', reason: obstacle };
    const api = this.api(target);
    const owner = straight ? undefined : await readOwner(api, form, signal);
    if (owner && owner.kind !== 'owner') return withCredential(owner, credential);
    const life = await readLife(api, form, signal);
    if (life?.kind === 'aborted') return life;
    if (life?.kind === 'ended') {
      const why = reason('identityPlatform.appleEnded', {}, [{ kind: 'replace-credential' }]);
      return { kind: 'dead', credential, by: 'apple', reason: why };
    }
    if (owner && life?.kind === 'alive' && isSomebodyElse(owner.signedIn, form, life.subject)) {
      const why = reason('identityPlatform.appleUserDiffers', { uid: owner.account.uid }, [
        { kind: 'replace-credential' },
      ]);
      return { kind: 'stopped', credential, outcome: 'not-sent', reason: why };
    }
    return { kind: 'ready', credential, form, owner, life, seenAt: this.clock.now() };
  }
}

function obstacleAtToolkit({ material, appleKey }: FilledForm): Reason | undefined {
  if (material) return undefined;
  return reason('identityPlatform.needsSignIn', {}, [
    { kind: 'replace-credential' },
    ...(appleKey ? [{ kind: 'use-way' as const, way: ways.appleRevoke.id }] : []),
  ]);
}

function obstacleAtApple({ appleKey, token }: FilledForm): Reason | undefined {
  if (!appleKey) return reason('identityPlatform.needsAppleKey', {}, [{ kind: 'replace-credential' }]);
  return token.type === 'CODE'
    ? reason('identityPlatform.codeNotForApple', {}, [{ kind: 'replace-credential' }])
    : undefined;
}

type OwnerReading =
  | { readonly kind: 'owner'; readonly signedIn: SignedIn; readonly account: Account }
  | { readonly kind: 'dead'; readonly reason: Reason }
  | { readonly kind: 'stopped'; readonly outcome: StoppedOutcome; readonly reason: Reason }
  | { readonly kind: 'aborted' };

async function readOwner(api: ToolkitApi, form: FilledForm, signal: AbortSignal): Promise<OwnerReading> {
  if (!form.material) throw new Error('A credential without a sign-in has no owner to be read.');
  const reading = await signIn(api, form, form.material, signal);
  if (reading.kind === 'aborted') return reading;
  if (reading.kind === 'stopped') return reading.dead ? { kind: 'dead', reason: reading.reason } : reading;
  const { signedIn } = reading;
  const found = await lookUpAccount(api, form, signedIn, signal);
  switch (found.kind) {
    case 'account':
      return { kind: 'owner', signedIn, account: found.account };
    case 'refused':
      if (found.signInDead) return { kind: 'dead', reason: found.reason };
      return { kind: 'stopped', outcome: 'refused', reason: found.reason };
    case 'unsupported':
      return { kind: 'stopped', outcome: 'unsupported', reason: found.reason };
    case 'unknown':
    case 'unanswered':
      return { kind: 'stopped', outcome: 'not-sent', reason: unreadable(found.reason) };
    case 'aborted':
      return found;
  }
}

function withCredential(reading: Exclude<OwnerReading, { kind: 'owner' }>, credential: Credential): OneReading {
  switch (reading.kind) {
    case 'dead':
      return { kind: 'dead', credential, by: 'sign-in', reason: reading.reason };
    case 'stopped':
      return { kind: 'stopped', credential, outcome: reading.outcome, reason: reading.reason };
    case 'aborted':
      return reading;
  }
}

/** Apple tells of refresh tokens alone, and only to who holds the key of the team. */
async function readLife(
  api: ToolkitApi,
  { appleKey, token }: FilledForm,
  signal: AbortSignal,
): Promise<AppleLife | undefined> {
  if (!appleKey || token.type !== 'REFRESH_TOKEN') return undefined;
  return readAppleLife(api, appleKey, token.secret, signal);
}

/** Whether the Apple token is another person's than the account is linked to: a reset would end the wrong one. */
function isSomebodyElse({ facts }: SignedIn, { providerId }: FilledForm, subject: string | undefined): boolean {
  const linked = facts.identities[providerId] ?? [];
  return subject !== undefined && linked.length > 0 && !linked.includes(subject);
}

/** The credential to send with: one whose end can be verified goes first, then the newest. */
export function chooseSender(ready: readonly ReadyReading[]): ReadyReading | undefined {
  const trust = ({ life }: ReadyReading): number => (life?.kind === 'alive' ? 2 : life ? 1 : 0);
  return [...ready].sort(
    (one, other) => trust(other) - trust(one) || other.credential.storedAt - one.credential.storedAt,
  )[0];
}
