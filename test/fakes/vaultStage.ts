/** A vault over a keyring and notes in memory, and the form whose values are stored in it. */
import assert from 'node:assert/strict';
import { CredentialVault } from '../../src/auth/credentialVault';
import type { CredentialMarkers } from '../../src/auth/vaultPorts';
import type { CredentialReading } from '../../src/core/credentialSource';
import { type Credential, type Project, type Target, targetKey } from '../../src/core/model';
import type { CredentialForm } from '../../src/core/provider';
import { FakeClock } from './clock';
import { noon, origin, project } from './resetStage';
import { scriptedDescriptions } from './scriptedSettings';
import { MemoryMarkerStore, MemorySecretStore } from './storage';

export const form: CredentialForm = {
  id: 'refreshToken',
  label: 'Refresh token',
  detail: '',
  fields: [
    { id: 'clientId', label: 'Client ID', secret: false },
    { id: 'refreshToken', label: 'Refresh token', secret: true },
    { id: 'extra', label: 'Extra', secret: true },
  ],
};
export const values = { clientId: 'client-1', refreshToken: 'planted-refresh-51ce', unasked: 'planted-unasked-9f' };

export function targetOf(changes: Partial<Project> = {}, id = 'alice'): Target {
  return { project: project(changes), identity: { id, label: id } };
}

export const alice = targetOf();

/** Where the keyring has the credential of `alice` that was stored at that time. */
export function nameAt(storedAt: number): string {
  return `reconsent.credential:${targetKey(alice)}#${storedAt}`;
}

/** Where it has what was put aside of that one. */
export function quarantineAt(storedAt: number): string {
  return `reconsent.quarantine:${targetKey(alice)}#${storedAt}`;
}

export class VaultStage {
  readonly secrets = new MemorySecretStore();
  readonly markers = new MemoryMarkerStore();
  readonly logLines: string[] = [];
  wall = noon;
  readonly clock = new FakeClock({
    now: () => this.wall,
    advance: (ms) => {
      this.wall += ms;
    },
  });
  readonly vault: CredentialVault;

  /** The vaults keep their notes in memory, unless another place is given. */
  constructor(private readonly notes?: CredentialMarkers) {
    this.vault = this.otherWindow();
  }

  /** A vault with an empty memory over the same keyring, as another window has it. */
  otherWindow(): CredentialVault {
    const { secrets, clock } = this;
    const write = (line: string): void => void this.logLines.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    const markers = this.notes ?? this.markers;
    return new CredentialVault({ secrets, markers, clock, log, describe: (id) => scriptedDescriptions.get(id) });
  }

  async reading(target = alice, from = this.vault): Promise<Extract<CredentialReading, { kind: 'present' }>> {
    const reading = await from.read(target);
    assert.ok(reading.kind === 'present', `${reading.kind} instead of present`);
    return reading;
  }

  /** The newest of those that can be used. */
  async present(target = alice, from = this.vault): Promise<Credential> {
    const { credentials } = await this.reading(target, from);
    return credentials.at(-1) ?? credentials[0];
  }

  /** What the tokens are, oldest first. */
  async tokens(target = alice, from = this.vault): Promise<readonly (string | undefined)[]> {
    return (await this.reading(target, from)).credentials.map(token);
  }
}

export function withToken(refreshToken: string): Readonly<Record<string, string>> {
  return { ...values, refreshToken };
}

export function token(credential: Credential): string | undefined {
  const revealed = credential.secrets['refreshToken']?.revealFor(new URL(origin));
  return revealed?.kind === 'revealed' ? revealed.value : undefined;
}
