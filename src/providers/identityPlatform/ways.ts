/** The two ways to end an Apple token. */
import type { Project } from '../../core/model';
import type { ResetWay } from '../../core/provider';
import { addressesOf } from './settings';

export const ways = {
  /** `accounts:revokeToken`: what an app does when its user deletes the account. */
  revokeToken: {
    id: 'revokeToken',
    verb: 'Revoke Apple Token',
    question: 'End the Apple authorization of {identity} in {project}?',
  },
  /** Apple's own `/auth/revoke`, with the developer's key. */
  appleRevoke: {
    id: 'appleRevoke',
    verb: 'Revoke at Apple',
    question: 'Revoke the token of {identity} in {project} at Apple itself?',
    detail:
      'Sends the token to Apple with your own key (.p8), without Identity Platform: for users that are deleted already, and for projects whose code flow settings are missing. It does not tell whether Identity Platform could have done it.',
    sentTo: (project: Project): string => addressesOf(project).appleRevoke.url.origin,
  },
} as const satisfies Record<string, ResetWay>;
