/** The ways to give a sign-in for Trust Protection Platform. It is the operator's: it belongs to no user whose grants end. */
import type { CredentialForm } from '../../core/provider';

const clientId = {
  id: 'clientId',
  label: 'Client ID of the API integration',
  placeholder: 'reconsent',
  secret: false,
  fromOption: 'clientId',
} as const;
const refreshToken = { id: 'refreshToken', label: 'Refresh token', secret: true } as const;
const accessToken = { id: 'accessToken', label: 'Access token', secret: true } as const;

export const credentialForms = {
  refreshToken: {
    id: 'refreshToken',
    label: 'Refresh token',
    detail: 'With the client ID. It works once: from now on only this editor may use it.',
    fields: [clientId, refreshToken],
  },
  accessToken: {
    id: 'accessToken',
    label: 'Access token',
    detail: 'Lasts as long as the API integration says, and is not renewed.',
    fields: [accessToken],
  },
  /** What a sign-in brings; nobody types it in. */
  signIn: {
    id: 'signIn',
    label: 'Sign-in',
    detail: 'In the browser, or with user name and password.',
    fields: [clientId, refreshToken, accessToken],
  },
} as const satisfies Record<string, CredentialForm>;
