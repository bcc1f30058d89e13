/** What each command of the palette does, in the order of the README's table. Commands that belong together share a row. */
export const commandNotes: readonly (readonly [ids: readonly string[], note: string])[] = [
  [['resetConsent'], 'previews, asks, resets and verifies'],
  [
    ['resetConsents'],
    'the same for several: rows that are selected, a project, all that are granted. One question with the whole list, a progress that can be cancelled, an outcome for each',
  ],
  [
    ['quickReset', 'selectQuickResetIdentity'],
    'the same for the identity in the status bar, and the choice of that identity',
  ],
  [['checkConsent', 'checkAllConsents'], 'reads the state; consumes nothing'],
  [
    ['verifyOutcome', 'dismissOutcome'],
    'after an unknown outcome: reads whether the reset has worked, or takes your word that you know',
  ],
  [
    ['signIn', 'grantAgain'],
    'scopes, consent page, tokens into the secret storage; again with the scopes granted last. For Venafi a code in the browser, user name and password, or tokens',
  ],
  [['setCredential', 'forgetCredential'], 'into and out of the secret storage'],
  [['resetAnotherWay'], 'where the service has another way, for instance revoking the grant of one client'],
  [
    ['lostTokenHelp', 'rescueScope'],
    'what frees a consent that is alive while its token is gone; the rescue was never tried against Google',
  ],
  [
    ['browseIdentities', 'signOut'],
    'Venafi: finds users while you type; ends the sign-in of the operator on the server',
  ],
  [['startJob', 'followJob', 'checkJobs'], 'archive jobs: begins one, takes one up by its id, reads their state'],
  [['retryJob', 'cancelJob', 'untrackJob', 'copyJobId'], 'on the row of a job'],
  [['downloadArchive', 'stopDownload'], 'into a folder of your choice; what broke off is gone on with'],
  [['showJournal', 'filterJournal', 'clearJournalFilter'], 'the recorded resets, newest first'],
  [['exportJournal'], 'what the filter shows, as JSON Lines or CSV; no secrets'],
  [['allowUnattended', 'withdrawUnattended'], 'whether tasks of this folder may reset the identity without asking'],
  [
    ['addProject', 'addIdentity'],
    'step by step, with a way back; nothing is written before the last one. An OAuth client comes from its file: its id into the settings, its secret into the secret storage',
  ],
  [['editProject', 'editIdentity', 'duplicateProject'], 'says what a new id or address means for what is stored'],
  [
    ['removeProject', 'removeIdentity'],
    'out of the settings and the secret storage; at the service everything stays granted, so it offers to reset first',
  ],
  [
    ['exportProjects', 'importProjects'],
    'for a team: JSON without secrets. An import never overwrites, and names each address that would get credentials',
  ],
  [['editProjects'], 'opens the settings at `reconsent.projects`, where problems are marked, with quick fixes'],
  [['openWalkthrough'], 'to a verified reset in five steps, in the sandbox'],
  [['startSandbox', 'stopSandbox'], 'the local stand-in for the services; one that already runs is joined'],
  [['showLog'], 'requests and outcomes, without secrets'],
];
