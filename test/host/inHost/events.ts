/** What the test run inside the extension host tells the runner, one JSON object on a line. */
export type HostEvent =
  | { readonly kind: 'line'; readonly text: string }
  | ({ readonly kind: 'test' } & HostTest)
  | { readonly kind: 'end'; readonly passed: number; readonly failed: number; readonly pending: number };

/** How one test ended. */
export interface HostTest {
  /** With the titles of the suites around it. */
  readonly fullTitle: string;
  readonly state: 'passed' | 'failed' | 'pending';
}

/** What the runner tells the test run, in `run.json` beside the bundled `index.js`. */
export interface HostRun {
  /** The file that the events are appended to. */
  readonly events: string;
  /** The user data folder of the VS Code under test, for looking at what an extension has stored. */
  readonly userData: string;
  /** Only tests whose full title matches this regular expression. */
  readonly grep?: string;
}
