/**
 * The client file that the Google Cloud console offers for download: `{"installed": {…}}` of a desktop client or
 * `{"web": {…}}`. The addresses in it are not read: where a secret goes is for the settings of the project to say.
 */
import * as v from 'valibot';
import { type Reason, reason } from '../core/model';
import { cleanPastedSecret } from '../core/pastedSecret';
import { BoundSecret } from '../core/redact';
import { readLoopbackAddress, suggestedRedirectUri } from './loopbackAddress';

export interface GoogleClient {
  readonly clientKind: 'installed' | 'web';
  readonly clientId: string;
  /** Sealed from the start. Whoever stores it in the vault reveals it for the token endpoint, as when sending it. */
  readonly clientSecret: BoundSecret;
  /** Of a web client, those that can be listened for, exactly as registered, at least one; none of a desktop client. */
  readonly redirectUris: readonly string[];
}

export type ClientFile =
  | { readonly kind: 'client'; readonly client: GoogleClient }
  /** The reason never carries any of the file. */
  | { readonly kind: 'problem'; readonly reason: Reason };

/** Characters, and bytes of the file. Google's files have about 400. */
export const maxClientFileLength = 65_536;

const objectSchema = v.record(v.string(), v.unknown());
const clientIdSchema = v.pipe(v.string(), v.maxLength(200), v.regex(/^[\w.-]+$/));

/** Reads a client file. Its secret is bound to `boundTo`, the origins that the project's credentials may go to. */
export function parseClientFile(text: string, boundTo: readonly string[]): ClientFile {
  if (text.length > maxClientFileLength) return problem(reason('clientFile.tooLarge'));
  const content = parseJson(text.replace(/^\ufeff/, ''));
  if (content === undefined) return problem(reason('clientFile.notJson'));
  const file = asObject(content);
  if (!file) return problem(reason('clientFile.notAnObject'));
  if (file['type'] === 'service_account') return problem(reason('clientFile.serviceAccount'));
  if (file['type'] === 'authorized_user' || 'refresh_token' in file) return problem(reason('clientFile.refreshToken'));
  if ('installed' in file && 'web' in file) return problem(reason('clientFile.twoClients'));
  if ('installed' in file) return readClient('installed', file['installed'], boundTo);
  if ('web' in file) return readClient('web', file['web'], boundTo);
  return problem(reason('clientFile.noClient'));
}

function readClient(clientKind: GoogleClient['clientKind'], content: unknown, boundTo: readonly string[]): ClientFile {
  const fields = asObject(content);
  if (!fields) return problem(reason('clientFile.clientNotAnObject'));
  const clientId = v.safeParse(clientIdSchema, fields['client_id']);
  if (!clientId.success) return problem(reason('clientFile.clientId'));
  if (!('client_secret' in fields)) return problem(reason('clientFile.noSecret'));
  const given = fields['client_secret'];
  const secret = typeof given === 'string' ? cleanPastedSecret(given) : undefined;
  if (secret?.kind !== 'secret') return problem(reason('clientFile.secret'));
  const listed = clientKind === 'web' ? (fields['redirect_uris'] ?? []) : [];
  const registered = v.safeParse(v.array(v.string()), listed);
  if (!registered.success) return problem(reason('clientFile.redirectUris'));
  const redirectUris = registered.output.filter((uri) => readLoopbackAddress(uri) !== undefined);
  if (clientKind === 'web' && redirectUris.length === 0) {
    return problem(reason('clientFile.noLoopback', { redirectUri: suggestedRedirectUri }));
  }
  return {
    kind: 'client',
    client: {
      clientKind,
      clientId: clientId.output,
      clientSecret: new BoundSecret(secret.value, boundTo),
      redirectUris,
    },
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (Array.isArray(value)) return undefined;
  const parsed = v.safeParse(objectSchema, value);
  return parsed.success ? parsed.output : undefined;
}

/** `undefined` for what is no JSON, which no JSON text means. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(why: Reason): ClientFile {
  return { kind: 'problem', reason: why };
}
