/** The sample user of each service, as the window shows it, and what the service's ledger says, asked past the window. */

export interface HostService {
  /** Id of the provider. */
  readonly id: string;
  readonly row: string;
  /** The verb in the question. */
  readonly button: string;
  /** First lines of requests: the one that ends the consent, what is read once more under the lock, and what verifies. */
  readonly sends: RegExp;
  readonly rereads?: RegExp;
  readonly verifies: RegExp;
  /** Paths of the control plane: what was carried out, and what stands. */
  readonly carriedOut: string;
  readonly standing: string;
  readonly stands: (readout: unknown) => boolean;
}

export interface Ledger {
  readonly sent: number;
  readonly carriedOut: number;
  readonly consented: boolean;
}

export const hostServices: readonly HostService[] = [
  {
    id: 'googleDataPortability',
    row: 'alice.test@example.com',
    button: 'Reset Consent',
    sends: /^POST \S+authorization:reset/,
    verifies: /^POST \/token/,
    carriedOut: 'google/resets',
    standing: 'google/consents?user=alice.test%40example.com&project=123456789012',
    stands: (readout) => (readout as { readonly state: string }).state === 'granted',
  },
  {
    id: 'identityPlatform',
    row: 'carol.test@example.com',
    button: 'Revoke Apple Token',
    sends: /^POST \S+accounts:revokeToken/,
    rereads: /^POST \S*securetoken\S+/,
    verifies: /^POST \S*\/auth\/token/,
    carriedOut: 'identityPlatform/revocations',
    standing: 'identityPlatform/apple/grants',
    stands: (readout) =>
      (readout as readonly { readonly user: string; readonly state: string }[]).some(
        ({ user, state }) => user === '000000.carol.0001' && state === 'authorized',
      ),
  },
  {
    id: 'venafiTpp',
    row: 'alice.test',
    button: 'Revoke Grants',
    sends: /^POST \S+revokegrants/i,
    rereads: /^POST \S+getgrants/i,
    verifies: /^POST \S+getgrants/i,
    carriedOut: 'venafi/revocations',
    standing: 'venafi/grants?grantee=alice.test',
    stands: (readout) => (readout as readonly unknown[]).length > 0,
  },
];

/** @param origin of the sandbox itself, not of the wire before it */
export async function ledgerOf(origin: string, service: HostService): Promise<Ledger> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(new URL(`/__sandbox/${path}`, origin));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };
  const { requests } = (await ask('requests')) as {
    readonly requests: readonly { readonly method: string; readonly path: string }[];
  };
  return {
    sent: requests.filter(({ method, path }) => service.sends.test(`${method} ${path}`)).length,
    carriedOut: ((await ask(service.carriedOut)) as readonly unknown[]).length,
    consented: service.stands(await ask(service.standing)),
  };
}
