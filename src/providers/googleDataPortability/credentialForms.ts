/** The ways to give a credential for Google Data Portability. */
import type { CredentialForm } from '../../core/provider';

export const credentialForms = {
  refreshToken: {
    id: 'refreshToken',
    label: 'Refresh token',
    detail: 'With client id and client secret. Lasts as long as the consent, and lets every reset be verified.',
    fields: [
      {
        id: 'clientId',
        label: 'Client ID',
        placeholder: '123456789012-abc.apps.googleusercontent.com',
        secret: false,
        fromOption: 'clientId',
      },
      { id: 'clientSecret', label: 'Client secret', secret: true },
      { id: 'refreshToken', label: 'Refresh token', secret: true },
    ],
  },
  accessToken: {
    id: 'accessToken',
    label: 'Access token',
    detail: 'Lasts about an hour. Enough for one reset.',
    fields: [{ id: 'accessToken', label: 'Access token', secret: true }],
  },
} as const satisfies Record<string, CredentialForm>;
