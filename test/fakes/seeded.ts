import { createHash } from 'node:crypto';

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let drawn = 0;
  return () => createHash('sha256').update(`${seed} ${++drawn}`).digest().readUInt32BE() / 2 ** 32;
}

export function shuffled<T>(all: readonly T[], random: () => number): readonly T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
