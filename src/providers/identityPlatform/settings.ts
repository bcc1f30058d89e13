/** What the settings of an Identity Platform project may hold, and which addresses follow from them. */
import * as v from 'valibot';
import { isLoopbackHost, parseEndpoint } from '../../core/endpoint';
import type { Project } from '../../core/model';

export const identityToolkitOrigin = 'https://identitytoolkit.googleapis.com';
const secureTokenOrigin = 'https://securetoken.googleapis.com';
const appleOrigin = 'https://appleid.apple.com';

/** Identity providers whose tokens `accounts:revokeToken` takes. */
export const identityProviders = ['apple.com'] as const;

const text = v.string('must be a text');

const originSchema = v.pipe(
  text,
  v.check((value) => parseEndpoint(value).kind === 'endpoint', 'must be an https origin (http for loopback only)'),
);

const fields = v.strictObject(
  {
    identityProvider: v.optional(v.picklist(identityProviders, 'must be "apple.com"'), 'apple.com'),
    /** Id of the project: the `aud` of its ID tokens. */
    firebaseProject: v.optional(
      v.pipe(text, v.regex(/^[a-z][a-z0-9.:-]{2,60}$/, 'must be a project id, such as "my-project"')),
    ),
    tenantId: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9-]{1,64}$/, 'must be of letters, digits and hyphens'))),
    /** Project that OAuth calls are counted for: `x-goog-user-project`. */
    quotaProject: v.optional(
      v.pipe(text, v.regex(/^[a-z0-9][a-z0-9.:-]{2,60}$/, 'must be a project id or a project number')),
    ),
    /** The restriction of the API key: what an app of that kind would send, and an editor does not. */
    keyReferer: v.optional(v.pipe(text, v.regex(/^https?:\/\/[!-~]+$/, 'must be a web address that the key allows'))),
    keyIosBundleId: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9.-]{1,155}$/, 'must be a bundle ID'))),
    keyAndroidPackage: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9_.]{1,255}$/, 'must be a package name'))),
    keyAndroidCert: v.optional(
      v.pipe(
        text,
        v.regex(
          /^([0-9A-Fa-f]{2}:?){19}[0-9A-Fa-f]{2}$/,
          'must be the SHA-1 of the certificate: 40 hexadecimal digits, with or without colons',
        ),
      ),
    ),
    /** Where web sign-ins with Apple come back to, exactly as in the authorisation request. */
    appleRedirectUri: v.optional(
      v.pipe(
        text,
        v.check(
          (value) => redirectUriProblem(value) === undefined,
          'must be an https address with a domain name: no IP address, no localhost',
        ),
      ),
    ),
    appleTeamId: v.optional(v.pipe(text, v.regex(/^[A-Z0-9]{10}$/, 'must be 10 capital letters and digits'))),
    appleKeyId: v.optional(v.pipe(text, v.regex(/^[A-Z0-9]{10}$/, 'must be 10 capital letters and digits'))),
    /** Bundle ID or Services ID that the Apple tokens were made for. */
    appleClientId: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9.-]{1,155}$/, 'must be a bundle ID or a Services ID'))),
    /** Origin of the token service. Google's own for Google's Identity Toolkit, otherwise the project's endpoint. */
    secureTokenEndpoint: v.optional(originSchema),
    /** Origin of Apple's `/auth/token` and `/auth/revoke`. Apple's own for Google's Identity Toolkit, otherwise the endpoint. */
    appleEndpoint: v.optional(originSchema),
  },
  (issue) => (issue.expected === 'never' ? 'is not a key of an Identity Platform project' : 'must be an object'),
);

type Fields = v.InferOutput<typeof fields>;

export const optionsSchema = v.pipe(
  fields,
  v.check(
    (options) => restrictionsOf(options).length <= 1,
    'names more than one kind of key restriction: a key has one (keyReferer, keyIosBundleId or keyAndroidPackage)',
  ),
  v.check(
    ({ keyAndroidPackage, keyAndroidCert }) => (keyAndroidPackage === undefined) === (keyAndroidCert === undefined),
    'needs both keyAndroidPackage and keyAndroidCert, or neither',
  ),
);

export type IdentityPlatformOptions = Fields;

type RestrictionKey = 'keyReferer' | 'keyIosBundleId' | 'keyAndroidPackage';

function restrictionsOf(options: Fields): readonly RestrictionKey[] {
  const keys = ['keyReferer', 'keyIosBundleId', 'keyAndroidPackage'] as const;
  return keys.filter((key) => options[key] !== undefined);
}

export function parseOptions(project: Project): IdentityPlatformOptions {
  return v.parse(optionsSchema, project.options);
}

/** Headers by which an app of the kind that the key is restricted to would be known. */
export function restrictionHeaders(options: IdentityPlatformOptions): Readonly<Record<string, string>> {
  const { keyReferer, keyIosBundleId, keyAndroidPackage, keyAndroidCert } = options;
  if (keyReferer !== undefined) return { referer: keyReferer };
  if (keyIosBundleId !== undefined) return { 'x-ios-bundle-identifier': keyIosBundleId };
  if (keyAndroidPackage !== undefined && keyAndroidCert !== undefined) {
    const certificate = keyAndroidCert.replaceAll(':', '').toUpperCase();
    return { 'x-android-package': keyAndroidPackage, 'x-android-cert': certificate };
  }
  return {};
}

export type RedirectUriProblem = 'not-https' | 'has-fragment' | 'ip-address' | 'localhost' | 'no-domain';

/** The service's rule for redirect addresses: https, a domain name, no IP address, no localhost. Apple's adds: no fragment. */
export function redirectUriProblem(value: string): RedirectUriProblem | undefined {
  if (!/^https:\/\/[!-~]+$/i.test(value) || !URL.canParse(value)) return 'not-https';
  const { hostname, username, password } = new URL(value);
  if (username !== '' || password !== '') return 'not-https';
  if (value.includes('#')) return 'has-fragment';
  // The URL parser has turned every spelling of an IPv4 address into four decimal numbers.
  if (hostname.startsWith('[') || /^\d+(\.\d+){3}\.?$/.test(hostname)) return 'ip-address';
  if (/(^|\.)localhost\.?$/.test(hostname)) return 'localhost';
  return /[^.]\.[^.]/.test(hostname) ? undefined : 'no-domain';
}

export interface Address {
  readonly url: URL;
  /** What the log may show. */
  readonly pathTemplate: string;
}

export interface IdentityPlatformAddresses {
  /** Whether the endpoint is this machine: the Firebase Auth emulator, the sandbox or another stand-in. */
  readonly isLocal: boolean;
  /** Of the Identity Toolkit. */
  readonly apiOrigin: string;
  /** May receive a secret of the project, each once. */
  readonly origins: readonly string[];
  method(
    name: 'v2/accounts:revokeToken' | `v1/accounts:${'lookup' | 'signInWithPassword' | 'signInWithCustomToken'}`,
  ): Address;
  readonly token: Address;
  readonly appleToken: Address;
  readonly appleRevoke: Address;
}

export function addressesOf(project: Project): IdentityPlatformAddresses {
  const options = parseOptions(project);
  const apiOrigin = project.endpoint;
  const ofGoogle = apiOrigin === identityToolkitOrigin;
  const originOr = (named: string | undefined, googles: string): string =>
    new URL(named ?? (ofGoogle ? googles : apiOrigin)).origin;
  const tokenOrigin = originOr(options.secureTokenEndpoint, secureTokenOrigin);
  const ofApple = originOr(options.appleEndpoint, appleOrigin);
  const isLocal = isLoopbackHost(new URL(apiOrigin).hostname);
  return {
    isLocal,
    apiOrigin,
    origins: [...new Set([apiOrigin, tokenOrigin, ofApple])],
    method: (name) => address(apiOrigin, identityToolkitOrigin, `/${name}`),
    token: address(tokenOrigin, secureTokenOrigin, '/v1/token'),
    appleToken: address(ofApple, appleOrigin, '/auth/token'),
    appleRevoke: address(ofApple, appleOrigin, '/auth/revoke'),
  };
}

/** On this machine one origin stands for all, and the path begins with the real host, as the Firebase Auth emulator has it. */
function address(origin: string, realOrigin: string, path: string): Address {
  const { hostname } = new URL(origin);
  const pathTemplate = isLoopbackHost(hostname) ? `/${new URL(realOrigin).host}${path}` : path;
  return { url: new URL(pathTemplate, origin), pathTemplate };
}

/**
 * The endpoint of projects that name none. `FIREBASE_AUTH_EMULATOR_HOST` (`host:port`, as for Google's own SDKs) goes before
 * Google's address. One that cannot be used leaves no default: a developer who set it does not want production instead.
 */
export function defaultEndpoint(emulatorHost: string | undefined): string | undefined {
  if (emulatorHost === undefined || emulatorHost === '') return identityToolkitOrigin;
  const parsed = parseEndpoint(`http://${emulatorHost}`);
  return parsed.kind === 'endpoint' ? parsed.origin : undefined;
}
