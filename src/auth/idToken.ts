/**
 * A local look at the tokens of Identity Platform, before any of them is sent. Nothing is verified here: that is the
 * service's part. It is for not sending a token where it cannot belong, and for telling whose it is. Pure.
 */
import * as v from 'valibot';

/** What an ID token says of itself. */
export interface IdTokenFacts {
  /** `alg: none`, and no signature: made by the Firebase Auth emulator. */
  readonly unsigned: boolean;
  /** `aud`: id of the project. */
  readonly project: string;
  readonly uid: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly tenantId: string | undefined;
  /** `apple.com`, `password`, `custom` and so on: how this session began. */
  readonly signInProvider: string | undefined;
  /** Ids of the linked identities, by provider: `apple.com` → Apple's `sub`. */
  readonly identities: Readonly<Record<string, readonly string[]>>;
}

/** Who made a token: `signed` a real service, `unsigned` the emulator, `unknown` cannot be told from the token. */
export type TokenMaker = 'signed' | 'unsigned' | 'unknown';

const payloadSchema = v.object({
  aud: v.pipe(v.string(), v.nonEmpty()),
  sub: v.pipe(v.string(), v.nonEmpty()),
  exp: v.number(),
  firebase: v.fallback(
    v.object({
      tenant: v.fallback(v.optional(v.string()), undefined),
      sign_in_provider: v.fallback(v.optional(v.string()), undefined),
      identities: v.fallback(v.record(v.string(), v.array(v.string())), {}),
    }),
    { identities: {} },
  ),
});

const headerSchema = v.object({ alg: v.string() });
const subjectSchema = v.object({ sub: v.pipe(v.string(), v.nonEmpty()) });

/** `undefined` for what is no ID token at all. */
export function readIdToken(text: string): IdTokenFacts | undefined {
  const payload = v.safeParse(payloadSchema, part(text, 1));
  const maker = makerOfJwt(text);
  if (!payload.success || maker === 'unknown') return undefined;
  const { aud, sub, exp, firebase } = payload.output;
  return {
    unsigned: maker === 'unsigned',
    project: aud,
    uid: sub,
    expiresAt: exp * 1000,
    tenantId: firebase.tenant,
    signInProvider: firebase.sign_in_provider,
    identities: firebase.identities,
  };
}

/** The `sub` of any JWT, such as Apple's identity token. */
export function readSubject(text: string): string | undefined {
  const payload = v.safeParse(subjectSchema, part(text, 1));
  return payload.success ? payload.output.sub : undefined;
}

export function makerOfJwt(text: string): TokenMaker {
  const header = v.safeParse(headerSchema, part(text, 0));
  if (!header.success || text.split('.').length !== 3) return 'unknown';
  // RFC 7519 §6: an unsecured JWT has `alg` "none"; some readers look at the letters only, so the case does not count.
  return header.output.alg.toLowerCase() === 'none' || text.endsWith('.') ? 'unsigned' : 'signed';
}

/** The emulator takes bare JSON in place of a custom token. */
export function makerOfCustomToken(text: string): TokenMaker {
  return text.trimStart().startsWith('{') ? 'unsigned' : makerOfJwt(text);
}

/** The emulator's refresh tokens are base64 of an object that says so (firebase/firebase-tools, `src/emulator/auth/state.ts`). */
export function makerOfRefreshToken(text: string): TokenMaker {
  const content = parseObject(Buffer.from(text, 'base64').toString('utf8'));
  return content !== undefined && '_AuthEmulatorRefreshToken' in content ? 'unsigned' : 'signed';
}

function part(jwt: string, index: 0 | 1): unknown {
  const text = jwt.split('.')[index] ?? '';
  // Node.js passes over what is not base64url; another reader might read something else then.
  return /^[\w-]+$/.test(text) ? parseObject(Buffer.from(text, 'base64url').toString('utf8')) : undefined;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
