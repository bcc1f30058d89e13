/** What the wizards ask for a project of Google Data Portability. */
import { parseClientFile } from '../../auth/googleClientFile';
import type { ProjectSteps, ReadClient } from '../../core/projectSteps';

export const googleSteps: ProjectSteps = {
  steps: [
    {
      kind: 'client',
      id: 'clientId',
      label: 'OAuth client',
      detail: 'The client of your app, to which the test users consent.',
      placeholder: '123456789012-abc.apps.googleusercontent.com',
      problem: 'Write the client ID as the Google Cloud console shows it, such as 123-abc.apps.googleusercontent.com.',
      belonging: ['redirectUri'],
      readFile,
    },
    {
      kind: 'choice',
      id: 'apiVersion',
      label: 'Version of the API',
      detail: 'Which one your app uses.',
      problem: 'Choose one of the versions.',
      choices: [
        { value: 'v1', label: 'v1', detail: 'The stable one.' },
        { value: 'v1beta', label: 'v1beta', detail: 'With what is being tried out.' },
      ],
    },
    {
      kind: 'scopes',
      id: 'scopes',
      label: 'Scopes',
      detail: 'What is checked at first when a test user is signed in.',
      problem: 'Choose Data Portability scopes.',
      advanced: true,
    },
    {
      kind: 'text',
      id: 'redirectUri',
      label: 'Redirect address',
      detail: 'Only of a client of type Web application, exactly as registered. Empty: a Desktop app.',
      placeholder: 'http://127.0.0.1:18791/',
      problem: 'Write a loopback address with a port, such as http://127.0.0.1:18791/.',
      advanced: true,
    },
    {
      kind: 'text',
      id: 'quotaUser',
      label: 'Quota user',
      detail: 'Google counts quota for each of them. Empty: none is named.',
      problem: 'Write at most 40 visible ASCII characters, without spaces.',
      advanced: true,
    },
    {
      kind: 'url',
      id: 'endpoint',
      label: 'Address of the API',
      detail: "Only for a stand-in, such as the sandbox. Empty: Google's own.",
      placeholder: 'https://dataportability.googleapis.com',
      problem: 'Write the whole address, such as https://example.com.',
      advanced: true,
    },
    {
      kind: 'url',
      id: 'oauthEndpoint',
      label: 'Address of the token service',
      detail: "Only for a stand-in. Empty: Google's own for Google's API, otherwise the address of the API.",
      placeholder: 'https://oauth2.googleapis.com',
      problem: 'Write the whole address, such as https://example.com.',
      advanced: true,
    },
  ],
  identity: {
    label: 'Google account of the test user',
    detail: 'Its e-mail address, or any other text that stays the same: credentials are filed under it.',
    placeholder: 'alice.test@example.com',
    problem: 'Write a text that stays the same.',
  },
};

function readFile(text: string, boundTo: readonly string[]): ReadClient {
  const parsed = parseClientFile(text, boundTo);
  if (parsed.kind === 'problem') return parsed;
  const { clientId, clientKind, clientSecret, redirectUris } = parsed.client;
  const [redirectUri] = redirectUris;
  const web = clientKind === 'web' && redirectUri !== undefined ? { redirectUri } : {};
  return { kind: 'client', clientId, values: { clientId, ...web }, secret: clientSecret };
}
