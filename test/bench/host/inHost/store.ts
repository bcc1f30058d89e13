/** Signs identities in, for the windows after it: what those read of the secret storage, another window has written. */
import { mapLimited } from '../../../../src/core/mapLimited';
import { Consents } from './consents';
import { Control } from './control';
import { ownSecret, ownSecretName } from './ownSecrets';
import { scenario } from './scenario';

export interface StorePlan {
  readonly origin: string;
  readonly control: string;
  readonly identities: readonly string[];
  /** Secrets beside Reconsent's, of the same length, to be read for comparison. */
  readonly ownSecrets: number;
}

export const run = scenario(__filename, async ({ origin, control, identities, ownSecrets }: StorePlan) => {
  await new Control({ control }).begin({});
  const consents = await Consents.open();
  await consents.configure(origin, identities);
  await mapLimited(identities, 8, (identity) => consents.signIn(identity));
  const { secrets } = consents.spy;
  if (!secrets) throw new Error('The context was not seen.');
  const numbers = Array.from({ length: ownSecrets }, (_, at) => at);
  await mapLimited(numbers, 8, async (at) => secrets.store(ownSecretName(at), ownSecret));
  return { signedIn: identities.length };
});
