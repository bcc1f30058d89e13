/** What the wizards ask for a project of Trust Protection Platform. */
import type { ProjectSteps } from '../../core/projectSteps';
import { defaultScope, readServerAddress } from './settings';
import { subjectOf } from './subject';

export const venafiSteps: ProjectSteps = {
  steps: [
    {
      kind: 'url',
      id: 'endpoint',
      label: 'Address of the server',
      detail: 'The host of the Web SDK; /vedsdk/ at its end is no harm.',
      placeholder: 'https://tpp.example.com',
      problem: 'Write the address of your server, such as https://tpp.example.com.',
      required: true,
      read: (text) => readServerAddress(text, 'vedsdk'),
    },
    {
      kind: 'text',
      id: 'clientId',
      label: 'Client ID of the API integration',
      detail: 'Upper and lower case count. Empty: asked for at each sign-in.',
      placeholder: 'reconsent',
      problem: 'Write visible ASCII characters, without spaces.',
    },
    {
      kind: 'file',
      id: 'caBundle',
      label: "Certificates of your company's own authority",
      detail: 'A PEM file, for servers whose certificate this computer does not trust by itself.',
      placeholder: '/etc/ssl/company-ca.pem',
      problem: 'Write the whole path of a file.',
      content: 'authorities',
    },
    {
      kind: 'url',
      id: 'authEndpoint',
      label: 'Address of the authorization server',
      detail: 'Only when /vedauth/ is on another host. Empty: the same as the server.',
      placeholder: 'https://tpp-auth.example.com',
      problem: 'Write the address of your server, such as https://tpp-auth.example.com.',
      advanced: true,
      read: (text) => readServerAddress(text, 'vedauth'),
    },
    {
      kind: 'file',
      id: 'clientCertificate',
      label: 'Client certificate',
      detail: 'A PEM file, for servers that ask for one.',
      problem: 'Write the whole path of a file.',
      advanced: true,
      content: 'client-certificate',
    },
    {
      kind: 'file',
      id: 'clientKey',
      label: 'Private key of the client certificate',
      detail: 'A PEM file, when the key is not in the same file.',
      problem: 'Write the whole path of a file.',
      advanced: true,
      content: 'client-certificate',
    },
    {
      kind: 'text',
      id: 'scope',
      label: 'Scope of the sign-in',
      detail: 'What the API integration has to allow. Empty: enough to look for users, read grants and revoke them.',
      placeholder: defaultScope,
      problem: 'Write scopes as the server does, such as admin:delete;configuration.',
      advanced: true,
    },
  ],
  identity: {
    label: 'Id of the user or application',
    detail: 'As the server writes it; of an application, application: and its id.',
    placeholder: 'application:my-app',
    problem: 'Write an id like local:{…}, AD+…:… or LDAP+…:…, or application: and the id of an application.',
    fromDirectory: true,
    accepts: (id) => subjectOf({ id }) !== undefined,
  },
};
