/** What the control plane of Identity Platform accepts. Strict: a misspelt field is an error, not a default. */
import * as v from 'valibot';
import { identityPlatformFaultNames, identityPlatformRouteNames } from './presets';

const text = v.pipe(v.string(), v.nonEmpty());
const texts = v.array(text);
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const optional = v.exactOptional;
const claims = v.record(text, v.unknown());

const restriction = v.variant('kind', [
  v.strictObject({ kind: v.literal('referrers'), patterns: texts }),
  v.strictObject({ kind: v.literal('ios'), bundleIds: texts }),
  v.strictObject({
    kind: v.literal('android'),
    apps: v.array(v.strictObject({ packageName: text, certificate: text })),
  }),
  v.strictObject({ kind: v.literal('addresses'), addresses: texts }),
]);

const appleProvider = v.strictObject({
  enabled: optional(v.boolean()),
  bundleIds: optional(texts),
  servicesId: optional(text),
  codeFlow: optional(v.strictObject({ teamId: text, keyId: text })),
});

const projectState = {
  passwordSignIn: optional(v.boolean()),
  anonymousSignIn: optional(v.boolean()),
  apiEnabled: optional(v.boolean()),
  suspended: optional(v.boolean()),
  quotaExceeded: optional(v.boolean()),
};

export const seed = v.strictObject({
  appleClients: optional(v.array(v.strictObject({ clientId: text, teamId: text, group: optional(text) }))),
  appleKeys: optional(v.array(v.strictObject({ keyId: text, teamId: text, publicKey: optional(text) }))),
  appleUsers: optional(
    v.array(
      v.strictObject({
        sub: optional(text),
        email: text,
        name: optional(text),
        privateEmail: optional(v.boolean()),
      }),
    ),
  ),
  projects: optional(
    v.array(
      v.strictObject({
        id: text,
        number: v.pipe(v.string(), v.regex(/^\d+$/)),
        apiKeys: optional(
          v.array(
            v.strictObject({
              key: text,
              restriction: optional(restriction),
              apis: optional(v.array(v.picklist(['identitytoolkit.googleapis.com', 'securetoken.googleapis.com']))),
            }),
          ),
        ),
        tenants: optional(texts),
        apple: optional(appleProvider),
        serviceAccounts: optional(v.array(v.strictObject({ email: text, publicKey: text }))),
        ...projectState,
      }),
    ),
  ),
  bearers: optional(
    v.array(
      v.strictObject({
        project: optional(text),
        quotaProjects: optional(texts),
        scopes: optional(texts),
        lifetimeMs: optional(milliseconds),
      }),
    ),
  ),
  users: optional(
    v.array(
      v.strictObject({
        project: text,
        tenantId: optional(text),
        uid: optional(text),
        email: optional(text),
        emailVerified: optional(v.boolean()),
        password: optional(text),
        displayName: optional(text),
        disabled: optional(v.boolean()),
        secondFactor: optional(v.boolean()),
        apple: optional(text),
        claims: optional(claims),
      }),
    ),
  ),
});

export const userPatch = v.strictObject({
  disabled: optional(v.boolean()),
  secondFactor: optional(v.boolean()),
  revokeSessions: optional(v.literal(true)),
});

export const projectPatch = v.strictObject({ ...projectState, apple: optional(v.nullable(appleProvider)) });

export const signIn = v.strictObject({
  uid: text,
  project: optional(text),
  tenantId: optional(text),
  provider: optional(v.picklist(['apple.com', 'password', 'custom', 'anonymous'])),
});

export const customToken = v.strictObject({
  project: text,
  uid: text,
  tenantId: optional(text),
  claims: optional(claims),
});

export const authorization = v.strictObject({
  user: text,
  clientId: text,
  redirectUri: optional(text),
  nonce: optional(text),
});

export const switches = v.strictObject({
  emulator: optional(v.boolean()),
  duplicates: optional(v.picklist(['ignored', 'sent'])),
  duplicateScope: optional(v.picklist(['user', 'token'])),
  newTokenIs: optional(v.picklist(['authorization', 'exchange'])),
  unknownAppleToken: optional(v.picklist(['accepted', 'invalid-idp-response'])),
  expiredAccessTokenRevokes: optional(v.boolean()),
  codeWithoutRedirectUri: optional(v.picklist(['as-apple', 'refused'])),
  revokeWithoutCodeFlow: optional(v.picklist(['invalid-idp-response', 'accepted'])),
  tenantlessRequest: optional(v.picklist(['mismatch', 'from-token'])),
  keyInvalidForm: optional(v.picklist(['new', 'old'])),
  successBody: optional(v.picklist(['braces', 'empty'])),
  emailEnumerationProtection: optional(v.boolean()),
  revokePropagationMs: optional(milliseconds),
  fieldErrorCodes: optional(
    v.strictObject({
      providerId: optional(text),
      tokenType: optional(text),
      token: optional(text),
      idToken: optional(text),
      redirectUri: optional(text),
    }),
  ),
});

export const namedFault = v.strictObject({
  name: v.picklist(identityPlatformFaultNames),
  route: v.picklist(identityPlatformRouteNames),
  times: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  carryOut: optional(v.boolean()),
  bytes: optional(v.pipe(v.number(), v.integer(), v.minValue(-1_000_000_000), v.maxValue(1_000_000_000))),
  apiKey: optional(text),
  project: optional(text),
  code: optional(text),
});
