/** What the Venafi control plane accepts. Strict: a misspelt field is an error, not a default. */
import * as v from 'valibot';
import { venafiFaultNames, venafiRouteNames } from './presets';

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const milliseconds = seconds;
const moment = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const optional = v.exactOptional;

const role = v.picklist(['user', 'auditor', 'grantAdmin', 'admin']);

/** Names come as they are, hostile ones included: that is what they are tested for. */
const person = { fullName: optional(v.string()), password: optional(text), role: optional(role) };
const applicationTexts = {
  name: optional(v.string()),
  description: optional(v.string()),
  vendor: optional(v.string()),
  owners: optional(v.array(text)),
  maintainers: optional(v.array(text)),
  accessValidityS: optional(seconds),
  grantValidityS: optional(v.nullable(seconds)),
  renewable: optional(v.boolean()),
};

export const seed = v.strictObject({
  identities: optional(
    v.array(
      v.strictObject({
        name: text,
        prefixedUniversal: optional(text),
        ...person,
        group: optional(v.picklist(['security', 'distribution'])),
        memberOf: optional(v.array(text)),
      }),
    ),
  ),
  applications: optional(v.array(v.strictObject({ id: text, scope: text, ...applicationTexts }))),
  grants: optional(
    v.array(
      v.strictObject({
        grantee: text,
        application: text,
        scope: optional(text),
        issuedAt: optional(moment),
        count: optional(count),
      }),
    ),
  ),
});

export const identityPatch = v.strictObject({ name: optional(text), ...person });
export const applicationPatch = v.strictObject({ scope: optional(text), ...applicationTexts });
export const grantFilter = v.strictObject({ grantee: optional(text), application: optional(text) });
export const deviceDecision = v.union([v.strictObject({ identity: text }), v.strictObject({ deny: v.literal(true) })]);
export const clientCertificate = v.strictObject({ name: v.pipe(text, v.regex(/^[\w .@-]{1,64}$/)) });

export const switches = v.strictObject({
  version: optional(v.pipe(v.string(), v.regex(/^\d+(\.\d+){1,3}$/))),
  oldVersionStatus: optional(v.picklist([404, 405])),
  bothParameters: optional(v.picklist(['refused', 'grantee', 'application', 'intersection', 'union'])),
  nothingToRevoke: optional(v.picklist([0, 3])),
  revokeScope: optional(v.picklist(['admin', 'admin:delete'])),
  rightsDenied: optional(v.picklist(['401', 'result-9'])),
  propagationMs: optional(milliseconds),
  grantsCarryTokens: optional(v.boolean()),
  identitiesSayIsGroup: optional(v.boolean()),
  dateSkewMs: optional(v.pipe(v.number(), v.finite())),
  dateHeader: optional(v.picklist(['clock', 'missing'])),
  errorStyle: optional(v.picklist(['lower', 'capital', 'details', 'reason-phrase'])),
  accessTokenAfterRefresh: optional(v.picklist(['dies', 'lives'])),
  refreshReuse: optional(v.picklist(['refused', 'revokes-grant'])),
  deviceFlow: optional(v.boolean()),
  deviceIntervalS: optional(seconds),
  deviceLifetimeS: optional(seconds),
  deviceUriComplete: optional(v.boolean()),
  autoApproveDevice: optional(v.union([v.literal(false), text])),
  vedauth: optional(v.picklist(['here', 'elsewhere'])),
});

export const namedFault = v.strictObject({
  name: v.picklist(venafiFaultNames),
  route: v.picklist(venafiRouteNames),
  times: optional(count),
  carryOut: optional(v.boolean()),
  result: optional(v.pipe(v.number(), v.integer())),
  success: optional(v.boolean()),
  description: optional(v.string()),
});

export const listener = v.strictObject({
  port: optional(port),
  certificate: optional(
    v.picklist(['good', 'wrong-name', 'expired', 'not-yet-valid', 'untrusted', 'self-signed', 'none']),
  ),
  serves: optional(v.picklist(['everything', 'vedsdk', 'vedauth'])),
  clientCertificate: optional(v.picklist(['no', 'asked', 'demanded'])),
});
