/** `/$discovery/rest`: describes the six methods, so that a client which is generated from it can call them here. */
import type { Hono } from 'hono';
import { jsonAnswer, plainError, toResponse } from './errors';
import { knownResources } from './knownResources';
import type { GoogleService } from './service';
import { scopePrefix } from './world';

type Fields = Readonly<Record<string, unknown>>;

interface DescribedMethod {
  readonly id: string;
  readonly description: string;
  readonly httpMethod: 'GET' | 'POST';
  /** After the version; `{+name}` stands for the job. */
  readonly path: string;
  readonly flatPath?: string;
  readonly name?: { readonly description: string; readonly pattern: string };
  readonly request?: string;
  readonly response: string;
}

const job = { description: 'Required. `archiveJobs/{archive_job}`.', pattern: '^archiveJobs/[^/]+$' };

const methods: readonly DescribedMethod[] = [
  {
    id: 'accessType.check',
    description: 'Tells which resources the token gives access to once, and which for a time.',
    httpMethod: 'POST',
    path: 'accessType:check',
    request: 'CheckAccessTypeRequest',
    response: 'CheckAccessTypeResponse',
  },
  {
    id: 'archiveJobs.cancel',
    description: 'Cancels a job that is in progress.',
    httpMethod: 'POST',
    path: '{+name}:cancel',
    flatPath: 'archiveJobs/{archiveJobsId}:cancel',
    name: job,
    request: 'CancelPortabilityArchiveRequest',
    response: 'CancelPortabilityArchiveResponse',
  },
  {
    id: 'archiveJobs.getPortabilityArchiveState',
    description: 'Reads the state of a job.',
    httpMethod: 'GET',
    path: '{+name}',
    flatPath: 'archiveJobs/{archiveJobsId}/portabilityArchiveState',
    name: {
      description: 'Required. `archiveJobs/{archive_job}/portabilityArchiveState`.',
      pattern: '^archiveJobs/[^/]+/portabilityArchiveState$',
    },
    response: 'PortabilityArchiveState',
  },
  {
    id: 'archiveJobs.retry',
    description: 'Retries a job that failed.',
    httpMethod: 'POST',
    path: '{+name}:retry',
    flatPath: 'archiveJobs/{archiveJobsId}:retry',
    name: job,
    request: 'RetryPortabilityArchiveRequest',
    response: 'RetryPortabilityArchiveResponse',
  },
  {
    id: 'authorization.reset',
    description: 'Ends every token of the user and the project, and frees exhausted scopes.',
    httpMethod: 'POST',
    path: 'authorization:reset',
    request: 'ResetAuthorizationRequest',
    response: 'Empty',
  },
  {
    id: 'portabilityArchive.initiate',
    description: 'Starts a job.',
    httpMethod: 'POST',
    path: 'portabilityArchive:initiate',
    request: 'InitiatePortabilityArchiveRequest',
    response: 'InitiatePortabilityArchiveResponse',
  },
];

const string = { type: 'string' };
const strings = { type: 'array', items: string };
const timestamp = { type: 'string', format: 'google-datetime' };
const oneOf = (...values: string[]) => ({ type: 'string', enum: values, enumDescriptions: values.map(() => '') });

const properties: Readonly<Record<string, Fields>> = {
  CancelPortabilityArchiveRequest: {},
  CancelPortabilityArchiveResponse: {},
  CheckAccessTypeRequest: {},
  CheckAccessTypeResponse: { oneTimeResources: strings, timeBasedResources: strings },
  Empty: {},
  InitiatePortabilityArchiveRequest: { resources: strings, startTime: timestamp, endTime: timestamp },
  InitiatePortabilityArchiveResponse: {
    archiveJobId: string,
    accessType: oneOf('ACCESS_TYPE_UNSPECIFIED', 'ACCESS_TYPE_ONE_TIME', 'ACCESS_TYPE_TIME_BASED'),
  },
  PortabilityArchiveState: {
    name: string,
    state: oneOf('STATE_UNSPECIFIED', 'IN_PROGRESS', 'COMPLETE', 'FAILED', 'CANCELLED'),
    urls: strings,
    startTime: timestamp,
    exportTime: timestamp,
  },
  ResetAuthorizationRequest: {},
  RetryPortabilityArchiveRequest: {},
  RetryPortabilityArchiveResponse: { archiveJobId: string },
};

const query = (fields: Fields) => ({ ...fields, location: 'query' });

/** Of every method. */
const parameters: Fields = {
  '$.xgafv': query(oneOf('1', '2')),
  access_token: query(string),
  alt: query({ ...oneOf('json', 'media', 'proto'), default: 'json' }),
  callback: query(string),
  fields: query(string),
  key: query(string),
  oauth_token: query(string),
  prettyPrint: query({ type: 'boolean', default: 'true' }),
  quotaUser: query(string),
  uploadType: query(string),
  upload_protocol: query(string),
};

const scopes = knownResources.map((resource) => scopePrefix + resource);

export function mountDiscovery(app: Hono, service: GoogleService): void {
  app.get('/$discovery/rest', ({ req }) => {
    const version = req.query('version') || 'v1';
    if (version === 'v1' || version === 'v1beta') return jsonAnswer(discoveryDocument(version, service.origin()));
    const message = `Discovery document not found for API service: dataportability.googleapis.com format: rest version: ${version}`;
    return toResponse(plainError(404, 'NOT_FOUND', message));
  });
}

function discoveryDocument(version: 'v1' | 'v1beta', origin: string): Fields {
  return {
    kind: 'discovery#restDescription',
    discoveryVersion: 'v1',
    id: `dataportability:${version}`,
    name: 'dataportability',
    canonicalName: 'Data Portability',
    version,
    version_module: true,
    title: 'Data Portability API',
    description: 'A local stand-in for the Data Portability API.',
    ownerDomain: 'google.com',
    ownerName: 'Google',
    documentationLink: 'https://developers.google.com/data-portability',
    protocol: 'rest',
    rootUrl: `${origin}/`,
    servicePath: '',
    baseUrl: `${origin}/`,
    basePath: '',
    fullyEncodeReservedExpansion: true,
    auth: {
      oauth2: {
        scopes: Object.fromEntries(
          scopes.map((scope, index) => [scope, { description: `A copy of ${knownResources[index]}.` }]),
        ),
      },
    },
    parameters,
    resources: resourcesOf(version),
    schemas: Object.fromEntries(
      Object.entries(properties).map(([id, fields]) => [
        id,
        { id, type: 'object', description: '', properties: fields },
      ]),
    ),
  };
}

function resourcesOf(version: string): Fields {
  const resources: Record<string, { readonly methods: Record<string, Fields> }> = {};
  for (const { id, path, flatPath, name, request, response, ...rest } of methods) {
    const [resource = '', method = ''] = id.split('.');
    resources[resource] ??= { methods: {} };
    resources[resource].methods[method] = {
      ...rest,
      id: `dataportability.${id}`,
      path: `${version}/${path}`,
      flatPath: `${version}/${flatPath ?? path}`,
      parameterOrder: name ? ['name'] : [],
      parameters: name ? { name: { ...name, type: 'string', location: 'path', required: true } } : {},
      ...(request ? { request: { $ref: request } } : {}),
      response: { $ref: response },
      scopes,
    };
  }
  return resources;
}
