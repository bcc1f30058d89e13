/** A failure that a person can mend: its message is printed as it is, without a stack. */
export class ToolingError extends Error {
  override readonly name = 'ToolingError';
}

/** The text of anything thrown: the message alone for a {@link ToolingError}, otherwise the stack. */
export function failureText(thrown: unknown): string {
  if (thrown instanceof ToolingError) return thrown.message;
  if (thrown instanceof Error) return thrown.stack ?? thrown.message;
  return String(thrown);
}

/**
 * Runs a command-line program to its end and exits with the code it returns, 1 when it throws. Ctrl-C, a termination
 * signal and the death of the process that started this one exit too, so that every child started through
 * `processTree.ts` is ended.
 */
export function runProgram(main: () => Promise<number>): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
  // A parent killed hard sends no signal. Windows gives orphans no new parent, so there is nothing to notice there.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1_000).unref();

  main().then(
    (code) => process.exit(code),
    (thrown: unknown) => {
      console.error(`\n${failureText(thrown)}`);
      process.exit(1);
    },
  );
}
