import assert from 'node:assert/strict';
import { type ResultClass, readResult } from '../../../../src/providers/venafiTpp/results';

/** The documented codes: what each means together with the `Success` that goes with it. */
const table: readonly (readonly [number, string, ResultClass])[] = [
  [0, 'Success', 'success'],
  [1, 'Failure', 'ambiguous'],
  [2, 'ApplicationNotFound', 'refused'],
  [3, 'GrantNotFound', 'nothing'],
  [4, 'RuleNotFound', 'refused'],
  [5, 'DriverError', 'ambiguous'],
  [6, 'InvalidParameters', 'refused'],
  [7, 'TokenHashError', 'ambiguous'],
  [8, 'ExceptionThrown', 'ambiguous'],
  [9, 'InsufficientPrivileges', 'role'],
  [10, 'ObjectInvalid', 'refused'],
  [11, 'AccessTokenExpired', 'sign-in'],
  [12, 'AuthenticationMissing', 'sign-in'],
  [13, 'AuthenticationInvalid', 'sign-in'],
  [14, 'UnsignedCodeForbidden', 'refused'],
  [15, 'RemoteTransportFailure', 'ambiguous'],
  [16, 'RightsAssignmentError', 'refused'],
  [17, 'InvalidScope', 'refused'],
  [18, 'RemoteIdentityRequired', 'refused'],
];

describe('results of the Web SDK', () => {
  for (const [code, name, meaning] of table) {
    it(`${code} ${name}: ${meaning}, unless it contradicts itself`, () => {
      const shown = `${code} ${name}`;
      const fits = meaning === 'success';
      assert.deepEqual(readResult({ Result: code, Success: fits }), { meaning, name: shown });
      // What may have been carried out stays so; nothing else is proved by a contradiction.
      const doubtful = meaning === 'ambiguous' ? 'ambiguous' : 'unknown';
      assert.deepEqual(readResult({ Result: code, Success: !fits }), { meaning: doubtful, name: shown });
      assert.deepEqual(readResult({ Result: code }), { meaning: doubtful, name: shown });
    });
  }

  it('are not known beyond the table', () => {
    for (const Success of [true, false, undefined]) {
      assert.deepEqual(readResult({ Result: 19, Success }), { meaning: 'unknown', name: '19' });
      assert.deepEqual(readResult({ Result: -1, Success }), { meaning: 'unknown', name: '-1' });
    }
  });

  for (const body of [undefined, null, 0, {}, [], { Success: true }, { Result: '0', Success: true }, { Result: 0.5 }]) {
    it(`are none in ${JSON.stringify(body)}`, () => {
      assert.deepEqual(readResult(body), { meaning: 'unknown', name: 'no result code' });
    });
  }

  it('are none where it is no yes or no that goes with them', () => {
    assert.deepEqual(readResult({ Result: 0, Success: 'true' }), { meaning: 'unknown', name: 'no result code' });
  });
});
