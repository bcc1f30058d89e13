/** The commands of projects with an operator. A lazy part of the bundle, with the device flow and the calls in it. */
import { addIdentity } from './addIdentity';
import { pasteTokens, signIn } from './signIn';
import { signOut } from './signOut';

export const venafiActions = { addIdentity, pasteTokens, signIn, signOut } as const;
