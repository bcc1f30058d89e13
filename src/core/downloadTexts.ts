/** English texts of what a download of an archive ends with. Placeholders are `{name}`. */
import type { ReasonText } from './provider';

const nothing = 'Nothing was downloaded.';
const kept = 'What has come so far is kept, and so is every file that was whole.';
const goOn = 'Download again to go on from there.';
const notKept = 'The file was removed; files that were whole are kept.';
const anotherFolder = 'Choose another folder.';

export const downloadTexts: Readonly<Record<string, ReasonText>> = {
  'download.cancelled': { happened: 'You stopped the download.', notHappened: kept, remedy: goOn },
  'download.notComplete': {
    happened: 'The archive is not ready: the job is still running.',
    notHappened: nothing,
    remedy: 'Wait until the job is complete.',
  },
  'download.jobFailed': {
    happened: 'There is no archive: the job has failed.',
    notHappened: nothing,
    remedy: 'Retry the job.',
  },
  'download.jobCancelled': {
    happened: 'There is no archive: the job was cancelled.',
    notHappened: nothing,
    remedy: 'Start a new job.',
  },
  'download.noSuchJob': {
    happened: 'The service does not know this job any more. {cause}',
    notHappened: 'The archive cannot be downloaded.',
    remedy: 'A reset or a new consent may have ended it. Start a new job.',
  },
  'download.gone': {
    happened: 'The archive is over: the service keeps it for 14 days, and not beyond a reset.',
    notHappened: 'It cannot be downloaded any more; files that were whole are kept.',
    remedy: 'Start a new job.',
  },
  'download.stateUnread': {
    happened: 'The service could not be asked where the archive is. {cause}',
    notHappened: kept,
    remedy: goOn,
  },
  'download.deadCredential': {
    happened: 'The service no longer accepts the credential, so it does not say where the archive is. {cause}',
    notHappened: kept,
    remedy: 'Sign in again; if that needs a reset, the archive is lost.',
  },
  'download.partsChanged': {
    happened: 'The archive had {before} files before and has {now} now.',
    notHappened: 'No more of it was downloaded: the files would not belong together.',
    remedy: 'Download all of it again.',
  },
  'download.noSpace': {
    happened: 'The archive needs {needed} of free space, and the folder has {free}.',
    notHappened: 'The download was not begun.',
    remedy: 'Make room, or choose a folder on another disk.',
  },
  'download.diskFull': {
    happened: 'The disk became full; {missing} of this file are missing.',
    notHappened: kept,
    remedy: 'Make room and download again to go on from there.',
  },
  'download.quota': {
    happened: 'You may store no more on this disk; {missing} of this file are missing.',
    notHappened: kept,
    remedy: 'Make room and download again to go on from there.',
  },
  'download.fileLimit': {
    happened: 'The disk cannot hold files of this size.',
    notHappened: 'The file is not complete; files that were whole are kept.',
    remedy: 'Choose a folder on another disk.',
  },
  'download.readOnly': {
    happened: 'The folder cannot be written: its disk is read-only.',
    notHappened: 'The file was not written.',
    remedy: anotherFolder,
  },
  'download.denied': {
    happened: 'The folder cannot be written: you have no right to.',
    notHappened: 'The file was not written.',
    remedy: anotherFolder,
  },
  'download.folderMissing': {
    happened: 'The folder, or the file that was being written, is gone.',
    notHappened: 'The file is not complete.',
    remedy: 'Choose the folder again.',
  },
  'download.fileFailed': {
    happened: 'The file could not be written ({code}).',
    notHappened: 'The file is not complete; files that were whole are kept.',
    remedy: 'Try again, or choose another folder.',
  },
  'download.wrongSize': {
    happened: 'The file should have {expected} bytes, and {actual} came.',
    notHappened: notKept,
    remedy: 'Download it again.',
  },
  'download.wrongHash': {
    happened: 'The file is not what the service has: its hash is another one.',
    notHappened: notKept,
    remedy: 'Download it again.',
  },
  'download.addressRefused': {
    happened: 'The service gave a new address of the archive and then refused it (status {status}).',
    notHappened: kept,
    remedy: "Check this computer's clock, and try again later.",
  },
  'download.refused': {
    happened: '{host} refused the download (status {status}).',
    notHappened: kept,
    remedy: 'Try again later.',
  },
  'download.redirect': {
    happened: '{host} wants to send the download on to {location}. Redirects are never followed.',
    notHappened: 'Nothing was sent to the other address.',
    remedy: 'It may be a sign-in page of the network.',
  },
  'download.unusable': {
    happened: '{host} did not answer with the file ({detail}).',
    notHappened: kept,
    remedy: 'It may be a sign-in page of the network. Try again later.',
  },
  'download.notConnected': {
    happened: 'The archive could not be reached. {cause}',
    notHappened: kept,
    remedy: goOn,
  },
  'download.broke': {
    happened: 'The download broke off {times} times. {cause}',
    notHappened: kept,
    remedy: goOn,
  },
};
