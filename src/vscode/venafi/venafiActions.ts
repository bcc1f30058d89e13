/** The commands of projects with an operator. A lazy part of the bundle, with the device flow and the calls in it. */
import { pasteTokens, signIn } from './signIn';
import { signOut } from './signOut';

export const venafiActions = { pasteTokens, signIn, signOut } as const;
