/** The wizards of projects and identities. A lazy part of the bundle, with what the providers ask for and the scopes in it. */
import { addIdentity, editIdentity } from './addIdentity';
import { addProject } from './addProject';
import { duplicateProject, editProject } from './editProject';
import { exportProjects } from './exportProjects';
import { importProjects } from './importProjects';
import { removeIdentity, removeProject } from './remove';

export const wizardActions = {
  addIdentity,
  addProject,
  duplicateProject,
  editIdentity,
  editProject,
  exportProjects,
  importProjects,
  removeIdentity,
  removeProject,
} as const;
