/** As long as a record of a credential. */
export const ownSecret = 'x'.repeat(420);

export function ownSecretName(at: number): string {
  return `bench.own.${at}`;
}
