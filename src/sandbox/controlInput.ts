/** What the control plane accepts. Strict: a misspelt field is an error, not a default. */
import * as v from 'valibot';
import { googleFaultNames, googleRouteNames } from './google/presets';

const text = v.pipe(v.string(), v.nonEmpty());
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000));
const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const optional = v.exactOptional;

const access = v.picklist(['once', '30-days', '180-days']);
const region = v.picklist(['eligible', 'elsewhere']);
const projectState = {
  testing: optional(v.boolean()),
  testUsers: optional(v.array(text)),
  apiEnabled: optional(v.boolean()),
  quotaExceeded: optional(v.boolean()),
};

export const seed = v.strictObject({
  users: optional(v.array(v.strictObject({ email: text, region: optional(region) }))),
  projects: optional(
    v.array(
      v.strictObject({
        number: v.pipe(v.string(), v.regex(/^\d+$/)),
        clients: v.array(
          v.strictObject({
            clientId: text,
            clientSecret: text,
            kind: optional(v.picklist(['installed', 'web'])),
            redirectUris: optional(v.array(text)),
          }),
        ),
        ...projectState,
      }),
    ),
  ),
  grants: optional(
    v.array(
      v.strictObject({
        user: text,
        clientId: text,
        scopes: v.array(text),
        access: optional(v.union([access, v.record(text, access)])),
        online: optional(v.boolean()),
      }),
    ),
  ),
});

export const snapshot = v.object({ format: v.literal('reconsent-sandbox-1'), time: v.number(), world: v.unknown() });
export const advance = v.strictObject({ ms: milliseconds });
export const setTime = v.strictObject({ time: v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15)) });
export const projectPatch = v.strictObject(projectState);
export const userPatch = v.strictObject({ region: optional(region) });
export const jobPatch = v.strictObject({ state: v.picklist(['IN_PROGRESS', 'COMPLETE', 'FAILED', 'CANCELLED']) });

export const switches = v.strictObject({
  resetOnRunningJob: optional(v.picklist(['job-lost', 'job-survives', 'refused'])),
  revokeClearsExhaustion: optional(v.boolean()),
  cooldownPer: optional(v.picklist(['resource', 'client'])),
  cooldownStatus: optional(v.picklist([429, 400])),
  regionError: optional(v.picklist(['off', 'consent-page', 'api'])),
  resetPropagationMs: optional(milliseconds),
  jobDurationMs: optional(milliseconds),
  oneTimeLifetimeMs: optional(milliseconds),
  cancelFreesResources: optional(v.boolean()),
  archiveParts: optional(v.union([v.literal('by-job'), v.pipe(count, v.maxValue(100))])),
  archiveBytes: optional(v.union([v.literal('by-job'), v.pipe(bytes, v.maxValue(64_000_000))])),
  expiredUrlStatus: optional(v.picklist([400, 403])),
  expiredArchive: optional(v.picklist(['no-urls', 'not-found'])),
  errorDomain: optional(text),
  errorMessages: optional(
    v.strictObject({ oneTime: optional(text), timeBased: optional(text), alreadyExists: optional(text) }),
  ),
  maxAuthUrlLength: optional(count),
  autoApprove: optional(
    v.union([
      v.literal(false),
      v.strictObject({ user: optional(text), access: optional(access), untick: optional(v.array(text)) }),
    ]),
  ),
});

const effect = v.variant('kind', [
  v.strictObject({
    kind: v.literal('answer'),
    status,
    reason: optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/))),
    headers: optional(v.record(text, v.string())),
    body: optional(v.unknown()),
  }),
  v.strictObject({ kind: v.literal('delay'), ms: milliseconds }),
  v.strictObject({ kind: v.picklist(['reset-before', 'reset-after', 'no-answer', 'broken-chunks', 'not-http']) }),
  v.strictObject({ kind: v.literal('cut-body'), bytes: optional(bytes) }),
  v.strictObject({ kind: v.literal('redirect'), status: v.picklist([301, 302, 303, 307, 308]), location: text }),
  v.strictObject({ kind: v.literal('retry-after'), value: v.string(), status: optional(status) }),
  v.strictObject({ kind: v.literal('slow-loris'), intervalMs: optional(milliseconds) }),
  v.strictObject({ kind: v.picklist(['huge-body', 'gzip-bomb']), bytes: optional(bytes) }),
  v.strictObject({ kind: v.literal('wrong-content-length'), delta: optional(v.pipe(v.number(), v.integer())) }),
  v.strictObject({ kind: v.literal('wrong-content-type'), contentType: optional(text) }),
  v.strictObject({ kind: v.literal('many-headers'), count: optional(count) }),
  v.strictObject({ kind: v.picklist(['html', 'empty']), status: optional(status) }),
]);

export const fault = v.strictObject({
  match: v.strictObject({ method: optional(text), path: optional(text) }),
  times: optional(count),
  carryOut: optional(v.boolean()),
  effect,
});

export const namedFault = v.strictObject({
  name: v.picklist(googleFaultNames),
  route: v.picklist(googleRouteNames),
  times: optional(count),
  carryOut: optional(v.boolean()),
  bytes: optional(v.pipe(v.number(), v.integer(), v.minValue(-1_000_000_000), v.maxValue(1_000_000_000))),
  jobIds: optional(v.array(text)),
  project: optional(text),
});
