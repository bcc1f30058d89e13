/** English texts of why a reset did not go ahead unattended. Placeholders are `{name}`. */
import type { ReasonText } from './provider';

const nothingSent = 'Nothing was sent.';
const allow = 'To allow it, run "Reconsent: Allow Unattended Reset…" from the command palette.';

export const unattendedTexts: Readonly<Record<string, ReasonText>> = {
  'unattended.badDefinition': {
    happened: 'The definition of this task is wrong at "{key}".',
    notHappened: nothingSent,
    remedy: 'Give "project" and "identity" as texts: their ids in "reconsent.projects".',
  },
  'unattended.unknownWay': {
    happened: 'This service knows no way "{way}" to end a consent.',
    notHappened: nothingSent,
    remedy: 'Leave "way" out, or take one of these: {known}.',
  },
  'unattended.unknownIdentity': {
    happened: 'There is no identity "{identity}" in a project "{project}".',
    notHappened: nothingSent,
    remedy: 'Both are ids in "reconsent.projects" of your user settings.',
  },
  'unattended.restricted': {
    happened: 'This workspace is in Restricted Mode, in which nothing is reset unattended.',
    notHappened: nothingSent,
    remedy: 'Trust the workspace, or reset from the Consents view, which asks first.',
  },
  'unattended.noFolder': {
    happened: 'No folder is open. Unattended resets are allowed for the tasks of a folder.',
    notHappened: nothingSent,
    remedy: 'Open the folder, or reset from the Consents view.',
  },
  'unattended.notAllowed': {
    happened: 'You have not allowed tasks of this folder to reset {identity} in {project} without asking.',
    notHappened: nothingSent,
    remedy: allow,
  },
  'unattended.notAllowedEverywhere': {
    happened:
      'You have not allowed tasks of every folder of this window to reset {identity} in {project} without asking.',
    notHappened: nothingSent,
    remedy: allow,
  },
  'unattended.outdated': {
    happened:
      'You allowed unattended resets of {identity}, but {project} was changed in the settings since: another address, or other options.',
    notHappened: nothingSent,
    remedy: 'Look at what the project says now. To allow it anew, run "Reconsent: Allow Unattended Reset…".',
  },
  'unattended.busy': {
    happened: 'A reset of {identity} is already under way in this window.',
    notHappened: 'This task sent nothing.',
    remedy: 'Run it again when that one has ended.',
  },
  'unattended.earlierUnknown': {
    happened: 'The outcome of an earlier reset of {identity} is still unknown.',
    notHappened: 'Nothing was sent: a second request could end a consent that was given since.',
    remedy: 'Run "Verify Last Reset", or "Dismiss Unknown Outcome" if you know it by other means.',
  },
  'unattended.wouldLose': {
    happened: 'Somebody has to decide this, because of what is said above.',
    notHappened: 'Nothing was reset.',
    remedy: 'Wait for jobs and download archives, or reset from the Consents view, which asks first.',
  },
  'unattended.changed': {
    happened: 'What the reset would end has changed while it was being prepared.',
    notHappened: nothingSent,
    remedy: 'Run the task again, or reset from the Consents view, which asks first.',
  },
};
