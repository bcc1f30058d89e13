/** Every command of the extension; a test compares this list with package.json. */
export const commandIds = {
  resetConsent: 'reconsent.resetConsent',
  quickReset: 'reconsent.quickReset',
  selectQuickResetIdentity: 'reconsent.selectQuickResetIdentity',
  stopWaiting: 'reconsent.stopWaiting',
  checkConsent: 'reconsent.checkConsent',
  checkAllConsents: 'reconsent.checkAllConsents',
  verifyOutcome: 'reconsent.verifyOutcome',
  dismissOutcome: 'reconsent.dismissOutcome',
  signIn: 'reconsent.signIn',
  setCredential: 'reconsent.setCredential',
  forgetCredential: 'reconsent.forgetCredential',
  editProjects: 'reconsent.editProjects',
  startSandbox: 'reconsent.startSandbox',
  stopSandbox: 'reconsent.stopSandbox',
  showLog: 'reconsent.showLog',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];
