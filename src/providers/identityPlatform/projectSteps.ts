/** What the wizards ask for a project of Identity Platform. */
import type { ProjectStep, ProjectSteps } from '../../core/projectSteps';

const apple: readonly ProjectStep[] = [
  {
    kind: 'choice',
    id: 'identityProvider',
    label: 'Identity provider',
    detail: 'Whose tokens are ended.',
    problem: 'Choose one of the providers.',
    choices: [{ value: 'apple.com', label: 'apple.com', detail: 'The only one that the service takes.' }],
    advanced: true,
  },
  {
    kind: 'text',
    id: 'appleTeamId',
    label: 'Apple Team ID',
    detail: 'Empty: asked for with each credential.',
    placeholder: 'ABCDE12345',
    problem: 'Write the 10 capital letters and digits of the Team ID.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'appleKeyId',
    label: 'Key ID of the Apple key',
    detail: 'Empty: asked for with each credential. The key itself never stands in the settings.',
    placeholder: 'ABCDE12345',
    problem: 'Write the 10 capital letters and digits of the Key ID.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'appleClientId',
    label: 'Bundle ID or Services ID at Apple',
    detail: 'What the Apple tokens are made for. Empty: asked for with each credential.',
    placeholder: 'com.example.app',
    problem: 'Write a bundle ID or a Services ID, such as com.example.app.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'appleRedirectUri',
    label: 'Redirect URI at Apple',
    detail: 'For codes of a web page, exactly as in the authorization request. Empty: asked for with each of them.',
    placeholder: 'https://app.example.com/callback',
    problem: 'Write an https address with a domain name: no IP address, no localhost.',
    advanced: true,
  },
];

const keyRestrictions: readonly ProjectStep[] = [
  {
    kind: 'text',
    id: 'keyReferer',
    label: 'API key restricted to websites',
    detail: 'An address that the key allows. Empty: it has no such restriction.',
    placeholder: 'https://app.example.com/',
    problem: 'Write a web address that the key allows.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'keyIosBundleId',
    label: 'API key restricted to iOS apps',
    detail: 'A bundle ID that the key allows. Empty: it has no such restriction.',
    placeholder: 'com.example.app',
    problem: 'Write a bundle ID, such as com.example.app.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'keyAndroidPackage',
    label: 'API key restricted to Android apps: package',
    detail: 'A package name that the key allows; the certificate goes with it. Empty: it has no such restriction.',
    placeholder: 'com.example.app',
    problem: 'Write a package name, such as com.example.app.',
    advanced: true,
  },
  {
    kind: 'text',
    id: 'keyAndroidCert',
    label: 'API key restricted to Android apps: certificate',
    detail: 'SHA-1 of the certificate of the app. Goes with the package name.',
    problem: 'Write 40 hexadecimal digits, with or without colons.',
    advanced: true,
  },
];

const addresses: readonly ProjectStep[] = [
  {
    kind: 'text',
    id: 'quotaProject',
    label: 'Quota project',
    detail: 'For calls with an OAuth access token: the project they are counted for. Empty: none is named.',
    placeholder: 'my-project',
    problem: 'Write a project id or a project number.',
    advanced: true,
  },
  {
    kind: 'url',
    id: 'endpoint',
    label: 'Address of the API',
    detail: "Only for a stand-in, such as the sandbox or the Firebase Auth emulator. Empty: Google's own.",
    placeholder: 'http://127.0.0.1:9099',
    problem: 'Write the whole address, such as http://127.0.0.1:9099.',
    advanced: true,
  },
  {
    kind: 'url',
    id: 'secureTokenEndpoint',
    label: 'Address of the token service',
    detail: "Only for a stand-in. Empty: Google's own for Google's API, otherwise the address of the API.",
    placeholder: 'https://securetoken.googleapis.com',
    problem: 'Write the whole address, such as https://example.com.',
    advanced: true,
  },
  {
    kind: 'url',
    id: 'appleEndpoint',
    label: 'Address of Apple',
    detail: "Only for a stand-in. Empty: Apple's own for Google's API, otherwise the address of the API.",
    placeholder: 'https://appleid.apple.com',
    problem: 'Write the whole address, such as https://example.com.',
    advanced: true,
  },
];

export const identityPlatformSteps: ProjectSteps = {
  steps: [
    {
      kind: 'text',
      id: 'firebaseProject',
      label: 'Id of the Firebase or Google Cloud project',
      detail: 'With it, a token of another project is never sent. Empty: it is not compared.',
      placeholder: 'my-firebase-project',
      problem: 'Write a project id, such as my-firebase-project.',
    },
    {
      kind: 'text',
      id: 'tenantId',
      label: 'Id of the tenant',
      detail: 'In projects that have some. Empty: taken from the ID token.',
      placeholder: 'my-tenant-abc12',
      problem: 'Write letters, digits and hyphens.',
    },
    ...apple,
    ...keyRestrictions,
    ...addresses,
  ],
  identity: {
    label: 'E-mail address of the test user',
    detail: 'Or any other text that stays the same: credentials are filed under it.',
    placeholder: 'carol.test@example.com',
    problem: 'Write a text that stays the same.',
  },
};
