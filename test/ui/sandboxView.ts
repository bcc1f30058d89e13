/** What the service knows of the sample users of the first run. */
export interface Sample {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly users: readonly { readonly user: string; readonly refreshToken: string; readonly accessToken: string }[];
}

/** The sample project of Identity Platform. */
export interface AppleSample {
  readonly apiKey: string;
  readonly apple: { readonly privateKey: string };
  readonly users: readonly {
    readonly email: string;
    readonly appleUser: string;
    readonly refreshToken: string;
    readonly apple: { readonly refreshToken: string };
  }[];
}

/** The sandbox as a test sees it: past the extension, through its control plane. */
export class SandboxView {
  constructor(readonly origin: string) {}

  /** Every reset that had an effect. */
  async resets(): Promise<readonly { readonly user: string }[]> {
    return (await this.#ask('GET', 'google/resets')) as readonly { readonly user: string }[];
  }

  /** Paths of the requests it got since {@link forgetRequests}, without those of the control plane. */
  async paths(): Promise<string[]> {
    const { requests } = (await this.#ask('GET', 'requests')) as { requests: readonly { readonly path: string }[] };
    return requests.map(({ path }) => path);
  }

  async forgetRequests(): Promise<void> {
    await this.#ask('DELETE', 'requests');
  }

  /** Turns switches of the Google part, by their names. */
  async switches(patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask('PATCH', 'google/switches', patch);
  }

  /** Ends the running jobs of a user of the sample project. */
  async completeJobs(user: string): Promise<void> {
    const query = new URLSearchParams({ user, project: '123456789012' });
    const { jobs } = (await this.#ask('GET', `google/consents?${query}`)) as {
      readonly jobs: readonly { readonly id: string; readonly state: string }[];
    };
    for (const { id, state } of jobs) {
      if (state === 'IN_PROGRESS') await this.#ask('PATCH', `google/jobs/${id}`, { state: 'COMPLETE' });
    }
  }

  async seedSample(): Promise<Sample> {
    return (await this.#ask('POST', 'seed-sample')) as Sample;
  }

  /** Gives users whose authorisation has ended a new one, as if they had accepted Apple's sheet again. */
  async seedAppleSample(): Promise<AppleSample> {
    return (await this.#ask('POST', 'identityPlatform/seed-sample')) as AppleSample;
  }

  /** Whether the app is authorised by that user of Apple. */
  async isAuthorized(appleUser: string): Promise<boolean> {
    const grants = (await this.#ask('GET', 'identityPlatform/apple/grants')) as readonly {
      readonly user: string;
      readonly state: string;
    }[];
    return grants.some(({ user, state }) => user === appleUser && state === 'authorized');
  }

  /** Every token that was revoked, and on whose way. */
  async appleRevocations(): Promise<readonly { readonly via: string; readonly effect: string }[]> {
    const found = await this.#ask('GET', 'identityPlatform/apple/revocations');
    return found as readonly { readonly via: string; readonly effect: string }[];
  }

  /** Sees to it that the sample users of Venafi TPP have their grants. */
  async seedVenafiSample(): Promise<{ readonly clientId: string }> {
    return (await this.#ask('POST', 'venafi/seed-sample')) as { readonly clientId: string };
  }

  /** Opens an https origin of the same world, and tells whom a client has to trust for it. */
  async serveHttps(): Promise<{
    readonly origin: string;
    readonly authority: { readonly ca: string; readonly leaf: string };
  }> {
    const listener = (await this.#ask('POST', 'venafi/listeners', { certificate: 'good' })) as {
      readonly origin: string;
      readonly certificatePem: string;
    };
    const { pem: ca } = (await this.#ask('GET', 'venafi/ca')) as { readonly pem: string };
    return { origin: listener.origin, authority: { ca, leaf: listener.certificatePem } };
  }

  /** Adds people, applications and grants: a `VenafiSeed`. Answers the ids of the people by their names. */
  async seedVenafi(seed: object): Promise<ReadonlyMap<string, string>> {
    const { identities } = (await this.#ask('POST', 'venafi/seed', seed)) as {
      readonly identities: readonly { readonly name: string; readonly prefixedUniversal: string }[];
    };
    return new Map(identities.map(({ name, prefixedUniversal }) => [name, prefixedUniversal]));
  }

  /** Turns switches of Venafi TPP, by their names. */
  async venafiSwitches(patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask('PATCH', 'venafi/switches', patch);
  }

  /** The next answer of a method of Venafi TPP is this one instead, with these words of the server. */
  async answerVenafi(route: string, fault: string, description: string): Promise<void> {
    await this.#ask('POST', 'venafi/faults', { name: fault, route, description, times: 1 });
  }

  /** The codes that wait for somebody to enter them. */
  async waitingCodes(): Promise<string[]> {
    const devices = (await this.#ask('GET', 'venafi/devices')) as readonly {
      readonly userCode: string;
      readonly state: string;
    }[];
    return devices.filter(({ state }) => state === 'pending').map(({ userCode }) => userCode);
  }

  /** How many grants are alive on the server. */
  async venafiGrants(): Promise<number> {
    return ((await this.#ask('GET', 'venafi/grants')) as readonly unknown[]).length;
  }

  /** Ends the access tokens of the operator; the sign-in and its refresh token live on. */
  async expireOperatorTokens(): Promise<void> {
    await this.#ask('POST', 'venafi/access-tokens/expire', { grantee: 'tpp-admin' });
  }

  /** Whether the operator is signed in, as the server sees it. */
  async isOperatorSignedIn(): Promise<boolean> {
    return ((await this.#ask('GET', 'venafi/grants?grantee=tpp-admin')) as readonly unknown[]).length > 0;
  }

  /** From now on a reset is carried out and its answer lost, and no token can be had to look. */
  async loseAnswers(): Promise<void> {
    await this.#ask('POST', 'google/faults', { name: 'unavailable503', route: 'token' });
    await this.#ask('POST', 'google/faults', { name: 'connectionResetAfter', route: 'reset', times: 1 });
  }

  /** The next request there is answered with this, and has no effect. */
  async answer(
    path: string,
    answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown },
  ): Promise<void> {
    await this.#ask('POST', 'faults', { match: { path }, effect: { kind: 'answer', ...answer }, times: 1 });
  }

  async mend(): Promise<void> {
    await this.#ask('DELETE', 'faults');
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(new URL(`/__sandbox/${path}`, this.origin), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
