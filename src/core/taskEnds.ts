/** How the task `reconsent` ends: exit codes, and what each means. The README's table is compared with this one. */

export interface TaskEndRow {
  /** Exit code of the task. Codes are never given another meaning. */
  readonly code: number;
  readonly meaning: string;
}

const rows = {
  gone: { code: 0, meaning: 'the consent is gone: verified, or already reset' },
  defect: { code: 1, meaning: 'a defect in Reconsent; the log says where' },
  accepted: { code: 10, meaning: 'accepted by the service, not verified' },
  stillAlive: { code: 11, meaning: 'not reset: checked after sending, and still alive' },
  refused: { code: 12, meaning: 'refused by the service; nothing was reset' },
  notSent: { code: 13, meaning: 'not sent: the reset did not leave this computer' },
  unknown: { code: 14, meaning: 'outcome unknown: sent, without a trustworthy answer; verify it' },
  unsupported: { code: 15, meaning: 'not supported by this endpoint' },
  cancelled: { code: 16, meaning: 'cancelled before anything was sent' },
  partlyGone: { code: 17, meaning: 'verified, but other sign-ins of the identity still work' },
  badDefinition: { code: 20, meaning: 'the definition of the task is wrong' },
  unknownIdentity: { code: 21, meaning: 'no such project or identity in your user settings' },
  restricted: { code: 22, meaning: 'Restricted Mode: nothing is reset unattended' },
  notAllowed: { code: 23, meaning: 'not allowed by you for this folder, or no longer' },
  notSignedIn: { code: 24, meaning: 'no usable credential on this computer' },
  wouldLose: { code: 25, meaning: 'running jobs, archives not downloaded, or others touched: somebody has to decide' },
  busy: { code: 26, meaning: 'another reset of this identity is under way' },
  earlierUnknown: { code: 27, meaning: 'the outcome of an earlier reset is unknown; verify that one first' },
} as const satisfies Readonly<Record<string, TaskEndRow>>;

export type TaskEnd = keyof typeof rows;

export const taskEnds: Readonly<Record<TaskEnd, TaskEndRow>> = rows;
