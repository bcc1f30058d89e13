import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { HostEvent, HostTest } from './inHost/events';

/** Follows the events file of a test run: prints its lines and keeps the totals. */
export interface EventFollower {
  /** Reads what was written since the last call. */
  read(): void;
  /** How each test ended that has ended by now. */
  tests(): readonly HostTest[];
  /** The totals, once the run has reached its end. */
  totals(): { readonly passed: number; readonly failed: number; readonly pending: number } | undefined;
}

/** @param file an existing file that the test run appends to */
export function followEvents(file: string, print: (line: string) => void): EventFollower {
  let at = 0;
  let rest = '';
  const tests: HostTest[] = [];
  let end: Extract<HostEvent, { kind: 'end' }> | undefined;
  return {
    read() {
      const descriptor = openSync(file, 'r');
      try {
        const chunk = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - at));
        at += readSync(descriptor, chunk, 0, chunk.length, at);
        // A line is appended in one write, so a chunk never ends inside a character of a complete line.
        const lines = (rest + chunk.toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event = JSON.parse(line) as HostEvent;
          if (event.kind === 'line') print(event.text);
          else if (event.kind === 'test') tests.push({ fullTitle: event.fullTitle, state: event.state });
          else end = event;
        }
      } finally {
        closeSync(descriptor);
      }
    },
    tests: () => tests,
    totals: () => end,
  };
}
