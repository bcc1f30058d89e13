/**
 * `{Result, Success}`: the Web SDK answers 200 to everything, failures included. Source: the table of result codes of
 * `OAuth/RevokeGrants`.
 */
import * as v from 'valibot';

export type ResultClass =
  | 'success'
  /** It may have been carried out, in part or in whole. */
  | 'ambiguous'
  /** Nothing was done. */
  | 'refused'
  /** There was nothing to revoke. */
  | 'nothing'
  /** Nothing was done: the role does not permit it. */
  | 'role'
  /** Nothing was done: the sign-in is not accepted. */
  | 'sign-in'
  /** An answer that means nothing known. */
  | 'unknown';

const classes: Readonly<Record<number, readonly [name: string, meaning: ResultClass]>> = {
  0: ['Success', 'success'],
  1: ['Failure', 'ambiguous'],
  2: ['ApplicationNotFound', 'refused'],
  3: ['GrantNotFound', 'nothing'],
  4: ['RuleNotFound', 'refused'],
  5: ['DriverError', 'ambiguous'],
  6: ['InvalidParameters', 'refused'],
  7: ['TokenHashError', 'ambiguous'],
  8: ['ExceptionThrown', 'ambiguous'],
  9: ['InsufficientPrivileges', 'role'],
  10: ['ObjectInvalid', 'refused'],
  11: ['AccessTokenExpired', 'sign-in'],
  12: ['AuthenticationMissing', 'sign-in'],
  13: ['AuthenticationInvalid', 'sign-in'],
  14: ['UnsignedCodeForbidden', 'refused'],
  15: ['RemoteTransportFailure', 'ambiguous'],
  16: ['RightsAssignmentError', 'refused'],
  17: ['InvalidScope', 'refused'],
  18: ['RemoteIdentityRequired', 'refused'],
};

export interface Result {
  readonly meaning: ResultClass;
  /** For people: `9 InsufficientPrivileges`, or what was there in its place. */
  readonly name: string;
}

const resultSchema = v.object({ Result: v.pipe(v.number(), v.integer()), Success: v.optional(v.boolean()) });

/**
 * Reads the result in a parsed body. Success is only the number 0 together with `Success: true`; every other class takes
 * `Success: false`, because an answer that contradicts itself, or leaves it open, proves nothing.
 */
export function readResult(body: unknown): Result {
  const parsed = v.safeParse(resultSchema, body);
  if (!parsed.success) return { meaning: 'unknown', name: 'no result code' };
  const { Result: code, Success: success } = parsed.output;
  const [name, meaning] = classes[code] ?? ['', 'unknown'];
  const shown = name === '' ? String(code) : `${code} ${name}`;
  const consistent = success === (meaning === 'success');
  return { meaning: consistent ? meaning : meaning === 'ambiguous' ? 'ambiguous' : 'unknown', name: shown };
}
