/**
 * Stryker's runner has no time limit for a test: a change that makes one wait for ever would cost a process, and its start.
 * With a limit, such a test fails like any other.
 */
const limitMs = 8_000;

export const mochaHooks: Mocha.RootHookObject = {
  beforeEach(this: Mocha.Context) {
    this.currentTest?.timeout(limitMs);
  },
};
