/** What the settings of a Venafi TPP project may hold, and which origins follow from them. */
import * as v from 'valibot';
import { parseEndpoint } from '../../core/endpoint';
import type { Project } from '../../core/model';

/** Enough to browse identities, read and revoke grants. The documentation says `admin`, the vendor's client `admin:delete`. */
export const defaultScope = 'admin:delete;configuration';

function filePath() {
  return v.pipe(
    v.string('must be a text'),
    v.maxLength(1024, 'must be at most 1024 characters long'),
    v.regex(/^(\/|~\/|[A-Za-z]:[\\/]|\\\\).+$/, 'must be the whole path of a file'),
  );
}

export const optionsSchema = v.strictObject(
  {
    /** Origin of `/vedauth/`, when it is not on the host of `/vedsdk/`. */
    authEndpoint: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.check(
          (text) => readServerAddress(text, 'vedauth') !== undefined,
          'must be an https origin (http for loopback only)',
        ),
        v.transform((text) => readServerAddress(text, 'vedauth') ?? text),
      ),
    ),
    /** Of the API integration that signs in; case-sensitive. */
    clientId: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^[\x21-\x7e]{1,256}$/, 'must be of visible ASCII characters, without spaces'),
      ),
    ),
    /** Path of a PEM file with authorities that are trusted besides the system's, for this project's origins alone. */
    caBundle: v.optional(filePath()),
    /** Path of a PEM file with the certificate that is shown to this project's origins, when they ask for one. */
    clientCertificate: v.optional(filePath()),
    /** Path of a PEM file with its private key, when that is not in the same file. */
    clientKey: v.optional(filePath()),
    /** What is asked for at sign-in. */
    scope: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(
          /^[a-z]+(:[a-z]+(,[a-z]+)*)?(;[a-z]+(:[a-z]+(,[a-z]+)*)?)*$/,
          'must look like admin:delete;configuration',
        ),
      ),
      defaultScope,
    ),
  },
  (issue) => (issue.expected === 'never' ? 'is not a key of a Venafi TPP project' : 'must be an object'),
);

export type VenafiOptions = v.InferOutput<typeof optionsSchema>;

/**
 * The origin in what people copy as the address of a server: `host`, `https://host`, or `https://host:8443/vedsdk/`.
 * `undefined` for everything that the endpoint policy refuses, and for any other path.
 */
export function readServerAddress(text: string, application: 'vedsdk' | 'vedauth'): string | undefined {
  const bare = text.trim().replace(new RegExp(`^([^?#]*[^/?#])/${application}/?$`, 'i'), '$1');
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(bare) ? bare : `https://${bare}`;
  const parsed = parseEndpoint(address);
  return parsed.kind === 'endpoint' ? parsed.origin : undefined;
}

export interface VenafiAddresses {
  readonly sdkOrigin: string;
  readonly authOrigin: string;
  /** Of a method of the Web SDK, for instance `oauth/RevokeGrants`. */
  sdk(method: string): URL;
}

export function parseOptions(project: Project): VenafiOptions {
  return v.parse(optionsSchema, project.options);
}

export function venafiAddresses(project: Project): VenafiAddresses {
  const { authEndpoint } = parseOptions(project);
  const sdkOrigin = project.endpoint;
  return {
    sdkOrigin,
    authOrigin: authEndpoint ?? sdkOrigin,
    sdk: (method) => new URL(`/vedsdk/${method}`, sdkOrigin),
  };
}

/** Every origin that gets a token: requests go to the one, refreshes to the other. */
export function credentialOrigins(project: Project): readonly string[] {
  const { sdkOrigin, authOrigin } = venafiAddresses(project);
  return [...new Set([sdkOrigin, authOrigin])];
}
