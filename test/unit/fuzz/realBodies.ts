/** Bodies as the services send them, to be changed from. */

const errorInfo = (reason: string, metadata: Readonly<Record<string, string>> = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
});

const envelope = (code: number, status: string, ...details: readonly object[]) => ({
  error: { code, message: 'Words of the service.', status, ...(details.length > 0 && { details }) } as never,
});

/** Errors of Google's front end and of Data Portability. */
export const googleErrors = [
  envelope(401, 'UNAUTHENTICATED', errorInfo('ACCESS_TOKEN_EXPIRED')),
  envelope(401, 'UNAUTHENTICATED', errorInfo('CREDENTIALS_MISSING')),
  envelope(401, 'UNAUTHENTICATED'),
  envelope(403, 'PERMISSION_DENIED', errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT')),
  envelope(
    403,
    'PERMISSION_DENIED',
    errorInfo('SERVICE_DISABLED', {
      consumer: 'projects/12345',
      activationUrl: 'https://console.developers.google.com/apis/api/x',
    }),
  ),
  envelope(403, 'PERMISSION_DENIED', { '@type': 'type.googleapis.com/google.rpc.DebugInfo', detail: 'x' }),
  envelope(409, 'ALREADY_EXISTS', errorInfo('ALREADY_EXISTS_ONE_TIME', { job_id: 'job-1' })),
  envelope(429, 'RESOURCE_EXHAUSTED', errorInfo('RESOURCE_EXHAUSTED_ONE_TIME', { previous_job_ids: 'a,b' })),
  envelope(
    429,
    'RESOURCE_EXHAUSTED',
    errorInfo('RESOURCE_EXHAUSTED_TIME_BASED', { timestamp_after_24hrs: '2030-01-03T12:00:00Z' }),
  ),
  envelope(429, 'RESOURCE_EXHAUSTED', errorInfo('RATE_LIMIT_EXCEEDED'), {
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: '39s',
  }),
  envelope(400, 'INVALID_ARGUMENT'),
  envelope(503, 'UNAVAILABLE'),
] as const;

/** Errors of Identity Toolkit and of the token service. */
export const toolkitErrors = [
  ...[
    'INVALID_ID_TOKEN',
    'TOKEN_EXPIRED',
    'USER_NOT_FOUND',
    'INVALID_IDP_RESPONSE : the code was used before',
    'OPERATION_NOT_ALLOWED',
    'TENANT_ID_MISMATCH',
    'TOO_MANY_ATTEMPTS_TRY_LATER : later',
    'NEW_CODE : new words',
    'Words of the service.',
  ].map((message) => ({ error: { code: 400, message, errors: [{ message, reason: 'invalid' }] } })),
  envelope(400, 'INVALID_ARGUMENT', errorInfo('API_KEY_INVALID')),
  envelope(403, 'PERMISSION_DENIED', errorInfo('API_KEY_SERVICE_BLOCKED', { service: 'identitytoolkit' })),
  envelope(403, 'PERMISSION_DENIED', errorInfo('CONSUMER_SUSPENDED', { consumer: 'projects/1' })),
  envelope(501, 'UNIMPLEMENTED'),
] as const;

/** Errors of RFC 6749. */
export const oauthErrors = ['invalid_grant', 'invalid_token', 'invalid_client', 'unauthorized_client', 'slow_down'].map(
  (error) => ({ error, error_description: 'Words of the service.' }),
);

/** `{Result, Success}` of every known code, and a few nobody knows. */
export const vedResults = Array.from({ length: 21 }, (_, code) => ({ Result: code, Success: code === 0 }));

export const vedErrors = [
  { error: 'insufficient_scope', error_description: 'Grant rejected scope certificate:manage' },
  { error: 'insufficient_rights', error_description: 'Not enough.' },
  { Error: 'invalid_token', ErrorDetails: 'The access token provided is expired' },
] as const;
