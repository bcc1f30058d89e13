/** English texts of the reasons around archive jobs: what a reset would lose, and how calls of jobs end. */
import type { ReasonText } from '../../core/provider';

const noJobStarted = 'No job was started.';

export const jobReasonTexts: Readonly<Record<string, ReasonText>> = {
  'google.loss.sumOneEach': { happened: 'A running job and an archive that is not downloaded would be lost.' },
  'google.loss.sumBoth': {
    happened: 'Would be lost: running jobs: {running}; archives that are not downloaded: {archives}.',
  },
  'google.loss.sumRunning': { happened: '{running} running jobs would be lost.' },
  'google.loss.sumUndownloaded': { happened: '{archives} archives that are not downloaded would be lost.' },
  'google.loss.sumUnread': {
    happened: '{unread} jobs may still run or have an archive; that could not be read, and they would be lost.',
  },
  'google.loss.sumWithUnread': {
    happened:
      'Would be lost: running jobs: {running}; archives that are not downloaded: {archives}; jobs whose state could not be read: {unread}.',
  },
  'google.loss.running': { happened: 'The running job of {resources} would be lost (job {job}).' },
  'google.loss.runningById': { happened: 'The running job {job} would be lost.' },
  'google.loss.undownloaded': {
    happened: 'The archive of {resources} is not downloaded and would be lost (files: {files}, job {job}).',
  },
  'google.loss.undownloadedById': {
    happened: 'The archive of job {job} is not downloaded and would be lost (files: {files}).',
  },
  'google.loss.unreadJob': {
    happened: 'Job {job} may still run or have an archive, and would be lost. {cause}',
  },

  'google.job.invalidArgument': {
    happened: '{host} does not accept the request: {message}',
    notHappened: noJobStarted,
    remedy: 'Check the resources and the time range of the job.',
  },
  'google.job.noCredentialFor': {
    happened: 'No stored token covers all of {resources}.',
    notHappened: noJobStarted,
    remedy: 'Start one job for each consent, or let the user consent to all of them.',
  },
  'google.job.notReady': {
    happened: 'The consent could not be read before the call. {cause}',
    notHappened: 'Nothing was sent but reads.',
    remedy: 'Try again in a moment.',
  },
  'google.job.deadCredential': {
    happened: '{cause}',
    notHappened: 'Nothing was done.',
    remedy: 'Let the test user consent again.',
  },
  'google.job.startUnknown': {
    happened: 'There is no trustworthy answer. {cause}',
    notHappened: 'It is not known whether the job was started.',
    remedy: 'Start it again: if it runs already, Google answers with its id.',
  },
  'google.job.retryUnknown': {
    happened: 'There is no trustworthy answer. {cause}',
    notHappened: 'It is not known whether the job was started again.',
    remedy: 'Retry it again: if it runs already, Google answers with its id.',
  },
  'google.job.cancelUnknown': {
    happened: 'There is no trustworthy answer. {cause}',
    notHappened: 'It is not known whether the job was cancelled.',
    remedy: 'Read its state, and cancel it again if it still runs.',
  },
  'google.job.retryRefused': {
    happened: 'Google does not start the job again: {message}',
    notHappened: noJobStarted,
    remedy: 'Only a failed job can be retried, three times at most. Read its state, or start a new one.',
  },
  'google.job.cancelRefused': {
    happened: 'Google does not cancel the job: {message}',
    notHappened: 'The job stays as it is.',
    remedy: 'Only a job in progress can be cancelled. Read its state.',
  },
  'google.job.notFound': {
    happened: 'Google does not know the job {job}, or not any more.',
    notHappened: 'Nothing was done.',
    remedy: 'Compare the id. After a reset, the jobs of before are gone.',
  },
  'google.job.badId': {
    happened: '{job} cannot be the id of a job.',
    notHappened: 'Nothing was sent.',
    remedy: 'Paste the id alone, as Google gave it when the job was started.',
  },
  'google.job.unread': {
    happened: 'The state of job {job} could not be read. {cause}',
    notHappened: 'Nothing was done: only reads were tried.',
    remedy: 'Try again in a moment.',
  },
  'google.job.badAddress': {
    happened: '{host} named an address for the archive that is not safe to use.',
    notHappened: 'Nothing was downloaded.',
    remedy: 'Check "endpoint" of the project; it has to be the API, or the sandbox.',
  },
};
