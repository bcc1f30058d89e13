/** The two ways to end a Data Portability consent. */
import type { ResetWay } from '../../core/provider';

export const ways = {
  /** `authorization:reset`: the whole user/project pair. */
  reset: {
    id: 'reset',
    verb: 'Reset Consent',
    question: 'Reset the consent of {identity} in {project}?',
  },
  /** OAuth's `/revoke`, for where a reset is impossible: the grant of one client. */
  revoke: {
    id: 'revoke',
    verb: 'Revoke Grant',
    question: 'Revoke the grant of {identity} in {project}?',
    detail:
      'Ends the grant of this one client, for where a reset is impossible. Other clients of the project keep theirs, and one-time exports that are used up may stay used up.',
  },
} as const satisfies Record<string, ResetWay>;
