/** The one way to end grants: all of a user, or all of an application. A single grant cannot be revoked. */
import type { ResetWay } from '../../core/provider';

export const ways = {
  revokeGrants: {
    id: 'revokeGrants',
    verb: 'Revoke Grants',
    question: 'Revoke all grants of {identity} in {project}?',
    lossesNameGrants: true,
  },
} as const satisfies Record<string, ResetWay>;
