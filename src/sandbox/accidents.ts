/** The usual accidents of a network, as faults with a name. */
import type { FaultEffect } from './api';

export const accidents = {
  emptyError: { kind: 'empty', status: 500 },
  empty200: { kind: 'empty' },
  html200: { kind: 'html' },
  connectionResetBefore: { kind: 'reset-before' },
  connectionResetAfter: { kind: 'reset-after' },
  noAnswer: { kind: 'no-answer' },
  cutBody: { kind: 'cut-body' },
  wrongLength: { kind: 'wrong-content-length' },
  slowLoris: { kind: 'slow-loris' },
  hugeBody: { kind: 'huge-body' },
  gzipBomb: { kind: 'gzip-bomb' },
} satisfies Record<string, FaultEffect>;

export type NetworkAccident = keyof typeof accidents;

/** The effect with its size: where a body is cut, how long a flood is, by how much a length is off. */
export function sized(effect: FaultEffect, bytes: number | undefined): FaultEffect {
  if (bytes === undefined) return effect;
  switch (effect.kind) {
    case 'cut-body':
    case 'huge-body':
    case 'gzip-bomb':
      return { ...effect, bytes };
    case 'wrong-content-length':
      return { ...effect, delta: bytes };
    default:
      return effect;
  }
}
