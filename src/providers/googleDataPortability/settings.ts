/** What the settings of a Google Data Portability project may hold, and which origins follow from them. */
import * as v from 'valibot';
import { parseEndpoint } from '../../core/endpoint';
import type { Project } from '../../core/model';

export const googleApiOrigin = 'https://dataportability.googleapis.com';
export const googleOAuthOrigin = 'https://oauth2.googleapis.com';
/** Opened in the browser; never gets a secret from here. */
const googleAuthOrigin = 'https://accounts.google.com';

const originSchema = v.pipe(
  v.string('must be a text'),
  v.check((text) => parseEndpoint(text).kind === 'endpoint', 'must be an https origin (http for loopback only)'),
);

export const optionsSchema = v.strictObject(
  {
    apiVersion: v.optional(v.picklist(['v1', 'v1beta'], 'must be "v1" or "v1beta"'), 'v1'),
    /** Google counts quota per such user; the API allows 40 characters at most. */
    quotaUser: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^[\x21-\x7e]+$/, 'must be of visible ASCII characters, without spaces'),
        v.maxLength(40, 'must have at most 40 characters'),
      ),
    ),
    clientId: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^[\w.-]+$/, 'must look like 123456789012-abc.apps.googleusercontent.com'),
      ),
    ),
    /** Loopback address of a client of type "Web application", exactly as registered. */
    redirectUri: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(
          /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}(\/\S*)?$/,
          'must be a loopback address with a port',
        ),
      ),
    ),
    /** What is asked for at sign-in, without the scope prefix. */
    scopes: v.optional(
      v.array(
        v.pipe(v.string('must be a text'), v.regex(/^[\w.]+$/, 'must look like myactivity.search')),
        'must be a list',
      ),
    ),
    /** Origin of `/token`, `/tokeninfo` and `/revoke`. Google's own for Google's API, otherwise the project's endpoint. */
    oauthEndpoint: v.optional(originSchema),
  },
  (issue) => (issue.expected === 'never' ? 'is not a key of a Google Data Portability project' : 'must be an object'),
);

export type GoogleOptions = v.InferOutput<typeof optionsSchema>;

/** Addresses of one project. None of them ever carries a token in its query. */
export interface GoogleAddresses {
  /** The consent page. */
  readonly authUrl: URL;
  readonly tokenUrl: URL;
  readonly tokenInfoUrl: URL;
  readonly revokeUrl: URL;
  readonly apiOrigin: string;
  readonly oauthOrigin: string;
  /** Of a Data Portability method, for instance `authorization:reset`. */
  method(name: 'authorization:reset' | 'accessType:check' | 'portabilityArchive:initiate'): MethodAddress;
  /** Of a method of one archive job. Throws if {@link isJobId} does not hold: nothing else may become part of a path. */
  jobMethod(jobId: string, name: '/portabilityArchiveState' | ':retry' | ':cancel'): MethodAddress;
}

export interface MethodAddress {
  readonly url: URL;
  /** What the log may show: neither ids nor the query. */
  readonly pathTemplate: string;
}

/** Whether the id of an archive job is one harmless segment of a path, whatever it says. */
export function isJobId(text: string): boolean {
  return /^[\w.~=+-]{1,256}$/.test(text) && !/^\.+$/.test(text);
}

export function parseOptions(project: Project): GoogleOptions {
  return v.parse(optionsSchema, project.options);
}

/** All that a credential may be sent to. */
export function googleOrigins(project: Project): Pick<GoogleAddresses, 'apiOrigin' | 'oauthOrigin'> {
  return originsOf(project, parseOptions(project));
}

function originsOf({ endpoint: apiOrigin }: Project, { oauthEndpoint }: GoogleOptions) {
  return { apiOrigin, oauthOrigin: new URL(oauthEndpoint ?? defaultOAuthOrigin(apiOrigin)).origin };
}

/** {@link googleAddresses}, made once of each project as it is configured: a bulk asks for those of one a thousand times. */
export function rememberedAddresses(): (project: Project) => GoogleAddresses {
  const known = new WeakMap<Project, GoogleAddresses>();
  return (project) => {
    const addresses = known.get(project) ?? googleAddresses(project);
    known.set(project, addresses);
    return addresses;
  };
}

export function googleAddresses(project: Project): GoogleAddresses {
  const options = parseOptions(project);
  const { apiOrigin, oauthOrigin } = originsOf(project, options);
  const address = (path: string, pathTemplate: string): MethodAddress => {
    const url = new URL(`/${options.apiVersion}/${path}`, apiOrigin);
    if (options.quotaUser !== undefined) url.searchParams.set('quotaUser', options.quotaUser);
    return { url, pathTemplate: `/${options.apiVersion}/${pathTemplate}` };
  };
  const methods = new Map<string, MethodAddress>();
  return {
    apiOrigin,
    oauthOrigin,
    authUrl: new URL('/o/oauth2/v2/auth', oauthOrigin === googleOAuthOrigin ? googleAuthOrigin : oauthOrigin),
    tokenUrl: new URL('/token', oauthOrigin),
    tokenInfoUrl: new URL('/tokeninfo', oauthOrigin),
    revokeUrl: new URL('/revoke', oauthOrigin),
    method(name) {
      const known = methods.get(name) ?? address(name, name);
      methods.set(name, known);
      return known;
    },
    jobMethod(jobId, name) {
      if (!isJobId(jobId)) throw new Error('This cannot be the id of an archive job.');
      return address(`archiveJobs/${encodeURIComponent(jobId)}${name}`, `archiveJobs/{id}${name}`);
    },
  };
}

/** A stand-in serves both sides at its own origin; Google's refresh tokens never go there, because secrets are bound. */
function defaultOAuthOrigin(apiOrigin: string): string {
  return apiOrigin === googleApiOrigin ? googleOAuthOrigin : apiOrigin;
}
