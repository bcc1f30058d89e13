/** What one request may cost. Past any of these it ends. */
export interface Limits {
  /** Bytes of an answer's body, after decompression as well as before. */
  readonly bodyBytes: number;
  /** Bytes of an answer's header names and values. */
  readonly headerBytes: number;
  /** Milliseconds from the look-up of the name until the connection, TLS included, stands. */
  readonly connectMs: number;
  /** Milliseconds from the call until the last byte of the answer, connecting included. */
  readonly totalMs: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 1_000_000,
  headerBytes: 64_000,
  connectMs: 10_000,
  totalMs: 30_000,
};
