/**
 * The secret of a project's OAuth client in the editor's SecretStorage, bound to the origins it was given for. It is kept
 * apart from the credentials: a reset ends those, and the next sign-in needs the same client.
 */
import * as v from 'valibot';
import { sameOrigins } from '../core/endpoint';
import type { Project } from '../core/model';
import type { Clock, SecretStore } from '../core/ports';
import { BoundSecret } from '../core/redact';
import { Keyring } from './keyring';

const recordSchema = v.object({
  schema: v.literal(1),
  clientId: v.string(),
  origins: v.array(v.string()),
  clientSecret: v.string(),
});

type ClientRecord = v.InferOutput<typeof recordSchema>;

/** What a project is known by here. */
type ProjectId = Pick<Project, 'id'>;

export class ClientVault {
  readonly #keyring: Keyring;

  constructor(ports: { readonly secrets: SecretStore; readonly clock: Clock }) {
    this.#keyring = new Keyring(ports.secrets, ports.clock);
  }

  /**
   * The secret of that client. `undefined` when there is none, it is one of another client, it was not given for every one
   * of the origins, or it cannot be read. Never rejects.
   */
  async read(project: ProjectId, clientId: string, wantedOrigins: readonly string[]): Promise<BoundSecret | undefined> {
    const record = await this.#record(project);
    if (!record || record.clientId !== clientId || !sameOrigins(record.origins, wantedOrigins)) return undefined;
    return new BoundSecret(record.clientSecret, record.origins);
  }

  /**
   * Keeps the secret for the origins, in place of the project's older one. Rejects when the secret storage does not take it,
   * or when the secret is bound to other origins already.
   */
  async store(
    project: ProjectId,
    clientId: string,
    clientSecret: BoundSecret | string,
    origins: readonly string[],
  ): Promise<void> {
    const record: ClientRecord = {
      schema: 1,
      clientId,
      origins: [...origins],
      clientSecret: valueFor(clientSecret, origins),
    };
    await this.#keyring.store(secretName(project), JSON.stringify(record));
  }

  /** Rejects when the secret storage does not delete it. */
  async forget(project: ProjectId): Promise<void> {
    await this.#keyring.delete(secretName(project));
  }

  async #record(project: ProjectId): Promise<ClientRecord | undefined> {
    try {
      const text = await this.#keyring.get(secretName(project));
      const parsed = v.safeParse(recordSchema, text === undefined ? undefined : JSON.parse(text));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }
}

function valueFor(secret: BoundSecret | string, origins: readonly string[]): string {
  if (typeof secret === 'string') return secret;
  let value: string | undefined;
  for (const origin of origins) {
    const revealed = secret.revealFor(new URL(origin));
    if (revealed.kind === 'foreign-origin') throw new Error(`The client secret was not given for ${revealed.asked}.`);
    value = revealed.value;
  }
  if (value === undefined) throw new Error('The client secret is given for no origin.');
  return value;
}

function secretName({ id }: ProjectId): string {
  return `reconsent.oauthClient:${id.replaceAll('%', '%25').replaceAll('/', '%2F')}`;
}
